"""Two samples compared by ranks: which is better, how often, and whether so few values can show it; less is better."""

from __future__ import annotations

from functools import cache
from itertools import combinations, count
from math import comb, nan
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.analysis.runtimes import CONFIDENCE

LEVEL = 1.0 - CONFIDENCE
ENUMERATED = 20_000
"""As many ways to split two samples are gone through one by one: those of eight and eight are."""


def rank_sum(first: ArrayLike, second: ArrayLike) -> float:
    """Two-sided p-value of the rank-sum test that two samples come from the same distribution.

    It is twice that of the lesser tail, and exact, with ties too, where all ways to split the values can be gone
    through; else it is normal, corrected for ties.

    Parameters
    ----------
    first, second : array_like, shapes (n,) and (m,)
        Values, of which only the order counts.

    References
    ----------
    Mann & Whitney (1947), On a test of whether one of two random variables is stochastically larger than the other,
    10.1214/aoms/1177730491.
    """
    one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    both = np.concatenate([one, other])
    if np.all(both == both[0]):
        return 1.0
    _, place, ties = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(ties) - 0.5 * (ties - 1.0))[place]
    if comb(both.size, one.size) > ENUMERATED:
        return _normal(float(ranks[: one.size].sum()), one.size, other.size, ties)
    sums, own = ranks[_splits(both.size, one.size)].sum(axis=1), ranks[: one.size].sum()
    return min(1.0, 2.0 * float(min(np.mean(sums <= own), np.mean(sums >= own))))


def _normal(own: float, first: int, second: int, ties: NDArray[np.int_]) -> float:
    """Two-sided p-value by the normal law, corrected for continuity and ties; ``own`` is the first one's sum of ranks.

    It is that of `scipy.stats.mannwhitneyu`, a module that takes a second to import.
    """
    from scipy.special import ndtr

    n, pairs = first + second, first * second
    u = own - first * (first + 1) / 2.0
    variance = pairs / 12.0 * (n + 1.0 - float(np.sum(ties**3.0 - ties)) / (n * (n - 1.0)))
    z = (max(u, pairs - u) - pairs / 2.0 - 0.5) / np.sqrt(variance)
    return float(min(1.0, 2.0 * ndtr(-z)))


@cache
def _splits(size: int, first: int) -> NDArray[np.int_]:
    """All ways to take the first sample from both, shape (ways, first)."""
    return np.array(list(combinations(range(size), first)))


def least_p(first: int, second: int) -> float:
    """Least two-sided p-value that samples of these sizes can have in an exact rank-sum test: all of one before all."""
    return min(1.0, 2.0 / comb(first + second, first))


def needed(comparisons: int) -> int:
    """Least size of samples with which any of so many comparisons could be significant after Holm."""
    return next(size for size in count(1) if comparisons * least_p(size, size) < LEVEL)


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """p-values of a family of tests, adjusted so that any of them is falsely below a level no more often than that.

    Parameters
    ----------
    p : array_like, shape (tests,)

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 65-70.
    """
    raw = np.asarray(p, dtype=float)
    order = np.argsort(raw)
    adjusted = np.empty_like(raw)
    adjusted[order] = np.minimum(np.maximum.accumulate(raw[order] * np.arange(raw.size, 0, -1)), 1.0)
    return adjusted


def superiority(first: ArrayLike, second: ArrayLike) -> tuple[float, float, float]:
    """Chance A₁₂ that the first sample is better than the second, ties counting half, and its 95 % interval.

    The values at one position share a replicate, so that both are one cluster: the interval is of the logit, from the
    variance over clusters. Where that is 0, since all comparisons come out alike, they would do so with probability
    π^n at most, if each did with probability π: so π ≥ 0.025^(1/n), and the rest may go either way.

    Parameters
    ----------
    first, second : array_like, shape (replicates,)
        Values; NaN where a replicate has none.

    Returns
    -------
    value, low, high : float
        NaN for the interval of a single replicate, and for all without a value on either side.

    References
    ----------
    Vargha & Delaney (2000), A critique and improvement of the CL common language effect size statistics,
    10.3102/10769986025002101. Obuchowski (1997), Nonparametric analysis of clustered ROC curve data, 10.2307/2533958.
    """
    one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    here, there = ~np.isnan(one), ~np.isnan(other)
    if not (here.any() and there.any()):
        return nan, nan, nan
    wins = (np.sign(other[there] - one[here][:, None]) + 1.0) / 2.0
    value, clusters = float(wins.mean()), int((here | there).sum())
    if clusters == 1:
        return value, nan, nan
    influence = np.zeros(one.size)
    influence[here] += (wins.mean(axis=1) - value) / here.sum()
    influence[there] += (wins.mean(axis=0) - value) / there.sum()
    spread = float(np.sqrt(clusters / (clusters - 1) * np.sum(influence**2)))
    low, high = _interval(value, spread, clusters, min(here.sum(), there.sum()))
    return value, float(low), float(high)


def superiorities(samples: ArrayLike) -> NDArray[np.float64]:
    """`superiority` of each of several samples over each, which share their replicates.

    Parameters
    ----------
    samples : array_like, shape (replicates, n)
        A sample a column; NaN where a replicate has none.

    Returns
    -------
    ndarray, shape (3, n, n)
        Value, low and high, of the sample of the row over that of the column.
    """
    places = np.asarray(samples, dtype=float)
    replicates, n = places.shape
    if replicates < 2 or np.isnan(places).any():
        pairs = [[superiority(one, other) for other in places.T] for one in places.T]
        return np.moveaxis(np.array(pairs, dtype=float).reshape(n, n, 3), -1, 0)
    # by replicate of the one, of the other: comparisons (replicates, replicates, n, n)
    wins = (np.sign(places[None, :, None, :] - places[:, None, :, None]) + 1.0) / 2.0
    value = wins.mean(axis=(0, 1))
    influence = (wins.mean(axis=1) - value + wins.mean(axis=0) - value) / replicates
    spread = np.sqrt(replicates / (replicates - 1) * np.sum(influence**2, axis=0))
    return np.stack([value, *_interval(value, spread, replicates, replicates)])


def _interval(value: ArrayLike, spread: ArrayLike, clusters: int, least: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Ends of the interval of chances with a deviation over so many clusters, and so many values on either side."""
    from scipy.special import expit, logit, stdtrit

    chance, deviation = np.asarray(value, dtype=float), np.asarray(spread, dtype=float)
    alike = (LEVEL / 2.0) ** (1.0 / least)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = stdtrit(clusters - 1, 1.0 - LEVEL / 2.0) * deviation / (chance * (1.0 - chance))
        low, high = expit(logit(chance) - half), expit(logit(chance) + half)
    certain = (deviation < 1e-12) | (chance == 0.0) | (chance == 1.0)
    return np.where(certain, chance * alike, low), np.where(certain, 1.0 - (1.0 - chance) * alike, high)
