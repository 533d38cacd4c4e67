"""The compliance of a plate by scikit-fem, of the extra ``fem``, which shares no code with the objective's solver."""

from __future__ import annotations

import numpy as np


def compliance(moduli: np.ndarray, forces: np.ndarray, held: np.ndarray, nu: float = 0.3) -> float:
    """Compliance of unit squares in plane stress.

    Parameters
    ----------
    moduli : ndarray, shape (nx, ny)
        Young's modulus of each.
    forces : ndarray, shape (nx + 1, ny + 1, 2)
        On each node.
    held : ndarray of bool, shape (nx + 1, ny + 1, 2)
        What does not move.
    nu : float
        Poisson's ratio ν.
    """
    from skfem import Basis, BilinearForm, ElementQuad0, ElementQuad1, ElementVector, MeshQuad, condense, solve
    from skfem.helpers import ddot, sym_grad, trace

    mesh = MeshQuad.init_tensor(*(np.arange(size) for size in held.shape[:2]))
    basis = Basis(mesh, ElementVector(ElementQuad1()), intorder=2)
    stresses = BilinearForm(
        lambda u, v, w: (
            w["modulus"]
            / (1 - nu**2)
            * ((1 - nu) * ddot(sym_grad(u), sym_grad(v)) + nu * trace(sym_grad(u)) * trace(sym_grad(v)))
        )
    )
    cells = tuple(np.floor(mesh.p[:, mesh.t].mean(axis=1)).astype(int))
    nodes, freedoms = tuple(np.round(mesh.p).astype(int)), basis.nodal_dofs.T
    matrix = stresses.assemble(basis, modulus=basis.with_element(ElementQuad0()).interpolate(moduli[cells]))
    load = np.zeros(basis.N)
    load[freedoms] = forces[nodes]
    return float(load @ solve(*condense(matrix, load, D=freedoms[held[nodes]])))
