"""The formulas of `problems.geometry` and `problems.manufacturing`, compiled by Numba; they are read there.

Torch differentiates what it has recorded, at some 10 µs an operation. Here the adjoint is written out: every constraint
is a maximum, so that its gradient touches the one vertex, edge or pair that attains it. Where several do, within 10⁻⁹
of the maximum, it is the first, here as in Torch. Importing this module takes a second, and where nothing is cached yet
compiling takes some more.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from problems.excess import compressed, compressed_slope
from problems.measures import TINY, add_quotient, gathered, quotient_of, scales, unit_size
from problems.tangent_points import add_curvature, curvatures, partner, points_and_normals
from problems.ties import TIE


@njit(cache=True, error_model="numpy")
def quotients(points: np.ndarray) -> np.ndarray:
    """Isoperimetric quotients (n,) of vertices (n, N, 2)."""
    found = np.empty(len(points))
    for k in range(len(points)):
        outline, _ = unit_size(points[k])
        found[k] = quotient_of(outline)[0]
    return found


@njit(cache=True, error_model="numpy")
def constraints(
    points: np.ndarray, r: float, h: float, container: float, least: float, near: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Quotients and constraints of vertices (n, N, 2).

    Returns
    -------
    quotients : ndarray, shape (n,)
    constraints : ndarray, shape (n, 7)
    field : ndarray, shape (n, 5N + 2)
        The constraints before the maxima, as `problems.manufacturing.Tools.field` orders them.
    places : ndarray of int, shape (n, 7)
        Where in the field each constraint stands.
    """
    n, n_vertices = points.shape[:2]
    found, values = np.empty(n), np.empty((n, 7))
    field, places = np.empty((n, 5 * n_vertices + 2)), np.zeros((n, 7), dtype=np.int64)
    for k in range(n):
        outline, _ = unit_size(points[k])
        quotient = quotient_of(outline)[0]
        found[k] = quotient
        if not math.isfinite(quotient):
            values[k] = math.nan
            field[k] = math.nan
            continue
        length, total, size, centre = scales(outline, quotient, least)
        placed = (outline - centre) / size
        inside, outside = curvatures(placed, near)
        sharpness, distance, turns = np.empty(n_vertices), np.empty(n_vertices), 0.0
        for i in range(n_vertices):
            ux, uy, vx, vy = _directions(outline, length, i)
            sharpness[i] = -(ux * vx + uy * vy)
            turns += math.atan2(ux * vy - uy * vx, -sharpness[i])
            distance[i] = math.sqrt(placed[i, 0] ** 2 + placed[i, 1] ** 2 + TINY)
        longest = max(n_vertices / (1.5 * total), 1 / (r * size))
        for i in range(n_vertices):
            field[k, i] = compressed(inside[i] * r - 1)
            field[k, n_vertices + i] = compressed(outside[i] * h - 1)
            field[k, 2 * n_vertices + i] = length[i] * longest - 1
            field[k, 3 * n_vertices + i] = 0.5 + sharpness[i]
            field[k, 4 * n_vertices + i] = compressed(distance[i] / container - 1)
        field[k, 5 * n_vertices] = 1 - quotient / least
        field[k, 5 * n_vertices + 1] = abs(turns / (2 * math.pi) - 1) - 0.5
        places[k, 0] = _first_largest(inside)
        places[k, 1] = n_vertices + _first_largest(outside)
        places[k, 2] = 5 * n_vertices
        places[k, 3] = 2 * n_vertices + _first_largest(length)
        places[k, 4] = 3 * n_vertices + _first_largest(sharpness)
        places[k, 5] = 5 * n_vertices + 1
        places[k, 6] = 4 * n_vertices + _first_largest(distance)
        for c in range(7):
            values[k, c] = field[k, places[k, c]]
    return found, values, field, places


