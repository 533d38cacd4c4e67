"""Linear encoders: a mean and a basis."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from encoders import bases
from encoders.base import LEAST_SCALE, Encoder, Layout
from encoders.fields import Field, why_not
from encoders.stored import stored

Basis = Literal["pca", "whitened-pca", "fourier", "bspline", "random"]
WIDE = 4
"""Designs of more than so many times as many coordinates as there are designs have principal components by products."""
BLOCK = 2**16
"""Coordinates that are looked at together then."""
AT_ONCE = 2**24
"""Coordinates of designs that are encoded together, so that nothing of the size of all of them is made."""
MOST_SQUARE = 8192
"""Coordinates up to which a basis of as many vectors is kept: half a gigabyte."""


class Linear(Encoder):
    """A linear map: the mean of the designs, plus a basis weighted by the latent; at k = d a change of coordinates.

    Parameters
    ----------
    latent_dim : int or None
        The number k of basis vectors; None for all, as many as a design has coordinates.
    basis : {"pca", "whitened-pca", "fourier", "bspline", "random"}
        "pca": principal components of the designs, the best linear map of this dimension in the mean square.
        "whitened-pca": the same, each scaled by the designs' standard deviation along it (by 1 % of the largest at
        least), so that encoded designs are uncorrelated and of unit variance. The others learn only the mean, and
        depend on the layout. "fourier": its modes by rising frequency, each divided by its frequency, so that equal
        steps in all of them are steps in the Sobolev norm H¹; modes that only move a design come last. "bspline": a
        cubic spline over its axes, with as many control points for each component of a point as there are latents.
        "random": random smooth directions, whose mode coefficients decrease as the inverse square of the frequency.

    References
    ----------
    Jolliffe 2002, Principal Component Analysis. Kuhl & Giardina 1982 (Fourier). Mohammadi & Pironneau 2004 (Sobolev
    gradients in shape optimisation). de Boor 1978 (splines).
    """

    leaves_designs = True
    libraries = ("sklearn.decomposition", "scipy.interpolate")

    def __init__(self, latent_dim: int | None = 8, basis: Basis = "pca") -> None:
        if latent_dim is not None and latent_dim < 1:
            raise ValueError(f"latent_dim: {latent_dim} must be at least 1")
        self._wanted = latent_dim
        if latent_dim is not None:
            self.latent_dim = latent_dim
        self.basis = basis

    def why_not(self, layout: Layout | None) -> str | None:
        """All but principal components need a layout, and splines one with axes that divide into as many points.

        None works with as many vectors as there are coordinates where those are too many.
        """
        if layout is not None and (many := self._too_many(math.prod(layout.shape))):
            return many
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
        if many := self._too_many(dim):
            raise ValueError(many)
        basis = self._find(designs, k, rng)
        if self.basis == "fourier" and self.layout is not None:
            basis = _compact(basis, self.layout.shape)
        self.restore({"mean": designs.mean(axis=0), "basis": basis} | self._frequencies(k, dim))

    def _too_many(self, dim: int) -> str | None:
        needed = dim * (dim if self._wanted is None or self.basis == "random" else self._wanted)
        if needed <= MOST_SQUARE * max(dim, MOST_SQUARE):
            return None
        return f"latent_dim: a basis of {needed // dim} vectors of {dim} coordinates takes {needed * 8e-9:.0f} GB"

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
        x = np.asarray(x, dtype=float)
        at_once = max(1, AT_ONCE // x.shape[1])
        if len(x) <= at_once:
            return self._projected(x)
        return np.concatenate([self._projected(x[row : row + at_once]) for row in range(0, len(x), at_once)])

    def _projected(self, x: np.ndarray) -> np.ndarray:
        away = x - self._mean.numpy()
        if self._components == 1:
            return away @ self._inverse
        points = away.reshape(len(away), len(self._inverse), self._components)
        return (points.swapaxes(1, 2) @ self._inverse).swapaxes(1, 2).reshape(len(away), self.latent_dim)

    def decode(self, z: Tensor) -> Tensor:
        """Mean plus the basis vectors weighted by z, shape (n, d)."""
        if self._components == 1:
            return self._mean + z @ self._basis
        weights = z.reshape(len(z), len(self._basis), self._components).mT
        return self._mean + (weights @ self._basis).mT.reshape(len(z), len(self._mean))

    def state(self) -> dict[str, np.ndarray]:
        """Mean (d,), basis (k, d) and, of modes, their frequencies (k,), which are the layout's.

        Where vectors move but one component of points, the same for each of c components, the basis is (k/c, d/c).
        """
        modes = {"fineness": self.fineness} if self.basis == "fourier" and self.fineness is not None else {}
        return {"mean": self._mean.numpy(), "basis": self._basis.numpy(), **modes}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take back mean and basis; raises ValueError where they are not there, or do not fit."""
        mean = stored(state, "mean", None)
        self._components = _components(state, len(mean))
        basis = stored(state, "basis", None, len(mean) // self._components)
        self._mean = torch.as_tensor(np.ascontiguousarray(mean, dtype=float))
        self._basis = torch.as_tensor(np.ascontiguousarray(basis, dtype=float))
        self._inverse = self._inverted(self._basis.numpy())
        self.latent_dim = self._components * len(self._basis)
        if self.basis in ("pca", "whitened-pca"):
            self.fineness = np.arange(1.0, self.latent_dim + 1)
        elif "fineness" in state:
            self.fineness = stored(state, "fineness", self.latent_dim)

    def _inverted(self, basis: np.ndarray) -> np.ndarray:
        """What projects onto the rows of a basis (k, d): all but splines are orthogonal, if of other lengths than 1."""
        if self.basis == "bspline":
            return np.asarray(np.linalg.pinv(basis))
        return np.asarray((basis / np.maximum((basis**2).sum(axis=1, keepdims=True), np.finfo(float).tiny)).T)


def _components(state: dict[str, np.ndarray], dim: int) -> int:
    """How many components of points the vectors of a basis move alike, each on its own."""
    width = state["basis"].shape[-1] if "basis" in state and state["basis"].ndim == 2 else dim
    return dim // width if width and dim % width == 0 else 1


def _compact(basis: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A basis (k, d) as (k/c, d/c), if it does the same to each of c components of the points of a layout's shape."""
    c = shape[-1] if len(shape) > 1 else 1
    k, dim = basis.shape
    if c == 1 or k % c or dim % c:
        return basis
    parts = basis.reshape(k // c, c, dim // c, c).transpose(1, 3, 0, 2)
    alike = all(np.array_equal(parts[i, j], parts[0, 0] * (i == j)) for i in range(c) for j in range(c))
    return np.ascontiguousarray(parts[0, 0]) if alike else basis


def _smooth(layout: Layout, rows: int, power: int) -> np.ndarray:
    """Modes, each divided by its frequency to a power."""
    falling = np.maximum(1.0, layout.frequencies(rows)) ** -power
    return np.asarray(falling[:, None] * layout.modes(rows))


def _principal_components(designs: np.ndarray, k: int) -> np.ndarray:
    from sklearn.decomposition import PCA

    if k > min(designs.shape):
        raise ValueError(f"latent_dim {k} is above what {designs.shape} designs can span")
    if designs.shape[1] > WIDE * len(designs):
        return _by_gram(designs, k)
    return np.asarray(PCA(k, svd_solver="full").fit(designs).components_)


def _by_gram(designs: np.ndarray, k: int) -> np.ndarray:
    """Principal components (k, d) by the n × n matrix of products of designs, with nothing of the size of all of them.

    Where d is much larger than n it is all that is to be decomposed. Signs are scikit-learn's.
    """
    n, dim = designs.shape
    blocks = [slice(first, first + BLOCK) for first in range(0, dim, BLOCK)]
    gram = np.zeros((n, n))
    for block in blocks:
        part = designs[:, block] - designs[:, block].mean(axis=0)
        gram += part @ part.T
    squares, vectors = np.linalg.eigh(gram)
    if not squares[-k] > np.finfo(float).eps * n * squares[-1]:
        raise ValueError(f"latent_dim {k} is above what {designs.shape} designs can span")
    weights = (vectors[:, : -k - 1 : -1] / np.sqrt(squares[: -k - 1 : -1])).T
    weights -= weights.mean(axis=1, keepdims=True)  # so that the mean of the designs needs no taking away
    basis = np.empty((k, dim))
    for block in blocks:
        np.matmul(weights, designs[:, block], out=basis[:, block])
    largest = np.array([max(row.min(), row.max(), key=abs) for row in basis])
    return np.asarray(basis * np.sign(largest)[:, None])


def _whitened(designs: np.ndarray) -> np.ndarray:
    """All d principal axes, also those along which the designs do not differ, as long as the deviation along them."""
    _, singular, axes = np.linalg.svd(designs - designs.mean(axis=0), full_matrices=True)
    deviation = np.zeros(designs.shape[1])
    deviation[: len(singular)] = singular / np.sqrt(len(designs))
    return np.asarray(np.maximum(deviation, LEAST_SCALE * deviation[0])[:, None] * axes)
