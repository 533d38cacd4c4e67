"""What every replicate of an arm has found by each of some budgets; who is ahead follows from it in the browser."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.analysis.frames import direction, gap
from bench.analysis.records import Records
from bench.report.model.numbers import changes

STOPS = 48
"""Log-spaced stops of the slider, less those that coincide."""


def stops(grid: NDArray[np.float64]) -> NDArray[np.int_]:
    """Places in the grid of evaluations at which the slider stops; the last is one."""
    return np.unique(np.searchsorted(grid, np.geomspace(1.0, grid[-1], STOPS).round()).clip(max=len(grid) - 1))


def found(records: Records, budgets: NDArray[np.float64], exact: bool) -> dict[str, list[list[Any]]]:
    """Best verified value of each replicate of each arm of one problem after so many evaluations.

    It is the normalised gap where the optimum is known, else the displayed value, as in the curves. The searches of a
    replicate share its encoder: the median one stands for it, the worse of two in the middle. A run that has ended
    keeps its best.

    Returns
    -------
    dict
        Arm -> a list a replicate, by their numbers, of `changes` over the budgets: empty where nothing was found.
    """
    tried = records.tried
    if tried.empty:
        return {}
    grid = pd.DataFrame({"evaluations": budgets}).merge(tried[["run"]], how="cross")
    best = pd.merge_asof(grid, records.improvements, on="evaluations", by="run")
    labels = tried[["run", "arm", "replicate", "larger_is_better"]]
    best = best.merge(labels, on="run")
    sign = 1.0 if exact else direction(best)
    value = best["displayed"] * sign
    if exact:
        value = pd.Series(gap(best["objective"], records.known["f_star"], records.known["reference"]), best.index)
    groups = best.assign(value=value.fillna(np.inf)).groupby(["arm", "replicate", "evaluations"])["value"]
    median = groups.quantile(0.5, interpolation="higher").unstack("evaluations")
    towards = 1.0 if exact else records.sign
    told: dict[str, list[list[Any]]] = {}
    for (arm, _), series in zip(median.index, median.to_numpy(), strict=True):
        told.setdefault(str(arm), []).append(changes(towards * series))
    return told
