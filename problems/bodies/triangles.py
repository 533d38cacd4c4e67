"""What printing constraints are made of: normals, areas, angles and edges of a mesh, its size and centre; compiled."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

TINY = 1e-24
"""Added to squares of lengths at unit extent, so that one can divide by them wherever points coincide."""
LEAST_SURFACE = 1e-100
"""At unit extent; below it there is none."""


@njit(cache=True, error_model="numpy")
def moved(points: np.ndarray, unit: float) -> np.ndarray:
    """Vertices (V, 3) from the first one, at unit extent."""
    u = np.empty_like(points)
    for i in range(len(points)):
        for c in range(3):
            u[i, c] = (points[i, c] - points[0, c]) * unit
    return u


@njit(cache=True, error_model="numpy")
def local(
    u: np.ndarray, faces: np.ndarray, edges: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Faces' normals of twice their area, those areas, sums of squared edges; angles round vertices; edges' lengths."""
    normals, areas, squares = np.zeros((len(faces), 3)), np.empty(len(faces)), np.empty(len(faces))
    angles, length = np.zeros(len(u)), np.empty(len(edges))
    for f in range(len(faces)):
        squares[f] = TINY
        for corner in range(3):
            a = faces[f, corner]
            ux, uy, uz = between(u, a, faces[f, (corner + 1) % 3])
            vx, vy, vz = between(u, a, faces[f, (corner + 2) % 3])
            if corner == 0:
                x, y, z = cross(ux, uy, uz, vx, vy, vz)
                add(normals, f, 1.0, x, y, z)
                areas[f] = norm(normals, f)
            squares[f] += ux * ux + uy * uy + uz * uz
            angles[a] += math.atan2(areas[f], ux * vx + uy * vy + uz * vz)
    for e in range(len(edges)):
        x, y, z = between(u, edges[e, 0], edges[e, 1])
        length[e] = math.sqrt(x * x + y * y + z * z + TINY)
    return normals, areas, squares, angles, length


@njit(cache=True, error_model="numpy")
def whole(
    u: np.ndarray, faces: np.ndarray, normals: np.ndarray, areas: np.ndarray, least: float
) -> tuple[float, float, float, float, np.ndarray]:
    """Q, surface, volume, the size s, and the centroid of the surface."""
    surface, volume, centre = 0.0, 0.0, np.zeros(3)
    for f in range(len(faces)):
        a = faces[f, 0]
        surface += areas[f] / 2
        volume += (u[a, 0] * normals[f, 0] + u[a, 1] * normals[f, 1] + u[a, 2] * normals[f, 2]) / 6
        for corner in range(3):
            x, y, z = row(u, faces[f, corner])
            centre[0] += areas[f] / 6 * x
            centre[1] += areas[f] / 6 * y
            centre[2] += areas[f] / 6 * z
    if not surface > LEAST_SURFACE:
        return 0.0, 0.0, 0.0, 1.0, centre
    for c in range(3):
        centre[c] /= surface
    quotient = 36 * math.pi * volume * abs(volume) / surface**3
    return quotient, surface, volume, math.sqrt(surface) * (max(quotient, least) / (36 * math.pi)) ** (1 / 6), centre


