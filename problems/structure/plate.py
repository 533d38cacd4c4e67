"""The compliance of a plate under a load, and its exact gradient, from one solution of a banded system."""

from __future__ import annotations

import numpy as np
from scipy.linalg import LinAlgError, solveh_banded
from scipy.sparse import csr_array

from problems.structure.density import cone
from problems.structure.elements import freedoms, stiffness

PENALTY = 3
"""The power p of SIMP."""


class Plate:
    """Square elements whose stiffness is E_min + (1 − E_min) ρ̃ᵖ, with ρ̃ the filtered density.

    Parameters
    ----------
    nx, ny : int
        Elements.
    held : ndarray of int
        Freedoms that do not move (see `problems.structure.supports`).
    e_min : float
        Young's modulus of the void, positive; that of the material is 1.
    radius : float
        Of the density filter, in elements.

    References
    ----------
    Bendsøe & Sigmund 2003, Topology Optimization (SIMP).
    """

    def __init__(self, nx: int, ny: int, held: np.ndarray, e_min: float, radius: float) -> None:
        self.e_min = e_min
        self.filter = cone(nx, ny, radius)
        self._spread = csr_array(self.filter.T)
        self._element = stiffness()
        self._freedoms = freedoms(nx, ny)
        n = 2 * (nx + 1) * (ny + 1)
        self.free = np.setdiff1d(np.arange(n), held)
        self._assembly, self._bands = _banded(self._freedoms, self._element, self.free, n)

    def modulus(self, density: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Young's modulus of each element, shape (m,), and its slope in the filtered density."""
        filtered = self.filter @ density
        stiff = 1 - self.e_min
        return self.e_min + stiff * filtered**PENALTY, PENALTY * stiff * filtered ** (PENALTY - 1)

    def displacement(self, modulus: np.ndarray, forces: np.ndarray) -> np.ndarray:
        """Displacements, shape (n,), of nodes under forces (n,); NaN where the system cannot be solved."""
        bands = (self._assembly @ modulus).reshape(self._bands, len(self.free))
        moved = np.zeros_like(forces)
        try:
            moved[self.free] = solveh_banded(
                bands, forces[self.free], overwrite_ab=True, lower=True, check_finite=False
            )
        except (LinAlgError, ValueError):
            moved[:] = np.nan
        return moved

    def compliance(self, density: np.ndarray, forces: np.ndarray) -> tuple[float, np.ndarray]:
        """Compliance fᵀu of a density (m,), and its gradient in it, shape (m,).

        The problem is its own adjoint: ∂c/∂ρ̃ = −E′ uᵀK₀u, element by element.
        """
        modulus, slope = self.modulus(density)
        moved = self.displacement(modulus, forces)
        each = moved[self._freedoms]
        energy = ((each @ self._element) * each).sum(axis=1)
        return float(forces @ moved), -(self._spread @ (slope * energy))


def _banded(elements: np.ndarray, stiff: np.ndarray, free: np.ndarray, n: int) -> tuple[csr_array, int]:
    """The matrix from moduli to the lower bands of the stiffness matrix of the free freedoms, and how many bands."""
    place = np.full(n, -1)
    place[free] = np.arange(len(free))
    local = place[elements]
    rows, columns = local[:, :, None], local[:, None, :]
    below = (columns >= 0) & (rows >= columns)
    cell, a, b = np.nonzero(below)
    low, right = local[cell, a], local[cell, b]
    bands = int((low - right).max()) + 1
    flat = (low - right) * len(free) + right
    return csr_array((stiff[a, b], (flat, cell)), shape=(bands * len(free), len(elements))), bands
