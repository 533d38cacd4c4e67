"""Who is whose neighbour on a mesh: edges with the faces on either side, and the faces near each vertex."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import njit

from problems.layouts import Mesh

BLOCK = 64
"""Faces that are looked through at a time."""


@lru_cache(maxsize=4)
def edges_of(layout: Mesh) -> np.ndarray:
    """Edges (E, 4) of int32: two vertices, and the faces on either side."""
    start, end = layout.faces.ravel(), np.roll(layout.faces, -1, axis=1).ravel()
    face = np.repeat(np.arange(len(layout.faces)), 3)
    key = np.minimum(start, end) * len(layout.rest) + np.maximum(start, end)
    order = np.argsort(key, kind="stable").reshape(-1, 2)
    one, other = order.T
    found = np.stack([start[one], end[one], face[one], face[other]], axis=1).astype(np.int32)
    found.setflags(write=False)
    return found


@lru_cache(maxsize=4)
def near_faces(layout: Mesh, rings: int) -> tuple[np.ndarray, np.ndarray]:
    """Runs (m, 2) of faces near each vertex, from a first one to before a last, and where each vertex's runs begin.

    A face is near if one of its vertices is the vertex itself, or at most so many edges away. Since neighbours mostly
    follow each other, the runs are few.
    """
    from scipy.sparse import csr_array

    n, n_faces = len(layout.rest), len(layout.faces)
    i, j = edges_of(layout)[:, :2].T
    beside = csr_array((np.ones(2 * len(i)), (np.concatenate([i, j]), np.concatenate([j, i]))), shape=(n, n))
    corners = np.repeat(np.arange(n_faces), 3)
    has = csr_array((np.ones(3 * n_faces), (layout.faces.ravel(), corners)), shape=(n, n_faces))
    runs, begins = _runs(beside.indptr, beside.indices, has.indptr, has.indices, n_faces, rings)
    return runs, begins


@njit(cache=True)
def _runs(
    beside_begins: np.ndarray, beside: np.ndarray, has_begins: np.ndarray, has: np.ndarray, n_faces: int, rings: int
) -> tuple[np.ndarray, np.ndarray]:
    n = len(beside_begins) - 1
    reached, touched = np.full(n, -1), np.full(n_faces + 1, -1)
    of_blocks = np.full(n_faces // BLOCK + 1, -1)
    queue, blocks = np.empty(n, dtype=np.int64), np.empty(len(of_blocks), dtype=np.int64)
    runs, begins, m = np.empty((16, 2), dtype=np.int32), np.zeros(n + 1, dtype=np.int64), 0
    for i in range(n):
        queue[0], reached[i], ring, size = i, i, 0, 1
        for _ in range(rings):
            end = size
            for at in range(ring, end):
                for k in range(beside_begins[queue[at]], beside_begins[queue[at] + 1]):
                    if reached[beside[k]] != i:
                        reached[beside[k]] = i
                        queue[size] = beside[k]
                        size += 1
            ring = end
        n_blocks = 0
        for at in range(size):
            for k in range(has_begins[queue[at]], has_begins[queue[at] + 1]):
                touched[has[k]] = i
                block = has[k] // BLOCK
                if of_blocks[block] != i:
                    of_blocks[block] = i
                    blocks[n_blocks] = block
                    n_blocks += 1
        last = -1
        for block in np.sort(blocks[:n_blocks]):
            for f in range(block * BLOCK, min((block + 1) * BLOCK, n_faces)):
                if touched[f] != i:
                    continue
                if f != last:
                    if m == len(runs):
                        more = np.empty((2 * m, 2), dtype=np.int32)
                        more[:m] = runs
                        runs = more
                    runs[m, 0] = f
                    m += 1
                last = f + 1
                runs[m - 1, 1] = last
        begins[i + 1] = m
    return runs[:m].copy(), begins


@lru_cache(maxsize=4)
def order_of(layout: Mesh) -> np.ndarray:
    """Vertices (V,) as faces come to them, so that neighbours mostly follow each other."""
    found, first = np.unique(layout.faces, return_index=True)
    return np.asarray(found[np.argsort(first)])
