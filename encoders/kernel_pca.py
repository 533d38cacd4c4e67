"""Kernel principal components, with the decoder that scikit-learn learns for them."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from encoders.base import Encoder


class KernelPCA(Encoder):
    """Principal components of the designs in the feature space of a Gaussian kernel, decoded by kernel regression.

    Parameters
    ----------
    latent_dim : int
        The number k of components.
    width : float
        Width of the kernel, in units of the designs' root mean square distance from their mean.
    ridge : float
        The penalty on the size of the weights in the regression of designs on latents.

    References
    ----------
    Schölkopf, Smola & Müller 1998; Bakır, Weston & Schölkopf 2004 (learning the pre-images); both are scikit-learn's.
    """

    libraries = ("sklearn.decomposition",)

    def __init__(self, latent_dim: int = 8, width: float = 4.0, ridge: float = 1e-2) -> None:
        if latent_dim < 1:
            raise ValueError(f"latent_dim: {latent_dim} must be at least 1")
        for name, value in {"width": width, "ridge": ridge}.items():
            if not 0 < value < math.inf:
                raise ValueError(f"{name}: {value} must be positive and finite")
        self.latent_dim = latent_dim
        self.width = width
        self.ridge = ridge

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        from sklearn.decomposition import KernelPCA as Decomposition

        if self.latent_dim > min(designs.shape):
            raise ValueError(f"latent_dim {self.latent_dim} is above what {designs.shape} designs can span")
        mean = designs.mean(axis=0)
        unit = math.sqrt(2) * self.width * float(np.sqrt(((designs - mean) ** 2).sum(axis=1).mean()))
        inputs = (designs - mean) / unit
        model = Decomposition(
            self.latent_dim,
            kernel="rbf",
            gamma=1.0,
            alpha=self.ridge,
            fit_inverse_transform=True,
            eigen_solver="dense",
        ).fit(inputs)
        kernel = np.exp(-_squared(torch.from_numpy(inputs), torch.from_numpy(inputs)).numpy())
        latents = model.transform(inputs)
        self.restore(
            {
                "mean": mean,
                "unit": np.array(unit),
                "inputs": inputs,
                "components": model.eigenvectors_ / np.sqrt(np.maximum(model.eigenvalues_, 1e-12)),
                "kernel_mean": kernel.mean(axis=0),
                "latents": latents,
                "weights": model.dual_coef_,
            }
        )

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Projections (n, k) of designs (n, d) in feature space."""
        inputs = (torch.as_tensor(np.asarray(x, dtype=float)) - self._arrays["mean"]) / self._arrays["unit"]
        kernel = torch.exp(-_squared(inputs, self._arrays["inputs"]))
        centred = kernel - kernel.mean(dim=1, keepdim=True) - self._arrays["kernel_mean"]
        return ((centred + self._arrays["kernel_mean"].mean()) @ self._arrays["components"]).numpy()

    def decode(self, z: Tensor) -> Tensor:
        """Designs (n, d) that the regression gives for latents (n, k)."""
        kernel = torch.exp(-_squared(z, self._arrays["latents"]))
        return self._arrays["mean"] + self._arrays["unit"] * (kernel @ self._arrays["weights"])

    def state(self) -> dict[str, np.ndarray]:
        """Training designs, their latents, and the coefficients of projection and regression."""
        return {name: array.numpy() for name, array in self._arrays.items()}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Restore them."""
        self._arrays = {name: torch.as_tensor(np.asarray(array, dtype=float)) for name, array in state.items()}


def _squared(a: Tensor, b: Tensor) -> Tensor:
    """Squared distances (n, m) between rows."""
    return (a.square().sum(1)[:, None] + b.square().sum(1) - 2 * a @ b.T).clamp(min=0)
