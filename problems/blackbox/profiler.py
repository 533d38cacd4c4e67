"""The test functions of IOHprofiler."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version
from typing import Any, Literal

import numpy as np

from problems.base import Evaluation, Problem
from problems.blackbox.problem import BlackBox, one_by_one, unconstrained
from problems.blackbox.visited import Losses
from problems.data import DataSettings

SuiteName = Literal["BBOB", "SBOX", "CEC2022"]
POINTS = DataSettings()


class IOH(BlackBox):
    """Minimise a test function of IOHprofiler (extra interop).

    Design space
        d variables in a box, from -5 to 5 for BBOB; designs must stay in it for SBOX only.
    Objective
        f − f*, which is 0 at the optimum.
    Constraints
        None.

    Parameters
    ----------
    function : int
        1 to 24 for BBOB and SBOX, 1001 to 1012 for CEC2022.
    dimension : int
        Any number of at least 2 for BBOB and SBOX.
    instance : int
    suite : {"BBOB", "SBOX", "CEC2022"}
    data : DataSettings
        How many points of other instances.

    Raises
    ------
    ValueError
        If there is no such function, or ioh is not installed.

    References
    ----------
    de Nobel, Ye, Vermetten, Wang, Doerr & Bäck 2024, 10.1162/evco_a_00342; Hansen et al. 2009 (BBOB).
    """

    name = "ioh"

    def __init__(
        self,
        function: int = 1,
        dimension: int = 20,
        instance: int = 1,
        suite: SuiteName = "BBOB",
        data: DataSettings = POINTS,
    ) -> None:
        super().__init__(function, dimension, instance, data)
        self._key = (suite, function, dimension)
        problem = _problem(*self._key, instance)
        self.version = f"ioh {version('ioh')}"
        self.bounds = np.array([problem.bounds.lb, problem.bounds.ub], dtype=float)
        self.optimum, self.optimal_design = 0.0, np.array(problem.optimum.x, dtype=float)
        self._least = float(problem.optimum.y)

    def repair(self, x: np.ndarray) -> np.ndarray:
        """Move designs into the box where the suite is one of functions in boxes."""
        return Problem.repair(self, x) if self._key[0] == "SBOX" else x

    def losses(self, instance: int) -> Losses:
        """Values of another instance."""
        problem = _problem(*self._key, instance)
        return lambda x: one_by_one(problem, x)

    def evaluate(self, x: np.ndarray) -> Evaluation:
        """Evaluate designs (n, d), one after the other."""
        return unconstrained(self.losses(self._own)(x) - self._least)


@lru_cache(maxsize=32)
def _problem(suite: str, function: int, dimension: int, instance: int) -> Any:
    try:
        import ioh
    except ImportError:
        raise ValueError("needs ioh; pip install 'latentbench[interop]'") from None
    kind = getattr(ioh.ProblemClass, suite)
    if function not in kind.problems:
        first, last = min(kind.problems), max(kind.problems)
        raise ValueError(f"function: {function} is none of {suite}, which has {first} to {last}")
    if dimension < 2:
        raise ValueError(f"dimension: {dimension} must be at least 2")
    return ioh.get_problem(function, instance=instance, dimension=dimension, problem_class=kind)
