"""What all arms of one replicate share: training designs, a start, and the scale that gaps are measured on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bench.searching.evaluation import PluginError, evaluate
from bench.seeds import generator
from encoders.base import Tasks

if TYPE_CHECKING:
    from bench.experiments.registry import Spec
    from problems.base import Evaluation, Problem

REFERENCE_SIZE = 1000
"""Designs whose median objective is the reference value of a problem."""
HELD_OUT = 200
"""Designs, beside those for training, that encoders are tried on."""
CANDIDATES = 256
"""Designs among which the start of a replicate is looked for."""
LIGHT = 2**23
"""Bytes up to which what was drawn of an instance goes along with its groundwork, since drawing takes longer."""


def at_most(problem: Problem, usual: int) -> int:
    """How many designs are evaluated for some purpose beside budgets: as many as is usual, or as the problem allows."""
    return usual if problem.n_reference is None else min(usual, problem.n_reference)


class Reference(NamedTuple):
    """The median objective of a problem's reference sample, NaN where it has none, and its number of evaluations."""

    value: float
    n: int


class Drawn(NamedTuple):
    """All that is drawn of an instance; nothing is evaluated for it, but by the problem itself."""

    designs: np.ndarray | None
    candidates: np.ndarray
    held_out: np.ndarray
    tasks: Tasks | None


@dataclass(frozen=True)
class Groundwork:
    """What is evaluated once for all arms of a replicate, on no budget.

    Attributes
    ----------
    start : ndarray, shape (d,)
    reference : Reference
        The same for all replicates.
    n : int
        Evaluations that it took, but for those of the reference sample.
    designs, held_out : Evaluation or None
        Of as many training and held-out designs as the problem allows; None where no encoder learns from them.
    drawn : Drawn or None
        What the instance is made of, candidates apart, for the processes that fit encoders on it; None where that is
        drawn again.
    """

    start: np.ndarray
    reference: Reference
    n: int
    designs: Evaluation | None = None
    held_out: Evaluation | None = None
    drawn: Drawn | None = None

    @property
    def weight(self) -> int:
        """Bytes of what was drawn."""
        made_for = None if self.drawn is None or self.drawn.tasks is None else self.drawn.tasks.designs
        arrays = () if self.drawn is None else (self.drawn.designs, self.drawn.held_out, made_for)
        return sum(array.nbytes for array in arrays if array is not None)


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


def draw(spec: Spec, seed: int, replicate: int, groundwork: Groundwork | None = None) -> Instance:
    """Draw a replicate's instance; a pure function of its arguments.

    The start is feasible and verified, no training design, and from the worse half of the reference sample; a problem
    without designs starts at such a uniform point of its bounds. It is looked for unless the groundwork has been laid.
    The last few are kept, for fits on the same data.

    Raises
    ------
    PluginError
        If no start can be found.
    """
    known = groundwork or laid(spec, seed, replicate)
    drawn = known.drawn or _drawn(spec, seed, replicate)
    problem, start = problem_of(spec, seed, replicate), known.start.copy()
    designs = None if drawn.designs is None else drawn.designs.copy()
    return Instance(problem, designs, drawn.held_out.copy(), start, known.reference.value, drawn.tasks)


def lay(spec: Spec, seed: int, replicate: int, reference: Reference, learned: bool) -> Groundwork:
    """Evaluate what the arms of a replicate share: candidates for its start and, if encoders learn, designs.

    Raises
    ------
    PluginError
        If no start can be found.
    """
    drawn = _drawn(spec, seed, replicate)
    problem = problem_of(spec, seed, replicate)
    start, why_not = start_among(problem, drawn.candidates, reference.value, drawn.designs)
    if start is None:
        raise PluginError(
            f"problem '{spec.name}': none of {len(drawn.candidates)} candidates is a feasible start: {why_not}"
        )
    n, kept = len(drawn.candidates), drawn._replace(candidates=drawn.candidates[:0])
    if drawn.designs is None or not learned:
        return Groundwork(start, reference, n, drawn=kept)
    some, held_out = (problem.repair(x[: at_most(problem, len(x))]) for x in (drawn.designs, drawn.held_out))
    n += len(some) + len(held_out)
    return Groundwork(start, reference, n, evaluate(problem, some), evaluate(problem, held_out), kept)


