"""An encoder; replace the map by yours. The whole interface is in encoders/base.py."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from encoders.base import Encoder


class Skeleton(Encoder):
    """The coordinates that vary most, the others at their means."""

    def __init__(self, latent_dim: int = 2) -> None:  # parameters are set in an experiment file, and are on record
        if latent_dim < 1:
            raise ValueError(f"latent_dim: {latent_dim} must be at least 1")
        self.latent_dim = latent_dim

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        self.mean = designs.mean(axis=0)
        chosen = np.argsort(-designs.std(axis=0), kind="stable")[: self.latent_dim]
        self.axes = np.eye(designs.shape[1])[chosen]

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Latents (n, k) of designs (n, d)."""
        return np.asarray((x - self.mean) @ self.axes.T)

    def decode(self, z: Tensor) -> Tensor:
        """Designs (n, d) of latents (n, k), in Torch, so that gradients pass."""
        return torch.from_numpy(self.mean) + z @ torch.from_numpy(self.axes)

    def state(self) -> dict[str, np.ndarray]:
        """What `_fit` learned, as plain arrays."""
        return {"mean": self.mean, "axes": self.axes}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take that back."""
        self.mean, self.axes = state["mean"], state["axes"]
