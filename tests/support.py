"""What tests share: the environment of a command, an experiment's file, and whether two directories are alike."""

from __future__ import annotations

import inspect
import os
import sys
from pathlib import Path
from typing import Any

import pandas as pd

import bench
from bench.experiments import registry

ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
"""Of a process that can import what the tests can."""


def cheaply(name: str) -> dict[str, Any]:
    """Parameters with which a plug-in is quick to try: little training, few models; and those that it cannot lack."""
    defaults = registry.defaults_of(registry.kind_of(name), name)
    needed = {"optimiser": "nelder-mead"} if defaults.get("optimiser") is inspect.Parameter.empty else {}
    epochs = {"epochs": 20} if defaults.get("epochs", 0) else {}
    return needed | epochs | ({"startup": 57} if "startup" in defaults else {})


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
