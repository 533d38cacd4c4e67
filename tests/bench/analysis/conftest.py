"""Synthetic records: the frames an experiment would leave behind, without running one."""

from __future__ import annotations

from math import nan
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from bench.store.completion import completed

Part = tuple[dict[str, Any], list[dict[str, Any]]]

IDENTITY = {"experiment": "made-up", "problem": "disc", "replicate": 0, "search": 0, "budget": 1000}
MEASURED = {
    "n_g": 0,
    "seconds": 2.0,
    "seconds_objective": 1.0,
    "seconds_decode": 0.25,
    "seconds_optimiser": 0.75,
    "start": 1.5,
    "optimum": 0.0,
    "reference": 0.5,
    "targets": [1.05],
    "quantity": "σ",
    "larger_is_better": False,
    "fit_seconds": 0.0,
    "n_designs": 2000.0,
    **{"data_source": "drawn: stars", "data_identity": "drawn: stars", "data_withheld": 0.0, "data_price": 0.0},
    "data_best": 1.125,
    "data_median": 1.4,
    "prior_mean": nan,
    "prior_best": nan,
}
TRACE = ["run", "evaluations", "n_f", "n_g", "objective", "displayed", "violation", "feasible", "verified", "stage"]


def objective(sigma: float, larger_is_better: bool = False) -> float:
    """What is minimised where σ is displayed: 1 - 1/σ², or its opposite."""
    return (-1.0 if larger_is_better else 1.0) * (1.0 - sigma**-2)


def run(arm: str, price: int, *trace: tuple[Any, ...], **other: Any) -> Part:
    """One run of arm "encoder/optimiser", that paid ``price`` and logged (evaluations, σ[, verified]) rows."""
    encoder, optimiser = arm.split("/")
    labels = {"arm": arm, "encoder": encoder, "optimiser": optimiser, "raw": encoder.startswith("raw")}
    fields = {**IDENTITY, **MEASURED, **labels, "status": "completed", "reason": None, **other}
    for kind in ("data_best", "prior_mean", "prior_best"):
        fields[f"{kind}_objective"] = objective(fields[kind], fields["larger_is_better"])
    fields["n_f"] = price - fields["n_g"]
    fields["run"] = "-".join(str(fields[name]) for name in ("problem", "arm", "replicate", "search"))
    rows = [
        {
            "run": fields["run"],
            "evaluations": evaluations,
            "n_f": evaluations,
            "n_g": 0,
            "objective": objective(sigma, fields["larger_is_better"]),
            "displayed": sigma,
            "violation": 0.0,
            "feasible": True,
            "verified": all(verified),
            "stage": 0,
        }
        for evaluations, sigma, *verified in trace
    ]
    found = [row for row in rows if row["verified"]]
    best = min(found, key=lambda row: row["objective"], default={"displayed": nan, "objective": nan})
    return {**fields, "best": best["displayed"], "best_objective": best["objective"]}, rows


def older(parts: list[Part]) -> list[Part]:
    """The same runs as an older version would have recorded them, which said nothing of training data."""
    since = ("data_source", "data_identity", "data_withheld", "data_price", "confined")
    return [({name: value for name, value in row.items() if name not in since}, trace) for row, trace in parts]


def undone(arm: str, status: str, reason: str | None, **other: Any) -> Part:
    """One run that was skipped or failed, with nothing measured."""
    fields, _ = run(arm, 0, **other)
    return {
        **fields,
        **dict.fromkeys([*MEASURED, "n_f", "best", "best_objective"]),
        "status": status,
        "reason": reason,
    }, []


def experiment(*parts: Part) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Frames ``runs`` and ``traces`` of some runs, as `bench.load` makes them."""
    return (
        pd.DataFrame([completed(fields) for fields, _ in parts]),
        pd.DataFrame([row for _, rows in parts for row in rows], columns=TRACE),
    )


@pytest.fixture(scope="session")
def records() -> SimpleNamespace:
    """Makers of synthetic records: run, undone, experiment, objective, older."""
    return SimpleNamespace(run=run, undone=undone, experiment=experiment, objective=objective, older=older)
