"""Outlines in units of their own size, so that none over- or underflows; compiled by Numba."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from problems.measures import add_quotient, gathered, quotient_of, unit_size


@njit(cache=True, error_model="numpy")
def scaled(points: np.ndarray, least: float) -> np.ndarray:
    """Vertices (N, 2) about their mean, in units of s, s² = max(A, least P²/4π): √A of all that can be made."""
    outline, _ = unit_size(points)
    quotient, perimeter = quotient_of(outline)
    size = perimeter * math.sqrt(max(quotient, least) / (4 * math.pi))
    centred = np.empty_like(outline)
    for c in range(2):
        centred[:, c] = outline[:, c] - outline[:, c].mean()
    return centred / (size if size > 0 else 1.0)


@njit(cache=True, error_model="numpy")
def unscaled(points: np.ndarray, least: float, slope: np.ndarray) -> np.ndarray:
    """Slopes (N, 2) of vertices as they are given, of slopes by the scaled ones."""
    outline, extent = unit_size(points)
    quotient, perimeter = quotient_of(outline)
    size = perimeter * math.sqrt(max(quotient, least) / (4 * math.pi))
    if not size > 0:
        return np.zeros_like(slope)
    of_size, found = 0.0, np.empty_like(slope)
    for c in range(2):
        middle, mean = outline[:, c].mean(), slope[:, c].mean()
        for i in range(len(outline)):
            of_size -= slope[i, c] * (outline[i, c] - middle) / size**2
            found[i, c] = (slope[i, c] - mean) / size
    edges = np.zeros_like(slope)
    of_perimeter = of_size * size / perimeter
    for i in range(len(outline)):
        k = i + 1 if i + 1 < len(outline) else 0
        ex, ey = outline[k, 0] - outline[i, 0], outline[k, 1] - outline[i, 1]
        length = math.sqrt(ex * ex + ey * ey)
        if length > 0:
            edges[i, 0] += of_perimeter * ex / length
            edges[i, 1] += of_perimeter * ey / length
    if quotient >= least:
        add_quotient(outline, quotient, perimeter, of_size * size / (2 * quotient), found, edges)
    return gathered(found, edges) / extent
