"""The best verified objective of every arm and replicate at given prices, and bootstrap draws over replicates."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.analysis.kinds import kinds
from bench.analysis.records import Records
from bench.seeds import generator

DRAWS = 200
"""Bootstrap draws over replicates."""


def draws(records: Records, replicates: int) -> NDArray[np.int_]:
    """Replicates that each bootstrap draw takes, shape (draws, replicates), the same for all arms of one problem."""
    size = (DRAWS if replicates > 1 else 0, replicates)
    return generator("ahead", str(records.problem), replicates).integers(replicates, size=size)


def of_replicates(records: Records, prices: NDArray[np.float64]) -> tuple[list[str], NDArray[np.float64]]:
    """Best verified objective of every replicate of each arm of one problem at given prices.

    Returns
    -------
    arms : list of str
        Those that evaluated anything.
    values : ndarray, shape (arms, replicates, m)
        The median over searches, the worse of two in the middle; inf without a verified design, NaN without a run.
    """
    tried = records.tried[records.tried["price"] > 0].reset_index(drop=True)
    replicates, index = np.unique(tried["replicate"], return_inverse=True)
    of_run = _staircases(tried["run"], records.own_improvements, prices)
    there = set(tried["arm"])
    arms = [str(arm) for arm in kinds(records).index if arm in there]
    values = np.full((len(arms), len(replicates), len(prices)), np.nan)
    for number, arm in enumerate(arms):
        rows = np.flatnonzero(tried["arm"] == arm)
        for replicate in set(index[rows].tolist()):
            values[number, replicate] = median(of_run[rows[index[rows] == replicate]])
    return arms, values


def unit(records: Records, values: NDArray[np.float64]) -> tuple[float, float]:
    """What objectives of one problem are measured from, and in: the optimum and its distance from the reference.

    Where they are not known, the least and the range of some values stand in their place.
    """
    known, finite = records.known, values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 0.0
    least = finite.min() if np.isnan(known["f_star"]) else float(known["f_star"])
    most = finite.max() if np.isnan(known["reference"]) else float(known["reference"])
    return least, max(most - least, 0.0)


def _staircases(runs: pd.Series, found: pd.DataFrame, prices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Best objective of each run (rows) at each price; inf before its first verified design."""
    paid, values = found["evaluations"].to_numpy(float), found["objective"].to_numpy(float)
    of_run = found.groupby("run", sort=False, observed=True).indices
    made = np.full((len(runs), len(prices)), np.inf)
    for number, run in enumerate(runs):
        if run in of_run:
            last = np.searchsorted(paid[of_run[run]], prices, side="right") - 1
            made[number] = np.where(last < 0, np.inf, values[of_run[run]][np.maximum(last, 0)])
    return made


def median(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Median along the first axis of what is not NaN, the worse of the two in the middle; NaN for nothing at all."""
    there = np.sort(values, axis=0)  # NaN comes last
    n = len(values) - np.isnan(values).sum(axis=0)
    if not len(values):
        return np.full(values.shape[1:], np.nan)
    return np.take_along_axis(there, np.minimum(n // 2, len(values) - 1)[None], axis=0)[0]
