"""The test functions of COCO: its suites bbob, bbob-constrained and bbob-largescale."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from scipy.stats import qmc

from problems.base import FEASIBILITY_TOLERANCE, Constraint, Evaluation
from problems.blackbox.problem import BlackBox, one_by_one
from problems.blackbox.visited import Losses
from problems.data import DataSettings, Sample

POINTS = DataSettings()
SCALED_BY = 128
"""Points of the box by whose median size constraints are scaled, and the penalty is set."""
PENALTY = 10.0
NEAR = 3
"""Starts under constraints lie between a feasible point and any, near the former by this power."""


class BBOB(BlackBox):
    """Minimise a noiseless test function of COCO's suite bbob (extra interop).

    Design space
        2, 3, 5, 10, 20 or 40 variables. The optimum is between -5 and 5; designs may be outside.
    Objective
        f − f*, which is 0 at the optimum.
    Constraints
        None.

    Parameters
    ----------
    function : int
        1 to 24.
    dimension, instance : int
    data : DataSettings
        How many points of other instances.

    Raises
    ------
    ValueError
        If there is no such function, or cocoex is not installed.

    References
    ----------
    Hansen, Auger, Ros, Mersmann, Tušar & Brockhoff 2021, 10.1080/10556788.2020.1808977.
    """

    name = "bbob"

    def __init__(self, function: int = 1, dimension: int = 20, instance: int = 1, data: DataSettings = POINTS) -> None:
        super().__init__(function, dimension, instance, data)
        self._key = (self.name, function, dimension)
        facts = _facts(*self._key, instance)
        self.version = f"coco-experiment {version('coco-experiment')}"
        self.bounds, self.optimum = facts.bounds, 0.0
        self.optimal_design = _best(*self._key, instance)
        self._least = float(_problem(*self._key, instance)(self.optimal_design))
        self.penalty = facts.penalty
        self.constraint_kinds = tuple(Constraint(f"g{i + 1}") for i in range(len(facts.sizes)))

    def losses(self, instance: int) -> Losses:
        """Values of another instance, and a penalty for what it does not allow."""
        facts, key = _facts(*self._key, instance), (*self._key, instance)

        def penalised(x: np.ndarray) -> np.ndarray:
            values, constraints = _evaluated(key, facts, x)
            return np.asarray(values + facts.penalty * np.maximum(constraints, 0).sum(axis=1))

        return penalised

    def evaluate(self, x: np.ndarray) -> Evaluation:
        """Evaluate designs (n, d), one after the other."""
        key = (*self._key, self._own)
        values, constraints = _evaluated(key, _facts(*key), x)
        return Evaluation(values - self._least, constraints)

    def _anywhere(self, n: int, rng: np.random.Generator) -> Sample:
        points, _ = super()._anywhere(n, rng)
        if not self.constraint_kinds:
            return points, None
        feasible = np.asarray(_problem(*self._key, self._own).initial_solution)
        return feasible + rng.uniform(size=(n, 1)) ** NEAR * (points - feasible), None


class BBOBConstrained(BBOB):
    """Minimise a function of COCO's suite bbob-constrained under its constraints, 54 of them (extra interop).

    As `BBOB`, with 1 to dozens of constraints, divided by their median size in the box. A design is feasible where COCO
    says so: none of them is above 0.

    Parameters
    ----------
    function : int
        1 to 54: nine functions under six numbers of constraints.
    dimension, instance : int
    data : DataSettings

    Raises
    ------
    ValueError
        As `BBOB` does.

    References
    ----------
    Dufossé, Hansen, Brockhoff et al. 2022, the documentation of COCO's suite bbob-constrained.
    """

    name = "bbob-constrained"


class BBOBLargeScale(BBOB):
    """Minimise a test function of COCO's suite bbob-largescale, of 20 to 640 variables (extra interop).

    As `BBOB`, with 20, 40, 80, 160, 320 or 640 variables.

    Parameters
    ----------
    function : int
        1 to 24.
    dimension, instance : int
    data : DataSettings

    Raises
    ------
    ValueError
        As `BBOB` does.

    References
    ----------
    Varelas, El Hara, Brockhoff, Hansen et al. 2020, 10.1016/j.asoc.2020.106737.
    """

    name = "bbob-largescale"

    def __init__(self, function: int = 1, dimension: int = 80, instance: int = 1, data: DataSettings = POINTS) -> None:
        super().__init__(function, dimension, instance, data)


@dataclass(frozen=True)
class _Facts:
    """Of one function: its box (2, d), what constraints are divided by (m,), and the factor of the shared loss."""

    bounds: np.ndarray
    sizes: np.ndarray
    penalty: float


@lru_cache(maxsize=64)
def _facts(suite: str, function: int, dimension: int, instance: int) -> _Facts:
    problem = _problem(suite, function, dimension, instance)
    bounds = np.array([problem.lower_bounds, problem.upper_bounds])
    if not problem.number_of_constraints:
        return _Facts(bounds, np.empty(0), PENALTY)
    points = qmc.scale(qmc.Halton(dimension, scramble=False).random(SCALED_BY + 1)[1:], *bounds)
    sizes = np.median([np.abs(problem.constraint(x)) for x in points], axis=0)
    values = [problem(x) for x in points]
    rise = float(np.median(values) - np.min(values))
    return _Facts(bounds, np.where(sizes > 0, sizes, 1.0), PENALTY * max(rise, 1.0))


def _evaluated(key: tuple[str, int, int, int], facts: _Facts, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    problem, m = _problem(*key), len(facts.sizes)
    values = one_by_one(problem, x)
    given = [problem.constraint(row) if np.isfinite(row).all() else np.full(m, np.nan) for row in x] if m else []
    constraints = np.array(given, dtype=float).reshape(len(x), m)
    scaled = constraints / facts.sizes
    # whatever is above 0 is infeasible in COCO, however little it is
    return values, np.where(constraints > 0, np.maximum(scaled, 2 * FEASIBILITY_TOLERANCE), scaled)


@lru_cache(maxsize=64)
def _problem(suite: str, function: int, dimension: int, instance: int) -> Any:
    try:
        import cocoex
    except ImportError:
        raise ValueError("needs cocoex; pip install 'latentbench[interop]'") from None
    try:
        chosen = f"function_indices: {function} dimensions: {dimension}"
        whole = cocoex.Suite(suite, f"instances: {instance}", chosen)
        return whole.get_problem_by_function_dimension_instance(function, dimension, instance)
    except Exception:  # of several classes, by what is wrong
        raise ValueError(
            f"function, dimension: {function}, {dimension} are not in COCO's suite {suite}, "
            f"which has dimensions {', '.join(map(str, _dimensions(suite)))}"
        ) from None


def _dimensions(suite: str) -> list[int]:
    import cocoex

    return list(cocoex.Suite(suite, "instances: 1", "function_indices: 1").dimensions)


FIND = """
import sys, cocoex
suite, function, dimension, instance = sys.argv[1], *map(int, sys.argv[2:])
chosen = f"function_indices: {function} dimensions: {dimension}"
whole = cocoex.Suite(suite, f"instances: {instance}", chosen)
whole.get_problem_by_function_dimension_instance(function, dimension, instance)._best_parameter("print")
"""


@lru_cache(maxsize=64)
def _best(suite: str, function: int, dimension: int, instance: int) -> np.ndarray:
    """Where the optimum is: COCO writes that into a file of the current folder, so in a process of its own."""
    with TemporaryDirectory() as folder:
        names = [suite, str(function), str(dimension), str(instance)]
        subprocess.run([sys.executable, "-c", FIND, *names], cwd=folder, check=True, capture_output=True)  # noqa: S603
        (path,) = Path(folder).iterdir()
        return np.loadtxt(path)
