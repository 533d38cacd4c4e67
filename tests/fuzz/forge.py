"""Records that are forged: whole and consistent in themselves, with anything in them."""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

import bench
from bench.analysis import encoders, tables, writers
from bench.store import records
from bench.store.records import read_parquet, to_parquet


def record(row: dict[str, Any] | str, trace: dict[str, Any] | None = None, run: str | None = None) -> bytes:
    """Give the bytes of a record of any row, or of its JSON, and of any trace that fits the types."""
    text = row if isinstance(row, str) else json.dumps(row)
    key = run if run is not None else row.get("run") if isinstance(row, dict) else None
    fixed = {"run": [key if isinstance(key, str) else None], "row": [text]}
    columns = {name: [(trace or {}).get(name, [])] for name in records._trace_types(pa)}
    return to_parquet(pa.table(fixed | columns, schema=records._schema(pa)))


def read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Row and trace of a record of one run."""
    (row,), table = read_parquet(path.read_bytes())
    return row, {name: table[name][0].as_py() for name in records._trace_types(pa)}


@contextmanager
def alone(directory: Path) -> Iterator[Path]:
    """A copy of an experiment directory, which is removed again."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(shutil.copytree(directory, Path(folder) / "out"))


def analyse(directory: Path) -> int:
    """Do all that `latentbench table` does, in all formats; give the number of records that were believed."""
    with warnings.catch_warnings(action="ignore"):
        runs, traces = bench.load(directory)
        table, fitted = bench.efficiency_table(runs, traces, draws=20), bench.encoder_table(runs)
        for form in (*writers.WRITERS, "csv"):
            tables.render(table, form)
            encoders.render(fitted, form)
    return len(runs)
