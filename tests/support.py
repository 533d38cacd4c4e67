"""What tests share: the environment of a command, an experiment's file, and whether two directories are alike."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pandas as pd

import bench

ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
"""Of a process that can import what the tests can."""


def experiment_file(text: str, folder: Path) -> Path:
    """Write the text of an experiment to a file of a folder."""
    path = folder / "experiment.toml"
    path.write_text(text, encoding="utf-8")
    return path


def timeless(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out what a clock has measured."""
    return frame[[column for column in frame if "seconds" not in column and column != "started"]]


def assert_same_records(one: Path, other: Path) -> None:
    """Compare all records, column by column and digit by digit, time columns aside."""
    for a, b in zip(bench.load(one), bench.load(other), strict=True):
        keys = ["run", "evaluations"] if "evaluations" in a else ["run"]
        a, b = (timeless(frame).astype({"run": str}).sort_values(keys, ignore_index=True) for frame in (a, b))
        pd.testing.assert_frame_equal(a, b, check_exact=True)
