"""The connectivity that all bodies share: an icosahedron whose triangles are halved again and again."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from problems.layouts import Mesh

FEWEST, MOST = 1, 8
"""Subdivisions: 42 and 655,362 vertices."""


def n_vertices(subdivisions: int) -> int:
    """V = 10·4ˢ + 2."""
    return int(10 * 4**subdivisions + 2)


def icosphere(subdivisions: int) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (V, 3) on the unit sphere, and faces (F, 3), counter-clockwise as seen from outside.

    The vertices of a coarser sphere are the first of a finer one. The others are numbered as the faces come to them,
    and the parts of a face follow each other, so that what is near on the sphere is near in memory.
    """
    golden = (1 + 5**0.5) / 2
    corners = [(-1, golden), (1, golden), (-1, -golden), (1, -golden)]
    rectangles = [np.roll([[a, b, 0.0] for a, b in corners], turn, axis=1) for turn in range(3)]
    points = np.concatenate(rectangles) / np.hypot(1, golden)
    faces = _hull(points)
    for _ in range(subdivisions):
        points, faces = _halved(points, faces)
    return points, faces


def _hull(points: np.ndarray) -> np.ndarray:
    """The 20 faces of the icosahedron: all triples of neighbours, turned outwards."""
    near = np.linalg.norm(points[:, None] - points, axis=2) < 1.1
    triples = [(i, j, k) for i in range(12) for j in range(i) for k in range(j) if near[i, j] & near[j, k] & near[k, i]]
    return np.array([t if np.linalg.det(points[list(t)]) > 0 else t[::-1] for t in triples])


def _halved(points: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    ends = np.sort(np.stack([faces, np.roll(faces, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
    _, first, of = np.unique(ends[:, 0] * len(points) + ends[:, 1], return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    middles = points[ends[first[order]]].sum(axis=1)
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    a, b, c = faces.T
    ab, bc, ca = (len(points) + number[of]).reshape(-1, 3).T
    parts = [[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]]
    return np.concatenate([points, middles]), np.moveaxis(np.array(parts), 2, 0).reshape(-1, 3)


@lru_cache(maxsize=4)
def layout(subdivisions: int) -> Mesh:
    """The layout of bodies: the sphere is what they are at rest."""
    return Mesh(*icosphere(subdivisions))
