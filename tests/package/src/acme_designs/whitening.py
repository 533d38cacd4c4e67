"""Designs in units of their own spread."""

from __future__ import annotations

import numpy as np
import torch

from encoders.base import Encoder


class Whitening(Encoder):
    """Principal directions of the designs, each in units of its own deviation.

    Parameters
    ----------
    latent_dim : int
        The number k of directions.
    """

    def __init__(self, latent_dim: int = 3) -> None:
        self.latent_dim = latent_dim

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        self.mean = designs.mean(axis=0)
        _, lengths, directions = np.linalg.svd(designs - self.mean, full_matrices=False)
        self.unit = lengths[: self.latent_dim] / np.sqrt(len(designs))
        self.directions = directions[: self.latent_dim]

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Coordinates along the directions."""
        return (x - self.mean) @ self.directions.T / self.unit

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """The mean, and as much of each direction as z says."""
        return torch.as_tensor(self.mean) + (z * torch.as_tensor(self.unit)) @ torch.as_tensor(self.directions)

    def state(self) -> dict[str, np.ndarray]:
        """Mean, unit and directions."""
        return {"mean": self.mean, "unit": self.unit, "directions": self.directions}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take them back."""
        self.mean, self.unit, self.directions = state["mean"], state["unit"], state["directions"]
