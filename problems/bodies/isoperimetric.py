"""The isoperimetric problem in space: the body with the least surface for its volume."""

from __future__ import annotations

import numpy as np

from problems.base import Evaluation, Pullback
from problems.bodies import measures
from problems.bodies.problem import EVERY_CLASS, BodyData, BodyProblem, known


class Isoperimetric3D(BodyProblem):
    """Minimise the surface-to-volume ratio of a body; the ball is the bound.

    Design space
        V vertices of a subdivided icosahedron, d = 3V, unbounded. Invariant to translation, rotation and scale.
    Objective
        1 − Q with Q = 36πV|V|/S³ = σ⁻³. The optimum of a mesh is not known; the ball bounds it, and problems/bodies
        has the roundest body so far of meshes of up to 2,562 vertices.
    Constraints
        None: the isoperimetric inequality holds for every closed mesh, also for self-intersecting ones.
    Verification
        Closed, normals outwards, no self-intersection.
    """

    name = "isoperimetric-3d"
    bound = 0.0
    targets: tuple[float, ...] = (1.05, 1.01)

    def __init__(self, subdivisions: int = 3, data: BodyData = EVERY_CLASS) -> None:
        super().__init__(subdivisions, data)
        self.setting = f"{self.name} subdivisions={subdivisions}"
        known(self, self.setting)
        if self.best_known is not None:
            roundest = float(self.display(np.array(self.best_known)))
            self.targets = tuple(sigma for sigma in self.targets if sigma > roundest)

    def linearise(self, x: np.ndarray) -> tuple[Evaluation, Pullback]:
        """Evaluate 1 − Q of designs (n, d), in compiled code."""
        points = self._points(x)
        found = measures.measures(points, self.faces)
        evaluation = Evaluation(1 - measures.quotients(*found[:2]), np.zeros((len(x), 0)))

        def pullback(f: np.ndarray, _: np.ndarray) -> np.ndarray:
            return measures.quotient_gradients(points, self.faces, -f, *found).reshape(len(points), self.dim)

        return evaluation, pullback

    def quotient(self, objective: np.ndarray) -> np.ndarray:
        """Q of an objective value."""
        return 1 - objective
