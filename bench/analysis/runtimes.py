"""Expected running time of arms at a target: its value, a bound without a success, and bootstrap draws."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from bench.seeds import generator

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Runtimes:
    """Expected running time (ERT) of every arm at one target of one problem.

    Attributes
    ----------
    observed : Series
        ERT by arm, inf without a success.
    bound : Series
        95 % lower bound on the ERT by arm, were none of its runs a success; NaN if it spent nothing.
    draws : DataFrame, shape (draws, arms)
        ERT by arm in each bootstrap draw, NaN where a draw holds no run of the arm. Empty with a single replicate,
        which says nothing about the spread over replicates.
    """

    observed: pd.Series
    bound: pd.Series
    draws: pd.DataFrame


def ert(spent: ArrayLike, success: ArrayLike) -> NDArray[np.float64]:
    """Compute the expected running time: evaluations spent by all runs per success.

    Parameters
    ----------
    spent : array_like, shape (..., n)
        Price each run paid up to its success, or to its end.
    success : array_like of bool, shape (..., n)
        Whether each run reached the target.

    Returns
    -------
    ndarray, shape (...)
        inf where no run succeeded, NaN where there is no run.

    References
    ----------
    Hansen, Auger, Brockhoff, Tušar (2022), Anytime performance assessment, 10.1109/TEVC.2022.3210897.
    """
    paid, successes = np.sum(spent, axis=-1, dtype=float), np.sum(success, axis=-1, dtype=float)
    without = np.inf if np.shape(spent)[-1] else np.nan
    return np.divide(paid, successes, out=np.full(successes.shape, without), where=successes > 0.0)


def ert_lower_bound(spent: ArrayLike, replicate: ArrayLike) -> float:
    """95 % lower bound on the expected running time of an arm none of whose runs succeeded.

    If a replicate holds a success with probability p, n replicates without one have probability (1 - p)^n, so
    p ≤ 1 - 0.05^(1/n) at 95 %. The searches of a replicate share its encoder and may succeed or fail all together:
    they are one sample, and each of them succeeds with probability p at most. So the expected running time is at
    least B / (1 - 0.05^(1/n)). A run may stop before its budget B, so the mean price really paid by a search, which
    is never more, stands in its place.

    Parameters
    ----------
    spent : array_like, shape (runs,)
        Price of each whole run.
    replicate : array_like, shape (runs,)
        Replicate of each run, of which n are distinct.

    Returns
    -------
    float
        Evaluations; NaN where none was spent, which says nothing.
    """
    paid, n = np.asarray(spent, dtype=float), np.unique(replicate).size
    if not paid.any():
        return float("nan")
    return float(paid.mean() / (1.0 - (1.0 - CONFIDENCE) ** (1.0 / n)))


def resample(hits: pd.DataFrame, draws: int = 1000) -> Runtimes:
    """Observed and bootstrapped expected running times of all arms at one target.

    Each draw takes replicates with replacement, the same ones for all arms since arms share a replicate's instance;
    then, for each arm and replicate taken, as many of its searches with replacement as it has. A draw depends on
    the names of problem, target and arm alone: arms added beside it change nothing.

    Parameters
    ----------
    hits : DataFrame
        Rows of `Records.hits` of one problem and one target.
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
    # plain arrays from here on: a frame for each arm would cost more than the draws
    arms, paid, won, of = (ordered[name].to_numpy() for name in ("arm", "spent", "success", "index"))
    paid, won = paid.astype(float), won.astype(float)
    begins = np.flatnonzero(np.concatenate([[True], arms[1:] != arms[:-1]]))
    observed, bound, drawn = {}, {}, {}
    for begin, end in zip(begins, [*begins[1:], len(arms)], strict=True):
        arm, spent, success, replicate = arms[begin], paid[begin:end], won[begin:end], of[begin:end]
        observed[arm] = float(ert(spent, success))
        bound[arm] = ert_lower_bound(spent, replicate)
        drawn[arm] = np.empty(0)
        if len(taken):
            rng = generator("bootstrap", *names, str(arm))
            chosen, weight = _searches(replicate, taken, replicates.size, rng)
            times = ert(spent[chosen] * weight, success[chosen] * weight)
            drawn[arm] = np.where(weight.any(axis=-1), times, nan)
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
