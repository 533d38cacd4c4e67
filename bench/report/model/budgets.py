"""What every replicate of an arm has found by each of some budgets; who is ahead follows from it in the browser."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.analysis.by_price import draws, of_replicates, unit
from bench.analysis.records import Records
from bench.report.model.numbers import changes

STOPS = 48
"""Log-spaced stops of the slider, less those that coincide."""


def stops(grid: NDArray[np.float64]) -> NDArray[np.int_]:
    """Places in the grid of evaluations at which the slider stops; the last is one."""
    return np.unique(np.searchsorted(grid, np.geomspace(1.0, grid[-1], STOPS).round()).clip(max=len(grid) - 1))


def found(records: Records, budgets: NDArray[np.float64], exact: bool) -> dict[str, Any]:
    """Best verified value of each replicate of each arm of one problem after so many evaluations.

    Returns
    -------
    dict
        ``arms`` : arm -> a list a replicate of `changes` over the budgets: of the cost, which is less where it is
        better, a difference of 10⁻³ being level; empty without a verified design, None without a run. Where the optimum
        is known, the cost is the normalised gap.
        ``values`` : the same, of the displayed value where that is what curves show, else empty.
        ``draws`` : the replicates that each bootstrap draw takes, as `bench.analysis.by_price` has them.
    """
    if not records.tried["price"].gt(0).any():
        return {"arms": {}, "values": {}, "draws": []}
    arms, objectives = of_replicates(records, budgets)
    base, scale = unit(records, objectives)
    costs = (objectives - base) / scale if scale > 0 else objectives - base
    told: dict[str, Any] = {"arms": {}, "values": {}, "draws": draws(records, objectives.shape[1]).tolist()}
    shown = np.full(objectives.shape, np.nan) if exact else _displayed(records, objectives)
    for arm, cost, value in zip(arms, costs, shown, strict=True):
        told["arms"][arm] = [None if np.isnan(each).all() else changes(each) for each in cost]
        told["values"][arm] = [] if exact else [changes(each) for each in value]
    return told


def _displayed(records: Records, objectives: NDArray[np.float64]) -> NDArray[np.float64]:
    """Displayed values of objectives that runs have had."""
    pairs = records.own_improvements.drop_duplicates("objective").sort_values("objective")
    known, values = pairs["objective"].to_numpy(float), pairs["displayed"].to_numpy(float)
    if not known.size:
        return np.full(objectives.shape, np.nan)
    place = np.searchsorted(known, objectives).clip(max=known.size - 1)
    return np.where(np.isfinite(objectives), values[place], np.nan)
