"""Surface, volume and isoperimetric quotient of closed triangle meshes, and their gradients, compiled by Numba.

Meshes are moved to their first vertex and divided by their extent on the way, so that none over- or underflows; since Q
is blind to place and size, its gradient knows nothing of that. One pass over the faces gives the values, and another
the gradient: with N = (b − a) × (c − a) the area of a face changes with its vertex a by ½ N/|N| × (c − b), and the
volume by N/6, a closed surface's other terms cancelling.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy")
def measures(points: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Surfaces and volumes of meshes at unit extent, and what they were multiplied by for that.

    Parameters
    ----------
    points : ndarray, shape (n, V, 3)
    faces : ndarray of int32, shape (F, 3)

    Returns
    -------
    surfaces, volumes, units : ndarray, shape (n,)
        NaN for meshes that are not finite, and a unit of 0 for those without extent.
    """
    n = len(points)
    surfaces, volumes, units = np.zeros(n), np.zeros(n), np.zeros(n)
    for k in range(n):
        p = points[k]
        unit = unit_of(p)
        units[k] = unit
        if math.isnan(unit):
            surfaces[k], volumes[k] = math.nan, math.nan
            continue
        ox, oy, oz = p[0, 0], p[0, 1], p[0, 2]
        surface, volume = 0.0, 0.0
        for f in range(len(faces)):
            a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
            ax, ay, az = (p[a, 0] - ox) * unit, (p[a, 1] - oy) * unit, (p[a, 2] - oz) * unit
            ux, uy, uz = (p[b, 0] - ox) * unit - ax, (p[b, 1] - oy) * unit - ay, (p[b, 2] - oz) * unit - az
            vx, vy, vz = (p[c, 0] - ox) * unit - ax, (p[c, 1] - oy) * unit - ay, (p[c, 2] - oz) * unit - az
            nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
            surface += math.sqrt(nx * nx + ny * ny + nz * nz)
            volume += ax * nx + ay * ny + az * nz
        surfaces[k], volumes[k] = surface / 2, volume / 6
    return surfaces, volumes, units


@njit(cache=True, error_model="numpy")
def unit_of(p: np.ndarray) -> float:
    """What vertices (V, 3) are to be multiplied by for unit extent: 0 where they all coincide, NaN if not finite."""
    extent = 0.0
    for i in range(len(p)):
        for c in range(3):
            away = abs(p[i, c] - p[0, c])
            if not math.isfinite(away):
                return math.nan
            extent = max(extent, away)
    return 1 / extent if extent > 0 and 1 / extent < math.inf else 0.0


def quotients(surfaces: np.ndarray, volumes: np.ndarray) -> np.ndarray:
    """Q = 36π V|V| / S³, shape (n,); 0 where there is no surface."""
    return 36 * np.pi * volumes * np.abs(volumes) / np.where(surfaces == 0, 1.0, surfaces) ** 3


@njit(cache=True, error_model="numpy")
def quotient_gradients(
    points: np.ndarray,
    faces: np.ndarray,
    weights: np.ndarray,
    surfaces: np.ndarray,
    volumes: np.ndarray,
    units: np.ndarray,
) -> np.ndarray:
    """Gradients (n, V, 3) of weights (n,) times quotients, given what `measures` has found."""
    found = np.zeros_like(points)
    for k in range(len(points)):
        p, slope, unit = points[k], found[k], units[k]
        if math.isnan(unit):
            slope[:] = math.nan
            continue
        surface, volume = surfaces[k], volumes[k]
        if surface == 0:
            continue
        of_volume = weights[k] * 72 * math.pi * abs(volume) / surface**3
        of_surface = -weights[k] * 108 * math.pi * volume * abs(volume) / surface**4
        ox, oy, oz = p[0, 0], p[0, 1], p[0, 2]
        by_volume, by_surface = of_volume * unit / 6, of_surface * unit / 2
        for f in range(len(faces)):
            a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
            ax, ay, az = (p[a, 0] - ox) * unit, (p[a, 1] - oy) * unit, (p[a, 2] - oz) * unit
            ux, uy, uz = (p[b, 0] - ox) * unit - ax, (p[b, 1] - oy) * unit - ay, (p[b, 2] - oz) * unit - az
            vx, vy, vz = (p[c, 0] - ox) * unit - ax, (p[c, 1] - oy) * unit - ay, (p[c, 2] - oz) * unit - az
            nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
            length = math.sqrt(nx * nx + ny * ny + nz * nz)
            share = by_surface / length if length > 0 else 0.0
            mx, my, mz = share * nx, share * ny, share * nz
            gx, gy, gz = by_volume * nx, by_volume * ny, by_volume * nz
            # of b it is v × m, of c it is m × u
            bx, by, bz = vy * mz - vz * my, vz * mx - vx * mz, vx * my - vy * mx
            cx, cy, cz = my * uz - mz * uy, mz * ux - mx * uz, mx * uy - my * ux
            slope[a, 0] += gx - bx - cx
            slope[a, 1] += gy - by - cy
            slope[a, 2] += gz - bz - cz
            slope[b, 0] += gx + bx
            slope[b, 1] += gy + by
            slope[b, 2] += gz + bz
            slope[c, 0] += gx + cx
            slope[c, 1] += gy + cy
            slope[c, 2] += gz + cz
    return found
