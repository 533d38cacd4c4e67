"""Who is whose neighbour on a mesh: edges with the faces on either side, and the faces near each vertex."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from problems.layouts import Mesh


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
    """Points that are middles of faces near each vertex, as V plus the face's number, and where each vertex's begin.

    A face is near if one of its vertices is the vertex itself, or at most so many edges away.
    """
    from scipy.sparse import csr_array, identity

    n, n_faces = len(layout.rest), len(layout.faces)
    i, j = edges_of(layout)[:, :2].T
    step = csr_array((np.ones(2 * len(i)), (np.concatenate([i, j]), np.concatenate([j, i]))), shape=(n, n))
    within = csr_array(identity(n))
    for _ in range(rings):
        within = within + within @ step
        within.data[:] = 1.0
    corners = np.repeat(np.arange(n_faces), 3)
    has = csr_array((np.ones(3 * n_faces), (layout.faces.ravel(), corners)), shape=(n, n_faces))
    touched = csr_array(within @ has)
    touched.sort_indices()
    return n + touched.indices.astype(np.int64), touched.indptr.astype(np.int64)
