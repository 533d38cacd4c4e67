"""What a problem's evaluation promises: shapes, independence of batches and of earlier calls, gradients."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bench.checks.gradients import disagreement, gradient
from bench.checks.kit import describe, same
from bench.checks.subjects import ProblemSubject, not_finite
from bench.seeds import generator
from problems.base import DifferentiableProblem, Evaluation, Problem

GENERIC = 0.01
"""By how much of their size designs are shaken before their gradients are looked at: symmetric ones sit on kinks."""


def alike(found: Evaluation, expected: Evaluation) -> bool:
    """Whether two evaluations are equal but for rounding."""
    return same(found.objective, expected.objective) and same(found.constraints, expected.constraints)


def shapes(subject: ProblemSubject) -> Iterator[str]:
    """Evaluations of the wrong kind or shape."""
    evaluate, sample = subject.problem.evaluate, subject.sample
    m = np.shape(evaluate(sample.copy()).constraints)[-1:]
    for n in (0, 1, len(sample)):
        found = evaluate(sample[:n].copy())
        for name, expected in {"objective": (n,), "constraints": (n, *m)}.items():
            array = getattr(found, name)
            if not isinstance(array, np.ndarray) or array.dtype != np.float64 or array.shape != expected:
                yield f"evaluate of {n} designs gives {name} of {describe(array)}; it must be float64 of {expected}"
                return
    yield from _kinds(subject.problem, m[0], sample)


def _kinds(problem: Problem, m: int, sample: np.ndarray) -> Iterator[str]:
    """Constraints that are declared, and are not there."""
    severities = [kind.severity for kind in problem.constraint_kinds]
    warnings, warned = severities.count("warning"), np.shape(problem.warnings(sample.copy()))
    if severities and severities != ["error"] * m + ["warning"] * (len(severities) - m):
        yield f"constraint_kinds: are {', '.join(severities)}; evaluate gives {m} constraints, which are errors"
    elif warned != (len(sample), warnings):
        yield f"warnings gives {warned} for {len(sample)} designs; constraint_kinds tell of {warnings}"


def batches(subject: ProblemSubject) -> Iterator[str]:
    """Values that depend on the batch, its order, or what was called before."""
    evaluate, sample = subject.problem.evaluate, subject.sample
    whole = evaluate(sample.copy())
    if not all(alike(evaluate(sample[i : i + 1].copy()), _row(whole, i)) for i in range(len(sample))):
        yield f"evaluate gives other values for a design alone than among {len(sample)}"
    backwards = evaluate(sample[::-1].copy())
    if not alike(Evaluation(backwards.objective[::-1], backwards.constraints[::-1]), whole):
        yield "evaluate gives other values where the designs come in another order"
    subject.disturb()
    if not alike(evaluate(sample.copy()), whole):
        yield "evaluate gives other values after other calls; a problem keeps nothing between calls"


def purity(subject: ProblemSubject) -> Iterator[str]:
    """Arrays that are written into: arguments, or results of earlier calls."""
    problem, sample = subject.problem, subject.sample
    given, alone = sample.copy(), sample[0].copy()
    found = problem.evaluate(given)
    objective = found.objective.copy()
    shown = objective.copy()
    problem.verify(alone)
    problem.display(shown)
    arrays = {"evaluate": (sample, given), "verify": (sample[0], alone), "display": (objective, shown)}
    for name, (before, after) in arrays.items():
        if not np.array_equal(before, after, equal_nan=True):
            yield f"{name} changes the arrays that it is given"
    kept = Evaluation(objective, found.constraints.copy())
    subject.disturb()
    if not alike(found, kept):
        yield "evaluate writes into arrays that it has returned before"


def failures(subject: ProblemSubject) -> Iterator[str]:
    """Designs that are not finite and spoil those beside them; verification is what keeps them from counting."""
    evaluate, good = subject.problem.evaluate, subject.sample[:1]
    mixed = evaluate(np.concatenate([good, *(x[None] for x in not_finite(good[0]).values())]))
    if not alike(_row(mixed, 0), evaluate(good.copy())):
        yield "a design that is not finite changes the values of others in its batch"


def gradients(subject: ProblemSubject) -> Iterator[str]:
    """Gradients that finite differences contradict, that are not finite, or of other values than evaluate gives."""
    import torch

    problem, sample = subject.problem, subject.sample
    assert isinstance(problem, DifferentiableProblem)
    whole = problem.evaluate(sample.copy())
    with torch.no_grad():
        points = torch.tensor(sample)
        twice = Evaluation(problem.objective(points).numpy(), problem.constraints(points).numpy())
    if not alike(twice, whole):
        yield "evaluate gives other values than objective and constraints do"
    size = np.abs(sample).max()
    rng = generator("check gradients")
    weights = torch.tensor(rng.uniform(0.5, 1.5, whole.constraints.shape[1]))
    generic = sample + GENERIC * size * rng.uniform(-1, 1, sample.shape)
    parts = {"objective": lambda x: problem.objective(x).sum()}
    if len(weights):
        parts["constraints"] = lambda x: (problem.constraints(x) * weights).sum()
    for name, part in parts.items():
        if (words := disagreement(part, generic, np.full(problem.dim, size))) is not None:
            yield f"the gradient of its {name} is wrong: {words}"
    for row, value in zip(sample, whole.objective, strict=True):
        slopes = (gradient(part, row) for part in parts.values())
        if np.isfinite(value) and not all(np.isfinite(each).all() for each in slopes):
            yield "its gradient is not finite at a design that it draws itself"
            return


def _row(evaluation: Evaluation, i: int) -> Evaluation:
    return Evaluation(evaluation.objective[i : i + 1], evaluation.constraints[i : i + 1])
