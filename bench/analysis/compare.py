"""Comparison with raw search: speed-up, its interval, and the evaluation cost from which an arm pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from math import inf, isfinite, isinf, isnan, nan

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from bench.analysis.measures import CONFIDENCE, ert, ert_lower_bound
from bench.seeds import generator

SAME = ["speed_up_same", "speed_up_same_low", "speed_up_same_high", "speed_up_same_relation"]
STRONGEST = [name.replace("same", "strongest") for name in SAME]
SPEED_UP = (float, float, float, object)
COMPARED: dict[str, type] = {
    **{"problem": object, "target": float, "arm": object, "successes": int, "evaluations_spent": float, "ert": float},
    **dict(zip(SAME, SPEED_UP, strict=True)),
    **dict(zip(STRONGEST, SPEED_UP, strict=True)),
    **{"strongest_raw": object, "ert_raw": float},
}


@dataclass(frozen=True)
class Runtimes:
    """Expected running time (ERT) of every arm at one target of one problem.

    Attributes
    ----------
    observed : Series
        ERT by arm, inf without a success.
    bound : Series
        95 % lower bound on the ERT by arm, were none of its runs a success.
    draws : DataFrame, shape (draws, arms)
        ERT by arm in each bootstrap draw, NaN where a draw holds no run of the arm. Empty with a single replicate,
        which says nothing about the spread over replicates.
    """

    observed: pd.Series
    bound: pd.Series
    draws: pd.DataFrame


@dataclass(frozen=True)
class SpeedUp:
    """S = ERT raw / ERT arm, with its 95 % interval, or a 95 % bound on it.

    Attributes
    ----------
    value : float
        S or its bound; NaN where neither side ever succeeded or there is nothing to compare with.
    low, high : float
        Ends of the interval (0 and inf included); NaN beside a bound, or with a single replicate.
    relation : str
        "=" for a value, "≥" or "≤" for a bound, "" for none.
    """

    value: float = nan
    low: float = nan
    high: float = nan
    relation: str = ""

    def __str__(self) -> str:
        """Short form for tables: ``12 [8.1, 20]``, ``≥ 3.4``, ``≤ 0.2`` or ``–``."""
        if not self.relation:
            return "–"
        if self.relation != "=":
            return f"{self.relation} {significant(self.value, 2)}"
        interval = "" if isnan(self.low) else f" [{significant(self.low, 2)}, {significant(self.high, 2)}]"
        return significant(self.value, 2) + interval


def significant(value: float, digits: int) -> str:
    """Positional notation with so many significant digits; ``–`` for NaN and ``∞`` for inf."""
    if isnan(value):
        return "–"
    if isinf(value):
        return "∞" if value > 0 else "-∞"
    return np.format_float_positional(value, precision=digits, unique=False, fractional=False, trim="-")


def resample(hits: pd.DataFrame, draws: int = 1000) -> Runtimes:
    """Observed and bootstrapped expected running times of all arms at one target.

    Each draw takes replicates with replacement, the same ones for all arms since arms share a replicate's instance;
    then, for each arm and replicate taken, as many of its searches with replacement as it has. A draw depends on
    the names of problem, target and arm alone: arms added beside it change nothing.

    Parameters
    ----------
    hits : DataFrame
        Rows of `measures.hits` of one problem and one target.
    draws : int
        Number of bootstrap draws.

    Returns
    -------
    Runtimes

    References
    ----------
    Davison & Hinkley (1997), Bootstrap Methods and their Application, section 3.8 (hierarchical data).
    """
    names = (str(hits["problem"].iloc[0]), str(hits["target"].iloc[0]))
    replicates, index = np.unique(hits["replicate"], return_inverse=True)
    size = (draws if replicates.size > 1 else 0, replicates.size)
    taken = generator("bootstrap", *names).integers(replicates.size, size=size)

    ordered = hits.assign(index=index).sort_values(["arm", "index", "search", "run"])
    observed, bound, drawn = {}, {}, {}
    for arm, runs in ordered.groupby("arm"):
        spent, success = runs["spent"].to_numpy(float), runs["success"].to_numpy(float)
        observed[arm] = float(ert(spent, success))
        bound[arm] = ert_lower_bound(spent)
        rng = generator("bootstrap", *names, str(arm))
        chosen, weight = _searches(runs["index"].to_numpy(), taken, replicates.size, rng)
        drawn[arm] = ert(spent[chosen] * weight, success[chosen] * weight)
    return Runtimes(pd.Series(observed), pd.Series(bound), pd.DataFrame(drawn))


def _searches(
    replicate: NDArray[np.int_], taken: NDArray[np.int_], n_replicates: int, rng: np.random.Generator
) -> tuple[NDArray[np.int_], NDArray[np.bool_]]:
    """Positions of one arm's runs, drawn within each replicate taken: (draws, slots), and which slots count.

    A replicate taken has as many slots as the arm's fullest replicate; those beyond its own number of runs
    do not count, which keeps the draws a plain array where replicates have unequal numbers of runs.
    """
    counts = np.bincount(replicate, minlength=n_replicates)
    starts = np.cumsum(counts) - counts
    slots = np.arange(counts.max())
    available = counts[taken][..., None]
    within = (rng.random((*taken.shape, slots.size)) * available).astype(int)
    weight = slots < available
    chosen = np.where(weight, starts[taken][..., None] + within, 0)
    shape = len(taken), n_replicates * slots.size
    return chosen.reshape(shape), weight.reshape(shape)


def speed_up(runtimes: Runtimes, arm: str, references: Sequence[str]) -> SpeedUp:
    """How many times fewer evaluations an arm needs than the strongest of some reference arms.

    The strongest is chosen anew in each draw. A draw where both sides never succeed says nothing and is dropped;
    where one does, S is 0 or inf, and the interval's ends are draws themselves, never means of two of them.

    Parameters
    ----------
    runtimes : Runtimes
        All arms at one target.
    arm : str
        Label of the arm.
    references : sequence of str
        Labels of the raw arms to compare with, possibly none.

    Returns
    -------
    SpeedUp
    """
    names = list(references)
    own, raw = runtimes.observed[arm], runtimes.observed[names].min()
    if isfinite(own) and isfinite(raw):
        ratios = (runtimes.draws[names].min(axis=1) / runtimes.draws[arm]).dropna()
        if ratios.empty:
            return SpeedUp(raw / own, relation="=")
        tail = (1.0 - CONFIDENCE) / 2.0
        low, high = np.quantile(ratios, [tail, 1.0 - tail], method="inverted_cdf")
        return SpeedUp(raw / own, float(low), float(high), "=")
    if isfinite(raw):
        return SpeedUp(raw / runtimes.bound[arm], relation="≤")
    if isfinite(own) and isinf(raw):
        return SpeedUp(runtimes.bound[names].min() / own, relation="≥")
    return SpeedUp()


def compare_arms(hits: pd.DataFrame, draws: int = 1000) -> pd.DataFrame:
    """Compare every arm at every target with the raw arms.

    Parameters
    ----------
    hits : DataFrame
        From `measures.hits`.
    draws : int
        Bootstrap draws.

    Returns
    -------
    DataFrame
        A row per (problem, target, arm): successes, evaluations_spent, ert; speed_up_same (against the strongest
        raw arm with the same optimiser) and speed_up_strongest (against the strongest raw arm of all), each with
        its _low, _high and _relation; ``strongest_raw``, the label of that arm (None if no raw arm succeeded), and
        ``ert_raw``, its ERT (NaN if there is no raw arm).
    """
    rows = []
    for (problem, target), group in hits.groupby(["problem", "target"]):
        runtimes = resample(group, draws)
        arms = group.groupby("arm")[["optimiser", "raw"]].first()
        raw = runtimes.observed[arms.index[arms["raw"]]]
        strongest = raw.idxmin() if isfinite(raw.min()) else None
        for (arm, optimiser), runs in group.groupby(["arm", "optimiser"]):
            same = arms.index[arms["raw"] & (arms["optimiser"] == optimiser)]
            rows.append((
                *(problem, target, arm, runs["success"].sum(), runs["spent"].sum(), runtimes.observed[str(arm)]),
                *astuple(speed_up(runtimes, str(arm), list(same))),
                *astuple(speed_up(runtimes, str(arm), list(raw.index))),
                *(strongest, raw.min()),
            ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COMPARED)).astype(COMPARED)


def break_even(
    fit_seconds: ArrayLike,
    overhead_arm: ArrayLike,
    overhead_raw: ArrayLike,
    n_arm: ArrayLike,
    n_raw: ArrayLike,
    reuse: int = 1,
) -> NDArray[np.float64]:
    """Cost of one evaluation beyond which an arm, its training included, is cheaper than raw search.

    It is t* = (t_fit / M + n_arm o_arm - n_raw o_raw) / (n_raw - n_arm).

    Parameters
    ----------
    fit_seconds : array_like
        Seconds to train the arm's encoder, t_fit.
    overhead_arm, overhead_raw : array_like
        Seconds an evaluation outside the objective (decoding, optimiser), o.
    n_arm, n_raw : array_like
        Expected running times in evaluations.
    reuse : int
        Number of searches, M, that share one trained encoder.

    Returns
    -------
    ndarray
        Seconds: 0 where the arm pays at any cost, inf where at none, NaN where neither side ever succeeds or one
        is absent.
    """
    arm, raw = np.asarray(n_arm, dtype=float), np.asarray(n_raw, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = np.asarray(fit_seconds) / reuse + arm * overhead_arm - raw * overhead_raw
        cost = np.maximum(difference / (raw - arm), 0.0)
    absent = np.isnan(arm) | np.isnan(raw) | (np.isinf(arm) & np.isinf(raw))
    return np.select([absent, arm >= raw, np.isinf(raw)], [nan, inf, 0.0], cost)
