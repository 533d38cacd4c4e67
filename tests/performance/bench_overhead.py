"""CPU seconds of CMA-ES on PCA-8 through the suite, as a ratio to a bare pycma loop on the same decode and objective.

Run as ``python tests/performance/bench_overhead.py``. The two alternate in one process of one thread; both visit the
same points (tests/bench/optimisers/test_bare.py).
"""

from __future__ import annotations

import math
import time
from statistics import median

import cma
import numpy as np
import torch

import bench
from bench.ledger import Ledger
from bench.objective import search_stage
from bench.optimisers.cmaes import CMAES
from encoders.base import Encoder
from problems.base import Problem

EVALUATIONS = 5000
ROUNDS = 25


def ours(problem: Problem, encoder: Encoder, design: np.ndarray) -> int:
    """Run through ledger and objective, from the start again whenever pycma has converged; count the searches."""
    ledger, optimiser, searches = Ledger(problem, EVALUATIONS), CMAES(), 0
    while ledger.price < EVALUATIONS:
        search_stage(ledger, encoder, optimiser, design, np.random.default_rng(searches))
        searches += 1
    return searches


def bare(problem: Problem, encoder: Encoder, design: np.ndarray) -> int:
    """Run what one would write by hand."""
    best, spent, searches = math.inf, 0, 0
    while spent < EVALUATIONS:
        rng = np.random.default_rng(searches)
        options = {"randn": lambda *shape, rng=rng: rng.standard_normal(shape), "seed": math.nan, "verbose": -9}
        strategy = cma.CMAEvolutionStrategy(np.zeros(8), 0.3, options)
        start = encoder.encode(design[None])[0]
        spent += 1
        while spent < EVALUATIONS and not strategy.stop():
            steps = strategy.ask()
            with torch.no_grad():
                designs = encoder.decode(torch.tensor(start + encoder.scale * np.array(steps))).numpy()
            values = problem.evaluate(designs).objective
            strategy.tell(steps, values)
            best = min(best, values.min())
            spent += len(values)
        searches += 1
    return searches


def main() -> None:
    """Alternate, and print medians and their ratio."""
    torch.set_num_threads(1)
    problem = bench.make_problem("isoperimetric", data={"classes": ["triangle", "square", "star"]})
    designs = problem.designs(500, np.random.default_rng(0))
    assert designs is not None
    encoder = bench.make_encoder("pca", latent_dim=8).fit(designs, np.random.default_rng(0))
    seconds: dict[str, list[float]] = {"ours": [], "bare": []}
    searches: dict[str, int] = {}
    for _ in range(ROUNDS + 1):
        for name, run in (("ours", ours), ("bare", bare)):
            begun = time.process_time()
            searches[name] = run(problem, encoder, designs[0])
            seconds[name].append(time.process_time() - begun)
    own, other = (median(values[1:]) for values in seconds.values())  # the first round warms up
    ratios = sorted(a / b for a, b in zip(seconds["ours"][1:], seconds["bare"][1:], strict=True))
    print(f"{EVALUATIONS} evaluations in {searches['ours']} and {searches['bare']} searches")
    print(f"through the suite {own:.3f} s, bare loop {other:.3f} s, CPU, medians of {ROUNDS}")
    print(f"ratio {median(ratios):.3f}, from {ratios[0]:.3f} to {ratios[-1]:.3f}")


if __name__ == "__main__":
    main()
