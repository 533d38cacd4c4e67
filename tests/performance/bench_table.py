"""How long the efficiency table of a thousand runs takes: ``python tests/performance/bench_table.py``."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from bench.analysis.measures import hits
from bench.analysis.tables import efficiency_table, render
from bench.records import Record
from bench.store import Store


def records(replicates: int = 25, logged: int = 100) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Frames of 2 problems x 5 encoders x 4 optimisers x replicates, each run a random walk of improvements."""
    rng = np.random.default_rng(0)
    grid = product(("disc", "coil"), ("raw", "pca-8", "vae-2", "vae-8", "fourier-8"), ("a", "b", "c", "d"))
    cells = [(*names, replicate) for names in grid for replicate in range(replicates)]
    runs = pd.DataFrame(cells, columns=["problem", "encoder", "optimiser", "replicate"])
    runs = runs.assign(
        run=[f"{number:06d}" for number in range(len(runs))],
        arm=runs["encoder"] + "/" + runs["optimiser"],
        raw=runs["encoder"] == "raw",
        search=0, status="completed", reason="", n_f=2000, n_g=0, seconds_decode=0.5, seconds_optimiser=1.0,
        start=2.0, optimum=0.0, reference=1.0, quantity="σ", larger_is_better=False, fit_seconds=10.0,
        n_designs=2000.0, data_best=1.1, data_median=1.5, targets=[[1.05, 1.01, 1.001]] * len(runs),
    )  # fmt: skip
    evaluations = np.unique(np.geomspace(1, 2000, logged).round())
    excess = np.exp(-np.cumsum(rng.exponential(4.0 / logged, (len(runs), evaluations.size)), axis=1))
    traces = pd.DataFrame({
        "run": np.repeat(runs["run"].to_numpy(), evaluations.size),
        "evaluations": np.tile(evaluations, len(runs)),
        "objective": excess.ravel(),
        "displayed": 1.0 + excess.ravel(),
        "verified": True,
    })  # fmt: skip
    return runs.assign(best=1.0 + excess[:, -1]), traces


def write(folder: Path, runs: pd.DataFrame, traces: pd.DataFrame) -> None:
    """Write the records as an experiment directory."""
    store = Store(folder)
    for name in ("records", "encoders"):
        (folder / name).mkdir(parents=True)
    problems = [{"label": label, "name": label, "params": {}} for label in runs["problem"].unique()]
    arms = [{"label": label, "budget": 2000, "stages": [label]} for label in runs["arm"].unique()]
    identity = {"name": "made-up", "seed": 0, "problems": problems, "arms": arms}
    identity |= {"replicates": len(runs) // 40, "searches": 1}
    runs = runs.assign(
        experiment="made-up", seed=0, budget=2000,
        problem_spec=[json.dumps({"name": name, "params": {}}) for name in runs["problem"]],
        arm_spec=[json.dumps({"stages": [name]}) for name in runs["arm"]],
    )  # fmt: skip
    (folder / "experiment.json").write_text(json.dumps(identity))
    columns = traces.assign(
        n_f=traces["evaluations"], n_g=0, violation=0.0, feasible=True, stage=0, latent=None,
        seconds=1.0, seconds_objective=0.5, seconds_decode=0.1,
    ).astype({"evaluations": int, "n_f": int})  # fmt: skip
    for order, (row, (_, trace)) in enumerate(
        zip(runs.to_dict("records"), columns.groupby("run", sort=False), strict=True)
    ):
        store.append(Record({**row, "order": order}, trace.drop(columns="run").to_dict("list")))


def main() -> None:
    """Print the seconds that each step takes on frames, and that the command takes on a directory."""
    runs, traces = records()
    print(f"{len(runs)} runs, {len(traces)} logged evaluations")
    clock = [time.perf_counter()]
    hits(runs, traces)
    clock.append(time.perf_counter())
    table = efficiency_table(runs, traces)
    clock.append(time.perf_counter())
    render(table)
    clock.append(time.perf_counter())
    for step, seconds in zip(("hits", "efficiency_table", "render"), np.diff(clock), strict=True):
        print(f"{step:18s}{seconds:8.3f} s")
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "out", runs, traces)
        command = [sys.executable, "-m", "bench.cli", "table", str(Path(folder) / "out")]
        seconds = []
        for _ in range(5):
            begun = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            seconds.append(time.perf_counter() - begun)
    print(f"latentbench table {median(seconds):8.3f} s, the whole command, median of 5")


if __name__ == "__main__":
    main()
