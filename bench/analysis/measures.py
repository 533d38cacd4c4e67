"""What the recorded runs achieved, from their two frames: targets hit, normalised gap, convergence.

Each of these is a property of `Records`, or made from one; see there, and `frames` for what enters and at which price.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.analysis import frames
from bench.analysis.frames import direction, gap, verified
from bench.analysis.records import Records

PAIR = ["problem", "encoder", "optimiser"]


def hits(runs: pd.DataFrame, traces: pd.DataFrame) -> pd.DataFrame:
    """First verified design of every attempted run that meets each target of its problem: `Records.hits`."""
    return Records(runs, traces).hits


def optima(runs: pd.DataFrame) -> pd.DataFrame:
    """Best value that is known of every attempted problem: `Records.optima`."""
    return Records(runs).optima


def improvements(traces: pd.DataFrame) -> pd.DataFrame:
    """Verified designs that were at least as good as all before them in their run, by evaluations."""
    return frames.improving(verified(traces))


def summarise(runs: pd.DataFrame) -> pd.DataFrame:
    """What each arm of each problem did, targets aside: `Records.arms`."""
    return Records(runs).arms


def best_so_far(runs: pd.DataFrame, traces: pd.DataFrame, points: int = 100) -> pd.DataFrame:
    """Best verified design of every attempted run on a grid of evaluations; see `staircases`."""
    return staircases(Records(runs, traces), points)


def convergence(runs: pd.DataFrame, traces: pd.DataFrame, points: int = 100) -> pd.DataFrame:
    """Median and quartiles of the best verified value against evaluations; see `curves`."""
    return curves(Records(runs, traces), points)


def best_designs(runs: pd.DataFrame) -> pd.DataFrame:
    """Best verified design of every pair of an encoder and an optimiser; see `gallery`."""
    return gallery(Records(runs))


def staircases(records: Records, points: int = 100) -> pd.DataFrame:
    """Best verified design of every attempted run, on a log-spaced grid of evaluations.

    Parameters
    ----------
    records : Records
    points : int
        Length of an arm's grid, which runs from 1 to the largest price that a run of the arm paid in the problem, and
        is rounded to whole evaluations (equal ones merge).

    Returns
    -------
    DataFrame
        One row per (run, grid point): run, evaluations, objective, displayed. Before its first verified design a run
        counts as infinitely bad; after its last evaluation it keeps its best. An arm that evaluated nothing has no row.
    """
    tried = records.tried
    last = tried.groupby(["problem", "arm"])["price"].transform("max")
    grids = {price: np.unique(np.geomspace(1.0, price, points).round()) for price in last[last > 0.0].unique()}
    grid = tried[["run", "larger_is_better"]].assign(evaluations=last.map(grids)).explode("evaluations")

    best = pd.merge_asof(
        grid.astype({"evaluations": float}).dropna(subset="evaluations").sort_values("evaluations"),
        records.improvements,
        on="evaluations",
        by="run",
    )
    best["displayed"] = best["displayed"].where(best["displayed"].notna(), direction(best) * np.inf)
    best["objective"] = best["objective"].fillna(np.inf)
    return best[["run", "evaluations", "objective", "displayed"]].sort_values(["run", "evaluations"], ignore_index=True)


def curves(records: Records, points: int = 100) -> pd.DataFrame:
    """Median and quartiles, over an arm's runs, of the best verified value against evaluations.

    The value is the normalised gap where the problem's optimum is known exactly, else the displayed value, since a
    best-known value may yet be bettered; the ``measure`` column says which. A run without a verified design counts as
    infinitely bad, so the median is finite only once half of the runs have one. A curve ends with the longest of its
    arm's runs, at that run's price.

    Returns
    -------
    DataFrame
        One row per (problem, arm, grid point): problem, arm, encoder, optimiser, measure ("gap" or "displayed"),
        evaluations, low, median, high.
    """
    labels = records.tried[["run", "problem", "arm", "encoder", "optimiser"]].join(records.optima, on="problem")
    best = staircases(records, points).merge(labels, on="run")
    known = best["exact"].eq(True) & best["f_star"].notna()
    gaps = gap(best["objective"], best["f_star"].where(known), best["reference"])
    best["measure"] = np.where(known, "gap", "displayed")
    best["value"] = best["displayed"].where(~known, gaps)
    arms = best.groupby(["problem", "arm", "encoder", "optimiser", "measure", "evaluations"])["value"]
    # "midpoint" is the usual median, and unlike linear interpolation never subtracts one infinity from another
    quartiles = {"low": 0.25, "median": 0.5, "high": 0.75}
    return pd.DataFrame(
        {name: arms.quantile(q, interpolation="midpoint") for name, q in quartiles.items()}
    ).reset_index()


def gallery(records: Records) -> pd.DataFrame:
    """Best verified design of every pair of an encoder and an optimiser that was attempted.

    Returns
    -------
    DataFrame
        One row per (problem, encoder, optimiser): problem, encoder, optimiser, run, replicate, best (displayed units)
        and design, shape (d,); the last two are NaN and None where no run found one.
    """
    # equally good ones are told apart by the run's name, so that the order of rows does not matter
    best = records.tried.sort_values([*PAIR, "best_objective", "run"]).drop_duplicates(PAIR, ignore_index=True)
    best["design"] = best["design"].where(best["best_objective"].notna(), None)
    return best[[*PAIR, "run", "replicate", "best", "design"]]
