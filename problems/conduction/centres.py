"""Points inside an outline, one for each vertex, of which one is near the hottest; compiled by Numba.

The largest disc that touches the outline at a vertex and fits in has its centre on the medial axis. That is where a
body is hottest which is cooled through its boundary: in the middle of a disc or of a strip exactly.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from problems.tangent_points import add_normal, add_point, partner, points_and_normals

FURTHEST = 1.0
"""Radius of a disc where nothing is in its way, in s = √A."""
SOFT = 1e-6
"""Of the square of a distance, as in constraints."""


@njit(cache=True, error_model="numpy")
def centres(outline: np.ndarray, near: int) -> tuple[np.ndarray, np.ndarray]:
    """Centres (N, 2) of the discs, and which of `problems.tangent_points` each is stopped by, (N,)."""
    points, normals = points_and_normals(outline)
    n = len(outline)
    found, partners = np.empty((n, 2)), np.empty(n, dtype=np.int64)
    for i in range(n):
        j = partner(points, normals, i, near, 1.0)
        partners[i] = j
        radius = FURTHEST
        if j != i:
            dx, dy = points[0, j] - points[0, i], points[1, j] - points[1, i]
            along = normals[0, i] * dx + normals[1, i] * dy
            radius = min(radius, (dx * dx + dy * dy + SOFT) / (2 * along))
        found[i, 0] = outline[i, 0] + radius * normals[0, i]
        found[i, 1] = outline[i, 1] + radius * normals[1, i]
    return found, partners


@njit(cache=True, error_model="numpy")
def add_centre_slopes(
    outline: np.ndarray, partners: np.ndarray, of_centres: np.ndarray, of_outline: np.ndarray
) -> None:
    """Add slopes of an outline (N, 2) to which slopes (N, 2) of the centres come."""
    points, normals = points_and_normals(outline)
    n = len(outline)
    for i in range(n):
        j = partners[i]
        nx, ny = normals[0, i], normals[1, i]
        wx, wy = of_centres[i]
        radius, apart_x, apart_y, normal_x, normal_y = FURTHEST, 0.0, 0.0, FURTHEST * wx, FURTHEST * wy
        if j != i:
            dx, dy = points[0, j] - points[0, i], points[1, j] - points[1, i]
            along, outward = nx * dx + ny * dy, wx * nx + wy * ny
            radius = (dx * dx + dy * dy + SOFT) / (2 * along)
            if radius < FURTHEST:
                apart_x, apart_y = outward * (dx - radius * nx) / along, outward * (dy - radius * ny) / along
                normal_x, normal_y = radius * (wx - outward * dx / along), radius * (wy - outward * dy / along)
        add_normal(outline, i, normal_x, normal_y, of_outline)
        of_outline[i, 0] += wx - apart_x
        of_outline[i, 1] += wy - apart_y
        add_point(j, apart_x, apart_y, of_outline)
