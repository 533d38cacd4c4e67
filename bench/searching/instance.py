"""What all arms of one replicate share: training designs, a start, and the scale that gaps are measured on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from bench.searching.ledger import PluginError, evaluate
from bench.seeds import generator
from encoders.base import Tasks

if TYPE_CHECKING:
    from bench.experiments.registry import Spec
    from problems.base import Problem

REFERENCE_SIZE = 1000
"""Designs whose median objective is the reference value of a problem."""
HELD_OUT = 200
"""Designs, beside those for training, that encoders are tried on."""
CANDIDATES = 256
"""Designs among which the start of a replicate is looked for."""


def at_most(problem: Problem, usual: int) -> int:
    """How many designs are evaluated for some purpose beside budgets: as many as is usual, or as the problem allows."""
    return usual if problem.n_reference is None else min(usual, problem.n_reference)


@dataclass(frozen=True)
class Instance:
    """A problem as one replicate sees it.

    Attributes
    ----------
    problem : Problem
    designs : ndarray, shape (n, d), or None
        Training designs.
    held_out : ndarray, shape (m, d)
        Designs like those, not among them, to try an encoder on; 200 at most.
    start : ndarray, shape (d,)
        The design from which every arm starts.
    reference : float
        The median objective of a fixed, unwithheld sample; the same for all replicates. NaN without one.
    tasks : Tasks or None
        What the training designs were made for, and what the search is for, where the problem has conditions.
    """

    problem: Problem
    designs: np.ndarray | None
    held_out: np.ndarray
    start: np.ndarray
    reference: float
    tasks: Tasks | None = None


@lru_cache(maxsize=4)
def problem_of(spec: Spec, seed: int, replicate: int) -> Problem:
    """The problem as a replicate sees it, under conditions of its own where it has some.

    Settings of a problem with conditions are compared under the same ones: a replicate's hang on the name alone.
    """
    problem: Problem = spec.make()
    named = spec.identity() if problem.conditions is None else spec.name
    seen = problem.instance(generator(seed, named, replicate, "instance"))
    if seen.n_reference != problem.n_reference:  # an instance that is made anew does not know of it
        seen.n_reference = problem.n_reference
    return seen


def draw(spec: Spec, seed: int, replicate: int) -> Instance:
    """Draw a replicate's instance; a pure function of its arguments.

    The start is feasible and verified, no training design, and from the worse half of the reference sample; a problem
    without designs starts at such a uniform point of its bounds. The last few are kept, for fits on the same data.

    Raises
    ------
    PluginError
        If no start can be found.
    """
    drawn = _draw(spec, seed, replicate)
    designs = None if drawn.designs is None else drawn.designs.copy()
    return replace(drawn, designs=designs, held_out=drawn.held_out.copy(), start=drawn.start.copy())


def training(spec: Spec, seed: int, replicate: int) -> np.ndarray | None:
    """Training designs (n, d) that `draw` draws, without the rest of the instance, which can take longer."""
    designs = _training(spec, seed, replicate)
    return None if designs is None else designs.copy()


def labels(spec: Spec, seed: int, replicate: int) -> np.ndarray | None:
    """Classes (n,) of the training designs that `draw` draws; None where the problem has no classes."""
    found = _labels(spec, seed, replicate)
    return None if found is None else found.copy()


@lru_cache(maxsize=4)
def _labels(spec: Spec, seed: int, replicate: int) -> np.ndarray | None:
    names = (seed, spec.identity(), replicate)
    problem = problem_of(spec, seed, replicate)
    return problem.labels(problem.n_designs, generator(*names, "designs"))


@lru_cache(maxsize=4)
def _training(spec: Spec, seed: int, replicate: int) -> np.ndarray | None:
    problem = problem_of(spec, seed, replicate)
    designs = problem.designs(problem.n_designs, generator(seed, spec.identity(), replicate, "designs"))
    if designs is not None and (designs.ndim != 2 or designs.shape[1] != problem.dim):
        raise PluginError(f"problem '{spec.name}' drew designs of shape {designs.shape}; it must be (n, {problem.dim})")
    return designs


@lru_cache(maxsize=4)
def _draw(spec: Spec, seed: int, replicate: int) -> Instance:
    names = (seed, spec.identity(), replicate)
    problem = problem_of(spec, seed, replicate)
    designs = _training(spec, seed, replicate)
    rng = generator(*names, "start")
    candidates = problem.reference(at_most(problem, CANDIDATES), rng)
    reference = np.nan
    if candidates is None:
        candidates = _uniform(problem, rng)
        good = evaluate(problem, candidates).feasible
    else:
        reference = reference_value(spec)
        evaluation = evaluate(problem, candidates)
        # a design's value may differ in its last digits once it is turned
        good = evaluation.feasible & (
            (evaluation.objective >= reference) | np.isclose(evaluation.objective, reference, rtol=1e-9)
        )
        if designs is not None:
            good &= _unseen(candidates, designs)
    good &= (problem.repair(candidates) == candidates).all(axis=1)
    start = next((x for x in candidates[good] if problem.verify(x).ok), None)
    if start is None:
        raise PluginError(
            f"problem '{spec.name}': none of {len(candidates)} candidates is a feasible start outside the data"
        )
    held_out = _held_out(problem, designs, candidates, generator(*names, "held out"))
    tasks = _tasks(problem, generator(*names, "designs"))
    return Instance(problem, designs, held_out, start, float(reference), tasks)


def _tasks(problem: Problem, rng: np.random.Generator) -> Tasks | None:
    """What networks are told of the tasks of designs that an equal generator has drawn, and of the problem's own."""
    made_for = problem.tasks(problem.n_designs, rng)
    if made_for is None or problem.conditions is None or problem.task is None:
        return None
    return Tasks(problem.conditions.features(made_for), problem.conditions.features(problem.task[None])[0])


def _held_out(
    problem: Problem, designs: np.ndarray | None, candidates: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Fresh designs of the training distribution, or where there are no more of it, of what starts come from."""
    if designs is None:
        return candidates[:0]
    fresh = problem.designs(HELD_OUT, rng)
    unseen = fresh[_unseen(fresh, designs)] if fresh is not None else candidates[:0]
    return (unseen if len(unseen) else candidates[_unseen(candidates, designs)])[:HELD_OUT]


@lru_cache(maxsize=64)
def reference_value(spec: Spec) -> float:
    """Median objective of the problem's fixed reference sample, the same for all seeds and replicates."""
    problem = spec.make()
    sample = problem.reference(at_most(problem, REFERENCE_SIZE), generator("reference", spec.name, problem.dim))
    objective = evaluate(problem, sample).objective
    if not np.isfinite(objective).any():
        raise PluginError(f"problem '{spec.name}': no design of the reference sample has a finite objective")
    return float(np.median(objective[np.isfinite(objective)]))


def _uniform(problem: Problem, rng: np.random.Generator) -> np.ndarray:
    if problem.bounds is None:
        raise PluginError(f"problem '{problem.name}' has neither designs nor bounds; nothing says where to search")
    drawn = rng.uniform(problem.bounds[0], problem.bounds[1], size=(at_most(problem, CANDIDATES), problem.dim))
    return problem.repair(drawn)


def _unseen(candidates: np.ndarray, designs: np.ndarray) -> np.ndarray:
    from scipy.spatial.distance import cdist

    nearest = cdist(candidates, designs).min(axis=1)
    return np.asarray(nearest > 1e-9 * np.linalg.norm(candidates, axis=1))
