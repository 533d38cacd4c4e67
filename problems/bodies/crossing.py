"""Whether a surface goes through itself, compiled by Numba, for verification alone."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from problems.bodies.boxes import BRANCHES, tree

SOLID = 1e-6
"""By how much the solid angle under which a star-shaped surface is seen from within may miss 4π."""


@njit(cache=True, error_model="numpy")
def is_star_shaped(points: np.ndarray, faces: np.ndarray, centre: np.ndarray) -> bool:
    """Whether every face of a closed mesh is seen from a point from within, once: such a surface cannot cross itself.

    References
    ----------
    van Oosterom & Strackee 1983, The solid angle of a plane triangle.
    """
    directions = points - centre
    for i in range(len(points)):
        length = math.sqrt(directions[i, 0] ** 2 + directions[i, 1] ** 2 + directions[i, 2] ** 2)
        if not length > 0:
            return False
        directions[i] /= length
    angle = 0.0
    for f in range(len(faces)):
        ax, ay, az = directions[faces[f, 0], 0], directions[faces[f, 0], 1], directions[faces[f, 0], 2]
        bx, by, bz = directions[faces[f, 1], 0], directions[faces[f, 1], 1], directions[faces[f, 1], 2]
        cx, cy, cz = directions[faces[f, 2], 0], directions[faces[f, 2], 1], directions[faces[f, 2], 2]
        triple = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
        if not triple > 0:
            return False
        beside = ax * bx + ay * by + az * bz + bx * cx + by * cy + bz * cz + cx * ax + cy * ay + cz * az
        angle += 2 * math.atan2(triple, 1 + beside)
    return abs(angle / (4 * math.pi) - 1) < SOLID


@njit(cache=True, error_model="numpy")
def crossings(points: np.ndarray, faces: np.ndarray, enough: int) -> int:
    """How many pairs of two or more faces (F, 3) of vertices (V, 3) cross, counted up to what is enough.

    Two faces cross if an edge of one goes through the other.

    Only faces whose boxes overlap are looked at, found by a tree of boxes that takes faces in their order: any order
    gives the same count, and one in which neighbours follow each other gives it fast. Edges that have a vertex in
    common with a face do not go through it.
    """
    first, boxes = tree(points, faces)
    normals = _normals(points, faces)
    levels = len(first) - 1
    stack = np.empty((levels * BRANCHES**2, 3), dtype=np.int64)  # each level leaves no more than its pairs
    stack[0] = levels - 1, 0, 0
    height, found = 1, 0
    while height and found < enough:
        height -= 1
        level, i, j = stack[height, 0] - 1, BRANCHES * stack[height, 1], BRANCHES * stack[height, 2]
        size = first[level + 1] - first[level]
        for a in range(i, min(i + BRANCHES, size)):
            for b in range(max(a, j), min(j + BRANCHES, size)):
                if a != b and not _overlap(boxes, first[level] + a, first[level] + b):
                    continue
                if level:
                    stack[height, 0], stack[height, 1], stack[height, 2] = level, a, b
                    height += 1
                elif a != b:
                    found += _cross(points, faces, normals, a, b)
    return min(found, enough)


@njit(cache=True, error_model="numpy")
def _overlap(boxes: np.ndarray, i: int, j: int) -> bool:
    apart = False
    for c in range(3):
        apart |= boxes[i, c] > -boxes[j, 3 + c] or boxes[j, c] > -boxes[i, 3 + c]
    return not apart


@njit(cache=True, error_model="numpy")
def _normals(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Normals of faces, of twice their areas."""
    normals = np.empty((len(faces), 3))
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux, uy, uz = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1], points[b, 2] - points[a, 2]
        vx, vy, vz = points[c, 0] - points[a, 0], points[c, 1] - points[a, 1], points[c, 2] - points[a, 2]
        normals[f, 0], normals[f, 1], normals[f, 2] = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    return normals


@njit(cache=True, error_model="numpy")
def _cross(points: np.ndarray, faces: np.ndarray, normals: np.ndarray, f: int, g: int) -> bool:
    common = 0
    for i in range(3):
        for j in range(3):
            common += faces[f, i] == faces[g, j]
    # of faces with a common edge, every other edge has a vertex in common with the other face
    if common > 1:
        return False
    return _pierces(points, faces, normals, f, g) or _pierces(points, faces, normals, g, f)


@njit(cache=True, error_model="numpy")
def _pierces(points: np.ndarray, faces: np.ndarray, normals: np.ndarray, f: int, g: int) -> bool:
    """Whether an edge of one face goes through another."""
    s0, s1, s2 = (
        _above(points, faces, normals, g, faces[f, 0]),
        _above(points, faces, normals, g, faces[f, 1]),
        _above(points, faces, normals, g, faces[f, 2]),
    )
    if (s0 > 0 and s1 > 0 and s2 > 0) or (s0 < 0 and s1 < 0 and s2 < 0):
        return False
    a, b, c = faces[g, 0], faces[g, 1], faces[g, 2]
    for e in range(3):
        p, q = faces[f, e], faces[f, (e + 1) % 3]
        if p in (a, b, c) or q in (a, b, c):
            continue
        before = s0 if e == 0 else (s1 if e == 1 else s2)
        after = s1 if e == 0 else (s2 if e == 1 else s0)
        if not before * after < 0:
            continue
        s, t, u = _side(points, p, q, a, b), _side(points, p, q, b, c), _side(points, p, q, c, a)
        if (s > 0 and t > 0 and u > 0) or (s < 0 and t < 0 and u < 0):
            return True
    return False


@njit(cache=True, error_model="numpy")
def _above(points: np.ndarray, faces: np.ndarray, normals: np.ndarray, f: int, p: int) -> float:
    """How far a vertex is above a face, times twice its area."""
    a = faces[f, 0]
    x, y, z = points[p, 0] - points[a, 0], points[p, 1] - points[a, 1], points[p, 2] - points[a, 2]
    return normals[f, 0] * x + normals[f, 1] * y + normals[f, 2] * z


@njit(cache=True, error_model="numpy")
def _side(p: np.ndarray, a: int, b: int, c: int, d: int) -> float:
    """Six times the signed volume of a tetrahedron."""
    ux, uy, uz = p[b, 0] - p[a, 0], p[b, 1] - p[a, 1], p[b, 2] - p[a, 2]
    vx, vy, vz = p[c, 0] - p[a, 0], p[c, 1] - p[a, 1], p[c, 2] - p[a, 2]
    wx, wy, wz = p[d, 0] - p[a, 0], p[d, 1] - p[a, 1], p[d, 2] - p[a, 2]
    return ux * (vy * wz - vz * wy) + uy * (vz * wx - vx * wz) + uz * (vx * wy - vy * wx)
