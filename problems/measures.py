"""Isoperimetric quotient and size of outlines, and the slopes of both, compiled by Numba; see `problems.geometry`."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

TINY = float(np.finfo(float).tiny)


@njit(cache=True, error_model="numpy")
def unit_size(points: np.ndarray) -> tuple[np.ndarray, float]:
    """Vertices (N, 2) from the first one at unit extent, and that extent; NaN if they are not finite."""
    moved = points - points[0]
    extent = 0.0
    for i in range(len(moved)):
        for c in range(2):
            if not math.isfinite(moved[i, c]):
                return np.full_like(moved, math.nan), 1.0
            extent = max(extent, abs(moved[i, c]))
    if extent == 0:
        extent = 1.0
    return moved / extent, extent


@njit(cache=True, error_model="numpy")
def quotient_of(outline: np.ndarray) -> tuple[float, float]:
    """Q and the perimeter."""
    area, perimeter = 0.0, 0.0
    previous = len(outline) - 1
    for i in range(len(outline)):
        x, y, u, v = outline[previous, 0], outline[previous, 1], outline[i, 0], outline[i, 1]
        area += x * v - y * u
        perimeter += math.sqrt((u - x) ** 2 + (v - y) ** 2)
        previous = i
    return 2 * math.pi * area / (perimeter**2 if perimeter != 0 else 1.0), perimeter


@njit(cache=True, error_model="numpy")
def scales(outline: np.ndarray, quotient: float, least: float) -> tuple[np.ndarray, float, float, np.ndarray]:
    """Lengths of the edges, their sum, the size s and the centroid of the curve."""
    n_vertices = len(outline)
    length, centre, total = np.empty(n_vertices), np.zeros(2), 0.0
    for i in range(n_vertices):
        following = i + 1 if i + 1 < n_vertices else 0
        ex, ey = outline[following, 0] - outline[i, 0], outline[following, 1] - outline[i, 1]
        length[i] = math.sqrt(ex**2 + ey**2 + TINY)
        total += length[i]
        centre[0] += (outline[i, 0] + ex / 2) * length[i]
        centre[1] += (outline[i, 1] + ey / 2) * length[i]
    return length, total, total * math.sqrt(max(quotient, least) / (4 * math.pi)), centre / total


@njit(cache=True, error_model="numpy")
def add_quotient(
    outline: np.ndarray,
    quotient: float,
    perimeter: float,
    weight: float,
    slope: np.ndarray,
    slope_edges: np.ndarray,
) -> None:
    """Add to the slopes (N, 2) of vertices, and of edges, those of weight times Q."""
    n = len(outline)
    by_area = weight * 4 * math.pi / (perimeter**2 if perimeter != 0 else 1.0)
    by_perimeter = -2 * weight * quotient / perimeter if perimeter != 0 else 0.0
    for i in range(n):
        before, following = (i - 1) % n, (i + 1) % n
        slope[i, 0] += by_area * (outline[following, 1] - outline[before, 1]) / 2
        slope[i, 1] += by_area * (outline[before, 0] - outline[following, 0]) / 2
        ex, ey = outline[following, 0] - outline[i, 0], outline[following, 1] - outline[i, 1]
        length = math.sqrt(ex**2 + ey**2)
        if length > 0:
            slope_edges[i, 0] += by_perimeter * ex / length
            slope_edges[i, 1] += by_perimeter * ey / length


@njit(cache=True, error_model="numpy")
def gathered(slope: np.ndarray, slope_edges: np.ndarray) -> np.ndarray:
    """Slopes (N, 2) of vertices, those of the edges between them included."""
    n = len(slope)
    for i in range(n):
        following = i + 1 if i + 1 < n else 0
        for c in range(2):
            slope[i, c] -= slope_edges[i, c]
            slope[following, c] += slope_edges[i, c]
    return slope
