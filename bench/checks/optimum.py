"""Whether a declared optimum is one: attained where the problem says so, and beaten by nothing that is easily found."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bench.checks.subjects import ProblemSubject, candidates, within
from bench.optimisers.base import Optimiser
from bench.optimisers.cmaes import CMAES
from bench.optimisers.lbfgs import LBFGS
from bench.quantities import significant, stated
from bench.searching.objective import search
from bench.seeds import generator
from encoders.identity import Identity
from problems.base import FEASIBILITY_TOLERANCE, Problem

TOLERANCE = 1e-9
"""Relative, of the optimum."""
TRIED = 200
"""Designs, random points and evaluations of a descent, each."""


def declared(subject: ProblemSubject) -> Iterator[str]:
    """Optima that are not attained, or beaten."""
    problem = subject.problem
    if problem.optimum is None:
        yield "it declares an optimal design but no optimum"
        return
    if problem.optimal_design is not None:
        yield from _attained(problem, problem.optimal_design, problem.optimum)
    found = min(_of_designs(problem), _of_box(problem), _of_descent(problem, subject.sample))
    if found < problem.optimum - _slack(problem):
        yield f"a verified design of {stated(found)} beats the declared optimum {stated(problem.optimum)}"


def _attained(problem: Problem, design: np.ndarray, optimum: float) -> Iterator[str]:
    if np.shape(design) != (problem.dim,):
        yield f"optimal_design has shape {np.shape(design)}; it must be ({problem.dim},)"
        return
    evaluation = problem.evaluate(design[None].copy())
    if not evaluation.feasible[0]:
        yield "its optimal design is not feasible"
    elif not problem.verify(design.copy()).ok:
        yield f"its optimal design is not verified: {'; '.join(problem.verify(design.copy()).reasons)}"
    elif not abs(evaluation.objective[0] - optimum) <= TOLERANCE * max(1.0, abs(optimum)):
        found = significant(evaluation.objective[0], 12)
        yield f"its optimal design has the objective {found}, not the optimum {significant(optimum, 12)}"


def _slack(problem: Problem) -> float:
    """By how much the optimum may be undercut: rounding, and what constraints gain by their tolerance."""
    assert problem.optimum is not None
    m = problem.evaluate(np.empty((0, problem.dim))).constraints.shape[1]
    return TOLERANCE * max(1.0, abs(problem.optimum)) + m * problem.penalty * FEASIBILITY_TOLERANCE


def _of_designs(problem: Problem) -> float:
    return _best(problem, candidates(problem, TRIED))


def _of_box(problem: Problem) -> float:
    if problem.bounds is None:
        return np.inf
    return _best(problem, within(problem.bounds, TRIED, generator("check optimum")))


def _best(problem: Problem, designs: np.ndarray) -> float:
    evaluation = problem.evaluate(designs)
    ranked = np.argsort(evaluation.objective)
    good = (evaluation.objective[i] for i in ranked if evaluation.feasible[i] and problem.verify(designs[i]).ok)
    return float(next(good, np.inf))


def _of_descent(problem: Problem, sample: np.ndarray) -> float:
    optimiser: Optimiser = LBFGS() if problem.differentiable else CMAES()
    encoder = Identity()
    if problem.bounds is None:
        encoder.fit(sample, generator("check optimum"), layout=problem.layout)
    return search(problem, encoder, optimiser, sample[0], TRIED, generator("check optimum")).best_objective
