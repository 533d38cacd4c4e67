"""Find the stiffest plates for the loads of an experiment's replicates, and keep them.

    python results/reference/structure/best_known.py [NAME or FILE] [REPLICATES]

Long runs of optimality criteria, and of moving asymptotes, from several starts: a uniform density, with the exponent of
SIMP fixed and raised by steps; smooth fields; and densities that were stiffest for near loads. The best then goes on by
moving asymptotes.
"""

from __future__ import annotations

import copy
import sys

import numpy as np

import bench
from bench.experiments.experiment import Experiment
from bench.searching.instance import problem_of
from bench.seeds import generator
from problems.structure import best, siblings
from problems.structure.criteria import optimality_criteria
from problems.structure.density import projected
from problems.structure.problem import Structure

STEPS = 200
"""Of optimality criteria from each start."""
BUDGET = 400
"""Evaluations, N_f + N_g, of moving asymptotes."""
EXPONENTS = (1.0, 1.5, 2.0, 2.5)
"""Of SIMP, before the usual one, for as many steps each as make half of all."""
NEAR, FIELDS = 3, 6
"""Near loads whose densities are starts; smooth fields that are."""


def starts(problem: Structure, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Densities (d,) to start from, by what they are."""
    uniform = np.full(problem.dim, problem.volume)
    raised, plate = uniform, copy.copy(problem.plate)
    for plate.penalty in EXPONENTS:
        raised, _ = optimality_criteria(plate, problem.forces, raised, STEPS // 2 // len(EXPONENTS))
    found = {"uniform": uniform, "rising exponent": raised}
    found |= {f"field {n}": field for n, field in enumerate(problem.reference(FIELDS, rng))}
    tasks, densities = siblings.stored(siblings.STORED, problem.setting)
    nearest = np.argsort(problem.conditions.distance(tasks, problem.task), kind="stable")[:NEAR]
    return found | {f"sibling {n}": densities[row] for n, row in enumerate(nearest)}


def main(name: str, replicates: str = "") -> None:
    """Add to problems/structure/best_known.toml, which never gets worse."""
    experiment = Experiment.load(name)
    for spec in experiment.problems.values():
        for replicate in range(int(replicates or experiment.replicates)):
            problem = problem_of(spec, experiment.seed, replicate)
            assert isinstance(problem, Structure)
            rng = generator("best known", problem.setting, *problem.task.tolist())
            found = []
            for start, density in starts(problem, rng).items():
                end, _ = optimality_criteria(problem.plate, problem.forces, density, STEPS)
                for method, x in (
                    ("optimality criteria", end),
                    ("moving asymptotes", asymptotes(problem, density, rng)),
                ):
                    found.append((problem.plate.compliance(x, problem.forces)[0], f"{method} from '{start}'", x))
            least, by, end = min(found, key=lambda each: each[0])
            entry = problem.best_known_entry(asymptotes(problem, end, rng), f"{by}, then moving asymptotes")
            print(
                problem.task,
                by,
                [round(compliance / least, 4) for compliance, *_ in found],
                best.keep(entry),
                flush=True,
            )


def asymptotes(problem: Structure, start: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The best density (d,) that moving asymptotes find from one."""
    found = bench.search(problem, bench.make_encoder("raw"), bench.make_optimiser("mma"), start, BUDGET, rng).best
    return projected(found, problem.volume)


if __name__ == "__main__":
    main(*sys.argv[1:] or ["structure"])
