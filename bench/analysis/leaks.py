"""Leaks: results of the same arms on problems that differ only in their training designs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.analysis.frames import gap
from bench.analysis.labels import ordered
from bench.analysis.records import Records


def same_but_data(runs: pd.DataFrame) -> list[list[str]]:
    """Groups of problems, two or more, whose specifications differ in their training data alone.

    Parameters
    ----------
    runs : DataFrame
        Records, one row per run.

    Returns
    -------
    list of list of str
        Labels of problems.
    """
    groups: dict[str, list[str]] = {}
    told = runs.reindex(columns=["problem", "task_spec", "data_spec"]).dropna().drop_duplicates("problem")
    for problem, task in told.loc[told["data_spec"] != "", ["problem", "task_spec"]].itertuples(index=False):
        groups.setdefault(str(task), []).append(str(problem))
    return [ordered(problems) for _, problems in sorted(groups.items()) if len(problems) > 1]


def gaps(records: Records) -> pd.DataFrame:
    """Final gap of every arm on problems that differ in their training designs alone; see `plots.leak_sensitivity`."""
    known = records.optima[["f_star", "reference"]]
    tried = records.tried.join(known.rename(columns={"reference": "scale"}), on="problem")
    tried["gap"] = gap(tried["best_objective"].fillna(np.inf), tried["f_star"], tried["scale"])
    told = tried.dropna(subset="gap")
    parts = [pd.DataFrame(columns=["group", "problem", "arm", "gap"]).astype({"group": int, "gap": float})]
    for number, problems in enumerate(same_but_data(records.runs)):
        of_these = told[told["problem"].isin(problems)]
        # "midpoint" is the usual median, and unlike linear interpolation never subtracts one infinity from another
        medians = of_these.groupby(["problem", "arm"])["gap"].quantile(0.5, interpolation="midpoint").reset_index()
        shared = medians.groupby("arm")["problem"].transform("nunique") == medians["problem"].nunique()
        if medians["problem"].nunique() > 1:
            parts.append(medians[shared].assign(group=number))
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)[list(parts[0])]
