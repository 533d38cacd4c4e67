"""The runner: how much of the time of its processes goes to fits and runs.

Of one replicate of the suite `standard`, all arms. The other side of the ratio is the time that it would take if the
processes did nothing but fits and runs from the first moment to the last.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import bench
from bench.experiments.catalogue import suites
from bench.store.directory import Store

JOBS = 2


def seconds(*arguments: str) -> float:
    """Wall time of a command of the suite."""
    begun = time.monotonic()
    subprocess.run([sys.executable, "-m", "bench.cli", *arguments], capture_output=True, check=True)
    return time.monotonic() - begun


def test_runner(benchmark: Any, tmp_path: Path) -> None:
    text = suites()["standard"].read_text(encoding="utf-8").replace("replicates = 31", "replicates = 1")
    file, out = tmp_path / "standard.toml", tmp_path / "out"
    file.write_text(text, encoding="utf-8")
    wall = benchmark.pedantic(seconds, ("run", str(file), "--out", str(out), "--jobs", str(JOBS)), rounds=1)
    runs, _ = bench.load(out)
    store = Store(out)
    fits = [store.fitted(key) for key in store.encoders()]
    busy = runs["seconds_worker"].sum() + sum(fit.info["seconds_worker"] for fit in fits if fit is not None)
    benchmark.extra_info["what"] = f"wall time of standard with one replicate, {JOBS} processes"
    benchmark.extra_info["seconds"] = {"ours": [wall], "Σ of fits and runs / processes": [busy / JOBS]}
    benchmark.extra_info["aims"] = {"Σ of fits and runs / processes": 1 / 0.9}
