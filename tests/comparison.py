"""Whether two experiment directories hold the same records."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import bench


def timeless(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out what a clock has measured."""
    return frame[[column for column in frame if "seconds" not in column and column != "started"]]


def assert_same_records(one: Path, other: Path) -> None:
    """Compare all records, column by column and digit by digit, time columns aside."""
    for a, b in zip(bench.load(one), bench.load(other), strict=True):
        keys = ["run", "evaluations"] if "evaluations" in a else ["run"]
        a, b = (timeless(frame).astype({"run": str}).sort_values(keys, ignore_index=True) for frame in (a, b))
        pd.testing.assert_frame_equal(a, b, check_exact=True)
