"""What a problem says of itself: its attributes, how its values are displayed, which designs it lets pass."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bench.checks.kit import describe
from bench.checks.subjects import ProblemSubject, not_finite
from bench.experiments.promises import fault
from bench.quantities import stated
from problems.base import DifferentiableProblem, Verification


def _finite(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and math.isfinite(value)


def _finite_or_none(value: Any) -> bool:
    return value is None or _finite(value)


def _positive_integer(value: Any) -> bool:
    return isinstance(value, int | np.integer) and int(value) >= 1


def _truth(value: Any) -> bool:
    return isinstance(value, bool | np.bool_)


RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "name": (lambda value: isinstance(value, str) and value != "", "a text"),
    "version": (lambda value: isinstance(value, str) and value != "", "a text"),
    "dim": (_positive_integer, "an integer of at least 1"),
    "n_designs": (_positive_integer, "an integer of at least 1"),
    "penalty": (lambda value: _finite(value) and value > 0, "a positive number"),
    "optimum": (_finite_or_none, "a finite number or None"),
    "best_known": (_finite_or_none, "a finite number or None"),
    "bound": (_finite_or_none, "a finite number or None"),
    "targets": (lambda value: all(map(_finite, value)), "finite numbers"),
    "seconds_per_evaluation": (lambda value: _finite_or_none(value) and not (value or 0) < 0, "a number >= 0 or None"),
    "quantity": (lambda value: isinstance(value, str), "a text"),
    "larger_is_better": (_truth, "True or False"),
    "differentiable": (_truth, "True or False"),
}


def declared(subject: ProblemSubject) -> Iterator[str]:
    """Attributes that are missing, or not what they must be."""
    problem = subject.problem
    for name, (holds, what) in RULES.items():
        if not hasattr(problem, name):
            yield f"{name} is missing; it must be {what}"
        elif not holds(getattr(problem, name)):
            yield f"{name}: {getattr(problem, name)!r:.80} must be {what}"
    if problem.differentiable != isinstance(problem, DifferentiableProblem):
        yield f"differentiable: {problem.differentiable} must be True for a DifferentiableProblem, and for no other"
    if (wrong := fault(problem)) is not None:
        yield wrong
    yield from _facts(problem.data_facts)


def _facts(facts: Any) -> Iterator[str]:
    """Data facts of wrong types; ranges are seen to where they are made, unless a class of its own stands for them."""
    if facts is None:
        return
    rules: dict[str, tuple[Callable[[Any], bool], str]] = {
        "source": (lambda value: isinstance(value, str) and value != "", "a text"),
        "identity": (lambda value: isinstance(value, str) and value != "", "a text"),
        "left_out": (lambda value: isinstance(value, str), "a text"),
        "withheld": (lambda value: _finite(value) and 0 <= value < 1, "at least 0 and less than 1"),
        "price_each": (lambda value: _finite(value) and value >= 0, "at least 0 and finite"),
    }
    for name, (holds, what) in rules.items():
        value = getattr(facts, name, None)
        if not holds(value):
            yield f"data_facts: {name}: {value!r:.80} must be {what}"


def targets(subject: ProblemSubject) -> Iterator[str]:
    """Targets that are out of order or out of reach."""
    problem = subject.problem
    sign = -1 if problem.larger_is_better else 1
    if not (np.diff(problem.targets) * sign < 0).all():
        yield f"targets: {problem.targets} must {'rise' if problem.larger_is_better else 'fall'}, from easy to hard"
    if problem.optimum is not None:
        best = float(problem.display(np.array([problem.optimum]))[0])
        for target in problem.targets:
            if sign * target < sign * best:
                yield f"targets: {target} is beyond the optimum, which is displayed as {stated(best)}"


def display(subject: ProblemSubject) -> Iterator[str]:
    """Displayed values of other shapes or order than the objective's."""
    problem = subject.problem
    objective = problem.evaluate(subject.sample).objective
    finite = objective[np.isfinite(objective)]
    if not len(finite):
        return
    values = np.sort(np.concatenate([finite, np.linspace(finite.min(), finite.max(), 50)]))
    for part in (values[:0], values[:1], values):
        shown = problem.display(part.copy())
        if np.shape(shown) != part.shape:
            yield f"display gives {describe(shown)} for {len(part)} values; it must be of shape {part.shape}"
            return
    if np.isnan(shown).any():
        yield "display gives what is not a number for a finite objective"
    worse = shown[1:] > shown[:-1] if problem.larger_is_better else shown[1:] < shown[:-1]
    if worse.any():
        yield "display does not rank designs as the objective does (mind larger_is_better)"


def verify(subject: ProblemSubject) -> Iterator[str]:
    """Verifications that are none, that change, or that let pass what is not finite."""
    problem, good = subject.problem, subject.sample[0]
    broken = not_finite(good)
    odd = {"all zero": good * 0, "all one": good * 0 + 1, "tiny": good * 1e-6, "huge": good * 1e6}
    for what, x in (odd | broken | {"its own": good}).items():
        found = problem.verify(x.copy())
        if not isinstance(found, Verification) or not _truth(found.ok):
            yield f"verify gives {found!r:.80} for a design that is {what}; it must be a Verification with a bool"
            return
        if found.ok and what in broken:
            yield f"verify lets a design pass that is {what}"
            return
        if problem.verify(x.copy()).ok != found.ok:
            yield f"verify says something else at a second call, for a design that is {what}"
            return
