"""What a problem draws: training designs, reference designs, instances, and whether a search can start from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from bench.checks.evaluation import alike
from bench.checks.kit import describe, same
from bench.checks.subjects import MANY, ProblemSubject, candidates
from bench.searching.instance import CANDIDATES, start_among
from bench.seeds import generator
from problems.base import Problem

Draw = Callable[[int, np.random.Generator], np.ndarray | None]


def _draws(problem: Problem) -> dict[str, Draw]:
    return {"designs": problem.designs, "reference": problem.reference}


def well_drawn(subject: ProblemSubject) -> Iterator[str]:
    """Draws of the wrong kind, shape or number, and problems without any that have no bounds either."""
    problem = subject.problem
    if problem.bounds is None and problem.reference(MANY, generator("check draws")) is None:
        yield "it has neither designs nor bounds; one is needed to say where to search"
    for name, draw in _draws(problem).items():
        drawn = draw(MANY, generator("check draws"))
        if drawn is None:
            continue
        if not isinstance(drawn, np.ndarray) or drawn.dtype != np.float64 or drawn.shape[1:] != (problem.dim,):
            yield f"{name}({MANY}, rng) gives {describe(drawn)}; it must be float64 of shape ({MANY}, {problem.dim})"
        elif not 1 <= len(drawn) <= MANY:
            yield f"{name}({MANY}, rng) gives {len(drawn)} designs"
        elif len(drawn) < MANY and len(draw(4 * MANY, generator("check draws"))) > len(drawn):  # type: ignore[arg-type]
            yield f"{name}({MANY}, rng) gives only {len(drawn)} designs, though it has more"
        elif not np.isfinite(drawn).all():
            yield f"{name} gives designs that are not finite"
        elif problem.variables and (drawn[:, problem.whole] % 1 != 0).any():
            yield f"{name} gives numbers that are not whole for variables that are integer or categorical"


def repeatable(subject: ProblemSubject) -> Iterator[str]:
    """Draws that depend on more than the number and the generator."""
    for name, draw in _draws(subject.problem).items():
        first = draw(MANY, generator("check draws"))
        if first is None:
            continue
        kept = first.copy()
        subject.disturb()
        again = draw(MANY, generator("check draws"))
        if not same(again, kept):
            yield f"{name}(n, rng) gives other designs for the same generator"
            continue
        first[:] = 0.0
        if not same(draw(MANY, generator("check draws")), kept):
            yield f"{name} returns arrays that it keeps: what is written into them appears in later draws"


def instances(subject: ProblemSubject) -> Iterator[str]:
    """Instances with other values, or that leave a trace in the problem that they are of."""
    problem, sample = subject.problem, subject.sample
    before = problem.designs(MANY, generator("check draws"))
    instance, twin = (problem.instance(generator("check instance")) for _ in range(2))
    if not isinstance(instance, Problem) or instance.dim != problem.dim:
        yield f"instance gives {instance!r:.80}; it must be a problem of the same dimension"
        return
    if problem.conditions is None and not alike(instance.evaluate(sample.copy()), problem.evaluate(sample.copy())):
        yield "an instance gives a design other values than the problem does"
    drawn = [each.designs(MANY, generator("check draws")) for each in (problem, instance, twin)]
    if before is None or any(designs is None for designs in drawn):
        if before is not None or any(designs is not None for designs in drawn):
            yield "an instance must have designs if the problem has some, and only then"
        return
    if not same(drawn[0], before):
        yield "instance changes the designs of the problem itself"
    if not same(drawn[1], drawn[2]):
        yield "instance gives another instance for the same generator"


def start(subject: ProblemSubject) -> Iterator[str]:
    """Designs of which none can be the start of a search: feasible, verified, in the worse half, no training design."""
    problem = subject.problem
    found = candidates(problem, CANDIDATES)
    objective = problem.evaluate(found).objective
    finite = objective[np.isfinite(objective)]
    if not len(finite):
        yield f"none of {len(found)} designs has a finite objective"
        return
    designs = problem.designs(min(problem.n_designs, CANDIDATES), generator("check start"))
    start, why_not = start_among(problem, found, float(np.median(finite)), designs)
    if start is None:
        yield f"none of {len(found)} designs can be the start of a search: {why_not}"
