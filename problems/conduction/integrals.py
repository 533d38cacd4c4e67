"""Integrals over the boundary and the body of a temperature that is given on the boundary; compiled by Numba."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy")
def integrals(outline: np.ndarray, biot: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """What makes integrals of values at vertices and of bubbles.

    Returns
    -------
    hats, weights : ndarray, shape (2, N)
        Of ∮u ds and of ∫u dA.
    constant : ndarray, shape (1,)
        That of the latter.
    area : float
    """
    n = len(outline)
    hats, weights, constant, area = np.zeros((2, n)), np.zeros((2, n)), np.zeros(1), 0.0
    for j in range(n):
        k = j + 1 if j + 1 < n else 0
        ax, ay, bx, by = outline[j, 0], outline[j, 1], outline[k, 0], outline[k, 1]
        length = math.sqrt((bx - ax) ** 2 + (by - ay) ** 2)
        cross, aa, ab, bb = ax * by - ay * bx, ax * ax + ay * ay, ax * bx + ay * by, bx * bx + by * by
        hats[0, j] += length / 2
        hats[0, k] += length / 2
        hats[1, j] = -(length**3) / 6
        weights[0, j] += cross / 4 + biot * length * (3 * aa + 2 * ab + bb) / 48
        weights[0, k] += cross / 4 + biot * length * (aa + 2 * ab + 3 * bb) / 48
        weights[1, j] = -(length**2) * (cross / 12 + biot * length * (3 * aa + 4 * ab + 3 * bb) / 240)
        constant[0] -= cross * (aa + ab + bb) / 48
        area += cross / 2
    return hats, weights, constant, area


@njit(cache=True, error_model="numpy")
def add_integral_slopes(
    outline: np.ndarray,
    biot: float,
    values: np.ndarray,
    bubbles: np.ndarray,
    of_boundary: float,
    of_whole: float,
    of_area: float,
    of_outline: np.ndarray,
) -> None:
    """Add slopes of of_boundary ∮u ds + of_whole ∫u dA + of_area ∫dA, values and bubbles being given."""
    n = len(outline)
    for j in range(n):
        k = j + 1 if j + 1 < n else 0
        ax, ay, bx, by = outline[j, 0], outline[j, 1], outline[k, 0], outline[k, 1]
        length = math.sqrt((bx - ax) ** 2 + (by - ay) ** 2)
        cross, aa, ab, bb = ax * by - ay * bx, ax * ax + ay * ay, ax * bx + ay * by, bx * bx + by * by
        u, v, bubble = values[j], values[k], bubbles[j]
        moment = u * (3 * aa + 2 * ab + bb) + v * (aa + 2 * ab + 3 * bb)
        bent = (3 * aa + 4 * ab + 3 * bb) / 240
        by_length = of_boundary * ((u + v) / 2 - bubble * length**2 / 2)
        by_length += of_whole * (biot * moment / 48 - bubble * length * (cross / 6 + 3 * biot * length * bent))
        by_cross = of_whole * ((u + v) / 4 - (aa + ab + bb) / 48 - bubble * length**2 / 12) + of_area / 2
        scale, curved = of_whole * biot * length / 48, of_whole * biot * bubble * length**3 / 240
        by_aa = scale * (3 * u + v) - of_whole * cross / 48 - 3 * curved
        by_ab = scale * 2 * (u + v) - of_whole * cross / 48 - 4 * curved
        by_bb = scale * (u + 3 * v) - of_whole * cross / 48 - 3 * curved
        ex, ey = (0.0, 0.0) if length == 0 else ((bx - ax) / length, (by - ay) / length)
        of_outline[j, 0] += -by_length * ex + by_cross * by + 2 * by_aa * ax + by_ab * bx
        of_outline[j, 1] += -by_length * ey - by_cross * bx + 2 * by_aa * ay + by_ab * by
        of_outline[k, 0] += by_length * ex - by_cross * ay + 2 * by_bb * bx + by_ab * ax
        of_outline[k, 1] += by_length * ey + by_cross * ax + 2 * by_bb * by + by_ab * ay
