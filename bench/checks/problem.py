"""What is checked of a problem, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from bench.checks import declarations, draws, evaluation, layout, optimum
from bench.checks.kit import Finding, Stage, examine
from bench.checks.process import Results, differences
from bench.checks.subjects import MANY, ProblemSubject, candidates
from bench.seeds import generator
from problems.base import Problem

FIRST: Stage[ProblemSubject] = {
    "declares what a problem must": declarations.declared,
    "draws finite designs, as many as asked for": draws.well_drawn,
    "evaluates 0, 1 and many designs to float64 arrays": evaluation.shapes,
    "verifies any design, good or bad": declarations.verify,
}
THEN: Stage[ProblemSubject] = {
    "gives a design its values whatever is evaluated with it or was before": evaluation.batches,
    "leaves arrays alone, once given or returned": evaluation.purity,
    "draws the same designs from the same generator": draws.repeatable,
    "is the same problem in every instance": draws.instances,
    "has a design to start from": draws.start,
    "displays values in the order of the objective": declarations.display,
    "bears designs that are not finite": evaluation.failures,
    "has targets from easy to hard, none beyond the optimum": declarations.targets,
}
DIFFERENTIABLE: Stage[ProblemSubject] = {
    "has the gradients that finite differences have": evaluation.gradients,
}
LAYOUT: Stage[ProblemSubject] = {
    "has a layout of as many coordinates as its designs": layout.shape,
    "has a layout with orthonormal modes, the same at every call": layout.modes,
    "has a layout whose frequencies rise": layout.frequencies,
}
OPTIMUM: Stage[ProblemSubject] = {
    "has an optimum that its optimal design attains and nothing beats": optimum.declared,
}


def findings(problem: Problem | Callable[[], Problem]) -> Iterator[Finding]:
    """Check a problem, or what a callable makes."""
    subject = ProblemSubject((lambda: problem) if isinstance(problem, Problem) else problem)
    return examine(subject, FIRST, _stages(subject))


def _stages(subject: ProblemSubject) -> Iterator[Stage[ProblemSubject]]:
    problem = subject.problem
    applicable = dict(THEN)
    if problem.differentiable:
        applicable |= DIFFERENTIABLE
    if problem.layout is not None:
        applicable |= LAYOUT
    if problem.optimum is not None or problem.optimal_design is not None:
        applicable |= OPTIMUM
    yield applicable
    yield {"gives the same results in another process": _elsewhere}


def _elsewhere(subject: ProblemSubject) -> Iterator[str]:
    return differences(partial(_results, subject.make), subject.problem)


def _results(make: Callable[[], Problem]) -> Results:
    problem = make()
    sample = candidates(problem, MANY)
    evaluated = problem.evaluate(sample)
    results = {
        "designs for reference": sample,
        "objectives": evaluated.objective,
        "constraints": evaluated.constraints,
        "displayed values": problem.display(evaluated.objective),
    }
    rng = generator("check elsewhere")
    designs = problem.instance(rng).designs(MANY, rng)
    return results if designs is None else results | {"designs of an instance": designs}
