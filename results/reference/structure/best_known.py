"""Find the stiffest plates for the loads of an experiment's replicates, and keep them.

    python results/reference/structure/best_known.py [NAME or FILE]

From a uniform density and two smooth fields, by the method of moving asymptotes and by optimality criteria.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import bench
from bench.experiments.catalogue import suites
from bench.searching.instance import problem_of
from bench.seeds import generator
from problems.structure.best import record
from problems.structure.criteria import optimality_criteria
from problems.structure.density import projected

BUDGET = 600
"""Evaluations, N_f + N_g, of each run."""


def main(name: str) -> None:
    """Add to problems/structure/best_known.npz, which never gets worse."""
    text = Path(suites().get(name, name)).read_text(encoding="utf-8")
    experiment = bench.Experiment.from_toml(text)
    raw = bench.make_encoder("raw")
    for spec in experiment.problems.values():
        for replicate in range(experiment.replicates):
            problem = problem_of(spec, experiment.seed, replicate)
            rng = generator("best known", problem.setting, *problem.task.tolist())
            starts = [np.full(problem.dim, problem.volume), *problem.reference(2, rng)]
            runs = [bench.search(problem, raw, bench.make_optimiser("mma"), start, BUDGET, rng) for start in starts]
            found = [projected(run.best, problem.volume) for run in runs]
            found.append(optimality_criteria(problem.plate, problem.forces, starts[0], BUDGET // 2)[0])
            print(problem.task, record(problem, found), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:] or ["structure"])
