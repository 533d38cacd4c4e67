"""Comparison with raw search: speed-up, its interval, and the cost of an evaluation from which an arm pays off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, isinf, isnan, nan

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from bench.analysis.runtimes import CONFIDENCE, Runtimes, resample
from bench.quantities import MISSING, duration, interval, rough, stated

DRAWS = 1000
"""Bootstrap draws of an interval by default."""
SAME = ["speed_up_same", "speed_up_same_low", "speed_up_same_high", "speed_up_same_relation"]
STRONGEST = [name.replace("same", "strongest") for name in SAME]
SPEED_UP = (float, float, float, object)
COMPARED: dict[str, type] = {
    **{"problem": object, "target": float, "arm": object, "successes": int, "evaluations_spent": float, "ert": float},
    **dict(zip(SAME, SPEED_UP, strict=True)),
    **dict(zip(STRONGEST, SPEED_UP, strict=True)),
    **{"strongest_raw": object, "ert_raw": float, "least_raw": object, "ert_raw_bound": float},
}


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
            return MISSING
        if self.relation != "=":
            return f"{self.relation} {rough(self.value)}"
        told, low, high = map(rough, (self.value, self.low, self.high))
        return told if isnan(self.low) else interval(told, low, high)


def target_text(row: pd.Series) -> str:
    """Write the target of a row that has quantity, larger_is_better and target: ``quantity ≤ 1.05``."""
    return f"{row['quantity']} {'≥' if row['larger_is_better'] else '≤'} {stated(row['target'])}"


def speed_up(runtimes: Runtimes, arm: str, references: Sequence[str]) -> SpeedUp:
    """How many times fewer evaluations an arm needs than the strongest of some reference arms.

    The strongest is chosen anew in each draw. A draw in which neither side succeeds is dropped. If only one side
    succeeds, S is 0 or inf. The ends of the interval are values of draws, never means of two.

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
    times = _times(runtimes)
    return _over(times[arm], _strongest([times[each] for each in references], len(runtimes.draws)))


@dataclass(frozen=True)
class _Times:
    """The ERT of an arm, the bound on it, and its ERT in each draw; of the strongest of several; NaN for none."""

    observed: float
    bound: float
    draws: NDArray[np.float64]


def _times(runtimes: Runtimes) -> dict[str, _Times]:
    """Those of each arm, as plain numbers: a frame is asked a hundred thousand times otherwise."""
    columns = runtimes.draws.to_numpy(dtype=float).T
    of_arm = zip(runtimes.observed.index, runtimes.observed, runtimes.bound, columns, strict=True)
    return {arm: _Times(float(observed), float(bound), drawn) for arm, observed, bound, drawn in of_arm}


def _strongest(several: Sequence[_Times], draws: int) -> _Times:
    # the least that is not NaN, or NaN
    observed, bound = ([getattr(each, name) for each in several] for name in ("observed", "bound"))
    drawn = np.fmin.reduce([each.draws for each in several] or [np.full(draws, nan)], axis=0)
    return _Times(float(np.fmin.reduce([nan, *observed])), float(np.fmin.reduce([nan, *bound])), drawn)


def _over(own: _Times, raw: _Times) -> SpeedUp:
    if isfinite(own.observed) and isfinite(raw.observed):
        value = raw.observed / own.observed
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = raw.draws / own.draws
        ratios = ratios[~np.isnan(ratios)]
        if not ratios.size:
            return SpeedUp(value, relation="=")
        tail = (1.0 - CONFIDENCE) / 2.0
        low, high = np.quantile(ratios, [tail, 1.0 - tail], method="inverted_cdf")
        return SpeedUp(value, float(low), float(high), "=")
    if isfinite(raw.observed) and isfinite(own.bound):
        return SpeedUp(raw.observed / own.bound, relation="≤")
    if isfinite(own.observed) and isinf(raw.observed) and isfinite(raw.bound):
        return SpeedUp(raw.bound / own.observed, relation="≥")
    return SpeedUp()


