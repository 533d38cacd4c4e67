"""What is checked of an optimiser, in order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from bench.checks.bowl import Bowl, Hopeless, Watched, watch
from bench.checks.kit import Finding, Stage, examine, same
from bench.checks.process import Results, death, differences
from bench.optimisers.base import Optimiser
from bench.searching.ledger import Ledger

if TYPE_CHECKING:
    from torch import Tensor

BUDGET = 60
SHORT = (1, 2, 3, 7)
BUDGETS = (*SHORT, BUDGET)
LONGEST = 120.0
"""Seconds that all short searches together may take."""
DIMENSIONS = (1, 2, 5, 30)

Make = Callable[[], Optimiser]


class Counted(Bowl):
    """Counts what is evaluated, by whichever way."""

    evaluated = 0

    def objective(self, x: Tensor) -> Tensor:
        """As in `Bowl`."""
        self.evaluated += len(x)
        return super().objective(x)


@dataclass(frozen=True)
class Search:
    """A search that was watched, on a problem that counted."""

    problem: Counted
    objective: Watched
    ledger: Ledger

    @classmethod
    def of(cls, optimiser: Optimiser, budget: int = BUDGET, dim: int = 5) -> Search:
        """Search on a quadratic of so many variables."""
        problem = Counted(dim=dim)
        return cls(problem, *watch(optimiser, problem, budget))


class OptimiserSubject:
    """An optimiser under examination.

    Parameters
    ----------
    make : callable
        Makes the optimiser.
    """

    def __init__(self, make: Make) -> None:
        self.make = make

    @cached_property
    def used(self) -> Optimiser:
        """By which search after search is done; each takes long where a model is fitted for each point."""
        return self.make()

    @cached_property
    def first(self) -> Search:
        """Its first one, which most checks look at."""
        return Search.of(self.used)


def budget(subject: OptimiserSubject) -> Iterator[str]:
    """Searches that do not end with their budget, or evaluate beside it."""
    make = subject.make
    for library in make().libraries:
        import_module(library)
    if (end := death(partial(_short_searches, make), make(), LONGEST)) is not None:
        yield f"a search with a budget of {max(SHORT)} or less does not return: {end}"
        return
    for allowed in BUDGETS:
        search = subject.first if allowed == BUDGET else Search.of(make(), allowed)
        if search.objective.late:
            yield f"it goes on after BudgetSpent, at a budget of {allowed}; it must not catch that exception"
            return
        if search.problem.evaluated != search.ledger.n_f:
            yield f"it evaluates {search.problem.evaluated} designs, of which {search.ledger.n_f} are counted"
            return


def progress(subject: OptimiserSubject) -> Iterator[str]:
    """Searches that lead nowhere."""
    for dim in DIMENSIONS:
        search = subject.first if dim == subject.first.problem.dim else Search.of(subject.used, dim=dim)
        objective, ledger = search.objective, search.ledger
        if not ledger.best_objective < objective.start_value:
            yield f"{BUDGET} evaluations of a quadratic bring no improvement on the start, in dimension {dim}"
            return


def repeatable(subject: OptimiserSubject) -> Iterator[str]:
    """Searches that depend on more than the generator."""
    expected = subject.first.objective.points
    if same(Search.of(subject.used).objective.points, expected):
        return
    if same(Search.of(subject.make()).objective.points, expected):
        yield "a second search by the same optimiser visits other points; an optimiser keeps nothing between searches"
    else:
        yield "two searches from the same generator visit different points"


def purity(subject: OptimiserSubject) -> Iterator[str]:
    """Searches that write into what they are given."""
    for name in subject.first.objective.changed():
        yield f"it changes the objective's {name}"


def honesty(subject: OptimiserSubject) -> Iterator[str]:
    """Gradients that were not announced, points that are none."""
    objective = subject.first.objective
    if objective.gradients and not subject.make().needs_gradient:
        yield "it asks for gradients, though needs_gradient is False"
    if not np.isfinite(objective.points).all():
        yield "it asks for points that are not finite"


def recordable(subject: OptimiserSubject) -> Iterator[str]:
    """Settings that no record can hold."""
    for dim in DIMENSIONS:
        told = subject.make().settings(dim)
        try:
            plain = isinstance(told, dict) and json.loads(json.dumps(told, allow_nan=False)) == told
        except (TypeError, ValueError):
            plain = False
        if not plain:
            yield f"settings({dim}) gives {told!r:.80}; it must be a dictionary of texts, numbers and lists of such"
            return


def calm(subject: OptimiserSubject) -> Iterator[str]:
    """Searches that cannot bear failed evaluations."""
    for problem, what in ((Bowl(failing=True), "some"), (Hopeless(), "all")):
        if watch(subject.make(), problem, BUDGET)[0].late:
            yield f"it goes on after BudgetSpent, where {what} evaluations fail; it must not catch that exception"


FIRST: Stage[OptimiserSubject] = {"ends with its budget, and evaluates nothing beside it": budget}
THEN: Stage[OptimiserSubject] = {
    "makes progress on quadratics of 1 to 30 variables": progress,
    "visits the same points from the same generator, whatever it did before": repeatable,
    "leaves the objective's arrays alone": purity,
    "asks for finite points, and for gradients only if it says so": honesty,
    "says what its parameters come to in plain data": recordable,
    "goes on or ends where evaluations fail": calm,
}


def findings(make: Make) -> Iterator[Finding]:
    """Check an optimiser."""
    return examine(OptimiserSubject(make), FIRST, (THEN, {"gives the same results in another process": _elsewhere}))


def _short_searches(make: Make) -> Results:
    for allowed in SHORT:
        for problem in (Bowl(), Hopeless()):
            watch(make(), problem, allowed)
    return {}


def _elsewhere(subject: OptimiserSubject) -> Iterator[str]:
    here = {"points": subject.first.objective.points}
    return differences(partial(_results, subject.make), subject.make(), here)


def _results(make: Make) -> Results:
    return {"points": Search.of(make()).objective.points}
