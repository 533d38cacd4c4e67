"""Which faces of a mesh cross each other, and what a ray from each meets; compiled by Numba, for verification alone."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy")
def crossings(points: np.ndarray, faces: np.ndarray) -> int:
    """How many pairs of faces (F, 3) of vertices (V, 3) cross: an edge of one goes through the other.

    Faces are swept along the first axis, and only those whose boxes overlap are looked at. Edges that have a vertex in
    common with a face do not go through it.
    """
    n = len(faces)
    low, high = np.empty((n, 3)), np.empty((n, 3))
    for f in range(n):
        for c in range(3):
            i, j, k = points[faces[f, 0], c], points[faces[f, 1], c], points[faces[f, 2], c]
            low[f, c], high[f, c] = min(i, j, k), max(i, j, k)
    order = np.argsort(low[:, 0])
    found = 0
    for one in range(n):
        f = order[one]
        for other in range(one + 1, n):
            g = order[other]
            if low[g, 0] > high[f, 0]:
                break
            if low[g, 1] > high[f, 1] or low[f, 1] > high[g, 1] or low[g, 2] > high[f, 2] or low[f, 2] > high[g, 2]:
                continue
            if _pierces(points, faces[f], faces[g]) or _pierces(points, faces[g], faces[f]):
                found += 1
    return found


@njit(cache=True, error_model="numpy")
def _pierces(points: np.ndarray, edges_of: np.ndarray, face: np.ndarray) -> bool:
    a, b, c = face
    for e in range(3):
        p, q = edges_of[e], edges_of[(e + 1) % 3]
        if p in (a, b, c) or q in (a, b, c):
            continue
        before, after = _side(points, a, b, c, p), _side(points, a, b, c, q)
        if not before * after < 0:
            continue
        s, t, u = _side(points, p, q, a, b), _side(points, p, q, b, c), _side(points, p, q, c, a)
        if (s > 0 and t > 0 and u > 0) or (s < 0 and t < 0 and u < 0):
            return True
    return False


@njit(cache=True, error_model="numpy")
def _side(p: np.ndarray, a: int, b: int, c: int, d: int) -> float:
    """Six times the signed volume of a tetrahedron."""
    ux, uy, uz = p[b, 0] - p[a, 0], p[b, 1] - p[a, 1], p[b, 2] - p[a, 2]
    vx, vy, vz = p[c, 0] - p[a, 0], p[c, 1] - p[a, 1], p[c, 2] - p[a, 2]
    wx, wy, wz = p[d, 0] - p[a, 0], p[d, 1] - p[a, 1], p[d, 2] - p[a, 2]
    return ux * (vy * wz - vz * wy) + uy * (vz * wx - vx * wz) + uz * (vx * wy - vy * wx)


@njit(cache=True, error_model="numpy")
def along_normals(
    points: np.ndarray, faces: np.ndarray, chosen: np.ndarray, tilt: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What a straight line through the middle of each chosen face meets, nearly along its normal.

    Parameters
    ----------
    points : ndarray, shape (V, 3)
    faces, chosen : ndarray of int
        All faces (F, 3), and the numbers (m,) of some.
    tilt : float
        By how much the line leaves the normal, so that it misses the vertices that symmetry puts there.

    Returns
    -------
    inward, outward : ndarray, shape (m,)
        Distances to the first face on either side; infinite where there is none.
    winding : ndarray, shape (m,)
        How often the surface winds round what lies just outside of the face: 0 on that of a solid.
    """
    m = len(chosen)
    inward, outward, winding = np.full(m, math.inf), np.full(m, math.inf), np.zeros(m)
    skew = tilt * np.array([0.41, 0.73, -0.55])
    a, u, v = np.empty((3, len(faces))), np.empty((3, len(faces))), np.empty((3, len(faces)))
    for f in range(len(faces)):
        for c in range(3):
            a[c, f] = points[faces[f, 0], c]
            u[c, f] = points[faces[f, 1], c] - a[c, f]
            v[c, f] = points[faces[f, 2], c] - a[c, f]
    for row in range(m):
        own = chosen[row]
        d = np.array(
            [
                u[1, own] * v[2, own] - u[2, own] * v[1, own],
                u[2, own] * v[0, own] - u[0, own] * v[2, own],
                u[0, own] * v[1, own] - u[1, own] * v[0, own],
            ]
        )
        length = math.sqrt((d**2).sum())
        if length == 0:
            continue
        d = d / length + skew
        d /= math.sqrt((d**2).sum())
        dx, dy, dz = d[0], d[1], d[2]
        x = a[0, own] + (u[0, own] + v[0, own]) / 3
        y = a[1, own] + (u[1, own] + v[1, own]) / 3
        z = a[2, own] + (u[2, own] + v[2, own]) / 3
        for f in range(len(faces)):
            hx, hy, hz = dy * v[2, f] - dz * v[1, f], dz * v[0, f] - dx * v[2, f], dx * v[1, f] - dy * v[0, f]
            det = u[0, f] * hx + u[1, f] * hy + u[2, f] * hz
            if det == 0 or f == own:
                continue
            sx, sy, sz = x - a[0, f], y - a[1, f], z - a[2, f]
            s = (sx * hx + sy * hy + sz * hz) / det
            if s < 0 or s > 1:
                continue
            qx, qy, qz = sy * u[2, f] - sz * u[1, f], sz * u[0, f] - sx * u[2, f], sx * u[1, f] - sy * u[0, f]
            t = (dx * qx + dy * qy + dz * qz) / det
            if t < 0 or s + t > 1:
                continue
            distance = (v[0, f] * qx + v[1, f] * qy + v[2, f] * qz) / det
            if distance > 0:
                outward[row] = min(outward[row], distance)
                winding[row] += -1 if det > 0 else 1  # a face is left where it looks along the line
            else:
                inward[row] = min(inward[row], -distance)
    return inward, outward, winding