@njit(cache=True, error_model="numpy")
def placed_at(
    u: np.ndarray, faces: np.ndarray, normals: np.ndarray, size: float, centre: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and middles of faces (V + F, 3) about the centre, in units of the size, and inward normals (V, 3)."""
    n_vertices = len(u)
    placed, inward = np.zeros((n_vertices + len(faces), 3)), np.zeros((n_vertices, 3))
    for i in range(n_vertices):
        add(placed, i, 1 / size, u[i, 0] - centre[0], u[i, 1] - centre[1], u[i, 2] - centre[2])
    for f in range(len(faces)):
        for corner in range(3):
            i = faces[f, corner]
            add(placed, n_vertices + f, 1 / 3, placed[i, 0], placed[i, 1], placed[i, 2])
            add(inward, i, -1.0, normals[f, 0], normals[f, 1], normals[f, 2])
    for i in range(n_vertices):
        length = norm(inward, i)
        for c in range(3):
            inward[i, c] /= length
    return placed, inward


@njit(cache=True, error_model="numpy")
def add_inward(
    faces: np.ndarray, normals: np.ndarray, inward: np.ndarray, slope_inward: np.ndarray, slope_normals: np.ndarray
) -> None:
    """Add to the slopes of faces' normals what those of the unit normals at vertices make."""
    sums = np.zeros_like(inward)
    for f in range(len(faces)):
        for corner in range(3):
            add(sums, faces[f, corner], 1.0, normals[f, 0], normals[f, 1], normals[f, 2])
    for i in range(len(inward)):
        x, y, z = row(slope_inward, i)
        along = x * inward[i, 0] + y * inward[i, 1] + z * inward[i, 2]
        length = norm(sums, i)
        for c in range(3):
            sums[i, c] = (along * inward[i, c] - slope_inward[i, c]) / length
    for f in range(len(faces)):
        for corner in range(3):
            x, y, z = row(sums, faces[f, corner])
            add(slope_normals, f, 1.0, x, y, z)


@njit(cache=True, error_model="numpy")
def add_angles(u: np.ndarray, faces: np.ndarray, weights: np.ndarray, share: float, slope: np.ndarray) -> None:
    """Add to slopes those of share times weights (V,) times angles round vertices, which open with their edges."""
    for f in range(len(faces)):
        for corner in range(3):
            a, b, c = faces[f, corner], faces[f, (corner + 1) % 3], faces[f, (corner + 2) % 3]
            if weights[a] == 0:
                continue
            ux, uy, uz = between(u, a, b)
            vx, vy, vz = between(u, a, c)
            nx, ny, nz = cross(ux, uy, uz, vx, vy, vz)
            length = math.sqrt(nx * nx + ny * ny + nz * nz + TINY)
            by_b = share * weights[a] / (length * max(ux * ux + uy * uy + uz * uz, TINY))
            by_c = share * weights[a] / (length * max(vx * vx + vy * vy + vz * vz, TINY))
            x, y, z = cross(ux, uy, uz, nx, ny, nz)  # away from c
            add(slope, b, by_b, x, y, z)
            add(slope, a, -by_b, x, y, z)
            x, y, z = cross(nx, ny, nz, vx, vy, vz)  # away from b
            add(slope, c, by_c, x, y, z)
            add(slope, a, -by_c, x, y, z)


@njit(cache=True, error_model="numpy")
def row(vectors: np.ndarray, i: int) -> tuple[float, float, float]:
    """Give one vector."""
    return vectors[i, 0], vectors[i, 1], vectors[i, 2]


@njit(cache=True, error_model="numpy")
def between(u: np.ndarray, i: int, j: int) -> tuple[float, float, float]:
    """From one point to another."""
    return u[j, 0] - u[i, 0], u[j, 1] - u[i, 1], u[j, 2] - u[i, 2]


@njit(cache=True, error_model="numpy")
def add(vectors: np.ndarray, i: int, weight: float, x: float, y: float, z: float) -> None:
    """Add a vector, weighted, to one of many."""
    vectors[i, 0] += weight * x
    vectors[i, 1] += weight * y
    vectors[i, 2] += weight * z


@njit(cache=True, error_model="numpy")
def norm(vectors: np.ndarray, i: int) -> float:
    """Length, nowhere zero, so that one can divide by it."""
    return math.sqrt(vectors[i, 0] ** 2 + vectors[i, 1] ** 2 + vectors[i, 2] ** 2 + TINY)


@njit(cache=True, error_model="numpy")
def dot(vectors: np.ndarray, i: int, j: int) -> float:
    """Multiply two of many vectors."""
    return vectors[i, 0] * vectors[j, 0] + vectors[i, 1] * vectors[j, 1] + vectors[i, 2] * vectors[j, 2]


@njit(cache=True, error_model="numpy")
def cross(ax: float, ay: float, az: float, bx: float, by: float, bz: float) -> tuple[float, float, float]:
    """Multiply two vectors to one that is normal to both."""
    return ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
