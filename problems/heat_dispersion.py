"""Heat dispersion: the manufacturable outline with the most perimeter for its area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from problems.geometry import isoperimetric_quotient, vertices
from problems.manufacturable import ROUNDED, ManufacturableProblem
from problems.shapes import RoundedShapeData

if TYPE_CHECKING:
    from torch import Tensor


class HeatDispersion(ManufacturableProblem):
    """Maximise the surface-to-volume ratio of an outline, a proxy for the heat that it gives off.

    Design space
        N vertices in the plane, d = 2N, unbounded. Invariant to translation, rotation and scale.
    Objective
        Q = 4πA/P² = σ⁻², to be minimised. No optimum is known: there are a nominal bound (docs/bound.md) and the best
        verified design so far (problems/best_known.toml).
    Constraints
        Tangent-point radii inside (r) and outside (h), orientation, resolution, turn, turning number, container.
    Verification
        Shapely: a simple, counter-clockwise ring that survives opening and closing with nearly these radii.
    """

    name = "heat-dispersion"
    larger_is_better = True

    def __init__(
        self,
        n_vertices: int = 100,
        r: float = 0.135,
        h: float = 0.09,
        R_c: float = 1.0,  # noqa: N803
        data: RoundedShapeData = ROUNDED,
    ) -> None:
        super().__init__(n_vertices, r, h, R_c, data)
        self.bound = self.tools.bound**-2
        self.known_design = self._known_design
        if self.known is not None:
            self.best_known = self.known.value**-2
        self.targets = tuple(sigma for sigma in (1.5, 1.75, 2.1) if sigma < self.tools.bound)

    def objective(self, x: Tensor) -> Tensor:
        """Q, shape (n,)."""
        return isoperimetric_quotient(vertices(x))

    def of_quotient(self, quotient: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Q itself, and 1."""
        return quotient, np.ones_like(quotient)

    def best_known_entry(self, x: np.ndarray, found: str) -> str:
        """Write the line for problems/best_known.toml."""
        return self._entry(x, found)
