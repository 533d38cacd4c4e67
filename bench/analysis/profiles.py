"""Shares of problems that arms solve: within a factor of the best arm, and within a number of evaluations.

A problem is an instance here, that of one replicate. It is solved by the first verified design within a normalised gap;
the searches of a replicate share its encoder, and the median one stands for it, the worse of two in the middle.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.analysis.ecdf import LABELS
from bench.analysis.frames import gap as normalised
from bench.analysis.records import Records

INSTANCE = ["problem", "replicate"]


def solved(runs: pd.DataFrame, traces: pd.DataFrame, gap: float) -> pd.DataFrame:
    """Evaluations that each arm needs on each instance to a normalised gap.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: a row a run, a row a logged evaluation.
    gap : float
        Normalised gap at which an instance is solved.

    Returns
    -------
    DataFrame, shape (instances, arms)
        Evaluations, priced N_f + N_g, by (problem, replicate): inf where an arm did not solve an instance, or did not
        run on it. Problems whose gap cannot be told have no instance.
    """
    return instances(Records(runs, traces), gap)


def instances(records: Records, gap: float) -> pd.DataFrame:
    """Like `solved`."""
    known = records.optima.dropna(subset=["f_star", "reference"])[["f_star", "reference"]]
    tried = records.tried[["run", *LABELS, "replicate"]].merge(known, on="problem")
    found = records.improvements.merge(tried, on="run")
    near = normalised(found["objective"], found["f_star"], found["reference"]) <= gap
    first = found[near].groupby("run")["evaluations"].min()
    tried["evaluations"] = tried["run"].map(first).astype(float).fillna(np.inf)
    replicates = tried.groupby([*INSTANCE, "arm"])["evaluations"].quantile(0.5, interpolation="higher")
    return replicates.unstack("arm").fillna(np.inf)


def performance_profile(solved: pd.DataFrame) -> pd.DataFrame:
    """Share of instances that each arm solves within a factor of the evaluations of the instance's fastest arm.

    Parameters
    ----------
    solved : DataFrame, shape (instances, arms)
        From `solved`. An instance that no arm solves counts, as unsolved by all.

    Returns
    -------
    DataFrame
        A row per (arm, factor): arm, ``factor``, from 1, all those at which any share changes, ``share``, and
        ``instances`` (their number). Between two factors the share is that of the lesser one.

    References
    ----------
    Dolan & Moré (2002), Benchmarking optimization software with performance profiles, 10.1007/s101070100263.
    """
    fastest = solved.min(axis=1)
    # no factor makes an arm solve what it did not solve: without this, ∞ / ∞ where none did
    factors = solved.div(fastest.where(np.isfinite(fastest), 1.0), axis=0)
    return _shares(factors, "factor", [1.0])


def data_profile(solved: pd.DataFrame) -> pd.DataFrame:
    """Share of instances that each arm solves within a number of evaluations.

    They are not divided by the dimension, since latent and raw arms differ in theirs while an evaluation costs the
    same in both.

    Parameters
    ----------
    solved : DataFrame, shape (instances, arms)
        From `solved`.

    Returns
    -------
    DataFrame
        A row per (arm, number): arm, ``evaluations``, all those at which any share changes, ``share``, and
        ``instances`` (their number). Between two numbers the share is that of the lesser one.

    References
    ----------
    Moré & Wild (2009), Benchmarking derivative-free optimization algorithms, 10.1137/080724083.
    """
    return _shares(solved, "evaluations", [])


def _shares(values: pd.DataFrame, name: str, besides: list[float]) -> pd.DataFrame:
    """Per arm, the share of instances whose value is no more than each that occurs, and than some besides."""
    numbers = values.to_numpy(float)
    grid = np.union1d(numbers[np.isfinite(numbers)], besides if len(values) else [])
    within = [np.searchsorted(np.sort(column), grid, side="right") / max(len(values), 1) for column in numbers.T]
    arms = np.repeat(values.columns.to_numpy(object), grid.size)
    shares = np.concatenate([[], *within])
    return pd.DataFrame({"arm": arms, name: np.tile(grid, values.shape[1]), "share": shares, "instances": len(values)})
