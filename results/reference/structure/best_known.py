"""Find the stiffest plates for the loads of an experiment's replicates, and keep them.

    python results/reference/structure/best_known.py [NAME or FILE] [REPLICATES]

Long runs from several starts: a uniform density, smooth fields, and densities that were stiffest for near loads. From
each by optimality criteria; by moving asymptotes; and but for the latter by moving asymptotes with the exponent of SIMP
raised by steps. Optimality criteria follow asymptotes, and the best goes on by moving asymptotes.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterator

import numpy as np

import bench
from bench.experiments.experiment import Experiment
from bench.searching.instance import problem_of
from bench.seeds import generator
from problems.base import Verification
from problems.structure import best, siblings
from problems.structure.criteria import optimality_criteria
from problems.structure.problem import Structure

STEPS = 200
"""Of optimality criteria from each start."""
BUDGET = 400
"""Evaluations, N_f + N_g, of moving asymptotes at the usual exponent of SIMP."""
EXPONENTS = (1.0, 1.5, 2.0, 2.5)
"""Of SIMP, before the usual one."""
SHORT = 50
"""Evaluations, N_f + N_g, at each of these."""
FIELDS = 10
"""Smooth fields that are starts."""
NEAR = 3
"""Near loads whose densities are starts."""


def starts(problem: Structure, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Densities (d,) to start from, by what they are."""
    found = {"uniform": np.full(problem.dim, problem.volume)}
    found |= {f"field {n}": field for n, field in enumerate(problem.reference(FIELDS, rng))}
    tasks, densities = siblings.stored(siblings.STORED, problem.setting)
    nearest = np.argsort(problem.conditions.distance(tasks, problem.task), kind="stable")[:NEAR]
    return found | {f"sibling {n}": densities[row] for n, row in enumerate(nearest)}


def with_exponent(problem: Structure, exponent: float) -> Structure:
    """The same plate with another exponent of SIMP; what it finds on the way is not verified."""
    other = copy.copy(problem)
    other.plate = copy.copy(problem.plate)
    other.plate.penalty = exponent
    other.verify = lambda x: Verification(True)  # type: ignore[method-assign]
    return other


def by_asymptotes(problem: Structure, start: np.ndarray, budget: int, rng: np.random.Generator) -> np.ndarray:
    """The best density that moving asymptotes find."""
    found = bench.search(problem, bench.make_encoder("raw"), bench.make_optimiser("mma"), start, budget, rng).best
    return start if found is None else found


def ends(problem: Structure, rng: np.random.Generator) -> Iterator[tuple[float, str, np.ndarray]]:
    """Compliance, origin and density of what is found from each start, in each way."""

    def by_criteria(way: str, start: np.ndarray) -> tuple[float, str, np.ndarray]:
        end, _ = optimality_criteria(problem.plate, problem.forces, best.projected(start, problem.volume), STEPS)
        return problem.plate.compliance(end, problem.forces)[0], way, end

    plates = [with_exponent(problem, exponent) for exponent in (*EXPONENTS, problem.plate.penalty)]
    usual = plates[-1]
    for start, density in starts(problem, rng).items():
        yield by_criteria(f"optimality criteria from '{start}'", density)
        end = by_asymptotes(usual, density, BUDGET, rng)
        yield by_criteria(f"moving asymptotes from '{start}', then optimality criteria", end)
        if start.startswith("sibling"):
            continue
        for other in plates:
            density = by_asymptotes(other, density, BUDGET if other is usual else SHORT, rng)
        yield by_criteria(f"moving asymptotes with a rising exponent from '{start}', then optimality criteria", density)


def stiffest(problem: Structure, rng: np.random.Generator) -> tuple[np.ndarray, str, dict[str, float]]:
    """The best density (d,), how it was found, and the compliance that each way ends at."""
    found = list(ends(problem, rng))
    least, way, end = min(found, key=lambda each: each[0])
    last = best.projected(by_asymptotes(problem, end, BUDGET, rng), problem.volume)
    if problem.plate.compliance(last, problem.forces)[0] < least:
        way, end = f"{way}, then moving asymptotes", last
    return end, way, {way: compliance for compliance, way, _ in found}


def main(name: str, replicates: str = "") -> None:
    """Add to problems/structure/best_known.toml, which never gets worse."""
    experiment = Experiment.load(name)
    for spec in experiment.problems.values():
        for replicate in range(int(replicates or experiment.replicates)):
            problem = problem_of(spec, experiment.seed, replicate)
            assert isinstance(problem, Structure)
            rng = generator("best known", problem.setting, *problem.task.tolist())
            density, way, values = stiffest(problem, rng)
            least = min(values.values())
            shares = {name: round(value / least, 4) for name, value in values.items()}
            print(problem.task, way, shares, best.keep(problem.best_known_entry(density, way)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:] or ["structure"])
