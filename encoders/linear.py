"""Linear encoders: a mean and a basis."""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from torch import Tensor

from encoders import bases
from encoders.base import LEAST_SCALE, Encoder, Layout
from encoders.fields import Field, why_not
from encoders.stored import stored

Basis = Literal["pca", "whitened-pca", "fourier", "bspline", "random"]


class Linear(Encoder):
    """A linear map: the mean of the designs, plus a basis weighted by the latent; at k = d a change of coordinates.

    Parameters
    ----------
    latent_dim : int or None
        The number k of basis vectors; None for all, as many as a design has coordinates.
    basis : {"pca", "whitened-pca", "fourier", "bspline", "random"}
        "pca": principal components of the designs, the best linear map for its dimension in the mean square;
        "whitened-pca": the same, each as long as the designs' deviation along it (1 % of the longest at least), so that
        encoded designs are uncorrelated and of unit deviation. The others learn nothing but the mean, and go by the
        layout. "fourier": its modes by rising frequency, each as long as the inverse of that, so that equal steps in
        all of them are steps in the Sobolev norm H¹, those that only move a design last; "bspline": a cubic spline over
        its axes, with as many control points as there are latents for each component of a point; "random": random
        smooth directions, whose coefficients of modes fall as the inverse square of the frequency.

    References
    ----------
    Jolliffe 2002, Principal Component Analysis. Kuhl & Giardina 1982 (Fourier). Mohammadi & Pironneau 2004 (Sobolev
    gradients in shape optimisation). de Boor 1978 (splines).
    """

    libraries = ("sklearn.decomposition", "scipy.interpolate")

    def __init__(self, latent_dim: int | None = 8, basis: Basis = "pca") -> None:
        if latent_dim is not None and latent_dim < 1:
            raise ValueError(f"latent_dim: {latent_dim} must be at least 1")
        self._wanted = latent_dim
        if latent_dim is not None:
            self.latent_dim = latent_dim
        self.basis = basis

    def why_not(self, layout: Layout | None) -> str | None:
        """All but principal components need a layout, and splines one with axes that divide into as many points."""
        if self.basis in ("pca", "whitened-pca"):
            return None
        what = f"the basis '{self.basis}'"
        if self.basis != "bspline":
            return why_not(what, layout)
        missing = why_not(what, layout, bases.AXES)
        if missing or layout is None or self._wanted is None or bases.controls(Field.of(layout), self._wanted):
            return missing
        return f"latent_dim: {self._wanted} must be {bases.allowed(Field.of(layout))}, for {what}"

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        dim = designs.shape[1]
        k = dim if self._wanted is None else self._wanted
        if k > dim:
            raise ValueError(f"latent_dim {k} is above the design dimension {dim}")
        found = {"mean": designs.mean(axis=0), "basis": self._find(designs, k, rng)}
        self.restore(found | self._frequencies(k, dim))

    def _frequencies(self, k: int, dim: int) -> dict[str, np.ndarray]:
        if self.basis != "fourier":
            return {}
        assert self.layout is not None
        still = self.layout.still
        return {"fineness": np.roll(self.layout.frequencies(min(dim, k + still)), -still)[:k]}

    def _find(self, designs: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
        if self.basis == "pca":
            return _principal_components(designs, k)
        if self.basis == "whitened-pca":
            return _whitened(designs)[:k]
        layout, dim = self.layout, designs.shape[1]
        assert layout is not None
        if self.basis == "bspline":
            field = Field.of(layout)
            points = bases.controls(field, k)
            assert points is not None
            return bases.bspline(field, points)
        if self.basis == "fourier":
            return np.roll(_smooth(layout, min(dim, k + layout.still), 1), -layout.still, axis=0)[:k]
        directions = rng.normal(size=(k, dim)) @ _smooth(layout, dim, 2)
        return np.asarray(np.linalg.qr(directions.T)[0].T)

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Least-squares projection of designs (n, d), shape (n, k)."""
        return (np.asarray(x, dtype=float) - self._mean.numpy()) @ self._inverse

    def decode(self, z: Tensor) -> Tensor:
        """Mean plus the basis vectors weighted by z, shape (n, d)."""
        return self._mean + z @ self._basis

    def state(self) -> dict[str, np.ndarray]:
        """Mean (d,), basis (k, d) and, of modes, their frequencies (k,), which are the layout's."""
        modes = {"fineness": self.fineness} if self.basis == "fourier" and self.fineness is not None else {}
        return {"mean": self._mean.numpy(), "basis": self._basis.numpy(), **modes}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take back mean and basis; raises ValueError where they are not there, or do not fit."""
        mean = stored(state, "mean", None)
        basis = stored(state, "basis", None, len(mean))
        self._mean = torch.as_tensor(np.ascontiguousarray(mean, dtype=float))
        self._basis = torch.as_tensor(np.ascontiguousarray(basis, dtype=float))
        self._inverse = np.linalg.pinv(self._basis.numpy())
        self.latent_dim = len(self._basis)
        if self.basis in ("pca", "whitened-pca"):
            self.fineness = np.arange(1.0, self.latent_dim + 1)
        elif "fineness" in state:
            self.fineness = stored(state, "fineness", self.latent_dim)


def _smooth(layout: Layout, rows: int, power: int) -> np.ndarray:
    """Modes, each divided by its frequency to a power."""
    falling = np.maximum(1.0, layout.frequencies(rows)) ** -power
    return np.asarray(falling[:, None] * layout.modes(rows))


def _principal_components(designs: np.ndarray, k: int) -> np.ndarray:
    from sklearn.decomposition import PCA

    if k > min(designs.shape):
        raise ValueError(f"latent_dim {k} is above what {designs.shape} designs can span")
    return np.asarray(PCA(k, svd_solver="full").fit(designs).components_)


def _whitened(designs: np.ndarray) -> np.ndarray:
    """All d principal axes, also those along which the designs do not differ, as long as the deviation along them."""
    _, singular, axes = np.linalg.svd(designs - designs.mean(axis=0), full_matrices=True)
    deviation = np.zeros(designs.shape[1])
    deviation[: len(singular)] = singular / np.sqrt(len(designs))
    return np.asarray(np.maximum(deviation, LEAST_SCALE * deviation[0])[:, None] * axes)
