"""A tree over points of a surface that follow each other: each node a bent disc that holds its points; compiled.

A disc has a middle, a normal, a radius, a bend q and a thickness: of each of its points, at a distance β from the axis,
the height over the middle differs from qβ² by no more than the thickness. What bends alike, such as a part of a ball,
is thin.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

BLOCK, FAN, LEVELS = 32, 4, 3
"""Points in a leaf, nodes in a node above, and how many levels there are."""
LARGEST = FAN ** (LEVELS - 1)
"""Leaves in a node of the highest level."""
FIELDS = 9
"""Numbers that describe a disc: middle (3), normal (3), thickness, radius, bend."""
AWAY = 1e100
"""A coordinate of points that are out of reach."""
ROUNDING = 1e-14
"""More than what sums of a few products of numbers of order one may lack."""


@njit(cache=True, error_model="numpy")
def packed_by(points: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points (m, 3, `BLOCK`) by leaf, coordinate by coordinate, and which they are (m, `BLOCK`): vertices, then faces.

    Either begins with a node of the highest level. Leaves are filled up by points out of reach, whose number is -1.
    """
    n_vertices, n_faces = len(order), len(points) - len(order)
    faces_from = leaves_of(n_vertices)
    m = faces_from + leaves_of(n_faces)
    packed, members = np.full((m, 3, BLOCK), AWAY), np.full((m, BLOCK), -1)
    for k in range(len(points)):
        place = k if k < n_vertices else faces_from * BLOCK + k - n_vertices
        leaf, at = place // BLOCK, place % BLOCK
        members[leaf, at] = order[k] if k < n_vertices else k
        for c in range(3):
            packed[leaf, c, at] = points[members[leaf, at], c]
    return packed, members


