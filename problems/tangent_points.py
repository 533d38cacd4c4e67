"""Circles that touch an outline at a vertex and pass through another of its points, compiled by Numba.

`problems.manufacturing` has the formulas. Points are the vertices, and after them the middles of edges.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from problems.excess import compressed_slope
from problems.ties import NO_CURVATURE, TIE

FINEST = 1e-12
"""Of an edge whose direction still counts, in s = √A; far below what changes the direction of any that is in use."""


@njit(cache=True, error_model="numpy")
def points_and_normals(outline: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and middles of edges (2, 2N), and unit normals at the vertices (2, N)."""
    n = len(outline)
    points, normals = np.empty((2, 2 * n)), np.empty((2, n))
    for i in range(n):
        following = (i + 1) % n
        for c in range(2):
            points[c, i] = outline[i, c]
            points[c, n + i] = (outline[i, c] + outline[following, c]) / 2
        normals[0, i], normals[1, i] = normal(outline, i)[:2]
    return points, normals


@njit(cache=True, error_model="numpy")
def _direction(outline: np.ndarray, i: int, j: int) -> tuple[float, float, float]:
    """Unit vector from vertex i to vertex j, and how far apart they are."""
    ex, ey = outline[j, 0] - outline[i, 0], outline[j, 1] - outline[i, 1]
    length = math.sqrt(ex**2 + ey**2 + FINEST**2)
    return ex / length, ey / length, length


@njit(cache=True, error_model="numpy")
def normal(outline: np.ndarray, i: int) -> tuple[float, float, float]:
    """Inward unit normal that halves the angle at vertex i, and the length of the sum of both unit edges."""
    n = len(outline)
    ux, uy, _ = _direction(outline, (i - 1) % n, i)
    vx, vy, _ = _direction(outline, i, (i + 1) % n)
    tx, ty = ux + vx, uy + vy
    length = math.sqrt(tx**2 + ty**2 + FINEST**2)
    return -ty / length, tx / length, length


@njit(cache=True, error_model="numpy")
def add_normal(outline: np.ndarray, i: int, wx: float, wy: float, slope: np.ndarray) -> None:
    """Add to the slopes (N, 2) of vertices what a slope (wx, wy) of the normal at vertex i makes."""
    n = len(outline)
    nx, ny, length = normal(outline, i)
    along = nx * wx + ny * wy
    # of the sum of both unit edges, a quarter turn away from the normal
    tx, ty = (wy - ny * along) / length, -(wx - nx * along) / length
    for start, end in (((i - 1) % n, i), (i, (i + 1) % n)):
        ux, uy, apart = _direction(outline, start, end)
        along = ux * tx + uy * ty
        sx, sy = (tx - ux * along) / apart, (ty - uy * along) / apart
        slope[start, 0] -= sx
        slope[start, 1] -= sy
        slope[end, 0] += sx
        slope[end, 1] += sy


@njit(cache=True, error_model="numpy")
def curvatures(outline: np.ndarray, near: int) -> tuple[np.ndarray, np.ndarray]:
    """Each vertex's largest curvature of circles inside and outside, two arrays (N,)."""
    n = len(outline)
    (x, y), (normal_x, normal_y) = points_and_normals(outline)
    inside, outside = np.empty(n), np.empty(n)
    for i in range(n):
        top, low = 0.0, 0.0
        for part in range(3):
            first, end = _part(part, i, near, n)
            for j in range(first, end):
                dx, dy = x[j] - x[i], y[j] - y[i]
                bent = (normal_x[i] * dx + normal_y[i] * dy) / (dx * dx + dy * dy + 1e-6)
                top = bent if bent > top else top
                low = bent if bent < low else low
        inside[i] = 2 * top if 2 * top >= NO_CURVATURE else 0.0
        outside[i] = -2 * low if -2 * low >= NO_CURVATURE else 0.0
    return inside, outside


@njit(cache=True, error_model="numpy")
def partner(points: np.ndarray, normals: np.ndarray, i: int, near: int, sign: float) -> int:
    """The first point at which the curvature at vertex i, inside or outside, is largest; i itself where there is none.

    A vertex has few pairs, so that they are gone through once for the largest and once more for the first.
    """
    n = normals.shape[1]
    x, y = points
    best = 0.0
    for again in range(2):
        for part in range(3):
            first, end = _part(part, i, near, n)
            for j in range(first, end):
                dx, dy = x[j] - x[i], y[j] - y[i]
                bent = 2 * sign * (normals[0, i] * dx + normals[1, i] * dy) / (dx * dx + dy * dy + 1e-6)
                if again == 1 and bent >= (1 - TIE) * best:
                    return j
                best = bent if bent > best else best
        if best < NO_CURVATURE:
            return i
    return i


@njit(cache=True, error_model="numpy")
def _part(part: int, i: int, near: int, n: int) -> tuple[int, int]:
    """Three ranges of points that vertex i is compared with, in rising order: vertices, then middles but the near."""
    if part == 0:
        return 0, n
    if 2 * near >= n:
        return n, n
    first, end = (i - near) % n, (i + near) % n  # the near middles are those from first up to end, round the outline
    if first < end:
        return (n, n + first) if part == 1 else (n + end, 2 * n)
    return (n + end, n + first) if part == 1 else (n, n)


@njit(cache=True, error_model="numpy")
def _curvature(outline: np.ndarray, i: int, j: int) -> tuple[float, float, float, float, float, float]:
    """2 n·d / (|d|² + 10⁻⁶), d, its softened square, and the normal n at vertex i."""
    n = len(outline)
    nx, ny, _ = normal(outline, i)
    if j < n:
        dx, dy = outline[j, 0] - outline[i, 0], outline[j, 1] - outline[i, 1]
    else:
        one, other = j - n, (j - n + 1) % n
        dx = (outline[one, 0] + outline[other, 0]) / 2 - outline[i, 0]
        dy = (outline[one, 1] + outline[other, 1]) / 2 - outline[i, 1]
    square = dx**2 + dy**2 + 1e-6
    return 2 * (nx * dx + ny * dy) / square, dx, dy, square, nx, ny


@njit(cache=True, error_model="numpy")
def add_curvature(
    outline: np.ndarray, i: int, j: int, weight: float, radius: float, sign: float, slope: np.ndarray
) -> None:
    """Add to slope (N, 2) that of weight times the compressed excess of the curvature of a pair."""
    if i == j:
        return
    curvature, dx, dy, square, nx, ny = _curvature(outline, i, j)
    weight = weight * sign * radius * compressed_slope(sign * curvature * radius - 1)
    apart_x = 2 * weight * (nx - curvature * dx) / square
    apart_y = 2 * weight * (ny - curvature * dy) / square
    add_normal(outline, i, 2 * weight * dx / square, 2 * weight * dy / square, slope)
    slope[i, 0] -= apart_x
    slope[i, 1] -= apart_y
    add_point(j, apart_x, apart_y, slope)


@njit(cache=True, error_model="numpy")
def add_point(j: int, wx: float, wy: float, slope: np.ndarray) -> None:
    """Add to the slopes (N, 2) of vertices what a slope (wx, wy) of a vertex, or of the middle of an edge, makes."""
    n = len(slope)
    if j < n:
        slope[j, 0] += wx
        slope[j, 1] += wy
    else:
        for end in (j - n, (j - n + 1) % n):
            slope[end, 0] += wx / 2
            slope[end, 1] += wy / 2
