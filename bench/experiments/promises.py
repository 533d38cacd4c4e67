"""What a problem must say of itself for a run to be recorded: told before the first fit, and by the kit."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, get_args

import numpy as np

from problems.base import Variable

if TYPE_CHECKING:
    from problems.base import Problem

MOST_TARGETS = 1000
"""Targets of a problem, all different."""


def fault(problem: Problem) -> str | None:
    """Say what no run could be made or recorded with; None if nothing is."""
    said = targets_fault(problem.targets)
    if said:
        return f"targets {said}"
    limit = problem.n_reference
    if limit is not None and not (isinstance(limit, int) and limit >= 2):
        return f"n_reference: {limit!r:.80} must be an integer of at least 2, or None"
    bounds = problem.bounds
    if (said := _variables_fault(problem)) is not None or bounds is None:
        return said
    if not isinstance(bounds, np.ndarray) or bounds.dtype != np.float64 or bounds.shape != (2, problem.dim):
        what = f"{bounds.dtype} of shape {bounds.shape}" if isinstance(bounds, np.ndarray) else type(bounds).__name__
        return f"bounds: {what} must be a float64 array of shape (2, {problem.dim})"
    if not (np.isfinite(bounds).all() and (bounds[0] < bounds[1]).all()):
        return "bounds must be finite, the lower ones below the upper ones"
    return None


def _variables_fault(problem: Problem) -> str | None:
    kinds = problem.variables
    if not (isinstance(kinds, tuple) and all(kind in get_args(Variable) for kind in kinds)):
        return f"variables: {kinds!r:.80} must be a tuple of {', '.join(get_args(Variable))}"
    if not kinds:
        return None
    if len(kinds) != problem.dim:
        return f"variables: are {len(kinds)}; they must be {problem.dim}, or none where all are real"
    whole, bounds = problem.whole, problem.bounds
    if whole.any() and (not isinstance(bounds, np.ndarray) or (bounds[:, whole] % 1 != 0).any()):
        return "bounds must be whole numbers where variables are integer or categorical"
    return None


def targets_fault(targets: Sequence[float]) -> str | None:
    """Say why no record can hold these targets; None where one can."""
    try:
        values = [float(target) for target in targets]
    except (TypeError, ValueError, OverflowError):
        return "must be numbers"
    if not all(map(isfinite, values)):
        return "must be finite numbers"
    if len(set(values)) < len(values):
        return "must be different from each other"
    return None if len(values) <= MOST_TARGETS else f"must be at most {MOST_TARGETS}, not {len(values)}"