def training(spec: Spec, seed: int, replicate: int) -> np.ndarray | None:
    """Training designs (n, d) that `draw` draws, without the rest of the instance, which can take longer."""
    designs = _training(spec, seed, replicate)
    return None if designs is None else designs.copy()


def tasks(spec: Spec, seed: int, replicate: int) -> Tasks | None:
    """What those were made for, as `draw` says."""
    names = (seed, spec.identity(), replicate)
    return _tasks(problem_of(spec, seed, replicate), generator(*names, "designs"))


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
def _drawn(spec: Spec, seed: int, replicate: int) -> Drawn:
    names = (seed, spec.identity(), replicate)
    problem = problem_of(spec, seed, replicate)
    designs = _training(spec, seed, replicate)
    rng = generator(*names, "start")
    candidates = problem.reference(at_most(problem, CANDIDATES), rng)
    candidates = _uniform(problem, rng) if candidates is None else candidates
    held_out = _held_out(problem, designs, candidates, generator(*names, "held out"))
    return Drawn(designs, candidates, held_out, _tasks(problem, generator(*names, "designs")))


@lru_cache(maxsize=4)
def laid(spec: Spec, seed: int, replicate: int) -> Groundwork:
    """The groundwork of a replicate, without values of its designs; the last few are kept."""
    return lay(spec, seed, replicate, reference_of(spec), learned=False)


def start_among(
    problem: Problem, candidates: np.ndarray, reference: float, designs: np.ndarray | None
) -> tuple[np.ndarray | None, str]:
    """Find the first of some candidates (n, d) that a search can start from; where there is none, say why.

    Parameters
    ----------
    problem : Problem
    candidates : ndarray, shape (n, d)
    reference : float
        What the start must not be better than; NaN where there is nothing to compare with.
    designs : ndarray, shape (m, d), or None
        Training designs, none of which can be a start.
    """
    evaluation = evaluate(problem, candidates)
    # a design's value may differ in its last digits once it is turned
    worse = (evaluation.objective >= reference) | np.isclose(evaluation.objective, reference, rtol=1e-9)
    all_of_them = np.ones(len(candidates), dtype=bool)
    conditions = {
        "changed by repair": (problem.repair(candidates) == candidates).all(axis=1),
        "among the training designs": all_of_them if designs is None else _unseen(candidates, designs),
        "infeasible or failed": evaluation.feasible,
        "better than the median of the reference sample": all_of_them if np.isnan(reference) else worse,
    }
    left, lost = all_of_them, []
    for why, holds in conditions.items():
        if (n := int((left & ~holds).sum())) > 0:
            lost.append((n, why))
        left = left & holds
    start = next((x for x in candidates[left] if problem.verify(x).ok), None)
    if left.any():
        lost.append((int(left.sum()), "refused by verification"))
    return start, ", ".join(f"{n} {why}" for n, why in sorted(lost, reverse=True))


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
def reference_of(spec: Spec) -> Reference:
    """The problem's fixed reference sample, evaluated; the same for all seeds and replicates."""
    problem = spec.make()
    sample = problem.reference(at_most(problem, REFERENCE_SIZE), generator("reference", spec.name, problem.dim))
    if sample is None:
        return Reference(np.nan, 0)
    objective = evaluate(problem, sample).objective
    if not np.isfinite(objective).any():
        raise PluginError(f"problem '{spec.name}': no design of the reference sample has a finite objective")
    return Reference(float(np.median(objective[np.isfinite(objective)])), len(sample))


def _uniform(problem: Problem, rng: np.random.Generator) -> np.ndarray:
    if problem.bounds is None:
        raise PluginError(f"problem '{problem.name}' has neither designs nor bounds; nothing says where to search")
    drawn = rng.uniform(problem.bounds[0], problem.bounds[1], size=(at_most(problem, CANDIDATES), problem.dim))
    return problem.repair(drawn)


def _unseen(candidates: np.ndarray, designs: np.ndarray) -> np.ndarray:
    from scipy.spatial.distance import cdist

    nearest = cdist(candidates, designs).min(axis=1)
    return np.asarray(nearest > 1e-9 * np.linalg.norm(candidates, axis=1))
