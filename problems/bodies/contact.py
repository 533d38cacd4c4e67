"""Which points of a surface are in each other's way: tangent-point radii in space, compiled by Numba.

The ball that touches the surface at a vertex i and passes through a point j has the curvature 2n·d / |d|², d = xⱼ − xᵢ,
with the inward unit normal n at i. One above 1/r needs |d| < 2r, so that only pairs as near as that are looked at.

A point has a larger curvature than some t if and only if it lies inside the ball of radius 1/t that touches the surface
at i. A few points are looked at first. With what they give, nodes of a tree (`problems.bodies.discs`) are told to lie
outside of that ball as a whole, for a packet of vertices at once (`problems.bodies.packets`).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from problems.bodies.discs import BLOCK, FAN, LARGEST, LEVELS, away, leaves_of, packed_by, tree
from problems.bodies.packets import PACKET, SINGLE, SOFTENING, load, may_hold, probe, surpass, unpack

TIE = 1e-9
"""Curvatures nearer to each other than this, relatively, are one, so that rounding does not choose between them."""


@njit(cache=True, error_model="numpy")
def common(near: np.ndarray, begins: np.ndarray, order: np.ndarray, n_faces: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of faces that are left out for all vertices of a packet, and where those of each packet begin."""
    n_packets, n_nodes = -(-len(order) // PACKET), leaves_of(n_faces)
    times, found = np.zeros(n_nodes, dtype=np.int64), [np.int64(0) for _ in range(0)]
    starts = np.zeros(n_packets + 1, dtype=np.int64)
    n_leaves = leaves_of(len(order)) + n_nodes
    for packet in range(n_packets):
        members, offset = order[packet * PACKET : (packet + 1) * PACKET], 0
        for level in range(LEVELS):
            size = BLOCK * FAN**level
            times[:] = 0
            for i in members:
                for run in range(begins[i], begins[i + 1]):
                    until = -(-n_faces // size) if near[run, 1] == n_faces else near[run, 1] // size
                    for node in range(-(-near[run, 0] // size), until):
                        times[node] += 1
            first = offset + leaves_of(len(order)) // FAN**level
            for node in range(-(-n_faces // size)):
                if times[node] == len(members):
                    found.append(first + node)
            offset += n_leaves // FAN**level
        starts[packet + 1] = len(found)
    return np.array(found, dtype=np.int64), starts


@njit(cache=True, error_model="numpy")
def partners(
    points: np.ndarray,
    normals: np.ndarray,
    reach: float,
    near: np.ndarray,
    begins: np.ndarray,
    order: np.ndarray,
    common: np.ndarray,
    starts: np.ndarray,
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
    common, starts : ndarray of int
        As the function `common` gives them.

    Returns
    -------
    inside, outside : ndarray of int, shape (V,)
        The vertex itself where there is none; of several that are level, the first.
    """
    n_vertices = len(normals)
    inside, outside = np.arange(n_vertices), np.arange(n_vertices)
    packed, members = packed_by(points, order)
    corners, discs = tree(packed, members)
    faces_from, limit = leaves_of(n_vertices), reach * reach
    skipped = np.zeros(len(corners), dtype=np.bool_)
    found, kept = np.empty(len(packed), dtype=np.int64), np.empty(len(packed), dtype=np.int64)
    lanes, local, box = np.zeros(9 * PACKET, dtype=np.float32), np.zeros(3 * BLOCK, dtype=np.float32), np.empty(6)
    most, least = np.empty(PACKET), np.empty(PACKET)
    for packet in range(len(starts) - 1):
        own = order[packet * PACKET : (packet + 1) * PACKET]
        load(points, normals, own, lanes, box)
        most[:], least[:] = 0.0, 0.0
        for at in range(len(own)):
            probe(packed, packet, at, box, lanes, limit)
        left_out = common[starts[packet] : starts[packet + 1]]
        for node in left_out:
            skipped[node] = True
        n_found, offset = len(packed) // LARGEST, len(corners)
        for place in range(n_found):
            found[place] = place
        for level in range(LEVELS - 1, -1, -1):
            step = FAN**level
            offset -= len(packed) // step
            n_kept = 0
            for place in range(n_found):
                node = found[place]
                if skipped[offset + node] or away(corners[offset + node], box) > limit:
                    continue
                kept[n_kept] = node
                n_kept += 1
                if node * step < faces_from:
                    probe(packed, node * step, 0, box, lanes, limit)
            if level == 0:
                break
            n_found = 0
            for place in range(n_kept):
                if level == LEVELS - 1 or may_hold(discs[offset + kept[place]], box, reach, lanes):
                    for child in range(FAN):
                        found[n_found] = FAN * kept[place] + child
                        n_found += 1
        for place in range(n_kept):
            leaf = kept[place]
            if not may_hold(discs[leaf], box, reach, lanes):
                continue
            extent, face = unpack(packed, leaf, corners[leaf], box, local), (leaf - faces_from) * BLOCK
            for lane in range(len(own)):
                if lanes[8 * PACKET + lane] < 0 or not surpass(local, lanes, lane, extent, limit):
                    continue
                i = own[lane]
                x, y, z = points[i, 0], points[i, 1], points[i, 2]
                nx, ny, nz = normals[i, 0], normals[i, 1], normals[i, 2]
                run, last = _run_from(near, begins[i], begins[i + 1], face) if face >= 0 else (0, 0)
                for at in range(BLOCK):
                    j = members[leaf, at]
                    if j < 0:
                        break
                    while run < last and near[run, 1] <= face + at:
                        run += 1
                    if run < last and near[run, 0] <= face + at:
                        continue
                    dx, dy, dz = points[j, 0] - x, points[j, 1] - y, points[j, 2] - z
                    square = dx * dx + dy * dy + dz * dz
                    along, soft = nx * dx + ny * dy + nz * dz, square + SOFTENING**2
                    if square > limit or least[lane] * soft <= along <= most[lane] * soft:
                        continue
                    bent = along / soft
                    if bent > most[lane] * (1 + TIE):
                        most[lane], inside[i] = bent, j
                    if bent < least[lane] * (1 + TIE):
                        least[lane], outside[i] = bent, j
                lanes[6 * PACKET + lane] = max(lanes[6 * PACKET + lane], np.float32(most[lane] * (1 - SINGLE)))
                lanes[7 * PACKET + lane] = min(lanes[7 * PACKET + lane], np.float32(least[lane] * (1 - SINGLE)))
        for node in left_out:
            skipped[node] = False
    return inside, outside


@njit(cache=True, error_model="numpy")
def _run_from(near: np.ndarray, first: int, last: int, face: int) -> tuple[int, int]:
    """The first of rising runs that ends behind a face, and the end of them."""
    end = last
    while first < end:
        middle = (first + end) // 2
        if near[middle, 1] <= face:
            first = middle + 1
        else:
            end = middle
    return first, last


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