@njit(cache=True, error_model="numpy")
def leaves_of(n: int) -> int:
    """How many leaves so many points have, the empty ones in the last node included."""
    return -(-n // (BLOCK * LARGEST)) * LARGEST


@njit(cache=True, error_model="numpy")
def tree(packed: np.ndarray, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Low and high corner (N, 6), and disc (N, `FIELDS`), of nodes: leaves, then those of the next level, and so on."""
    n_leaves, n = len(packed), 0
    for level in range(LEVELS):
        n += n_leaves // FAN**level
    corners, discs = np.empty((n, 6)), np.zeros((n, FIELDS))
    node = 0
    for level in range(LEVELS):
        step = FAN**level
        for first in range(0, n_leaves, step):
            _bound(packed, members, first, step, corners[node])
            _fit(packed, members, first, step, discs[node])
            node += 1
    return corners, discs


@njit(cache=True, error_model="numpy")
def _bound(packed: np.ndarray, members: np.ndarray, first: int, step: int, corners: np.ndarray) -> None:
    corners[:3], corners[3:] = AWAY, -AWAY
    for leaf in range(first, first + step):
        for at in range(BLOCK):
            if members[leaf, at] < 0:
                break
            for c in range(3):
                value = packed[leaf, c, at]
                corners[c], corners[3 + c] = min(corners[c], value), max(corners[3 + c], value)


@njit(cache=True, error_model="numpy")
def _fit(packed: np.ndarray, members: np.ndarray, first: int, step: int, disc: np.ndarray) -> None:
    """Describe a disc that holds the points of so many leaves.

    Where it lies goes by `BLOCK` of them, spread evenly; thickness and radius go by all.
    """
    some, size = np.empty((BLOCK, 3)), 0
    of_each = BLOCK // step
    for at in range(BLOCK):
        leaf, place = first + at // of_each, at % of_each * step
        if members[leaf, place] >= 0:
            for c in range(3):
                some[size, c] = packed[leaf, c, place]
                disc[c] += packed[leaf, c, place]
            size += 1
    if size == 0:
        return
    for c in range(3):
        disc[c] /= size
        for at in range(size):
            some[at, c] -= disc[c]
    _turn(some, size, disc)
    mx, my, mz = disc[3], disc[4], disc[5]
    # the bend, by least squares
    s, ss, h, hs = 0.0, 0.0, 0.0, 0.0
    for at in range(size):
        x, y, z = some[at, 0], some[at, 1], some[at, 2]
        height = x * mx + y * my + z * mz
        square = x * x + y * y + z * z - height * height
        s, ss, h, hs = s + square, ss + square * square, h + height, hs + height * square
    spread = size * ss - s * s
    bend = (size * hs - s * h) / spread if spread > 0 else 0.0
    widest, low, high = 0.0, math.inf, -math.inf
    for leaf in range(first, first + step):
        for at in range(BLOCK):
            if members[leaf, at] < 0:
                break
            x, y, z = packed[leaf, 0, at] - disc[0], packed[leaf, 1, at] - disc[1], packed[leaf, 2, at] - disc[2]
            height = x * mx + y * my + z * mz
            square = max(x * x + y * y + z * z - height * height, 0.0)
            over = height - bend * square
            widest, low, high = max(widest, square), min(low, over), max(high, over)
    for c in range(3):
        disc[c] += (low + high) / 2 * disc[3 + c]
    disc[6], disc[7], disc[8] = (high - low) / 2 + ROUNDING, math.sqrt(widest + ROUNDING * ROUNDING), bend


@njit(cache=True, error_model="numpy")
def _turn(some: np.ndarray, size: int, disc: np.ndarray) -> None:
    """Set the normal of a disc to that of the plane from which points about their middle stray least.

    A plane through the middle, the farthest point and the one with which the triangle is largest comes first.
    """
    far, ax, ay, az = 0.0, 1.0, 0.0, 0.0
    for at in range(size):
        x, y, z = some[at, 0], some[at, 1], some[at, 2]
        if x * x + y * y + z * z > far:
            far, ax, ay, az = x * x + y * y + z * z, x, y, z
    largest, mx, my, mz = 0.0, 0.0, 0.0, 0.0
    for at in range(size):
        x, y, z = some[at, 0], some[at, 1], some[at, 2]
        x, y, z = ay * z - az * y, az * x - ax * z, ax * y - ay * x
        square = x * x + y * y + z * z
        if square > largest:
            largest, mx, my, mz = square, x, y, z
    if largest == 0:
        disc[3] = 1.0
        return
    long, tall = math.sqrt(far), math.sqrt(largest)
    ax, ay, az, mx, my, mz = ax / long, ay / long, az / long, mx / tall, my / tall, mz / tall
    bx, by, bz = my * az - mz * ay, mz * ax - mx * az, mx * ay - my * ax
    uu, uv, vv, uh, vh = 0.0, 0.0, 0.0, 0.0, 0.0
    for at in range(size):
        x, y, z = some[at, 0], some[at, 1], some[at, 2]
        u, v, height = x * ax + y * ay + z * az, x * bx + y * by + z * bz, x * mx + y * my + z * mz
        uu, uv, vv, uh, vh = uu + u * u, uv + u * v, vv + v * v, uh + u * height, vh + v * height
    whole = uu * vv - uv * uv
    if whole > 0:
        by_u, by_v = (uh * vv - vh * uv) / whole, (vh * uu - uh * uv) / whole
        mx, my, mz = mx - by_u * ax - by_v * bx, my - by_u * ay - by_v * by, mz - by_u * az - by_v * bz
    tall = math.sqrt(mx * mx + my * my + mz * mz)
    disc[3], disc[4], disc[5] = mx / tall, my / tall, mz / tall


@njit(cache=True, error_model="numpy", inline="always")
def away(one: np.ndarray, other: np.ndarray) -> float:
    """The square of the distance between two boxes, of which the corners are given."""
    dx = max(one[0] - other[3], other[0] - one[3], 0.0)
    dy = max(one[1] - other[4], other[1] - one[4], 0.0)
    dz = max(one[2] - other[5], other[2] - one[5], 0.0)
    return dx * dx + dy * dy + dz * dz