def compare_arms(hits: pd.DataFrame, draws: int = DRAWS) -> pd.DataFrame:
    """Compare every arm at every target with the raw arms.

    Parameters
    ----------
    hits : DataFrame
        From `Records.hits`.
    draws : int
        Bootstrap draws.

    Returns
    -------
    DataFrame
        One row per (problem, target, arm): successes, evaluations_spent, ert; speed_up_same (against the strongest
        raw arm with the same optimiser) and speed_up_strongest (against the strongest raw arm of all), each with
        its _low, _high and _relation; ``strongest_raw``, the label of that arm (None if no raw arm succeeded), and
        ``ert_raw``, its ERT (inf if none succeeded, NaN if there is no raw arm). Where none succeeded, ``least_raw``
        is the raw arm with the smallest 95 % lower bound on its ERT, and ``ert_raw_bound`` that bound (None and NaN
        elsewhere).
    """
    rows = []
    for (problem, target), group in hits.groupby(["problem", "target"]):
        runtimes = resample(group, draws)
        times, n = _times(runtimes), len(runtimes.draws)
        arms = group.groupby("arm").agg({"optimiser": "first", "raw": "first", "success": "sum", "spent": "sum"})
        raw = runtimes.observed[arms.index[arms["raw"]]]
        strongest = raw.idxmin() if isfinite(raw.min()) else None
        bounds = runtimes.bound[raw.index].dropna() if isinf(raw.min()) else pd.Series(dtype=float)
        least = bounds.idxmin() if bounds.size else None
        of_all = _strongest([times[each] for each in raw.index], n)
        faced = (strongest, raw.min(), least, bounds.min())
        of_optimiser = {
            optimiser: _strongest([times[each] for each in alike], n)
            for optimiser, alike in arms.groupby("optimiser")["raw"].agg(lambda raws: list(raws.index[raws])).items()
        }
        for arm, optimiser, _, successes, spent in arms.itertuples(name=None):
            same = _over(times[arm], of_optimiser[optimiser])
            sums = (problem, target, arm, successes, spent, times[arm].observed)
            rows.append((*sums, *_numbers(same), *_numbers(_over(times[arm], of_all)), *faced))
    table = pd.DataFrame(rows, columns=list(COMPARED)).astype(COMPARED)
    return table.sort_values(["problem", "target", "arm"], ignore_index=True)


def _numbers(speed_up: SpeedUp) -> tuple[float, float, float, str]:
    return speed_up.value, speed_up.low, speed_up.high, speed_up.relation


def break_even(
    fit_seconds: ArrayLike,
    overhead_arm: ArrayLike,
    overhead_raw: ArrayLike,
    n_arm: ArrayLike,
    n_raw: ArrayLike,
    n_raw_bound: ArrayLike = nan,
    reuse: int = 1,
    data: ArrayLike = 0.0,
) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """Cost of one evaluation beyond which an arm, its training included, is cheaper than raw search.

    It is t* = (t_fit / M + n_arm o_arm - n_raw o_raw) / (n_raw - n_arm - D / M). Where raw search never succeeded, a
    lower bound stands for n_raw, and as t* (where positive) only falls as n_raw grows, the result is an upper bound.

    Parameters
    ----------
    fit_seconds : array_like
        Seconds to train the arm's encoder, t_fit.
    overhead_arm, overhead_raw : array_like
        Seconds an evaluation outside the objective (decoding, optimiser), o.
    n_arm, n_raw : array_like
        Expected running times in evaluations.
    n_raw_bound : array_like
        Lower bound on n_raw, read where n_raw is inf.
    reuse : int
        Number of searches, M, that share one trained encoder.
    data : array_like
        Evaluations, D, that the arm's training designs took to make, beyond those of the raw arm.

    Returns
    -------
    cost : ndarray
        Seconds: 0 where the arm pays at any cost, inf where at none, NaN where neither side ever succeeds, one is
        absent, or the bound does not exceed n_arm + D / M, which leaves open which side is faster.
    relation : ndarray
        "=" for a value, "≤" for a bound, "" for NaN.
    """
    bounded = np.isinf(np.asarray(n_raw, dtype=float))
    arm, raw = np.asarray(n_arm, dtype=float), np.where(bounded, n_raw_bound, n_raw)
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = np.asarray(fit_seconds) / reuse + arm * overhead_arm - raw * overhead_raw
        saved = raw - arm - np.asarray(data) / reuse
        cost = np.where(saved > 0, np.maximum(difference / saved, 0.0), inf)
    absent = np.isnan(arm) | np.isnan(raw)
    cost = np.select([absent, ~(saved > 0)], [nan, np.where(bounded, nan, inf)], cost)
    return cost, np.select([np.isnan(cost), bounded], ["", "≤"], "=")


def cost_text(seconds: float, relation: str) -> str:
    """Write a break-even cost: ``1.2 ms``, ``≤ 3 s``, ``any``, ``never``, or ``–`` where it is not known."""
    if isinf(seconds) or seconds == 0.0:
        return "any" if seconds == 0.0 else "never"
    return f"{relation.strip('=')} {duration(seconds)}".strip()
