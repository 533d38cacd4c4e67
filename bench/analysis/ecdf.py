"""Runtime distribution: the share of targets that an arm reaches within a number of evaluations, with restarts.

Targets are normalised gaps, so problems can be pooled. A run that misses a target is followed by others of its arm,
drawn at random, until one reaches it. So arms of different budgets can be compared, and the mean is the ERT.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from bench.analysis.frames import gap
from bench.analysis.records import Records
from bench.seeds import generator

TARGETS = 51
FINEST_EXACT, FINEST_BEST_KNOWN = 1e-5, 1e-3
REPEATS = 20
LABELS = ["problem", "arm", "encoder", "optimiser"]


def gap_targets(exact: bool) -> NDArray[np.float64]:
    """Targets, shape (51,): normalised gaps, log-spaced from 1 to 1e-5 with an exact optimum, to 1e-3 without."""
    return np.geomspace(1.0, FINEST_EXACT if exact else FINEST_BEST_KNOWN, TARGETS)


def gap_hits(runs: pd.DataFrame, traces: pd.DataFrame) -> pd.DataFrame:
    """First verified design of every attempted run that meets each gap target of its problem.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: one row per run, one row per logged evaluation.

    Returns
    -------
    DataFrame
        One row per (attempted run, target) of the problems whose gap can be told: run, problem, arm, encoder,
        optimiser, target (normalised gap), ``spent`` (price up to the hit, or of the whole run) and ``success``.
    """
    return first_hits(Records(runs, traces))


def first_hits(records: Records) -> pd.DataFrame:
    """Like `gap_hits`."""
    known = records.optima.dropna(subset=["f_star", "reference"])
    tried = records.tried[["run", *LABELS, "price"]].merge(known, on="problem")
    pairs = tried.assign(target=tried["exact"].map(gap_targets)).explode("target").astype({"target": float})

    found = records.improvements.merge(tried, on="run")
    found["gap"] = gap(found["objective"], found["f_star"], found["reference"])
    # improvements only get better, so the worst of those that meet a target came first; of equal gaps, the earliest
    first = found.sort_values(["gap", "evaluations"], ascending=[True, False])[["run", "gap", "evaluations"]]
    hits = pd.merge_asof(pairs.sort_values("target"), first, left_on="target", right_on="gap", by="run")
    success = hits["evaluations"].notna()
    hits = hits.assign(success=success, spent=hits["evaluations"].where(success, hits["price"]))
    return hits[["run", *LABELS, "target", "spent", "success"]]


def simulate_restarts(
    spent: ArrayLike, success: ArrayLike, rng: np.random.Generator, repeats: int = REPEATS
) -> NDArray[np.float64]:
    """Runtimes of an arm that is restarted until it reaches the target.

    Each run comes first equally often; after an unsuccessful one, runs are drawn with replacement until one succeeds,
    each adding what it spent. So the runtimes are those observed where all runs succeed.

    Parameters
    ----------
    spent : array_like, shape (runs,)
        Price each run paid up to its success, or to its end.
    success : array_like of bool, shape (runs,)
        Whether each run reached the target.
    rng : Generator
    repeats : int
        How often each run comes first.

    Returns
    -------
    ndarray, shape (runs × repeats,)
        Evaluations; inf where no run succeeds. Their expectation is the ERT.

    References
    ----------
    Hansen, Auger, Brockhoff, Tušar, Tušar (2016), COCO: performance assessment, 1605.03560.
    """
    paid, won = np.asarray(spent, dtype=float), np.asarray(success, dtype=bool)
    if not won.any():
        return np.full(paid.size * repeats, np.inf)
    unlucky = np.flatnonzero(np.repeat(~won, repeats))
    failures = rng.geometric(won.mean(), unlucky.size) - 1
    whose, lost = np.repeat(np.arange(unlucky.size), failures), rng.choice(paid[~won], failures.sum())
    runtimes = np.repeat(paid, repeats)
    runtimes[unlucky] += np.bincount(whose, lost, unlucky.size) + rng.choice(paid[won], unlucky.size)
    return runtimes


def attained(runs: pd.DataFrame, traces: pd.DataFrame, points: int = 200) -> pd.DataFrame:
    """Share of its gap targets that each arm reaches on each problem, against evaluations.

    Parameters
    ----------
    runs, traces : DataFrame
        Records.
    points : int
        Length of the grid of evaluations, one for all: from 1 to the largest price that any run paid, rounded to whole
        evaluations (equal ones merge).

    Returns
    -------
    DataFrame
        One row per (problem, arm, grid point): problem, arm, encoder, optimiser, evaluations, and ``share``, the mean
        over targets of the share of simulated runtimes that are no longer. A problem whose gap cannot be told, since
        neither an optimum nor a best-known value is on record or it has no reference, has no row.
    """
    return shares(Records(runs, traces), points)


def evaluations(records: Records, points: int = 200) -> NDArray[np.float64]:
    """The grid of evaluations: log-spaced whole numbers, from 1 to the largest price that any run paid."""
    longest = np.fmax(1.0, records.tried["price"].max())
    return np.unique(np.geomspace(1.0, longest, points).round())


def shares(records: Records, points: int = 200) -> pd.DataFrame:
    """Like `attained`."""
    grid = evaluations(records, points)
    curves = []
    hits = first_hits(records).sort_values(["target", "run"])
    for names, arm in hits.groupby(LABELS):
        rng = generator("restarts", *names[:2])
        # plain arrays: a frame for each target would cost more than its restarts
        target, spent, success = (arm[name].to_numpy() for name in ("target", "spent", "success"))
        begins = np.flatnonzero(np.concatenate([[True], target[1:] != target[:-1]]))
        parts = zip(np.split(spent, begins[1:]), np.split(success, begins[1:]), strict=True)
        share = np.mean([_share_within(grid, simulate_restarts(*part, rng)) for part in parts], axis=0)
        curves.append(pd.DataFrame({**dict(zip(LABELS, names, strict=True)), "evaluations": grid, "share": share}))
    empty = pd.DataFrame(columns=[*LABELS, "evaluations", "share"])
    return pd.concat(curves, ignore_index=True) if curves else empty


def pooled(shares: pd.DataFrame) -> pd.DataFrame:
    """Mean over problems of the shares from `attained`; an arm without a run on a problem reached nothing there.

    Returns
    -------
    DataFrame
        One row per (arm, grid point): arm, encoder, optimiser, ``problems`` (the number that take part), evaluations,
        share.
    """
    count = shares["problem"].nunique()
    total = shares.groupby([*LABELS[1:], "evaluations"], as_index=False)["share"].sum()
    return total.assign(share=total["share"] / max(count, 1), problems=count)


def _share_within(grid: NDArray[np.float64], runtimes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.searchsorted(np.sort(runtimes), grid, side="right") / runtimes.size
