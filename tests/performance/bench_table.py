"""How long the efficiency table of a thousand runs takes: ``python tests/performance/bench_table.py``."""

from __future__ import annotations

import time
from itertools import product

import numpy as np
import pandas as pd

from bench.analysis.measures import hits
from bench.analysis.tables import efficiency_table, render


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
        search=0, status="completed", reason=None, n_f=2000, n_g=0, seconds_decode=0.5, seconds_optimiser=1.0,
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


def main() -> None:
    """Print the seconds each step takes, and the size of what it took in."""
    runs, traces = records()
    print(f"{len(runs)} runs, {len(traces)} logged evaluations")
    clock = [time.perf_counter()]
    hits(runs, traces)
    clock.append(time.perf_counter())
    table = efficiency_table(runs, traces)
    clock.append(time.perf_counter())
    for fmt in ("text", "markdown", "latex", "csv"):
        render(table, fmt)
        clock.append(time.perf_counter())
    steps = ("hits", "efficiency_table", "render text", "render markdown", "render latex", "render csv")
    for step, seconds in zip(steps, np.diff(clock), strict=True):
        print(f"{step:18s}{seconds:8.3f} s")


if __name__ == "__main__":
    main()
