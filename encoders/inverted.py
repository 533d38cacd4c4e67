"""An encoder that inverts another one's decoder."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from encoders.autoencoder import Autoencoder
from encoders.base import Encoder, Layout
from encoders.inversion import inverted
from encoders.wrapping import Wrapping


class Inverted(Wrapping):
    """Another encoder, but the latent of a design is the one that decodes nearest to the design.

    An autoencoder does not decode a latent exactly to the design that it encoded. A model of losses over latents then
    has wrong positions. Decoding, prior and training are those of the other encoder.

    Parameters
    ----------
    encoder : Encoder, optional
        Differentiable; by default an autoencoder of 8 latents.

    References
    ----------
    Chu, Park, Lee & Kim 2024, 2411.05330 (InvBO).
    """

    def __init__(self, encoder: Encoder | None = None) -> None:
        encoder = Autoencoder(8) if encoder is None else encoder
        if not encoder.differentiable:
            raise ValueError("encoder: passes no gradients on, by which it would be inverted")
        self.inner = encoder
        self.latent_dim = encoder.latent_dim
        self.variational = encoder.variational
        self.confined = encoder.confined
        self.needs_tasks = encoder.needs_tasks
        self.libraries = encoder.libraries

    def why_not(self, layout: Layout | None) -> str | None:
        """Why the other encoder cannot work on a layout."""
        return self.inner.why_not(layout)

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        self.inner.fit(designs, rng, self.layout, self.tasks)

    def _codes(self, designs: np.ndarray) -> np.ndarray:
        return inverted(self.decode, designs, self.inner._codes(designs))

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Latents (n, k) that decode nearest to designs (n, d)."""
        return inverted(self.decode, x, self.inner.encode(x))

    def decode(self, z: Tensor) -> Tensor:
        """Designs (n, d) of latents (n, k)."""
        return self.inner.decode(z)

    def state(self) -> dict[str, np.ndarray]:
        """What the other encoder learned."""
        return self.inner.state()

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Restore the other encoder."""
        self.inner.restore(state)
        self.latent_dim = self.inner.latent_dim
