"""One problem of the page: its targets, its landmarks, its arms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.analysis import measures
from bench.analysis.compare import target_text
from bench.analysis.cost import table as cost_table
from bench.analysis.landmarks import landmarks
from bench.analysis.records import Records
from bench.errors import visible
from bench.report.model import arms, budgets
from bench.report.model.numbers import number


def described(
    records: Records, efficiency: pd.DataFrame, curves: pd.DataFrame, shares: pd.DataFrame, stops: NDArray[np.float64]
) -> dict[str, Any]:
    """Describe the one problem of these records; the frames are of it alone, as for `arms.described`.

    Parameters
    ----------
    stops : ndarray
        Evaluations at which the slider stops.
    """
    first = records.arms.iloc[0]
    exact = bool(curves["measure"].eq("gap").any())
    beside = landmarks(records, "arm", exact)
    found = budgets.found(records, stops, exact)
    return {
        "label": visible(records.problem),
        "quantity": visible(first["quantity"]),
        "larger": bool(first["larger_is_better"]),
        "measure": "gap" if exact else "displayed",
        "targets": _targets(efficiency),
        "levels": {kind: number(value) for kind, value in beside.levels.items()},
        "replicates": int(records.tried["replicate"].nunique()),
        "searches": len(records.tried),
        "skipped": int(records.runs["status"].eq("skipped").sum()),
        "draws": found["draws"],
        "arms": arms.described(records, efficiency, cost_table(records), curves, shares, found, beside),
    }


def _targets(efficiency: pd.DataFrame) -> list[dict[str, Any]]:
    rows = efficiency.dropna(subset="target").drop_duplicates("target")
    return [{"value": number(row["target"], 10), "text": visible(target_text(row))} for _, row in rows.iterrows()]


def of_all(records: Records, efficiency: pd.DataFrame, shares: pd.DataFrame, stops: NDArray[np.float64]) -> list[Any]:
    """Describe every problem, in the order of the runs."""
    curves = measures.curves(records)
    told = []
    for label, part in records.parts.items():
        of_it, curve, share = (frame[frame["problem"] == label] for frame in (efficiency, curves, shares))
        told.append(described(part, of_it, curve, share, stops))
    return told
