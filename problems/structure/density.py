"""From a design vector to what the plate is made of: projection onto a volume, and a filter of neighbours."""

from __future__ import annotations

import math

import numpy as np
from scipy.sparse import csr_array, diags_array


def projected(x: np.ndarray, volume: float) -> np.ndarray:
    """The density nearest to a field, shape (n,): within [0, 1], and of a given mean.

    It is clip(x + λ, 0, 1); λ is exact, since the mean is piecewise linear in it.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Finite.
    volume : float
        The mean v, in (0, 1).
    """
    x = x - x.mean()
    corners = np.concatenate([-x, 1 - x])  # where a cell leaves 0, and where it comes to 1
    order = np.argsort(corners, kind="stable")
    corners = corners[order]
    slope = np.cumsum(np.where(order < len(x), 1.0, -1.0))
    total = np.concatenate([[0.0], np.cumsum(slope[:-1] * np.diff(corners))])
    at = int(np.clip(np.searchsorted(total, volume * len(x), side="right"), 1, len(total) - 1))
    rise = slope[at - 1]
    shift = corners[at - 1] + (volume * len(x) - total[at - 1]) / rise if rise > 0 else corners[at - 1]
    return np.clip(x + shift, 0.0, 1.0)


def projected_slope(slope: np.ndarray, density: np.ndarray) -> np.ndarray:
    """The gradient in x, shape (n,), of what has a gradient in the density that x is projected to."""
    free = (density > 0) & (density < 1)
    within = np.where(free, slope, 0.0)
    return within - free * (within.sum() / max(free.sum(), 1))


def cone(nx: int, ny: int, radius: float) -> csr_array:
    """The density filter W, shape (nx·ny, nx·ny): means of cells nearer than a radius, weighted by how much nearer.

    Parameters
    ----------
    nx, ny : int
        Cells.
    radius : float
        In cells.

    References
    ----------
    Bruns & Tortorelli 2001; Bourdin 2001 (density filter).
    """
    reach = math.ceil(radius) - 1
    i, j = np.indices((nx, ny))
    rows, columns, weights = [], [], []
    for right in range(-reach, reach + 1):
        for up in range(-reach, reach + 1):
            weight = radius - math.hypot(right, up)
            inside = (i + right >= 0) & (i + right < nx) & (j + up >= 0) & (j + up < ny)
            if weight > 0:
                cells = (i * ny + j)[inside]
                rows.append(cells)
                columns.append(cells + right * ny + up)
                weights.append(np.full(len(cells), weight))
    matrix = csr_array(
        (np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))), shape=(nx * ny, nx * ny)
    )
    return csr_array(diags_array(1 / matrix.sum(axis=1)) @ matrix)
