"""Find bodies that stay cool, and keep the best of each problem of an experiment.

    python results/reference/conduction/best_known.py [NAME or FILE]

From the starts of a few replicates and from the best known design of heat-dispersion, over Fourier coefficients.
"""

from __future__ import annotations

import sys

import numpy as np

import bench
from bench.experiments.experiment import Experiment
from bench.searching import instance
from bench.seeds import generator
from problems import best_known
from problems.conduction.problem import Conduction
from problems.heat_dispersion import HeatDispersion

STARTS, BUDGET = 1, 5000


def main(name: str) -> None:
    """Add to problems/conduction/best_known.toml, which never gets worse."""
    experiment = Experiment.load(name)
    for spec in experiment.problems.values():
        found: list[tuple[float, np.ndarray]] = []
        for number in range(STARTS + 1):
            drawn = instance.draw(spec, experiment.seed, number)
            problem, rng = drawn.problem, generator("best known", spec.identity(), number)
            assert isinstance(problem, Conduction)
            encoder = bench.make_encoder("raw-fourier").fit(drawn.designs, rng, problem.layout)
            start = (
                drawn.start
                if number
                else HeatDispersion(
                    problem.n_vertices, problem.tools.r, problem.tools.h, problem.tools.R_c
                ).known_design
            )
            ledger = bench.search(problem, encoder, bench.make_optimiser("coarse-to-fine"), start, BUDGET, rng)
            if ledger.best is not None:
                found.append((ledger.best_objective, ledger.best))
            print(spec.settings, number, problem.display(np.array(ledger.best_objective)), flush=True)
        objective, design = min(found, key=lambda each: each[0])
        if problem.best_known is None or objective < problem.best_known:
            keep(problem, design)


def keep(problem: Conduction, design: np.ndarray) -> None:
    """Put a design into the table, in the place of the one that it betters."""
    line = problem.best_known_entry(
        design, "coarse-to-fine over Fourier coefficients, and from the best of heat-dispersion"
    )
    key = line.partition(" = ")[0]
    lines = problem.table.read_text(encoding="utf-8").splitlines(keepends=True)
    others = [each for each in lines if each.partition(" = ")[0] != key]
    problem.table.write_text("".join([*others, line]), encoding="utf-8")
    best_known.table.cache_clear()


if __name__ == "__main__":
    main(*sys.argv[1:] or ["conduction"])
