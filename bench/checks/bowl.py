"""Quadratics to check optimisers with, and a search on them that is watched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import numpy as np

from bench.optimisers.base import Optimiser
from bench.searching.endings import BudgetSpent, end_process
from bench.searching.ledger import Ledger
from bench.searching.losses import Merit
from bench.searching.objective import Objective
from bench.seeds import generator
from encoders.identity import Identity
from problems.base import DifferentiableProblem

if TYPE_CHECKING:
    from torch import Tensor

PATIENCE = 3
"""How often an optimiser may ask for more once its budget is spent, before its search is broken off."""
DEAFNESS = 1000
"""How often until its process ends, since it catches what breaks it off."""


class Bowl(DifferentiableProblem):
    """A shifted quadratic; a share of its evaluations fails on demand.

    Parameters
    ----------
    failing : bool
        Whether it is not a number where x₀ is above ⅔.
    dim : int
        The number of variables.
    """

    name = "bowl"
    optimum = 0.0

    def __init__(self, failing: bool = False, dim: int = 5) -> None:
        self.failing = failing
        self.dim = dim
        self.bounds = np.array([[-2.0] * dim, [2.0] * dim])

    def objective(self, x: Tensor) -> Tensor:
        """Σ (x − ½)², shape (n,)."""
        value = ((x - 0.5) ** 2).sum(dim=-1)
        return value.where(x[:, 0] < 2 / 3, value * np.nan) if self.failing else value


class Hopeless(Bowl):
    """Every evaluation fails."""

    def objective(self, x: Tensor) -> Tensor:
        """Not a number."""
        return super().objective(x) * np.nan


class _Relentless(BaseException):
    """Breaks off a search that swallows `BudgetSpent`, and with it every `Exception`."""


class Watched(Objective):
    """An objective that remembers what it was asked for.

    Attributes
    ----------
    asked : list of ndarray, shape (m, k)
        The points, the start among them.
    gradients : bool
        Whether it was asked for a gradient.
    late : int
        How often it was asked after the budget was spent.
    """

    def __init__(self, ledger: Ledger, start: np.ndarray) -> None:
        self.asked: list[np.ndarray] = []
        self.gradients = False
        self.late = 0
        self._spent = False
        super().__init__(ledger, Identity(), start)
        self._given = self._geometry()

    def __call__(self, z: np.ndarray, merit: Merit | None = None) -> np.ndarray:
        """As in `Objective`."""
        with self._watch(np.array(z, dtype=float)):
            return super().__call__(z, merit)

    def value_and_gradient(
        self, z: np.ndarray, merit: Merit | None = None, field: bool = False
    ) -> tuple[float, np.ndarray]:
        """As in `Objective`."""
        self.gradients = True
        with self._watch(np.array(z, dtype=float)[None]):
            return super().value_and_gradient(z, merit, field)

    @property
    def points(self) -> np.ndarray:
        """All points that it was asked for, shape (n, k)."""
        return np.concatenate(self.asked)

    def changed(self) -> list[str]:
        """Which of its start, scale and bounds are not what they were."""
        now = self._geometry()
        return [name for name, array in self._given.items() if not np.array_equal(array, now[name])]

    def _geometry(self) -> dict[str, np.ndarray]:
        return {"start": np.array(self.start), "scale": np.array(self.scale), "bounds": np.array(self.bounds)}

    @contextmanager
    def _watch(self, points: np.ndarray) -> Iterator[None]:
        self.late += self._spent
        if self.late > DEAFNESS:
            end_process()
        if self.late > PATIENCE:
            raise _Relentless
        self.asked.append(points)
        try:
            yield
        except BudgetSpent:
            self._spent = True
            raise


def watch(optimiser: Optimiser, problem: Bowl, budget: int) -> tuple[Watched, Ledger]:
    """Search from where all variables are −1, always from the same generator."""
    ledger = Ledger(problem, budget)
    ledger.open_stage()
    objective = Watched(ledger, np.full(problem.dim, -1.0))
    with suppress(BudgetSpent, _Relentless):
        optimiser.minimise(objective, generator("check search"))
    return objective, ledger
