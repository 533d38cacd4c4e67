"""Find the best outlines of the problems of an experiment, and keep them.

    python results/reference/bound/best_known.py [NAME or FILE ...]

Each search over Fourier modes, coarse ones first, starts where the one before ended, while they get better: from the
design on record, from that of heat-dispersion with the same tools, and from the starts of a few replicates. A design on
record that a new version of its problem does not believe is replaced by the best that is found.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

import bench
from bench.experiments.experiment import Experiment
from bench.searching import instance
from bench.seeds import generator
from encoders.base import Encoder
from problems import best_known
from problems.heat_dispersion import HeatDispersion
from problems.manufacturable import ManufacturableProblem

REPLICATES, BUDGET = 3, 5000
BETTER = 1e-5
"""The relative gain below which a search from the best one so far is the last."""


def main(names: list[str]) -> None:
    """Better the tables of best known designs, which never get worse."""
    for name in names:
        experiment = Experiment.load(name)
        for label, spec in experiment.problems.items():
            drawn = [instance.draw(spec, experiment.seed, number) for number in range(REPLICATES)]
            problem = drawn[0].problem
            if not isinstance(problem, ManufacturableProblem) or problem.known_design is None:
                continue
            assert drawn[0].designs is not None
            encoder = bench.make_encoder("raw-fourier")
            encoder.fit(drawn[0].designs, generator("best known", spec.identity()), problem.layout)
            before = objective_of_known(problem)
            best, design = before, problem.known_design
            for number, start in enumerate([*on_record(problem), *(each.start for each in drawn)]):
                for objective, x in searches(problem, encoder, start, generator("best known", spec.identity(), number)):
                    if objective < best:
                        best, design = objective, x
                print(label, number, problem.display(np.array(best)), flush=True)
            if best < before:
                line = problem.best_known_entry(
                    design, "coarse-to-fine over Fourier modes, again and again from the best"
                )
                assert line is not None
                best_known.keep(line, problem.table)


def searches(
    problem: ManufacturableProblem, encoder: Encoder, start: np.ndarray, rng: np.random.Generator
) -> Iterator[tuple[float, np.ndarray]]:
    """Objectives and designs of searches, each from the best of the one before, while they get better."""
    reached = np.inf
    while True:
        ledger = bench.search(problem, encoder, bench.make_optimiser("coarse-to-fine"), start, BUDGET, rng)
        if ledger.best is None or (np.isfinite(reached) and ledger.best_objective > reached - BETTER * abs(reached)):
            return
        reached, start = ledger.best_objective, ledger.best
        yield reached, start


def on_record(problem: ManufacturableProblem) -> Iterator[np.ndarray]:
    """The best known designs of the problem and of heat-dispersion with its tools."""
    tools = problem.tools
    for one in (problem, HeatDispersion(problem.n_vertices, tools.r, tools.h, tools.R_c)):
        if one.known_design is not None:
            yield one.known_design


def objective_of_known(problem: ManufacturableProblem) -> float:
    """That of the design on record, infinite where the problem does not believe it."""
    assert problem.known_design is not None
    evaluation = problem.evaluate(problem.known_design[None])
    believed = evaluation.feasible[0] and problem.verify(problem.known_design).ok
    return float(evaluation.objective[0]) if believed else np.inf


if __name__ == "__main__":
    main(sys.argv[1:] or ["bound"])
