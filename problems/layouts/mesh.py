"""Closed triangle meshes whose vertices move, and the Laplace-Beltrami modes of their rest shape."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from problems.layouts.base import Layout
from problems.layouts.surface import laplacian, refuse_open
from problems.layouts.unique import groups, unique

if TYPE_CHECKING:
    from scipy.sparse import csr_array

DENSE = 600
"""Vertices up to which all modes are computed at once."""
SPARE = 8
"""Modes that a sparse solver is asked for beyond those that are wanted, so that the last eigenspace is whole."""
SHIFT = -0.01
"""What eigenvalues are sought around: just below 0, where the matrix is regular."""


class Mesh(Layout):
    """A closed surface of V vertices and fixed triangles: a design is its vertices, (x₀, y₀, z₀, x₁, …).

    Its modes are the eigenvectors of the Laplace-Beltrami operator of the rest shape (cotangents, a third of the
    adjacent area to each vertex), one copy for each component, x first. Eigenvectors are orthogonal with respect to
    area, not in R^V; they are made so by Gram and Schmidt in the order of their frequencies, so that the first n span
    what the n smoothest span, and the first three are translations. The frequency is √(λA / 4π), A the area: on a
    sphere √(l(l + 1)) for harmonics of degree l, which is about waves in one turn, as on an outline.

    Parameters
    ----------
    rest : array_like, shape (V, 3)
        Vertices of the rest shape.
    faces : array_like of int, shape (F, 3)
        Vertices of each triangle, in the same sense all over: the boundary of one solid, without holes.

    Raises
    ------
    ValueError
        For arrays of other shapes or values, faces out of range or without area, vertices of no face, edges that are
        not between two faces, and surfaces that touch themselves or are in pieces.

    References
    ----------
    Pinkall & Polthier 1993 (cotangents); Vallet & Lévy 2008, Spectral geometry processing with manifold harmonics.
    """

    closed = ()
    still = 3

    def __init__(self, rest: np.ndarray, faces: np.ndarray) -> None:
        self.rest, self.faces = _frozen(rest, float, "rest"), _frozen(faces, np.int64, "faces")
        self.shape = self.rest.shape
        refuse_open(self.rest, self.faces)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mesh) and self._content == other._content

    def __hash__(self) -> int:
        return hash(self._content)

    def __repr__(self) -> str:
        return f"Mesh({len(self.rest)} vertices, {len(self.faces)} faces)"

    @property
    def _content(self) -> tuple[bytes, bytes]:
        return self.rest.tobytes(), self.faces.tobytes()

    def _modes(self, n: int) -> np.ndarray:
        return np.kron(_spectrum(self, -(-n // 3))[1], np.eye(3))[:n]

    def _frequencies(self, n: int) -> np.ndarray:
        return np.repeat(_spectrum(self, -(-n // 3))[0], 3)[:n]


def _frozen(array: np.ndarray, dtype: type, name: str) -> np.ndarray:
    array = np.asarray(array)
    if array.ndim != 2 or array.shape[1] != 3 or array.dtype.kind not in ("iu" if dtype is np.int64 else "iuf"):
        raise ValueError(f"{name}: {array.dtype} of shape {array.shape} must be (n, 3) of {np.dtype(dtype)}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: must be finite")
    array = np.array(array, dtype=dtype, order="C")
    array.setflags(write=False)
    return array


@lru_cache(maxsize=8)
def _spectrum(mesh: Mesh, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies (n,) and orthonormal modes (n, V) of a function on the mesh."""
    stiffness, mass = laplacian(mesh.rest, mesh.faces)
    values, vectors = _whole_spaces(stiffness, mass, n)
    root = np.sqrt(mass)
    vectors = np.concatenate([unique(vectors[space]) for space in groups(values)])[:n] / root
    orthogonal, corner = np.linalg.qr(vectors.T)
    modes = (orthogonal * np.sign(np.diag(corner))).T
    frequencies = np.maximum.accumulate(np.sqrt(np.maximum(values[:n], 0)))
    if n:
        frequencies[0] = 0.0
    for array in (frequencies, modes):
        array.setflags(write=False)
    return frequencies, modes


def _whole_spaces(stiffness: csr_array, mass: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Rising eigenvalues (m,) and orthonormal eigenvectors (m, V) of the symmetric form, n at least, of whole spaces.

    An eigenspace of which the solver has found but a part would depend on how it came about.
    """
    from scipy.linalg import eigh
    from scipy.sparse import diags_array
    from scipy.sparse.linalg import eigsh

    size, asked = len(mass), n + SPARE
    root = diags_array(1 / np.sqrt(mass))
    symmetric = (root @ stiffness @ root).tocsc()
    while size > DENSE and 4 * asked < size:
        start = np.random.default_rng(0).normal(size=size)  # it is a constant, not a draw
        values, vectors = eigsh(symmetric, asked, sigma=SHIFT, v0=start)
        rising = np.argsort(values)
        values, vectors = values[rising], vectors.T[rising]
        whole = groups(values)[-1].start
        if whole >= n:
            return values[:whole], vectors[:whole]
        asked *= 2
    values, vectors = eigh(symmetric.toarray())
    return values, vectors.T
