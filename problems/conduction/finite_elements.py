"""The temperature of a heated body by finite elements, which share no code with the boundary's equations.

Shapely triangulates the polygon (constrained Delaunay), scikit-fem refines the triangles and solves on quadratic ones.
Both are of the extra ``fem``.
"""

from __future__ import annotations

import numpy as np

REFINEMENTS = 2
"""Times that every triangle is cut into four."""


def temperatures(
    x: np.ndarray, biot: float, largest: bool = False, refinements: int = REFINEMENTS
) -> tuple[float, float]:
    """Mean or largest temperature of a simple outline at unit area, and how far a coarser mesh is from it.

    Parameters
    ----------
    x : ndarray, shape (2N,)
        Vertices, in any unit of length.
    biot : float
        The Biot number, of the square root of the area.
    largest : bool
        Whether the largest is meant.
    refinements : int
        Times that every triangle is cut into four; each divides the error by four to sixteen.
    """
    coarse, fine = (_solved(x, biot, largest, times) for times in (refinements - 1, refinements))
    return fine, abs(fine - coarse)


def _solved(x: np.ndarray, biot: float, largest: bool, refinements: int) -> float:
    from skfem import Basis, BilinearForm, ElementTriP2, FacetBasis, LinearForm, solve
    from skfem.helpers import dot, grad

    basis = Basis(triangulated(x).refined(refinements), ElementTriP2())
    sides = FacetBasis(basis.mesh, ElementTriP2())
    conducted = BilinearForm(lambda u, v, w: dot(grad(u), grad(v))).assemble(basis)
    lost = BilinearForm(lambda u, v, w: biot * u * v).assemble(sides)
    made = LinearForm(lambda v, w: v).assemble(basis)
    found = solve(conducted + lost, made)
    return float(found.max() if largest else made @ found)


def triangulated(x: np.ndarray):  # type: ignore[no-untyped-def]
    """A polygon of unit area as triangles between its vertices, a mesh of scikit-fem."""
    import shapely
    from skfem import MeshTri

    vertices = np.asarray(x, dtype=float).reshape(-1, 2)
    vertices = (vertices - vertices.mean(axis=0)) / np.ptp(vertices)
    vertices = vertices / np.sqrt(shapely.area(shapely.polygons(vertices)))
    parts = shapely.get_parts(shapely.constrained_delaunay_triangles(shapely.polygons(vertices)))
    corners = shapely.get_coordinates(parts).reshape(-1, 4, 2)[:, :3]
    places, index = np.unique(corners.reshape(-1, 2), axis=0, return_inverse=True)
    return MeshTri(places.T.copy(), index.reshape(-1, 3).T.copy())
