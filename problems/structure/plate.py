"""The compliance of a plate under a load, and its exact gradient, from one solution of a banded system."""

from __future__ import annotations

import numpy as np
from scipy.linalg import LinAlgError, solveh_banded
from scipy.sparse import csr_array

from problems.structure.density import cone
from problems.structure.elements import freedoms, stiffness

PENALTY = 3.0
"""The usual power p of SIMP."""


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

    Attributes
    ----------
    penalty : float
        The power p of SIMP.

    References
    ----------
    Bendsøe & Sigmund 2003, Topology Optimization (SIMP).
    """

    def __init__(self, nx: int, ny: int, held: np.ndarray, e_min: float, radius: float) -> None:
        self.e_min, self.penalty = e_min, PENALTY
        self.filter = cone(nx, ny, radius)
        self._spread = csr_array(self.filter.T)
        self._element = stiffness()
        self._freedoms = freedoms(nx, ny)
        n = 2 * (nx + 1) * (ny + 1)
        self.free = np.setdiff1d(np.arange(n), held)
        self._assembly, self._filled, self._bands = _banded(self._freedoms, self._element, self.free, n)

    def modulus(self, density: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Young's modulus of each element, shape (m,), and its slope in the filtered density."""
        filtered = self.filter @ density
        stiff = 1 - self.e_min
        return self.e_min + stiff * filtered**self.penalty, self.penalty * stiff * filtered ** (self.penalty - 1)

    def displacement(self, modulus: np.ndarray, forces: np.ndarray) -> np.ndarray:
        """Displacements, shape (n,), of nodes under forces (n,); NaN where the system cannot be solved."""
        bands = np.zeros(self._bands * len(self.free))
        bands[self._filled] = self._assembly @ modulus
        bands = bands.reshape((self._bands, len(self.free)), order="F")  # as LAPACK has it, which copies nothing
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


def _banded(elements: np.ndarray, stiff: np.ndarray, free: np.ndarray, n: int) -> tuple[csr_array, np.ndarray, int]:
    """What the lower bands of the stiffness matrix of the free freedoms are made of.

    Returns
    -------
    assembly : csr_array, shape (q, m)
        From moduli to the entries that are not always zero.
    filled : ndarray of int, shape (q,)
        Where these stand among all entries of the bands, column by column.
    bands : int
    """
    place = np.full(n, -1)
    place[free] = np.arange(len(free))
    local = place[elements]
    rows, columns = local[:, :, None], local[:, None, :]
    below = (columns >= 0) & (rows >= columns)
    cell, a, b = np.nonzero(below)
    low, right = local[cell, a], local[cell, b]
    bands = int((low - right).max()) + 1
    filled, at = np.unique(right * bands + low - right, return_inverse=True)
    return csr_array((stiff[a, b], (at, cell)), shape=(len(filled), len(elements))), filled, bands
