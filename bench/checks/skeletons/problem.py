"""A design problem; replace the formulas by yours. The whole interface is in problems/base.py."""

from __future__ import annotations

import numpy as np

from problems.base import Constraint, Evaluation, Problem


class Skeleton(Problem):
    """Minimise the distance to a point that lies beyond a wall."""

    name = "skeleton"
    version = "1"  # another one, whenever a design has another value than before
    quantity = "distance"  # what people read
    targets = (1.0, 0.5)  # from easy to hard, for the tables
    constraint_kinds = (Constraint("wall", "physics"),)

    def __init__(self, dim: int = 4) -> None:  # parameters are set in an experiment file, and are on record
        if dim < 1:
            raise ValueError(f"dim: {dim} must be at least 1")
        self.dim = dim
        self.bounds = np.array([[-1.0] * dim, [1.0] * dim])

    def evaluate(self, x: np.ndarray) -> Evaluation:
        """Objective (n,) and constraints (n, 1) of designs (n, d); a constraint is satisfied where it is at most 0."""
        objective = np.linalg.norm(x - 0.5, axis=1)
        constraints = x[:, :1] - 0.25
        return Evaluation(objective, constraints)

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Designs (n, d) that encoders learn from: here near a line. Leave this out where there are none."""
        along = rng.uniform(-1, 1, size=(n, 1))
        return np.clip(along + 0.1 * rng.normal(size=(n, self.dim)), -1, 1)
