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

from problems.ties import NO_CURVATURE, TIE

TINY = float(np.finfo(float).tiny)
FINEST = 1e-12
"""Of an edge whose direction still counts, in s = √A; far below what changes the direction of any that is in use."""


@njit(cache=True, error_model="numpy")
def quotients(points: np.ndarray) -> np.ndarray:
    """Isoperimetric quotients (n,) of vertices (n, N, 2)."""
    found = np.empty(len(points))
    for k in range(len(points)):
        outline, _ = _unit_size(points[k])
        found[k] = _quotient(outline)[0]
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
        outline, _ = _unit_size(points[k])
        quotient = _quotient(outline)[0]
        found[k] = quotient
        if not math.isfinite(quotient):
            values[k] = math.nan
            field[k] = math.nan
            continue
        length, total, size, centre = _scales(outline, quotient, least)
        placed = (outline - centre) / size
        inside, outside = _curvatures(placed, near)
        sharpness, distance, turns = np.empty(n_vertices), np.empty(n_vertices), 0.0
        for i in range(n_vertices):
            ux, uy, vx, vy = _directions(outline, length, i)
            sharpness[i] = -(ux * vx + uy * vy)
            turns += math.atan2(ux * vy - uy * vx, -sharpness[i])
            distance[i] = math.sqrt(placed[i, 0] ** 2 + placed[i, 1] ** 2 + TINY)
        longest = max(n_vertices / (1.5 * total), 1 / (r * size))
        for i in range(n_vertices):
            field[k, i] = _compressed(inside[i] * r - 1)
            field[k, n_vertices + i] = _compressed(outside[i] * h - 1)
            field[k, 2 * n_vertices + i] = length[i] * longest - 1
            field[k, 3 * n_vertices + i] = 0.5 + sharpness[i]
            field[k, 4 * n_vertices + i] = _compressed(distance[i] / container - 1)
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
        outline, extent = _unit_size(points[k])
        quotient, perimeter = _quotient(outline)
        slope, slope_edges = np.zeros_like(outline), np.zeros_like(outline)
        _add_quotient(outline, quotient, perimeter, weights[k], slope, slope_edges)
        found[k] = _gathered(slope, slope_edges) / extent
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
        outline, extent = _unit_size(points[k])
        quotient, perimeter = _quotient(outline)
        if not math.isfinite(quotient):
            found[k] = math.nan
            continue
        g, n = of_field[k], len(outline)
        length, total, size, centre = _scales(outline, quotient, least)
        placed = (outline - centre) / size
        # each slope is the derivative of the weighted sum by what it is named after
        slope, slope_edges, slope_length = np.zeros_like(outline), np.zeros_like(outline), np.zeros(n)
        slope_placed = np.zeros_like(outline)
        slope_quotient, slope_total, slope_size = weights[k] - g[5 * n] / least, 0.0, 0.0
        relative = n * size * r >= 1.5 * total
        points_of, normals = _points(placed)
        for i in range(n):
            if g[i] != 0:
                _add_curvature(placed, i, _partner(points_of, normals, i, near, 1.0), g[i], r, 1.0, slope_placed)
            if g[n + i] != 0:
                _add_curvature(placed, i, _partner(points_of, normals, i, near, -1.0), g[n + i], h, -1.0, slope_placed)
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
                outward = g[4 * n + i] / container * _compressed_slope(distance / container - 1) / distance
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
        _add_quotient(outline, quotient, perimeter, slope_quotient, slope, slope_edges)
        found[k] = _gathered(slope, slope_edges) / extent
    return found


