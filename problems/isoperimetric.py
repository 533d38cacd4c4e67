"""The isoperimetric problem: the outline with the least perimeter for its area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from problems import outlines
from problems.geometry import isoperimetric_quotient, regular_quotient, vertices
from problems.shapes import EVERY_CLASS, ShapeData, ShapeProblem

if TYPE_CHECKING:
    from torch import Tensor


class Isoperimetric(ShapeProblem):
    """Minimise the surface-to-volume ratio of an outline; the regular polygon is the proved optimum.

    Design space
        N vertices in the plane, d = 2N, unbounded. Invariant to translation, rotation and scale.
    Objective
        1 − Q with Q = 4πA/P² = σ⁻²; the minimum is 1 − π/(N tan(π/N)).
    Constraints
        None: the isoperimetric inequality holds for every closed polygon, also for self-intersecting ones.
    Verification
        Shapely: a simple, counter-clockwise ring.
    """

    name = "isoperimetric"

    def __init__(self, n_vertices: int = 100, data: ShapeData = EVERY_CLASS) -> None:
        super().__init__(n_vertices, data)
        self.optimum = 1 - regular_quotient(n_vertices)
        angle = 2 * np.pi * np.arange(n_vertices) / n_vertices
        self.optimal_design = outlines.normalise(np.stack([np.cos(angle), np.sin(angle)], axis=-1)).ravel()
        self.known_design = self.optimal_design
        self.targets = tuple(sigma for sigma in (1.05, 1.01, 1.001) if sigma > self.display(np.array(self.optimum)))

    def objective(self, x: Tensor) -> Tensor:
        """1 − Q, shape (n,)."""
        return 1 - isoperimetric_quotient(vertices(x))

    def of_quotient(self, quotient: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """1 − Q, and −1."""
        return 1 - quotient, np.full_like(quotient, -1.0)

    def quotient(self, objective: np.ndarray) -> np.ndarray:
        """Q of an objective value."""
        return 1 - objective
