"""The kind of an arm's space: the raw vector, a fixed basis, or learned from designs."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from bench.analysis.records import Records

RAW, BASIS, PCA, LEARNED, HAND_OFF = "raw vector", "fixed basis", "PCA", "learned encoder", "hand-off"
KINDS = (RAW, BASIS, PCA, LEARNED, HAND_OFF)
"""From the simplest to the most involved."""
UNLEARNED = (RAW, BASIS)
"""Kinds that take no more from designs than the mean and the spread of coordinates."""
NAMED = {
    "raw": RAW,
    **dict.fromkeys(("raw-fourier", "fourier", "bspline", "random-subspace", "untrained"), BASIS),
    **dict.fromkeys(("pca", "raw-data"), PCA),
}
"""Kinds of the encoders that are neither a learned nonlinear one nor somebody's own."""


def kinds(records: Records) -> pd.Series[str]:
    """Kind of every attempted arm, by its label.

    An arm of several stages is a hand-off where at least one of them is learned and another is of another kind. An
    encoder that the suite does not know is raw where it has as many dimensions as the problem, else learned.
    """
    told = records.tried.reindex(columns=["arm", "arm_spec", "raw"]).groupby("arm").first()
    return pd.Series({arm: _kind(row.arm_spec, bool(row.raw)) for arm, row in told.iterrows()}, dtype=object)


def _kind(arm_spec: Any, raw: bool) -> str:
    unknown = RAW if raw else LEARNED
    try:
        names = [stage["encoder"]["name"] for stage in json.loads(arm_spec)["stages"]]
    except (TypeError, ValueError, KeyError):  # a record may come from anywhere
        return unknown
    found = {NAMED.get(name, unknown if len(names) == 1 else LEARNED) for name in names}
    if len(found) > 1 and not found <= set(UNLEARNED):
        return HAND_OFF
    return max(found, key=KINDS.index)
