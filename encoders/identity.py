"""The raw design vector as its own latent space: what every other encoder is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from encoders.base import Encoder

if TYPE_CHECKING:
    from torch import Tensor


class Identity(Encoder):
    """Raw search: the latent space is the design space, k = d."""

    needs_designs = False
    keeps_variables = True

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        self.latent_dim = designs.shape[1]

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Return the designs themselves, as a copy."""
        return np.array(x, dtype=float)

    def decode(self, z: Tensor) -> Tensor:
        """Return the latents themselves."""
        return z

    def state(self) -> dict[str, np.ndarray]:
        """Nothing is learned."""
        return {}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Nothing is learned."""
