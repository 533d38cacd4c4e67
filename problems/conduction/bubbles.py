"""How temperature bends along an edge, from the temperatures at vertices around it; compiled by Numba.

On an edge temperature is a straight line between its ends, and a parabola that vanishes there, the bubble. Its height
is no unknown: it follows from second differences of the values at vertices, from which the kinks at corners are taken
out, since these are known from the boundary condition. So the error falls with the third power of the edges, not with
the second, at the same number of unknowns.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from problems.conduction.boundary import FADING


@njit(cache=True, error_model="numpy")
def second_differences(outline: np.ndarray, biot: float) -> np.ndarray:
    """What makes half a second derivative at each vertex of the values before, at and after it, (N, 3)."""
    n = len(outline)
    found = np.empty((n, 3))
    for i in range(n):
        before, after, turn = _edges(outline, i)[:3]
        both = before + after
        inverse = 1 / both if both > 0 else 0.0
        found[i, 0] = inverse / before if before > 0 else 0.0
        found[i, 2] = inverse / after if after > 0 else 0.0
        found[i, 1] = -found[i, 0] - found[i, 2] - _kink(biot, both) * turn * inverse
    return found


@njit(cache=True, error_model="numpy")
def add_difference_slopes(
    outline: np.ndarray, biot: float, values: np.ndarray, weights: np.ndarray, of_outline: np.ndarray
) -> None:
    """Add slopes of weights (N,) times the second differences of given values."""
    n = len(outline)
    for i in range(n):
        k, after_next = (i - 1) % n, (i + 1) % n
        before, after, turn, ux, uy, vx, vy = _edges(outline, i)
        if before == 0 or after == 0:
            continue
        first, second, both = (values[i] - values[k]) / before, (values[after_next] - values[i]) / after, before + after
        kink = _kink(biot, both)
        found, fading = (second - first - kink * turn * values[i]) / both, FADING * kink**2 * turn * values[i]
        by_before = weights[i] * (first / before - found + fading) / both
        by_after = weights[i] * (-second / after - found + fading) / both
        by_turn = -weights[i] * kink * values[i] / both
        # an edge turns to the left by what its end moves along (-y, x), over its length
        px, py = by_before * ux + by_turn * uy / before, by_before * uy - by_turn * ux / before
        qx, qy = by_after * vx - by_turn * vy / after, by_after * vy + by_turn * vx / after
        of_outline[k, 0] -= px
        of_outline[k, 1] -= py
        of_outline[i, 0] += px - qx
        of_outline[i, 1] += py - qy
        of_outline[after_next, 0] += qx
        of_outline[after_next, 1] += qy


@njit(cache=True, error_model="numpy")
def _kink(biot: float, both: float) -> float:
    """By how much of itself the slope of u changes where the outline turns by 1, seen over so long a piece of it."""
    return biot / (1 + FADING * biot * both)


@njit(cache=True, error_model="numpy")
def _edges(outline: np.ndarray, i: int) -> tuple[float, float, float, float, float, float, float]:
    """Lengths of the edges before and after vertex i, the angle by which they turn, and their directions."""
    n = len(outline)
    k, after_next = (i - 1) % n, (i + 1) % n
    ux, uy = outline[i, 0] - outline[k, 0], outline[i, 1] - outline[k, 1]
    vx, vy = outline[after_next, 0] - outline[i, 0], outline[after_next, 1] - outline[i, 1]
    before, after = math.sqrt(ux * ux + uy * uy), math.sqrt(vx * vx + vy * vy)
    if before == 0 or after == 0:
        return before, after, 0.0, 0.0, 0.0, 0.0, 0.0
    turn = math.atan2(ux * vy - uy * vx, ux * vx + uy * vy)
    return before, after, turn, ux / before, uy / before, vx / after, vy / after


@njit(cache=True, error_model="numpy")
def with_bubbles(of_values: np.ndarray, of_bubbles: np.ndarray, differences: np.ndarray) -> np.ndarray:
    """Rows (m, N) of vertex values alone, of rows of these and of bubbles, which second differences make."""
    m, n = of_values.shape
    found = of_values.copy()
    for i in range(m):
        for j in range(n):
            weight = 0.5 * (of_bubbles[i, j] + of_bubbles[i, j - 1])
            k, after = j - 1 if j else n - 1, j + 1 if j + 1 < n else 0
            found[i, k] += weight * differences[j, 0]
            found[i, j] += weight * differences[j, 1]
            found[i, after] += weight * differences[j, 2]
    return found


@njit(cache=True, error_model="numpy")
def bubbles_of(values: np.ndarray, differences: np.ndarray) -> np.ndarray:
    """The bubble of each edge: the mean of half the second derivatives at its ends."""
    n = len(values)
    half = np.empty(n)
    for i in range(n):
        after = values[i + 1 if i + 1 < n else 0]
        half[i] = differences[i, 0] * values[i - 1] + differences[i, 1] * values[i] + differences[i, 2] * after
    return 0.5 * (half + np.roll(half, -1))
