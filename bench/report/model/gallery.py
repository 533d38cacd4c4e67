"""Best verified design of every arm, with what its coordinates are of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bench.analysis import measures
from bench.analysis.records import Records
from bench.errors import visible
from bench.report.model.numbers import number, numbers
from bench.store.layouts import LARGEST

DIGITS = 4


def described(records: Records, layout: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Describe the gallery of one problem; None where the records hold no design.

    Parameters
    ----------
    records : Records
    layout : mapping, optional
        From `bench.store.layouts.described`; without it designs are bars, one a coordinate.
    """
    designs: list[dict[str, Any]] = []
    for row in measures.gallery(records).to_dict("records"):
        x = np.zeros(0) if row["design"] is None else np.asarray(row["design"], dtype=float).ravel()
        if 0 < x.size <= LARGEST and np.isfinite(x).all():
            names = {name: visible(row[name]) for name in ("encoder", "optimiser", "run")}
            found = {"replicate": int(row["replicate"]), "best": number(row["best"]), "x": numbers(x, DIGITS)}
            designs.append(names | found)
    if not designs:
        return None
    size = len(designs[0]["x"])
    usable = layout is not None and int(np.prod(layout["shape"])) == size
    told = dict(layout or {}) if usable else {"kind": "bars", "shape": [size], "faces": []}
    ends = [value for design in designs for value in design["x"]]
    return {**told, "low": min(ends), "high": max(ends), "designs": designs}
