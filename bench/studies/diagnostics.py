"""Measurements of a fitted encoder before any search: its training data, its reconstructions and its samples."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from bench.searching.evaluation import evaluate
from bench.searching.instance import at_most
from bench.store.columns import DIAGNOSED
from encoders.base import Encoder
from problems.base import Evaluation, Problem

PRIOR_SAMPLES = 1000
DISTANCES = 300
"""Designs between all pairs of which distances are averaged."""
WALKS, STEPS = 50, 11
"""Straight ways between the latents of two designs, and the points on each."""
USED = 0.01
"""A coordinate is in use if its variance is more than this, or for a plain encoder more than this times the largest."""


def diagnose(
    problem: Problem,
    encoder: Encoder,
    designs: np.ndarray,
    held_out: np.ndarray,
    rng: np.random.Generator,
    known: tuple[Evaluation | None, Evaluation | None] = (None, None),
) -> dict[str, float]:
    """Measure a fitted encoder; NaN where there is nothing to measure.

    Parameters
    ----------
    problem : Problem
    encoder : Encoder
    designs : ndarray, shape (n, d)
        What it was fitted on.
    held_out : ndarray, shape (m, d)
        Designs like those, that it has not seen.
    rng : Generator
    known : (Evaluation, Evaluation)
        What is known of as many designs and held-out ones as the problem allows; None is evaluated.

    Returns
    -------
    dict
        ``data_best``, ``data_median`` : of the training designs, in displayed units, the former verified.
        ``prior_mean``, ``prior_best`` : the decoded prior mean, and the best of 1,000 prior samples, if verified.
        ``…_objective`` : the same in objective units.
        ``n_parameters`` : numbers that the fit has left.
        ``active_units`` : latent coordinates whose variance over the designs is above 0.01 (variational encoders), or
        above 1 % of the largest.
        ``collapsed`` : 1 for a variational encoder that has left half of its coordinates or more unused, and for any
        that maps all designs to one latent; else 0.
        ``rmse`` : root mean square error of a coordinate, of held-out designs after encoding and decoding.
        ``value_error`` : the median absolute error of their displayed value.
        ``rebuilt_valid`` : the share of them that satisfies the constraints afterwards.
        ``prior_valid`` : the share of the prior samples that does.
        ``prior_distance``, ``prior_spread`` : mean distance between prior samples, and standard deviation of their
        displayed values, as shares of the designs'.
        ``beside_fit`` : evaluations that all this took.
        ``between_valid``, ``between_length`` : on straight ways between the latents of two held-out designs, the share
        of points that satisfies the constraints, and the median length of the way in design space, in distances of its
        ends.
    """
    samples = encoder.sample(at_most(problem, PRIOR_SAMPLES), rng)
    prior = decoded(encoder, np.concatenate([encoder.prior_mean()[None], samples]))
    some, held_out = (x[: at_most(problem, len(x))] for x in (designs, held_out))
    data, before = _Seen.of(problem, some, known[0]), _Seen.of(problem, held_out, known[1])
    mean, drawn = (_Seen.of(problem, x) for x in (prior[:1], prior[1:]))
    made = len(prior) + sum(len(x) for x, seen in zip((some, held_out), known, strict=True) if seen is None)
    found = {
        **_landmark(problem, "data_best", _best_verified(problem, data)),
        **_landmark(problem, "prior_mean", _best_verified(problem, mean)),
        **_landmark(problem, "prior_best", _best_verified(problem, drawn)),
        "data_median": float(np.median(data.finite)) if len(data.finite) else math.nan,
        "n_parameters": float(sum(array.size for array in encoder.state().values())),
        **_use(encoder, designs),
        "prior_valid": float(drawn.evaluation.feasible.mean()),
        "prior_distance": _ratio(_distance(drawn.x), _distance(designs)),
        "prior_spread": _ratio(_deviation(drawn.finite), _deviation(data.finite)),
    }
    if len(held_out):
        found |= _rebuilding(problem, encoder, held_out, before)
        made += len(held_out)
    if len(held_out) > 1:
        found |= _walking(problem, encoder, held_out, rng)
        made += _walks(problem) * (STEPS - 2)
    return dict.fromkeys(DIAGNOSED, math.nan) | found | {"beside_fit": float(made)}


def cost(problem: Problem, held_out: int) -> int:
    """How many evaluations `diagnose` makes at most of what is not known, none of which is on a budget."""
    parts = (PRIOR_SAMPLES, held_out)
    return 1 + sum(at_most(problem, part) for part in parts) + _walks(problem) * (STEPS - 2)


def _walks(problem: Problem) -> int:
    return max(1, at_most(problem, WALKS * (STEPS - 2)) // (STEPS - 2))


@dataclass(frozen=True)
class _Seen:
    """Designs and what they are worth: their evaluation, and all their displayed values that are finite."""

    x: np.ndarray
    evaluation: Evaluation
    displayed: np.ndarray

    @classmethod
    def of(cls, problem: Problem, x: np.ndarray, known: Evaluation | None = None) -> _Seen:
        x = problem.repair(x)
        evaluation = evaluate(problem, x) if known is None else known
        return cls(x, evaluation, np.asarray(problem.display(evaluation.objective), dtype=float))

    @property
    def finite(self) -> np.ndarray:
        return self.displayed[np.isfinite(self.displayed)]


def _rebuilding(problem: Problem, encoder: Encoder, held_out: np.ndarray, before: _Seen) -> dict[str, float]:
    after = _Seen.of(problem, decoded(encoder, encoder.encode(held_out)))
    with np.errstate(invalid="ignore"):  # two infinite values
        apart = np.abs(after.displayed - before.displayed)
    return {
        "rmse": float(np.sqrt(np.mean((after.x - held_out) ** 2))),
        "value_error": float(np.median(np.where(np.isnan(apart), np.inf, apart))),
        "rebuilt_valid": float(after.evaluation.feasible.mean()),
    }


def _walking(problem: Problem, encoder: Encoder, held_out: np.ndarray, rng: np.random.Generator) -> dict[str, float]:
    latents, walks = encoder.encode(held_out), _walks(problem)
    ends = latents[np.array([rng.choice(len(latents), 2, replace=False) for _ in range(walks)])]
    share = np.linspace(0, 1, STEPS)[:, None]
    points = (1 - share) * ends[:, :1] + share * ends[:, 1:]
    ways = decoded(encoder, points.reshape(walks * STEPS, -1)).reshape(walks, STEPS, -1)
    valid = evaluate(problem, problem.repair(ways[:, 1:-1].reshape(-1, ways.shape[2]))).feasible
    length = np.linalg.norm(np.diff(ways, axis=1), axis=2).sum(axis=1)
    direct = np.linalg.norm(ways[:, -1] - ways[:, 0], axis=1)
    apart = direct > 1e-9 * length.max(initial=1e-300)
    ratio = float(np.median(length[apart] / direct[apart])) if apart.any() else math.nan
    return {"between_valid": float(valid.mean()), "between_length": ratio}


def _use(encoder: Encoder, designs: np.ndarray) -> dict[str, float]:
    variance = encoder.encode(designs).var(axis=0)
    active = int(np.sum(variance > (USED if encoder.variational else USED * variance.max())))
    collapsed = active == 0 or (encoder.variational and 1 < len(variance) >= 2 * active)
    return {"active_units": float(active), "collapsed": float(collapsed)}


def decoded(encoder: Encoder, latents: np.ndarray) -> np.ndarray:
    """Designs (n, d) of latents (n, k)."""
    with torch.no_grad():
        return encoder.decode(torch.as_tensor(latents, dtype=torch.float64)).numpy()


def _distance(x: np.ndarray) -> float:
    from scipy.spatial.distance import pdist

    some = x[:DISTANCES]
    return float(pdist(some).mean()) if len(some) > 1 else math.nan


def _deviation(values: np.ndarray) -> float:
    return float(values.std()) if len(values) > 1 else math.nan


def _ratio(value: float, to: float) -> float:
    return value / to if to > 0 else math.nan


def _best_verified(problem: Problem, seen: _Seen) -> float:
    """Objective of the best feasible design that passes verification; NaN if none does."""
    ranked = np.argsort(seen.evaluation.objective, kind="stable")
    verified = (i for i in ranked[seen.evaluation.feasible[ranked]] if problem.verify(seen.x[i]).ok)
    return next((float(seen.evaluation.objective[i]) for i in verified), math.nan)


def _landmark(problem: Problem, name: str, objective: float) -> dict[str, float]:
    return {name: displayed(problem.display, objective), f"{name}_objective": objective}


def displayed(display: Callable[[np.ndarray], np.ndarray], objective: float) -> float:
    """What people read for one objective value; NaN for NaN."""
    return objective if math.isnan(objective) else float(display(np.array([objective]))[0])
