"""An evaluation as a search relies on it: of the right shapes, whatever the problem returns or raises."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from problems.base import Evaluation

if TYPE_CHECKING:
    from problems.base import Problem


class PluginError(RuntimeError):
    """A plug-in broke its promise, of a shape for instance; its run fails with this reason."""


def evaluate(problem: Problem, x: np.ndarray, raised: list[Exception] | None = None) -> Evaluation:
    """Evaluate designs (n, d), at no charge, and check what comes back; arrays of other kinds are converted.

    One design of many over which the problem raises something is a failed evaluation; what it is is added to a list.

    Raises
    ------
    PluginError
        If the problem returns other shapes than it should.
    Exception
        Whatever it raises over every design.
    """
    try:
        return _checked(problem, x)
    except PluginError:
        raise
    except Exception as error:
        if len(x) < 2:
            _blame(problem, error)
            raise
        parts: list[Evaluation | None] = []
        errors: list[Exception] = []
        for row in x:
            try:
                parts.append(_checked(problem, row[None]))
            except Exception as error:  # a plug-in may raise anything
                parts.append(None)
                errors.append(error)
        whole = next((part for part in parts if part is not None), None)
        if whole is None:
            _blame(problem, errors[0])
            raise errors[0] from None
        if raised is not None:
            raised += errors
        each = [failed(1, whole.constraints.shape[1]) if part is None else part for part in parts]
        return Evaluation(*(np.concatenate([getattr(e, f) for e in each]) for f in ("objective", "constraints")))


def failed(n: int, m: int) -> Evaluation:
    """Make the evaluation of n designs under m constraints that came to nothing."""
    return Evaluation(np.full(n, math.nan), np.full((n, m), math.nan))


def _blame(problem: Problem, error: Exception) -> None:
    """Name the problem that raised an error, for whoever tells of it."""
    error.add_note(f"raised by problem '{problem.name}'")


def _checked(problem: Problem, x: np.ndarray) -> Evaluation:
    found, n = problem.evaluate(x), len(x)
    if type(found) is not Evaluation:
        raise PluginError(f"problem '{problem.name}' returned {type(found).__name__}; it must be an Evaluation")
    objective = _numbers(problem, "objective", found.objective)
    constraints = _numbers(problem, "constraints", found.constraints)
    if objective.shape != (n,) or constraints.ndim != 2 or len(constraints) != n:
        raise PluginError(
            f"problem '{problem.name}' returned objective {objective.shape} and constraints {constraints.shape} "
            f"for {n} designs; they must be ({n},) and ({n}, m)"
        )
    as_it_is = objective is found.objective and constraints is found.constraints
    return found if as_it_is else Evaluation(objective, constraints)


def _numbers(problem: Problem, name: str, given: Any) -> np.ndarray:
    if type(given) is np.ndarray and given.dtype == np.float64:
        return given
    try:
        array = np.asarray(given.detach() if hasattr(given, "detach") else given)
        if array.ndim and array.dtype.kind in "fiubO":
            return array.astype(float)
    except (TypeError, ValueError):
        pass
    what = f"an array of {given.dtype}" if hasattr(given, "dtype") else type(given).__name__
    raise PluginError(f"problem '{problem.name}' returned {what} as its {name}; it must be an array of real numbers")
