"""What rays from the faces of a mesh meet, compiled by Numba, for verification alone."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from problems.bodies.boxes import BRANCHES, tree

SLACK = 1e-9
"""By how much boxes are widened, so that rounding leaves out no face."""


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
    first, boxes = tree(points, faces)
    levels = len(first) - 1
    stack = np.empty((levels * BRANCHES, 2), dtype=np.int64)
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
        stack[0, 0], stack[0, 1] = levels - 1, 0
        height = 1
        while height:
            height -= 1
            level, f = stack[height, 0], stack[height, 1]
            if not _meets(boxes[first[level] + f], x, y, z, dx, dy, dz):
                continue
            if level:
                level -= 1
                for child in range(BRANCHES * f, min(BRANCHES * (f + 1), first[level + 1] - first[level])):
                    stack[height, 0], stack[height, 1] = level, child
                    height += 1
                continue
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


@njit(cache=True, error_model="numpy")
def _meets(box: np.ndarray, x: float, y: float, z: float, dx: float, dy: float, dz: float) -> bool:
    """Whether a straight line through a point goes through a box: seen along the line, its point is in the outline."""
    px, py, pz = x - (box[0] - box[3]) / 2, y - (box[1] - box[4]) / 2, z - (box[2] - box[5]) / 2
    hx, hy, hz = SLACK - (box[0] + box[3]) / 2, SLACK - (box[1] + box[4]) / 2, SLACK - (box[2] + box[5]) / 2
    ax, ay, az = abs(dx), abs(dy), abs(dz)
    return bool(
        abs(dy * pz - dz * py) <= hy * az + hz * ay
        and abs(dz * px - dx * pz) <= hz * ax + hx * az
        and abs(dx * py - dy * px) <= hx * ay + hy * ax
    )
