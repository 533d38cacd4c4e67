"""Linear encoders: a mean and a basis."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from encoders.base import Encoder


class PCA(Encoder):
    """Principal components of the designs: the best linear map for its dimension in the mean square.

    Parameters
    ----------
    latent_dim : int
        The number k of components.

    References
    ----------
    Jolliffe 2002, Principal Component Analysis; the decomposition is scikit-learn's.
    """

    libraries = ("sklearn.decomposition",)

    def __init__(self, latent_dim: int = 8) -> None:
        if latent_dim < 1:
            raise ValueError(f"latent_dim: {latent_dim} must be at least 1")
        self.latent_dim = latent_dim

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        from sklearn.decomposition import PCA as Decomposition

        if self.latent_dim > min(designs.shape):
            raise ValueError(f"latent_dim {self.latent_dim} is above what {designs.shape} designs can span")
        found = Decomposition(self.latent_dim, svd_solver="full").fit(designs)
        self.restore({"mean": found.mean_, "basis": found.components_})

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Orthogonal projection of designs (n, d), shape (n, k)."""
        return (x - self._mean.numpy()) @ self._basis.numpy().T

    def decode(self, z: Tensor) -> Tensor:
        """Mean plus the components weighted by z, shape (n, d)."""
        return self._mean + z @ self._basis

    def state(self) -> dict[str, np.ndarray]:
        """Mean (d,) and orthonormal basis (k, d)."""
        return {"mean": self._mean.numpy(), "basis": self._basis.numpy()}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take back mean and basis."""
        self._mean = torch.as_tensor(np.ascontiguousarray(state["mean"], dtype=float))
        self._basis = torch.as_tensor(np.ascontiguousarray(state["basis"], dtype=float))
