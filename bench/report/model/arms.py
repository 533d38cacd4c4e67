"""The arms of one problem: what each is, what it achieved, and its curves, as `latentbench plot` draws them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench.analysis.kinds import KINDS, kinds
from bench.analysis.landmarks import Landmarks
from bench.analysis.records import Records
from bench.errors import visible
from bench.report.model.numbers import infinite, number, numbers

SPEED_UP = ("", "_low", "_high", "_relation")


def described(
    records: Records,
    efficiency: pd.DataFrame,
    costs: pd.DataFrame,
    curves: pd.DataFrame,
    shares: pd.DataFrame,
    found: dict[str, Any],
    beside: Landmarks,
) -> list[dict[str, Any]]:
    """Describe each arm of a problem; all frames are of that problem.

    Parameters
    ----------
    records : Records
    efficiency : DataFrame
        From `bench.analysis.tables`.
    costs : DataFrame
        From `bench.analysis.cost`.
    curves : DataFrame
        From `bench.analysis.measures.curves`.
    shares : DataFrame
        From `bench.analysis.ecdf.shares`.
    found : dict
        From `bench.report.model.budgets.found`.
    beside : Landmarks
        Marks by arm.
    """
    by_curve, by_share = dict(iter(curves.groupby("arm"))), dict(iter(shares.groupby("arm")))
    by_target, by_cost = dict(iter(efficiency.groupby("arm"))), dict(iter(costs.groupby("arm")))
    of_kind = kinds(records)
    longest = records.tried.groupby("arm")["price"].max()
    replicates = records.tried.groupby("arm")["replicate"].nunique()
    told = []
    for row in records.arms.to_dict("records"):
        arm = str(row["arm"])
        told.append(
            {
                "arm": visible(arm),
                "searches": int(row["searches"]),
                "replicates": int(replicates.get(arm, 0)),
                "failed": int(row["failed"]),
                "kind": str(of_kind.get(arm, KINDS[0])),
                "gradients": bool(records.uses_gradients.get(arm, False)),
                "note": visible(row["note"]),
                "price": number(longest.get(arm, 0.0)),
                "curve": _curve(by_curve.get(arm)),
                "share": _share(by_share.get(arm)),
                "costs": found["arms"].get(arm, []),
                "values": found["values"].get(arm, []),
                "marks": [number(beside.marks[kind].get(arm)) for kind in beside.marks],
                "switches": numbers(beside.switches.get(arm, [])),
                "targets": _targets(by_target.get(arm)),
                "seconds": _costs(by_cost.get(arm)),
            }
        )
    return told


def _curve(curve: pd.DataFrame | None) -> dict[str, Any]:
    """Evaluations; low, median and high where half, a quarter or three quarters of the runs have a verified design."""
    names = ["evaluations", "low", "median", "high"]
    return {name: [] if curve is None else numbers(curve[name]) for name in names}


def _share(share: pd.DataFrame | None) -> list[Any]:
    return [] if share is None else numbers(share["share"], 4)


def _targets(rows: pd.DataFrame | None) -> list[dict[str, Any]]:
    if rows is None or rows["target"].isna().all():
        return []
    return [
        {
            "target": number(row["target"], 10),
            "reached": [int(row["successes"]), int(row["searches"])],
            "ert": infinite(row["ert"]),
            "spent": number(row["evaluations_spent"]),
            "speedUp": [_told(row[f"speed_up_strongest{ending}"]) for ending in SPEED_UP],
            "standing": str(row["standing"]),
        }
        for _, row in rows.iterrows()
    ]


def _told(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return "" if value is None else infinite(value)


def _costs(rows: pd.DataFrame | None) -> list[Any]:
    """What `bench.analysis.cost.work` needs: seconds of a fit and of refits, data, seconds beside an evaluation."""
    names = ["fit_seconds", "refit_seconds", "data_evaluations", "overhead"]
    return [] if rows is None else numbers(rows[names].iloc[0].to_numpy(float))