@njit(cache=True, error_model="numpy")
def quotient_gradients(points: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Gradients (n, N, 2) of weights (n,) times the quotients."""
    found = np.empty_like(points)
    for k in range(len(points)):
        outline, extent = unit_size(points[k])
        quotient, perimeter = quotient_of(outline)
        slope, slope_edges = np.zeros_like(outline), np.zeros_like(outline)
        add_quotient(outline, quotient, perimeter, weights[k], slope, slope_edges)
        found[k] = gathered(slope, slope_edges) / extent
    return found


@njit(cache=True, error_model="numpy")
def constraint_gradients(
    points: np.ndarray,
    weights: np.ndarray,
    of_field: np.ndarray,
    r: float,
    h: float,
    container: float,
    least: float,
    near: int,
) -> np.ndarray:
    """Gradients (n, N, 2) of weights (n,) times quotients plus weights (n, 5N + 2) times constraints of the field."""
    found = np.empty_like(points)
    for k in range(len(points)):
        outline, extent = unit_size(points[k])
        quotient, perimeter = quotient_of(outline)
        if not math.isfinite(quotient):
            found[k] = math.nan
            continue
        g, n = of_field[k], len(outline)
        length, total, size, centre = scales(outline, quotient, least)
        placed = (outline - centre) / size
        # each slope is the derivative of the weighted sum by what it is named after
        slope, slope_edges, slope_length = np.zeros_like(outline), np.zeros_like(outline), np.zeros(n)
        slope_placed = np.zeros_like(outline)
        slope_quotient, slope_total, slope_size = weights[k] - g[5 * n] / least, 0.0, 0.0
        relative = n * size * r >= 1.5 * total
        points_of, normals = points_and_normals(placed)
        for i in range(n):
            if g[i] != 0:
                add_curvature(placed, i, partner(points_of, normals, i, near, 1.0), g[i], r, 1.0, slope_placed)
            if g[n + i] != 0:
                add_curvature(placed, i, partner(points_of, normals, i, near, -1.0), g[n + i], h, -1.0, slope_placed)
            if g[2 * n + i] != 0 and relative:
                slope_length[i] += g[2 * n + i] * n / (1.5 * total)
                slope_total -= g[2 * n + i] * length[i] * n / (1.5 * total**2)
            elif g[2 * n + i] != 0:
                slope_length[i] += g[2 * n + i] / (r * size)
                slope_size -= g[2 * n + i] * length[i] / (r * size**2)
            if g[3 * n + i] != 0:
                ux, uy, vx, vy = _directions(outline, length, i)
                _add_direction(slope_edges, i - 1, ux, uy, length[i - 1], -g[3 * n + i] * vx, -g[3 * n + i] * vy)
                _add_direction(slope_edges, i, vx, vy, length[i], -g[3 * n + i] * ux, -g[3 * n + i] * uy)
            if g[4 * n + i] != 0:
                distance = math.sqrt(placed[i, 0] ** 2 + placed[i, 1] ** 2 + TINY)
                outward = g[4 * n + i] / container * compressed_slope(distance / container - 1) / distance
                slope_placed[i] += outward * placed[i]

        slope_size -= (slope_placed * placed).sum() / size
        slope += slope_placed / size
        slope_centre = np.array([-slope_placed[:, 0].sum() / size, -slope_placed[:, 1].sum() / size])
        slope_total += slope_size * size / total
        if quotient >= least:
            slope_quotient += slope_size * size / (2 * quotient)
        slope_total -= (slope_centre * centre).sum() / total
        for i in range(n):
            following = i + 1 if i + 1 < n else 0
            ex, ey = outline[following, 0] - outline[i, 0], outline[following, 1] - outline[i, 1]
            middle = slope_centre[0] * (outline[i, 0] + ex / 2) + slope_centre[1] * (outline[i, 1] + ey / 2)
            along = (slope_length[i] + slope_total + middle / total) / length[i]
            slope[i] += slope_centre * (length[i] / total)
            slope_edges[i, 0] += along * ex + slope_centre[0] * length[i] / (2 * total)
            slope_edges[i, 1] += along * ey + slope_centre[1] * length[i] / (2 * total)
        add_quotient(outline, quotient, perimeter, slope_quotient, slope, slope_edges)
        found[k] = gathered(slope, slope_edges) / extent
    return found


@njit(cache=True, error_model="numpy")
def _directions(outline: np.ndarray, length: np.ndarray, i: int) -> tuple[float, float, float, float]:
    """Unit vectors of the edges before and after vertex i."""
    n_vertices = len(outline)
    before, following = (i - 1) % n_vertices, (i + 1) % n_vertices
    return (
        (outline[i, 0] - outline[before, 0]) / length[before],
        (outline[i, 1] - outline[before, 1]) / length[before],
        (outline[following, 0] - outline[i, 0]) / length[i],
        (outline[following, 1] - outline[i, 1]) / length[i],
    )


@njit(cache=True, error_model="numpy")
def _add_direction(
    slope_edges: np.ndarray, edge: int, ux: float, uy: float, length: float, wx: float, wy: float
) -> None:
    """Add to the slopes (N, 2) of edges what a slope (wx, wy) of a unit vector along one of them makes."""
    along = ux * wx + uy * wy
    slope_edges[edge, 0] += (wx - ux * along) / length
    slope_edges[edge, 1] += (wy - uy * along) / length


@njit(cache=True, error_model="numpy")
def _first_largest(values: np.ndarray) -> int:
    best = values.max()
    least = best - TIE * abs(best)
    for i in range(len(values)):
        if values[i] >= least:
            return i
    return 0
