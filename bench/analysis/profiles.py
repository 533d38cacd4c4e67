"""Shares of problems that arms solve: within a factor of the best arm, and within a number of evaluations.

A problem is an instance here, that of one replicate. It is solved by the first verified design within a normalised gap;
the searches of a replicate share its encoder, and the median one stands for it, the worse of two in the middle.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from bench.analysis import writers
from bench.analysis.ecdf import LABELS
from bench.analysis.frames import gap as normalised
from bench.analysis.records import Records
from bench.analysis.writers import Writer
from bench.quantities import percent

INSTANCE = ["problem", "replicate"]
GAP = 0.01
"""The normalised gap at which the table counts an instance as solved."""
FACTORS = (1.0, 2.0, 5.0, 10.0)
WITHIN = [f"within_{factor:g}" for factor in FACTORS]
COLUMNS = ["problem", "arm", "instances", *WITHIN, "solved"]
LEGEND = (
    f"Shares of the problem's instances, one a replicate, that an arm solves, to a normalised gap of {GAP:g}: with no "
    "more evaluations than the fastest of these arms on the same instance, than so many times as many, and at all. "
    "With other arms beside it, an arm has other shares. The median search stands for its replicate."
)


def solved(runs: pd.DataFrame, traces: pd.DataFrame, gap: float) -> pd.DataFrame:
    """Evaluations that each arm needs on each instance to a normalised gap.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: one row per run, one row per logged evaluation.
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


def table(records: Records) -> pd.DataFrame:
    """How many instances of each problem every arm solves, and how many of them nearly as fast as the fastest arm.

    It is the performance profile of each problem's arms, told at a few factors.

    Returns
    -------
    DataFrame
        One row per (problem, arm) that ran, with `COLUMNS`: ``instances``; ``within_1`` and so on, the share solved
        within that factor of the evaluations of the instance's fastest arm; ``solved``, the share solved at all.
        Problems whose gap cannot be told, or that no arm solves, have no row.
    """
    rows = []
    for problem, needed in instances(records, GAP).groupby("problem"):
        arms = set(records.tried.loc[records.tried["problem"] == problem, "arm"])
        profile = performance_profile(needed[[arm for arm in needed if arm in arms]])
        if not profile["share"].any():
            continue
        for arm, steps in profile.groupby("arm"):
            shares = [steps.loc[steps["factor"] <= factor, "share"].max() for factor in FACTORS]
            rows.append((problem, arm, len(needed), *shares, steps["share"].max()))
    return pd.DataFrame(rows, columns=COLUMNS)


def render(table: pd.DataFrame, fmt: str = "text") -> str:
    """Write what `table` gives for people; see `bench.analysis.writers.render`."""
    return writers.render(table, _page, fmt)


def _page(table: pd.DataFrame, write: Writer) -> Iterator[str]:
    for problem, rows in table.groupby("problem"):
        yield write.heading(str(problem))
        cells = {"arm": rows["arm"]}
        cells |= {f"≤ {factor:g} ×": rows[name].map(percent) for factor, name in zip(FACTORS, WITHIN, strict=True)}
        cells |= {"at all": rows["solved"].map(percent), "instances": rows["instances"].map(str)}
        yield write.table(f"Instances solved to a normalised gap of {GAP:g}", pd.DataFrame(cells))
    yield write.paragraph(LEGEND if len(table) else "No arm solved an instance whose gap can be told.")


def performance_profile(solved: pd.DataFrame) -> pd.DataFrame:
    """Share of instances that each arm solves within a factor of the evaluations of the instance's fastest arm.

    Parameters
    ----------
    solved : DataFrame, shape (instances, arms)
        From `solved`. An instance that no arm solves counts, as unsolved by all.

    Returns
    -------
    DataFrame
        One row per (arm, factor): arm, ``factor``, from 1, all those at which any share changes, ``share``, and
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
        One row per (arm, number): arm, ``evaluations``, all those at which any share changes, ``share``, and
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
