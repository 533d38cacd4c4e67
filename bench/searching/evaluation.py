"""An evaluation as a search relies on it: of the right shapes, whatever the problem returns or raises."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from problems.base import Evaluation

if TYPE_CHECKING:
    from problems.base import Problem


FLOAT = np.dtype(float)


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
        return checked(problem, x)
    except PluginError:
        raise
    except Exception as error:  # a plug-in may raise anything
        return one_by_one(problem, x, error, [] if raised is None else raised)


def one_by_one(problem: Problem, x: np.ndarray, error: Exception, raised: list[Exception]) -> Evaluation:
    """Evaluate each design (n, d) alone, since something was raised over all at once; see `evaluate`."""
    if len(x) < 2:
        _blame(problem, error)
        raise error
    parts: list[Evaluation | None] = []
    errors: list[Exception] = []
    for row in x:
        try:
            parts.append(checked(problem, row[None]))
        except Exception as its_own:  # as above
            parts.append(None)
            errors.append(its_own)
    whole = next((part for part in parts if part is not None), None)
    if whole is None:
        _blame(problem, errors[0])
        raise errors[0] from None
    raised += errors
    each = [failed(1, whole.constraints.shape[1]) if part is None else part for part in parts]
    return Evaluation(*(np.concatenate([getattr(e, f) for e in each]) for f in ("objective", "constraints")))


def all_finite(array: np.ndarray) -> bool:
    """Whether all numbers (n,) are finite; the sum of their squares tells it fast, unless it overflows."""
    return math.isfinite(array.dot(array)) or bool(np.isfinite(array).all())


def failed(n: int, m: int) -> Evaluation:
    """Make the evaluation of n designs under m constraints that came to nothing."""
    return Evaluation(np.full(n, math.nan), np.full((n, m), math.nan))


def _blame(problem: Problem, error: Exception) -> None:
    """Name the problem that raised an error, for whoever tells of it."""
    error.add_note(f"raised by problem '{problem.name}'")


def checked(problem: Problem, x: np.ndarray) -> Evaluation:
    """Evaluate designs (n, d); raises `PluginError` for other shapes than they should have, and what it raises."""
    found, n = problem.evaluate(x), len(x)
    if type(found) is not Evaluation:
        raise PluginError(f"problem '{problem.name}' returned {type(found).__name__}; it must be an Evaluation")
    objective, constraints = found.objective, found.constraints
    as_it_is = _is_plain(objective) and _is_plain(constraints)
    if not as_it_is:
        objective = _numbers(problem, "objective", objective)
        constraints = _numbers(problem, "constraints", constraints)
    if objective.shape != (n,) or constraints.shape[:-1] != (n,):
        raise PluginError(
            f"problem '{problem.name}' returned objective {objective.shape} and constraints {constraints.shape} "
            f"for {n} designs; they must be ({n},) and ({n}, m)"
        )
    return found if as_it_is else Evaluation(objective, constraints)


def _is_plain(given: Any) -> bool:
    return type(given) is np.ndarray and given.dtype is FLOAT


def _numbers(problem: Problem, name: str, given: Any) -> np.ndarray:
    try:
        array = np.asarray(given.detach() if hasattr(given, "detach") else given)
        if array.ndim and array.dtype.kind in "fiubO":
            return array.astype(float)
    except (TypeError, ValueError):
        pass
    what = f"an array of {given.dtype}" if hasattr(given, "dtype") else type(given).__name__
    raise PluginError(f"problem '{problem.name}' returned {what} as its {name}; it must be an array of real numbers")
