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
    for row in range(m):
        i, j, k = faces[chosen[row]]
        middle = (points[i] + points[j] + points[k]) / 3
        normal = np.cross(points[j] - points[i], points[k] - points[i])
        length = math.sqrt((normal**2).sum())
        if length == 0:
            continue
        d = normal / length + skew
        d /= math.sqrt((d**2).sum())
        for f in range(len(faces)):
            if f == chosen[row]:
                continue
            a, b, c = points[faces[f, 0]], points[faces[f, 1]], points[faces[f, 2]]
            ux, uy, uz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
            vx, vy, vz = c[0] - a[0], c[1] - a[1], c[2] - a[2]
            hx, hy, hz = d[1] * vz - d[2] * vy, d[2] * vx - d[0] * vz, d[0] * vy - d[1] * vx
            det = ux * hx + uy * hy + uz * hz
            if det == 0:
                continue
            sx, sy, sz = middle[0] - a[0], middle[1] - a[1], middle[2] - a[2]
            s = (sx * hx + sy * hy + sz * hz) / det
            if s < 0 or s > 1:
                continue
            qx, qy, qz = sy * uz - sz * uy, sz * ux - sx * uz, sx * uy - sy * ux
            t = (d[0] * qx + d[1] * qy + d[2] * qz) / det
            if t < 0 or s + t > 1:
                continue
            distance = (vx * qx + vy * qy + vz * qz) / det
            if distance > 0:
                outward[row] = min(outward[row], distance)
                winding[row] += -1 if det > 0 else 1  # a face is left where it looks along the line
            else:
                inward[row] = min(inward[row], -distance)
    return inward, outward, winding
