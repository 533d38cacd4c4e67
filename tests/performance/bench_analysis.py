"""Reading a thousand records and making the efficiency table, in seconds on the wall.

Of 1,000 real runs with about a hundred logged evaluations each. Reading (`bench.load`) is against the `read_parquet` of
pandas on a plain file a run, concatenated; the table (`bench.efficiency_table`) is against that reading, too.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import bench

pytestmark = pytest.mark.benchmark(timer=time.perf_counter)

RUNS = 1000
EXPERIMENT = """
name = "a-thousand-runs"
replicates = 25
budget = 100
trace = "all"
""" + "".join(
    [
        *(
            f'[[problems]]\nname = "isoperimetric"\nlabel = "N = {n}"\nn_vertices = {n}\ndata = {{ n = 40 }}\n'
            for n in (12, 16)
        ),
        '[[encoders]]\nname = "raw"\n',
        *(f'[[encoders]]\nname = "pca"\nlabel = "pca-{k}"\nlatent_dim = {k}\n' for k in (2, 4, 6, 8)),
        *(f'[[optimisers]]\nname = "random-search"\nlabel = "batch-{m}"\nbatch = {m}\n' for m in (10, 20, 50, 100)),
    ]
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An experiment directory, and a plain file a run beside it."""
    folder = tmp_path_factory.mktemp("a-thousand-runs")
    (folder / "experiment.toml").write_text(EXPERIMENT, encoding="utf-8")
    bench.run(folder / "experiment.toml", folder / "experiment")
    (folder / "plain").mkdir()
    for run, trace in bench.load(folder / "experiment")[1].groupby("run", observed=True):
        trace.to_parquet(folder / "plain" / f"{run}.parquet")
    return folder


def plainly(folder: Path) -> pd.DataFrame:
    return pd.concat([pd.read_parquet(path) for path in sorted((folder / "plain").iterdir())], ignore_index=True)


def test_load(versus: Any, folder: Path) -> None:
    runs, traces = bench.load(folder / "experiment")
    assert (len(runs), len(traces)) == (RUNS, len(plainly(folder)))
    versus("load", lambda: bench.load(folder / "experiment"), {"pandas": lambda: plainly(folder)}, rounds=9)


def test_table(versus: Any, folder: Path) -> None:
    runs, traces = bench.load(folder / "experiment")
    versus(
        "efficiency_table", lambda: bench.efficiency_table(runs, traces), {"pandas": lambda: plainly(folder)}, rounds=9
    )
