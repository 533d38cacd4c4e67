"""Data of the figures that stand further down: gradients, gap parts, reachability, encoders, leaks."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench.analysis import decomposition, encoders
from bench.analysis.compare import STRONGEST
from bench.analysis.families import reached
from bench.analysis.gradient_price import PRICES, ranges
from bench.analysis.leaks import gaps
from bench.analysis.records import Records
from bench.errors import visible
from bench.report.model.numbers import infinite

DIAGNOSTICS = ["prior_valid", "rmse", "prior_spread"]
"""Of encoders, those that a figure shows."""


def of_problem(records: Records) -> dict[str, list[dict[str, Any]]]:
    """Rows of each figure of one problem; none where the records lack what it shows."""
    split = decomposition.table(records).dropna(subset="representation_gap")
    gradients = ranges(records)
    prices = {kind: f"{STRONGEST[0]}_{kind}" for kind in PRICES}
    relations = {f"{kind}_relation": f"{STRONGEST[3]}_{kind}" for kind in PRICES}
    told = encoders.table(records) if len(records.latent) else encoders.table(records).head(0)
    return {
        "gradients": _rows(gradients, ["arm", "target", "low", "high"], prices | relations),
        "parts": _rows(split, ["arm", "representation_gap", "search_gap", "total_gap", "searches"]),
        "reach": _rows(reached(records), ["encoder", "family", "latent_dim", "reachable", "representation_gap"]),
        "encoders": _rows(told, ["encoder", "fits", *DIAGNOSTICS]),
    }


def of_all(records: Records) -> list[dict[str, Any]]:
    """Final gaps on problems that differ in their training data alone."""
    return _rows(gaps(records), ["group", "problem", "arm", "gap"]) if len(records.runs) else []


def _rows(frame: pd.DataFrame, names: list[str], renamed: dict[str, str] | None = None) -> list[dict[str, Any]]:
    columns = {name: name for name in names} | (renamed or {})
    values = {key: [_told(value) for value in frame[name]] for key, name in columns.items()}
    return [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]


def _told(value: Any) -> Any:
    return visible(value) if isinstance(value, str) else infinite(float("nan") if value is None else value)
