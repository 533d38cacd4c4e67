"""The augmented Lagrangian method with L-BFGS: it ends feasible, while a fixed penalty stops at its first kink."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.lbfgs import descend, units_of
from bench.optimisers.parameters import at_least, positive

TOLERANCE = 1e-10
"""Relative decrease of the merit below which a descent stops."""
LARGEST_PENALTY = 1e5


class AugmentedLagrangian(Optimiser):
    """Minimise f + (μ/2) Σ max(g + m + λ/μ, 0)², update the multipliers λ, and repeat; unbounded.

    It minimises a merit function of its own, of the objective and the constraints of each evaluation. It stops when
    nothing changes any more; without constraints it is L-BFGS. If a problem's constraints are maxima, for example over
    the vertices of an outline, each vertex has a constraint and a multiplier of its own, because the vertex that
    attains the maximum changes from step to step.

    Parameters
    ----------
    units : {"common", "each"}
        Of the coordinates, as for L-BFGS.
    penalty : float
        μ at first.
    growth : float
        μ is multiplied by this after an iteration that did not reduce the largest violation to ``shrink`` times its
        value.
    shrink : float
    margin : float
        m, added to each constraint, so that the limit is feasible although it is approached from outside.
    iterations : int
        Iterations of L-BFGS between updates.
    rounds : int
        Number of updates at most.
    memory : int
        Curvature pairs kept.
    multipliers : {"each", "largest"}
        One for each constraint before the maxima, or one for each maximum.

    References
    ----------
    Hestenes 1969; Powell 1969; Birgin & Martínez 2014, Practical Augmented Lagrangian Methods (algorithm 4.1).
    """

    needs_gradient = True
    converges = True
    libraries = ("scipy.optimize",)

    def __init__(
        self,
        units: Literal["common", "each"] = "each",
        penalty: float = 1.0,
        growth: float = 2.0,
        shrink: float = 0.5,
        margin: float = 1e-3,
        iterations: int = 50,
        rounds: int = 40,
        memory: int = 10,
        multipliers: Literal["each", "largest"] = "each",
    ) -> None:
        positive(penalty=penalty, growth=growth, shrink=shrink)
        at_least(0, margin=margin)
        at_least(1, growth=growth, iterations=iterations, rounds=rounds, memory=memory)
        self.units = units
        self.penalty = penalty
        self.growth = growth
        self.shrink = shrink
        self.margin = margin
        self.iterations = iterations
        self.rounds = rounds
        self.memory = memory
        self.multipliers = multipliers

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Descend, update, descend."""
        unit = units_of(objective, self.units)
        point, penalty, violation = objective.start, self.penalty, math.inf
        multipliers: np.ndarray | float = 0.0
        for _ in range(self.rounds):
            descent = _Descent(objective, multipliers / penalty + self.margin, penalty, self.multipliers == "each")
            descend(descent, point, unit, self.iterations, self.memory, TOLERANCE)
            if not math.isfinite(descent.least):  # every evaluation has failed
                return
            excess = descent.constraints + self.margin
            worst = float(excess.max(initial=0.0))
            if np.array_equal(descent.point, point) and worst <= self.margin:
                return
            point, multipliers = descent.point, np.maximum(multipliers + penalty * excess, 0.0)
            if worst > self.shrink * violation:
                penalty = min(self.growth * penalty, LARGEST_PENALTY)
            violation = worst


class _Descent:
    """The augmented Lagrangian as a function to descend on, which remembers where it was least."""

    def __init__(self, objective: SearchSpace, shift: np.ndarray | float, penalty: float, field: bool) -> None:
        self._objective = objective
        self._merit = Merit(shift, penalty)
        self._field = field
        self.least = math.inf
        self.point, self.constraints = objective.start, self._merit.seen

    def __call__(self, z: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = self._objective.value_and_gradient(z, self._merit, self._field)
        if value < self.least:
            self.least, self.point, self.constraints = value, z.copy(), self._merit.seen
        return value, gradient


class Merit:
    """f + (μ/2) Σ max(g + s, 0)², of arrays (n,) and (n, c), which remembers the last constraints it has seen."""

    def __init__(self, shift: np.ndarray | float, penalty: float) -> None:
        self._shift = shift
        self._penalty = penalty
        self.seen = np.empty(0)

    def __call__(self, objective: np.ndarray, constraints: np.ndarray) -> np.ndarray:
        """Its values (n,)."""
        self.seen = constraints[-1].copy()
        shifted = constraints + self._shift
        return np.asarray(objective + self._penalty / 2 * ((shifted * (shifted > 0)) ** 2).sum(-1))

    def slopes(self, objective: np.ndarray, constraints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Derivatives by objective (n,) and constraints (n, c)."""
        shifted = constraints + self._shift
        with np.errstate(invalid="ignore", over="ignore"):  # an evaluation may fail
            return np.ones_like(objective), self._penalty * shifted * (shifted > 0)
