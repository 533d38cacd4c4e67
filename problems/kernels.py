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
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Quotients (n,), constraints (n, 7) and the pairs (n, 4) that attain the first two, of vertices (n, N, 2)."""
    n, n_vertices = points.shape[:2]
    found, values, pairs = np.empty(n), np.empty((n, 7)), np.zeros((n, 4), dtype=np.int64)
    for k in range(n):
        outline, _ = _unit_size(points[k])
        quotient = _quotient(outline)[0]
        found[k] = quotient
        if not math.isfinite(quotient):
            values[k] = math.nan
            continue
        length, total, size, centre = _scales(outline, quotient, least)
        placed = (outline - centre) / size
        inside, outside = _extremes(placed, near, pairs[k])
        longest = length.max()
        values[k, 0] = _compressed(inside * r - 1)
        values[k, 1] = _compressed(outside * h - 1)
        values[k, 2] = 1 - quotient / least
        values[k, 3] = max(longest * n_vertices / (1.5 * total), longest / (r * size)) - 1
        smallest, turns, farthest = 1.0, 0.0, 0.0
        for i in range(n_vertices):
            ux, uy, vx, vy = _directions(outline, length, i)
            cosine = ux * vx + uy * vy
            smallest = min(smallest, cosine)
            turns += math.atan2(ux * vy - uy * vx, cosine)
            farthest = max(farthest, placed[i, 0] ** 2 + placed[i, 1] ** 2)
        values[k, 4] = 0.5 - smallest
        values[k, 5] = abs(turns / (2 * math.pi) - 1) - 0.5
        values[k, 6] = _compressed(math.sqrt(farthest + TINY) / container - 1)
    return found, values, pairs


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
    of_constraints: np.ndarray,
    pairs: np.ndarray,
    r: float,
    h: float,
    container: float,
    least: float,
) -> np.ndarray:
    """Gradients (n, N, 2) of weights (n,) times quotients plus weights (n, 7) times constraints."""
    found = np.empty_like(points)
    for k in range(len(points)):
        outline, extent = _unit_size(points[k])
        quotient, perimeter = _quotient(outline)
        if not math.isfinite(quotient):
            found[k] = math.nan
            continue
        g, n_vertices = of_constraints[k], len(outline)
        length, total, size, centre = _scales(outline, quotient, least)
        placed = (outline - centre) / size
        # each slope is the derivative of the weighted sum by what it is named after
        slope, slope_edges, slope_length = np.zeros_like(outline), np.zeros_like(outline), np.zeros(n_vertices)
        slope_placed = np.zeros_like(outline)
        slope_quotient, slope_total, slope_size = weights[k] - g[2] / least, 0.0, 0.0

        if pairs[k, 0] != pairs[k, 1]:
            _add_curvature(placed, pairs[k, 0], pairs[k, 1], g[0], r, 1.0, slope_placed)
        if pairs[k, 2] != pairs[k, 3]:
            _add_curvature(placed, pairs[k, 2], pairs[k, 3], g[1], h, -1.0, slope_placed)

        edge = _first_largest(length)
        longest = length[edge]
        if longest * n_vertices / (1.5 * total) >= longest / (r * size):
            slope_length[edge] += g[3] * n_vertices / (1.5 * total)
            slope_total -= g[3] * longest * n_vertices / (1.5 * total**2)
        else:
            slope_length[edge] += g[3] / (r * size)
            slope_size -= g[3] * longest / (r * size**2)

        cosines, distances = np.empty(n_vertices), np.empty(n_vertices)
        for i in range(n_vertices):
            ux, uy, vx, vy = _directions(outline, length, i)
            cosines[i] = -(ux * vx + uy * vy)
            distances[i] = math.sqrt(placed[i, 0] ** 2 + placed[i, 1] ** 2 + TINY)
        corner = _first_largest(cosines)
        ux, uy, vx, vy = _directions(outline, length, corner)
        _add_direction(slope_edges, corner - 1, ux, uy, length[corner - 1], -g[4] * vx, -g[4] * vy)
        _add_direction(slope_edges, corner, vx, vy, length[corner], -g[4] * ux, -g[4] * uy)

        far = _first_largest(distances)
        outward = g[6] / container * _compressed_slope(distances[far] / container - 1) / distances[far]
        slope_placed[far] += outward * placed[far]

        slope_size -= (slope_placed * placed).sum() / size
        slope += slope_placed / size
        slope_centre = np.array([-slope_placed[:, 0].sum() / size, -slope_placed[:, 1].sum() / size])
        slope_total += slope_size * size / total
        if quotient >= least:
            slope_quotient += slope_size * size / (2 * quotient)
        slope_total -= (slope_centre * centre).sum() / total
        for i in range(n_vertices):
            following = i + 1 if i + 1 < n_vertices else 0
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
def _extremes(outline: np.ndarray, near: int, pair: np.ndarray) -> tuple[float, float]:
    """Largest and smallest curvature of circles, the second with its sign turned; their pairs go into ``pair``."""
    n = len(outline)
    x, y, normal_x, normal_y = np.empty(2 * n), np.empty(2 * n), np.empty(n), np.empty(n)
    for i in range(n):
        before, following = (i - 1) % n, (i + 1) % n
        x[i], y[i] = outline[i, 0], outline[i, 1]
        x[n + i], y[n + i] = (outline[i, 0] + outline[following, 0]) / 2, (outline[i, 1] + outline[following, 1]) / 2
        tx, ty = outline[following, 0] - outline[before, 0], outline[following, 1] - outline[before, 1]
        length = math.sqrt(tx**2 + ty**2 + TINY)
        normal_x[i], normal_y[i] = -ty / length, tx / length
    largest, smallest = np.zeros(n), np.zeros(n)
    for i in range(n):
        # the middles of the edges i - near to i + near - 1 are left out: the rest begins at i + near
        top, low = 0.0, 0.0
        for part in range(3):
            first, end = _part(part, i, near, n)
            for j in range(first, end):
                dx, dy = x[j] - x[i], y[j] - y[i]
                bent = (normal_x[i] * dx + normal_y[i] * dy) / (dx * dx + dy * dy + 1e-6)
                top = bent if bent > top else top
                low = bent if bent < low else low
        largest[i], smallest[i] = 2 * top, -2 * low
    for side in range(2):
        rows, sign = (largest, 1.0) if side == 0 else (smallest, -1.0)
        best = rows.max()
        pair[2 * side] = pair[2 * side + 1] = 0
        if best < NO_CURVATURE:
            continue
        i = _first_largest(rows)
        pair[2 * side] = i
        missing = True
        for part in range(3):
            first, end = _part(part, i, near, n)
            for j in range(first, end):
                dx, dy = x[j] - x[i], y[j] - y[i]
                bent = 2 * sign * (normal_x[i] * dx + normal_y[i] * dy) / (dx * dx + dy * dy + 1e-6)
                if missing and bent >= (1 - TIE) * best:
                    pair[2 * side + 1] = j
                    missing = False
    return _curvature(outline, pair[0], pair[1])[0], -_curvature(outline, pair[2], pair[3])[0]


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
def _curvature(outline: np.ndarray, i: int, j: int) -> tuple[float, float, float, float, float, float, float]:
    """2 n·d / (|d|² + 10⁻⁶), d, its softened square, the normal n at vertex i and the tangent's length."""
    n = len(outline)
    before, following = (i - 1) % n, (i + 1) % n
    tx, ty = outline[following, 0] - outline[before, 0], outline[following, 1] - outline[before, 1]
    length = math.sqrt(tx**2 + ty**2 + TINY)
    nx, ny = -ty / length, tx / length
    if j < n:
        dx, dy = outline[j, 0] - outline[i, 0], outline[j, 1] - outline[i, 1]
    else:
        one, other = j - n, (j - n + 1) % n
        dx = (outline[one, 0] + outline[other, 0]) / 2 - outline[i, 0]
        dy = (outline[one, 1] + outline[other, 1]) / 2 - outline[i, 1]
    square = dx**2 + dy**2 + 1e-6
    return 2 * (nx * dx + ny * dy) / square, dx, dy, square, nx, ny, length


@njit(cache=True, error_model="numpy")
def _add_curvature(
    outline: np.ndarray, i: int, j: int, weight: float, radius: float, sign: float, slope: np.ndarray
) -> None:
    """Add to slope (N, 2) that of weight times the compressed excess of the curvature of a pair."""
    n = len(outline)
    before, following = (i - 1) % n, (i + 1) % n
    curvature, dx, dy, square, nx, ny, length = _curvature(outline, i, j)
    weight = weight * sign * radius * _compressed_slope(sign * curvature * radius - 1)
    apart_x = 2 * weight * (nx - curvature * dx) / square
    apart_y = 2 * weight * (ny - curvature * dy) / square
    normal_x, normal_y = 2 * weight * dx / square, 2 * weight * dy / square
    along = nx * normal_x + ny * normal_y
    turned_x, turned_y = (normal_x - nx * along) / length, (normal_y - ny * along) / length
    slope[following, 0] += turned_y
    slope[following, 1] -= turned_x
    slope[before, 0] -= turned_y
    slope[before, 1] += turned_x
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