@njit(cache=True, error_model="numpy")
def _unit_size(points: np.ndarray) -> tuple[np.ndarray, float]:
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
def _quotient(outline: np.ndarray) -> tuple[float, float]:
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
def _scales(outline: np.ndarray, quotient: float, least: float) -> tuple[np.ndarray, float, float, np.ndarray]:
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
def _points(outline: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and middles of edges (2, 2N), and unit normals at the vertices (2, N)."""
    n = len(outline)
    points, normals = np.empty((2, 2 * n)), np.empty((2, n))
    for i in range(n):
        following = (i + 1) % n
        for c in range(2):
            points[c, i] = outline[i, c]
            points[c, n + i] = (outline[i, c] + outline[following, c]) / 2
        normals[0, i], normals[1, i] = _normal(outline, i)[:2]
    return points, normals


@njit(cache=True, error_model="numpy")
def _direction(outline: np.ndarray, i: int, j: int) -> tuple[float, float, float]:
    """Unit vector from vertex i to vertex j, and how far apart they are."""
    ex, ey = outline[j, 0] - outline[i, 0], outline[j, 1] - outline[i, 1]
    length = math.sqrt(ex**2 + ey**2 + FINEST**2)
    return ex / length, ey / length, length


@njit(cache=True, error_model="numpy")
def _normal(outline: np.ndarray, i: int) -> tuple[float, float, float]:
    """Inward unit normal that halves the angle at vertex i, and the length of the sum of both unit edges."""
    n = len(outline)
    ux, uy, _ = _direction(outline, (i - 1) % n, i)
    vx, vy, _ = _direction(outline, i, (i + 1) % n)
    tx, ty = ux + vx, uy + vy
    length = math.sqrt(tx**2 + ty**2 + FINEST**2)
    return -ty / length, tx / length, length


@njit(cache=True, error_model="numpy")
def _add_normal(outline: np.ndarray, i: int, wx: float, wy: float, slope: np.ndarray) -> None:
    """Add to the slopes (N, 2) of vertices what a slope (wx, wy) of the normal at vertex i makes."""
    n = len(outline)
    nx, ny, length = _normal(outline, i)
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
def _curvatures(outline: np.ndarray, near: int) -> tuple[np.ndarray, np.ndarray]:
    """Each vertex's largest curvature of circles inside and outside, two arrays (N,)."""
    n = len(outline)
    (x, y), (normal_x, normal_y) = _points(outline)
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
def _partner(points: np.ndarray, normals: np.ndarray, i: int, near: int, sign: float) -> int:
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
    nx, ny, _ = _normal(outline, i)
    if j < n:
        dx, dy = outline[j, 0] - outline[i, 0], outline[j, 1] - outline[i, 1]
    else:
        one, other = j - n, (j - n + 1) % n
        dx = (outline[one, 0] + outline[other, 0]) / 2 - outline[i, 0]
        dy = (outline[one, 1] + outline[other, 1]) / 2 - outline[i, 1]
    square = dx**2 + dy**2 + 1e-6
    return 2 * (nx * dx + ny * dy) / square, dx, dy, square, nx, ny


@njit(cache=True, error_model="numpy")
def _add_curvature(
    outline: np.ndarray, i: int, j: int, weight: float, radius: float, sign: float, slope: np.ndarray
) -> None:
    """Add to slope (N, 2) that of weight times the compressed excess of the curvature of a pair."""
    if i == j:
        return
    n = len(outline)
    curvature, dx, dy, square, nx, ny = _curvature(outline, i, j)
    weight = weight * sign * radius * _compressed_slope(sign * curvature * radius - 1)
    apart_x = 2 * weight * (nx - curvature * dx) / square
    apart_y = 2 * weight * (ny - curvature * dy) / square
    _add_normal(outline, i, 2 * weight * dx / square, 2 * weight * dy / square, slope)
    slope[i, 0] -= apart_x
    slope[i, 1] -= apart_y
    if j < n:
        slope[j, 0] += apart_x
        slope[j, 1] += apart_y
    else:
        for end in (j - n, (j - n + 1) % n):
            slope[end, 0] += apart_x / 2
            slope[end, 1] += apart_y / 2


@njit(cache=True, error_model="numpy")
def _add_direction(
    slope_edges: np.ndarray, edge: int, ux: float, uy: float, length: float, wx: float, wy: float
) -> None:
    """Add to the slopes (N, 2) of edges what a slope (wx, wy) of a unit vector along one of them makes."""
    along = ux * wx + uy * wy
    slope_edges[edge, 0] += (wx - ux * along) / length
    slope_edges[edge, 1] += (wy - uy * along) / length


@njit(cache=True, error_model="numpy")
def _add_quotient(
    outline: np.ndarray,
    quotient: float,
    perimeter: float,
    weight: float,
    slope: np.ndarray,
    slope_edges: np.ndarray,
) -> None:
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
def _gathered(slope: np.ndarray, slope_edges: np.ndarray) -> np.ndarray:
    """Slopes (N, 2) of vertices, those of the edges between them included."""
    n = len(slope)
    for i in range(n):
        following = i + 1 if i + 1 < n else 0
        for c in range(2):
            slope[i, c] -= slope_edges[i, c]
            slope[following, c] += slope_edges[i, c]
    return slope


@njit(cache=True, error_model="numpy")
def _first_largest(values: np.ndarray) -> int:
    best = values.max()
    least = best - TIE * abs(best)
    for i in range(len(values)):
        if values[i] >= least:
            return i
    return 0


@njit(cache=True, error_model="numpy")
def _compressed(excess: float) -> float:
    return math.log1p(excess) if excess > 0 else excess


@njit(cache=True, error_model="numpy")
def _compressed_slope(excess: float) -> float:
    return 1 / (1 + excess) if excess > 0 else 1.0
