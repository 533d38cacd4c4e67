"""Which points of a surface are in each other's way: tangent-point radii in space, compiled by Numba.

The ball that touches the surface at a vertex i and passes through a point j has the curvature 2n·d / |d|², d = xⱼ − xᵢ,
with the inward unit normal n at i. One above 1/r needs |d| < 2r, so that only pairs as near as that are looked at: a
grid of boxes of that size finds them, in a time that grows with the number of points and of near pairs.
"""

from __future__ import annotations

import numpy as np
from numba import njit

SOFTENING = 1e-3
"""The length below which two points count as one, in units of s."""
MOST_CELLS = 48
"""Along an axis, so that a design whose vertices are far apart asks for no more memory than others."""
AWAY = 1e100
"""Where points are put that are not to be compared."""
TIE = 1e-9
"""Curvatures nearer to each other than this, relatively, are one, so that rounding does not choose between them."""


@njit(cache=True, error_model="numpy")
def partners(
    points: np.ndarray, normals: np.ndarray, reach: float, near: np.ndarray, begins: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each vertex, the point with the largest curvature inside, and the one with the largest outside.

    Parameters
    ----------
    points : ndarray, shape (V + F, 3)
        Vertices, and middles of faces.
    normals : ndarray, shape (V, 3)
        Inward.
    reach : float
        How far apart pairs may be.
    near, begins : ndarray of int
        Points ``near[begins[i] : begins[i + 1]]`` are not compared with vertex i; rising.

    Returns
    -------
    inside, outside : ndarray of int, shape (V,)
        The vertex itself where there is none.
    """
    n_vertices = len(normals)
    inside, outside = np.arange(n_vertices), np.arange(n_vertices)
    corner, size, shape, first, members = _cells(points, reach)
    sorted_points, place = np.empty((3, len(points))), np.empty(len(points), dtype=np.int64)
    for at in range(len(members)):
        place[members[at]] = at
        for c in range(3):
            sorted_points[c, at] = points[members[at], c]
    for i in range(n_vertices):
        _hide(sorted_points, points, place, near[begins[i] : begins[i + 1]], True)
        most, least = 0.0, 0.0
        most_from, most_to, least_from, least_to = 0, 0, 0, 0
        cx, cy, cz = _cell(points, i, corner, size)
        for ix in range(max(cx - 1, 0), min(cx + 2, shape[0])):
            for iy in range(max(cy - 1, 0), min(cy + 2, shape[1])):
                row = (ix * shape[1] + iy) * shape[2]
                # boxes along the last axis lie next to each other
                begin, end = first[row + max(cz - 1, 0)], first[row + min(cz + 2, shape[2])]
                top, low = _extremes(sorted_points, begin, end, points, normals, i, reach)
                if top > most * (1 + TIE):
                    most, most_from, most_to = top, begin, end
                if low < least * (1 + TIE):
                    least, least_from, least_to = low, begin, end
        for at in range(most_from, most_to):
            if _bent(sorted_points, at, points, normals, i, reach) >= most * (1 - TIE):
                inside[i] = members[at]
                break
        for at in range(least_from, least_to):
            if _bent(sorted_points, at, points, normals, i, reach) <= least * (1 - TIE):
                outside[i] = members[at]
                break
        _hide(sorted_points, points, place, near[begins[i] : begins[i + 1]], False)
    return inside, outside


@njit(cache=True, error_model="numpy")
def _hide(sorted_points: np.ndarray, points: np.ndarray, place: np.ndarray, near: np.ndarray, hidden: bool) -> None:
    """Put points out of reach, or back to where they are."""
    for at in range(len(near)):
        sorted_points[0, place[near[at]]] = AWAY if hidden else points[near[at], 0]


@njit(cache=True, error_model="numpy", fastmath={"nnan", "nsz"}, inline="always")
def _bent(sorted_points: np.ndarray, at: int, points: np.ndarray, normals: np.ndarray, i: int, reach: float) -> float:
    """Half the curvature of a pair, and 0 out of reach."""
    dx, dy = sorted_points[0, at] - points[i, 0], sorted_points[1, at] - points[i, 1]
    dz = sorted_points[2, at] - points[i, 2]
    square = dx * dx + dy * dy + dz * dz
    bent = (normals[i, 0] * dx + normals[i, 1] * dy + normals[i, 2] * dz) / (square + SOFTENING**2)
    return bent if square <= reach * reach else 0.0


@njit(cache=True, error_model="numpy", fastmath={"nnan", "nsz"})
def _extremes(
    sorted_points: np.ndarray, begin: int, end: int, points: np.ndarray, normals: np.ndarray, i: int, reach: float
) -> tuple[float, float]:
    """The largest and the smallest of a run of points; no value is kept, so that several are computed at a time."""
    x, y, z = points[i, 0], points[i, 1], points[i, 2]
    nx, ny, nz = normals[i, 0], normals[i, 1], normals[i, 2]
    limit, soft = reach * reach, SOFTENING**2
    xs, ys, zs = sorted_points[0, begin:end], sorted_points[1, begin:end], sorted_points[2, begin:end]
    top, low = 0.0, 0.0
    for at in range(len(xs)):
        dx, dy, dz = xs[at] - x, ys[at] - y, zs[at] - z
        square = dx * dx + dy * dy + dz * dz
        bent = (nx * dx + ny * dy + nz * dz) / (square + soft)
        bent = bent if square <= limit else 0.0
        top = bent if bent > top else top
        low = bent if bent < low else low
    return top, low


@njit(cache=True, error_model="numpy")
def _cell(points: np.ndarray, i: int, corner: np.ndarray, size: np.ndarray) -> tuple[int, int, int]:
    x, y, z = points[i, 0] - corner[0], points[i, 1] - corner[1], points[i, 2] - corner[2]
    return int(x / size[0]), int(y / size[1]), int(z / size[2])


@njit(cache=True, error_model="numpy")
def _cells(points: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Sort points into boxes: a corner, their size and number, where each box's members begin, and the members."""
    corner, size, shape = np.empty(3), np.empty(3), np.empty(3, dtype=np.int64)
    for c in range(3):
        low, high = points[0, c], points[0, c]
        for j in range(len(points)):
            low, high = min(low, points[j, c]), max(high, points[j, c])
        corner[c], extent = low, high - low
        size[c] = max(reach, extent / MOST_CELLS)
        shape[c] = int(extent / size[c]) + 1
    of = np.empty(len(points), dtype=np.int64)
    first = np.zeros(shape[0] * shape[1] * shape[2] + 1, dtype=np.int64)
    for j in range(len(points)):
        x, y, z = _cell(points, j, corner, size)
        of[j] = (x * shape[1] + y) * shape[2] + z
        first[of[j] + 1] += 1
    for box in range(len(first) - 1):
        first[box + 1] += first[box]
    members, filled = np.empty(len(points), dtype=np.int64), first[:-1].copy()
    for j in range(len(points)):
        members[filled[of[j]]] = j
        filled[of[j]] += 1
    return corner, size, shape, first, members


@njit(cache=True, error_model="numpy")
def curvature(points: np.ndarray, normals: np.ndarray, i: int, j: int) -> float:
    """2n·d / (|d|² + softening²) of a pair; 0 of a point and itself."""
    if i == j:
        return 0.0
    dx, dy, dz = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1], points[j, 2] - points[i, 2]
    along = normals[i, 0] * dx + normals[i, 1] * dy + normals[i, 2] * dz
    return 2 * along / (dx * dx + dy * dy + dz * dz + SOFTENING**2)


@njit(cache=True, error_model="numpy")
def add_curvature(
    points: np.ndarray,
    normals: np.ndarray,
    i: int,
    j: int,
    weight: float,
    slope_points: np.ndarray,
    slope_normals: np.ndarray,
) -> None:
    """Add to slopes what weight times the curvature of a pair changes by."""
    if i == j or weight == 0:
        return
    dx, dy, dz = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1], points[j, 2] - points[i, 2]
    share = 2 * weight / (dx * dx + dy * dy + dz * dz + SOFTENING**2)
    bent = curvature(points, normals, i, j)
    for c in range(3):
        apart = points[j, c] - points[i, c]
        slope_points[j, c] += share * (normals[i, c] - bent * apart)
        slope_points[i, c] -= share * (normals[i, c] - bent * apart)
        slope_normals[i, c] += share * apart
