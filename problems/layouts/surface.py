"""Triangle meshes as surfaces: whether one is the boundary of a solid, and its Laplacian."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array

FLAT = 1e-14
"""A face of less area, as a share of its longest edge's square, has none."""


def refuse_open(rest: np.ndarray, faces: np.ndarray) -> None:
    """Refuse vertices (V, 3) and faces (F, 3) that are not one closed surface, consistently oriented.

    Raises
    ------
    ValueError
    """
    n = len(rest)
    if not len(faces):
        raise ValueError("faces: there are none; a closed mesh has at least 4")
    if faces.min() < 0 or faces.max() >= n:
        worst = faces.min() if faces.min() < 0 else faces.max()
        raise ValueError(f"faces: vertex {worst} is out of range; it must be at least 0 and at most {n - 1}")
    unused = np.setdiff1d(np.arange(n), faces)
    if len(unused):
        raise ValueError(f"rest: vertex {unused[0]} is of no face; every vertex must be used")
    flat = np.flatnonzero(_areas(rest, faces) <= FLAT * _longest(rest, faces) ** 2)
    if len(flat):
        raise ValueError(f"faces: face {flat[0]}, {faces[flat[0]].tolist()}, has no area; it must have three corners")
    _refuse_edges(faces, n)
    _refuse_pieces(faces, n)


def _refuse_edges(faces: np.ndarray, n: int) -> None:
    """Every edge must be of two faces, which run along it in opposite directions."""
    start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    forward, counts = np.unique(start * n + end, return_counts=True)
    twice = forward[counts > 1]
    if len(twice):
        raise ValueError(
            f"faces: {counts.max()} of them run from vertex {twice[0] // n} to {twice[0] % n}; it must be one, in a "
            "2-manifold whose faces turn the same way"
        )
    single = np.setdiff1d(forward, end * n + start)
    if len(single):
        raise ValueError(
            f"faces: the edge from vertex {single[0] // n} to {single[0] % n} has a face on one side alone; the mesh "
            "must have no holes"
        )


def _refuse_pieces(faces: np.ndarray, n: int) -> None:
    """The faces round a vertex must be one fan, and all faces one surface."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    corner = np.arange(faces.size)
    following = np.roll(corner.reshape(-1, 3), -1, axis=1).ravel()
    along, against = np.argsort(start * n + end), np.argsort(end * n + start)
    # an edge joins the corner at its start with the same vertex's corner in the face beyond
    links = coo_array((np.ones(faces.size), (corner[along], following[against])), shape=(faces.size, faces.size))
    fans, of = connected_components(links, directed=False)
    if fans > n:
        vertex = next(v for v in range(n) if len(np.unique(of[start == v])) > 1)
        raise ValueError(f"faces: those round vertex {vertex} are not one fan; the mesh must be a 2-manifold")
    pieces, _ = connected_components(coo_array((np.ones(faces.size), (start, end)), shape=(n, n)), directed=False)
    if pieces > 1:
        raise ValueError(f"faces: are {pieces} separate surfaces; it must be one")


def laplacian(rest: np.ndarray, faces: np.ndarray) -> tuple[csr_array, np.ndarray]:
    """Stiffness (V, V) by cotangents, and masses (V,): shares of the area, in units in which a unit sphere has it all.

    In these units eigenvalues do not depend on the size of the mesh.

    References
    ----------
    Pinkall & Polthier 1993, Computing discrete minimal surfaces and their conjugates.
    """
    from scipy.sparse import coo_array

    n, area = len(rest), _areas(rest, faces)
    corners = rest[faces]
    rows, columns, weights = [], [], []
    for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        one, other = corners[:, b] - corners[:, a], corners[:, c] - corners[:, a]
        half = (one * other).sum(axis=1) / (4 * area)  # half the cotangent of the angle opposite to the edge b, c
        for i, j, sign in ((b, c, -1), (c, b, -1), (b, b, 1), (c, c, 1)):
            rows.append(faces[:, i])
            columns.append(faces[:, j])
            weights.append(sign * half)
    where = np.concatenate(rows), np.concatenate(columns)
    stiffness = coo_array((np.concatenate(weights), where), shape=(n, n)).tocsr()
    mass = np.bincount(faces.ravel(), np.repeat(area / 3, 3), minlength=n)
    return stiffness, mass * 4 * np.pi / area.sum()


def _areas(rest: np.ndarray, faces: np.ndarray) -> np.ndarray:
    corners = rest[faces]
    return np.asarray(
        np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    )


def _longest(rest: np.ndarray, faces: np.ndarray) -> np.ndarray:
    corners = rest[faces]
    return np.asarray(np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1))
