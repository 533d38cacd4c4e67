"""Which points of a surface are in each other's way: tangent-point radii in space, compiled by Numba.

The ball that touches the surface at a vertex i and passes through a point j has the curvature 2n·d / |d|², d = xⱼ − xᵢ,
with the inward unit normal n at i. One above 1/r needs |d| < 2r, so that only pairs as near as that are looked at:
boxes round points that follow each other find them, in a time that grows with the number of points and of near pairs.
"""

from __future__ import annotations

import numpy as np
from numba import njit

SOFTENING = 1e-3
"""The length below which two points count as one, in units of s."""
BLOCK, ROOM = 32, 16
"""Points in a box, and boxes in a room."""
AWAY = 1e100
"""A coordinate of points that are out of reach."""
TIE = 1e-9
"""Curvatures nearer to each other than this, relatively, are one, so that rounding does not choose between them."""


@njit(cache=True, error_model="numpy")
def partners(
    points: np.ndarray, normals: np.ndarray, reach: float, near: np.ndarray, begins: np.ndarray, order: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each vertex, the point with the largest curvature inside, and the one with the largest outside.

    Parameters
    ----------
    points : ndarray, shape (V + F, 3)
        Vertices, and middles of faces, which follow each other where they are near.
    normals : ndarray, shape (V, 3)
        Inward.
    reach : float
        How far apart pairs may be.
    near, begins : ndarray of int
        Of vertex i, middles of faces in ``near[begins[i] : begins[i + 1]]`` are left out: runs, from a first face to
        before a last, that rise.
    order : ndarray of int, shape (V,)
        Vertices as they follow each other where they are near.

    Returns
    -------
    inside, outside : ndarray of int, shape (V,)
        The vertex itself where there is none; of several that are level, the first.
    """
    n_vertices = len(normals)
    inside, outside = np.arange(n_vertices), np.arange(n_vertices)
    packed, members = _packed(points, order)
    boxes, faces_from = _boxes(packed, members), -(-n_vertices // BLOCK)
    rooms = _rooms(boxes)
    found = np.empty(len(boxes), dtype=np.int64)
    limit = reach * reach
    for own in range(faces_from):
        count = _near_boxes(boxes, rooms, own, limit, found)
        for i in members[own]:
            if i < 0:
                break
            x, y, z = points[i, 0], points[i, 1], points[i, 2]
            nx, ny, nz = normals[i, 0], normals[i, 1], normals[i, 2]
            run, last = begins[i], begins[i + 1]
            most, least = 0.0, 0.0
            for place in range(count):
                box = found[place]
                if _away(boxes[box], x, y, z, x, y, z) > limit:
                    continue
                face = (box - faces_from) * BLOCK
                while run < last and near[run, 1] <= face:
                    run += 1
                if run < last and near[run, 0] <= face and near[run, 1] >= face + BLOCK:
                    continue
                upper, lower = most * (1 + TIE), least * (1 + TIE)
                if not _surpass(packed, box, x, y, z, nx, ny, nz, limit, upper, lower):
                    continue
                one = run
                for at in range(BLOCK):
                    j = members[box, at]
                    if j < 0:
                        break
                    while one < last and near[one, 1] <= face + at:
                        one += 1
                    if one < last and near[one, 0] <= face + at:
                        continue
                    dx, dy, dz = points[j, 0] - x, points[j, 1] - y, points[j, 2] - z
                    square = dx * dx + dy * dy + dz * dz
                    if square > limit:
                        continue
                    bent = (nx * dx + ny * dy + nz * dz) / (square + SOFTENING**2)
                    if bent > most * (1 + TIE):
                        most, inside[i] = bent, j
                    if bent < least * (1 + TIE):
                        least, outside[i] = bent, j
    return inside, outside


@njit(cache=True, error_model="numpy", fastmath={"nnan", "nsz", "contract"})
def _surpass(
    packed: np.ndarray,
    box: int,
    x: float,
    y: float,
    z: float,
    nx: float,
    ny: float,
    nz: float,
    limit: float,
    upper: float,
    lower: float,
) -> bool:
    """Whether half the curvature of a point in a box is beyond two bounds; no branches, so several at a time."""
    beyond = 0
    for at in range(BLOCK):
        dx, dy, dz = packed[box, 0, at] - x, packed[box, 1, at] - y, packed[box, 2, at] - z
        square = dx * dx + dy * dy + dz * dz
        along = nx * dx + ny * dy + nz * dz
        soft = square + SOFTENING**2
        beyond += ((along > upper * soft) | (along < lower * soft)) & (square <= limit)
    return beyond > 0


@njit(cache=True, error_model="numpy")
def _packed(points: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points (m, 3, `BLOCK`) by box, coordinate by coordinate, and which they are (m, `BLOCK`): vertices, then faces.

    What is left of the last box of each is filled up by points out of reach, whose number is -1.
    """
    n_vertices, n_faces = len(order), len(points) - len(order)
    faces_from = -(-n_vertices // BLOCK)
    m = faces_from - (-n_faces // BLOCK)
    packed, members = np.full((m, 3, BLOCK), AWAY), np.full((m, BLOCK), -1)
    for k in range(len(points)):
        place = k if k < n_vertices else faces_from * BLOCK + k - n_vertices
        box, at = place // BLOCK, place % BLOCK
        members[box, at] = order[k] if k < n_vertices else k
        for c in range(3):
            packed[box, c, at] = points[members[box, at], c]
    return packed, members


@njit(cache=True, error_model="numpy")
def _boxes(packed: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Low and high corner (m, 6) of boxes."""
    boxes = np.empty((len(packed), 6))
    for box in range(len(boxes)):
        for c in range(3):
            low = high = packed[box, c, 0]
            for at in range(BLOCK):
                if members[box, at] >= 0:
                    low, high = min(low, packed[box, c, at]), max(high, packed[box, c, at])
            boxes[box, c], boxes[box, 3 + c] = low, high
    return boxes


@njit(cache=True, error_model="numpy")
def _rooms(boxes: np.ndarray) -> np.ndarray:
    """Low and high corner (m, 6) of the boxes round so many boxes that follow each other."""
    rooms = np.empty((-(-len(boxes) // ROOM), 6))
    for room in range(len(rooms)):
        rooms[room] = boxes[ROOM * room]
        for box in range(ROOM * room, min(ROOM * (room + 1), len(boxes))):
            for c in range(3):
                rooms[room, c] = min(rooms[room, c], boxes[box, c])
                rooms[room, 3 + c] = max(rooms[room, 3 + c], boxes[box, 3 + c])
    return rooms


@njit(cache=True, error_model="numpy")
def _near_boxes(boxes: np.ndarray, rooms: np.ndarray, own: int, limit: float, found: np.ndarray) -> int:
    """How many boxes are no further from one than a limit, squared; their numbers rise in what is given for them."""
    count = 0
    x, y, z = boxes[own, 0], boxes[own, 1], boxes[own, 2]
    to_x, to_y, to_z = boxes[own, 3], boxes[own, 4], boxes[own, 5]
    for room in range(len(rooms)):
        if _away(rooms[room], x, y, z, to_x, to_y, to_z) > limit:
            continue
        for box in range(ROOM * room, min(ROOM * (room + 1), len(boxes))):
            if _away(boxes[box], x, y, z, to_x, to_y, to_z) <= limit:
                found[count] = box
                count += 1
    return count


@njit(cache=True, error_model="numpy", inline="always")
def _away(box: np.ndarray, x: float, y: float, z: float, to_x: float, to_y: float, to_z: float) -> float:
    """The square of the distance between two boxes."""
    dx = max(box[0] - to_x, x - box[3], 0.0)
    dy = max(box[1] - to_y, y - box[4], 0.0)
    dz = max(box[2] - to_z, z - box[5], 0.0)
    return dx * dx + dy * dy + dz * dz


@njit(cache=True, error_model="numpy")
def curvature(points: np.ndarray, normals: np.ndarray, i: int, j: int) -> float:
    """2n·d / (|d|² + softening²) of a pair; 0 of a point and itself."""
    if i == j:
        return 0.0
    dx, dy, dz = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1], points[j, 2] - points[i, 2]
    along = normals[i, 0] * dx + normals[i, 1] * dy + normals[i, 2] * dz
    return 2 * along / (dx * dx + dy * dy + dz * dz + SOFTENING**2)


@njit(cache=True, error_model="numpy")
def add_curvature(
    points: np.ndarray,
    normals: np.ndarray,
    i: int,
    j: int,
    weight: float,
    slope_points: np.ndarray,
    slope_normals: np.ndarray,
) -> None:
    """Add to slopes what weight times the curvature of a pair changes by."""
    if i == j or weight == 0:
        return
    dx, dy, dz = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1], points[j, 2] - points[i, 2]
    share = 2 * weight / (dx * dx + dy * dy + dz * dz + SOFTENING**2)
    bent = curvature(points, normals, i, j)
    for c in range(3):
        apart = points[j, c] - points[i, c]
        slope_points[j, c] += share * (normals[i, c] - bent * apart)
        slope_points[i, c] -= share * (normals[i, c] - bent * apart)
        slope_normals[i, c] += share * apart
