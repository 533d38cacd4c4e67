"""A problem of a stranger with conditions: where a quadratic has its least value."""

from __future__ import annotations

import copy
from typing import Self

import numpy as np
from torch import Tensor

from problems.base import DataFacts, DifferentiableProblem
from problems.conditions import Condition, Conditions

CONDITIONS = Conditions(
    (Condition("place", -1.0, 1.0, unit=0.1), Condition("phase", 0.0, 360.0, unit=10.0, cyclic=True))
)


class Shifted(DifferentiableProblem):
    """Squared distance to where the condition says, for which the designs of other tasks were made."""

    name, dim, n_designs, targets = "shifted", 4, 40, (0.1,)
    bounds = np.array([[-2.0] * 4, [2.0] * 4])
    conditions = CONDITIONS
    data_facts = DataFacts("drawn: others", "drawn: others", price_each=30.0)

    def __init__(self) -> None:
        self.task: np.ndarray = np.array([0.0, 0.0])

    def objective(self, x: Tensor) -> Tensor:
        return ((x - self.task[0]) ** 2).sum(dim=-1)

    def instance(self, rng: np.random.Generator) -> Self:
        other = copy.copy(self)
        other.task = CONDITIONS.draw(1, rng)[0]
        return other

    def tasks(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return CONDITIONS.draw(n, rng)

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.tasks(n, rng)[:, :1] + 0.1 * rng.normal(size=(n, 4))

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return rng.uniform(-2, 2, size=(n, 4))
