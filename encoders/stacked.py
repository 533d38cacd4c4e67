"""An encoder of the latents of another encoder: a small network for designs with many coordinates."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from encoders.autoencoder import Autoencoder
from encoders.base import Encoder, Layout
from encoders.linear import Linear
from encoders.wrapping import Wrapping


class Stacked(Wrapping):
    """Reduce designs by one encoder, and learn the latents of that by another.

    A network's first and last layer are as wide as its designs. With millions of coordinates it is better to train it
    on some tens of principal components or smooth modes. Details that these leave out are neither encoded nor decoded.

    Parameters
    ----------
    outer : Encoder, optional
        Between designs and a few numbers; by default 16 principal components.
    inner : Encoder, optional
        Between these numbers and the latents; by default an autoencoder of 8 latents.
    """

    leaves_designs = True

    def __init__(self, outer: Encoder | None = None, inner: Encoder | None = None) -> None:
        self.outer = Linear(16) if outer is None else outer
        self.inner = Autoencoder(8) if inner is None else inner
        self.latent_dim = self.inner.latent_dim
        self.differentiable = self.outer.differentiable and self.inner.differentiable
        self.variational = self.inner.variational
        self.needs_tasks = self.inner.needs_tasks
        self.libraries = (*self.outer.libraries, *self.inner.libraries)

    def why_not(self, layout: Layout | None) -> str | None:
        """The outer one must work on the layout, and the inner one without."""
        return self.outer.why_not(layout) or self.inner.why_not(None)

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        self.outer.fit(designs, rng, self.layout)
        self.inner.fit(self.outer.encode(designs), rng, tasks=self.tasks)

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Latents (n, k) of designs (n, d)."""
        return self.inner.encode(self.outer.encode(x))

    def decode(self, z: Tensor) -> Tensor:
        """Designs (n, d) of latents (n, k)."""
        return self.outer.decode(self.inner.decode(z))

    def state(self) -> dict[str, np.ndarray]:
        """What both encoders learned."""
        parts = {"outer": self.outer, "inner": self.inner}
        return {f"{name}.{key}": array for name, part in parts.items() for key, array in part.state().items()}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take back what `state` gave."""
        for name, part in {"outer": self.outer, "inner": self.inner}.items():
            part.restore({key.removeprefix(f"{name}."): a for key, a in state.items() if key.startswith(f"{name}.")})
        self.latent_dim = self.inner.latent_dim
