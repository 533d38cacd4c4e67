"""Independent verification of densities: another projection, filter, assembly and solver than the objective's."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.sparse import coo_array, csc_array
from scipy.sparse.linalg import splu
from scipy.spatial import KDTree

VOLUME = 1e-9
"""By how much the mean density may miss its own."""
RESIDUAL = 1e-8
"""Forces that are left over after a solution, as a share of the load."""


def measured(
    x: np.ndarray,
    sizes: tuple[int, int],
    held: np.ndarray,
    forces: np.ndarray,
    volume: float,
    void: tuple[float, float],
) -> tuple[float, list[str]]:
    """The compliance of a design, and what speaks against it, in sentences.

    Parameters
    ----------
    x : ndarray, shape (nx·ny,)
    sizes : tuple of int
        nx and ny.
    held : ndarray of int
        Freedoms that do not move; those of node (i, j) are as in `problems.structure.elements.node`.
    forces : ndarray, shape (2 (nx+1)(ny+1),)
    volume : float
    void : tuple of float
        Young's modulus of the void, and the radius of the density filter.
    """
    if not np.isfinite(x).all():
        return np.nan, ["a density is not finite"]
    density = nearest_density(x, volume)
    reasons = []
    if abs(density.mean() - volume) > VOLUME:
        reasons.append(f"its mean density is {density.mean():.12g}; it must be {volume:g}")
    matrix = assembled(moduli(density, sizes, void), *sizes)
    free = np.setdiff1d(np.arange(len(forces)), held)
    moved = np.zeros_like(forces)
    try:
        factor = splu(csc_array(matrix[free][:, free]), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
        moved[free] = factor.solve(forces[free])
    except RuntimeError as error:
        return np.nan, [*reasons, f"its stiffness cannot be factorised: {error}"]
    inner = matrix @ moved
    left = np.abs(inner - forces)[free].max() / np.abs(forces).max()
    if not left <= RESIDUAL:
        reasons.append(f"forces of {left:.3g} of the load are left over; at most {RESIDUAL:g} may be")
    return float(forces @ moved), reasons


def moduli(density: np.ndarray, sizes: tuple[int, int], void: tuple[float, float]) -> np.ndarray:
    """Young's modulus of each element, shape (nx·ny,), of a density; parameters as of `measured`."""
    weights = _filter(*sizes, void[1])
    filtered = (weights @ density) / weights.sum(axis=1)
    return np.asarray(void[0] + (1 - void[0]) * filtered**3)


def nearest_density(x: np.ndarray, volume: float) -> np.ndarray:
    """The density nearest to a design, its shift found by Brent's method."""
    x = x - x.mean()

    def excess(shift: float) -> float:
        return float(np.clip(x + shift, 0, 1).mean() - volume)

    low, high = -x.max(), 1 - x.min()
    if excess(low) >= 0 or excess(high) <= 0:
        return np.clip(x + (low if excess(low) >= 0 else high), 0, 1)
    return np.clip(x + brentq(excess, low, high, xtol=1e-15, rtol=1e-15, maxiter=1000), 0, 1)


def element(nu: float = 0.3) -> np.ndarray:
    """Stiffness of a unit square in plane stress, shape (8, 8), by 2 × 2 Gauss points of its shape functions."""
    elasticity = np.array([[1, nu, 0], [nu, 1, 0], [0, 0, (1 - nu) / 2]]) / (1 - nu**2)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    total = np.zeros((8, 8))
    points = 0.5 + np.array([-0.5, 0.5]) / np.sqrt(3)
    for s in points:
        for t in points:
            # each shape function is a product of s or 1 - s, and t or 1 - t
            along = np.where(corners[:, 0], s, 1 - s), np.where(corners[:, 0], 1.0, -1.0)
            up = np.where(corners[:, 1], t, 1 - t), np.where(corners[:, 1], 1.0, -1.0)
            dx, dy = along[1] * up[0], along[0] * up[1]
            strain = np.zeros((3, 8))
            strain[0, ::2], strain[1, 1::2] = dx, dy
            strain[2, ::2], strain[2, 1::2] = dy, dx
            total += strain.T @ elasticity @ strain / 4
    return total


def assembled(young: np.ndarray, nx: int, ny: int) -> csc_array:
    """The stiffness matrix (n, n) of elements of given moduli (nx·ny,), no freedom held."""
    where = _freedoms(nx, ny)
    values = young[:, None, None] * _element()
    rows, columns = np.broadcast_arrays(where[:, :, None], where[:, None, :])
    n = 2 * (nx + 1) * (ny + 1)
    return csc_array(coo_array((values.ravel(), (rows.ravel(), columns.ravel())), shape=(n, n)))


@lru_cache(maxsize=4)
def _element() -> np.ndarray:
    return element()


@lru_cache(maxsize=8)
def _freedoms(nx: int, ny: int) -> np.ndarray:
    shape = (nx + 1, ny + 1)
    numbers = np.arange(np.prod(shape)).reshape(shape) if ny <= nx else np.arange(np.prod(shape)).reshape(shape[::-1]).T
    rows = []
    for i in range(nx):
        for j in range(ny):
            corners = numbers[i, j], numbers[i + 1, j], numbers[i + 1, j + 1], numbers[i, j + 1]
            rows.append([2 * corner + component for corner in corners for component in (0, 1)])
    return np.array(rows)


@lru_cache(maxsize=8)
def _filter(nx: int, ny: int, radius: float) -> csc_array:
    middles = np.indices((nx, ny)).reshape(2, -1).T.astype(float)
    tree = KDTree(middles)
    near = csc_array(tree.sparse_distance_matrix(tree, radius, output_type="coo_matrix"))
    near.data = np.maximum(radius - near.data, 0.0)
    return near
