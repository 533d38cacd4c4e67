"""The least compliance known of a load: on record, or from a long run of optimality criteria.

    python -m problems.structure.best SUITE.toml ...

adds the loads of the replicates of experiments to best_known.npz.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from problems.structure.criteria import optimality_criteria
from problems.structure.density import projected
from problems.structure.fields import smooth_fields
from problems.structure.plate import Plate
from problems.structure.siblings import stored

if TYPE_CHECKING:
    from problems.structure.problem import Structure

STORED = Path(__file__).with_name("best_known.npz")
STEPS = 100
"""Of optimality criteria for a load that is not on record."""
LONG_STEPS, CHANGE, STARTS = 400, 1e-3, 3
"""Of each long run for the record, where it ends, and from how many densities: a uniform one, and smooth fields."""


def best_known(problem: Structure) -> np.ndarray:
    """The best density on record for a problem's load, shape (d,), or else what a run finds; its volume is exact."""
    if STORED.exists():
        tasks, density = stored(STORED, problem.setting)
        same = np.flatnonzero((np.abs(tasks - problem.task) < 1e-9).all(axis=1))
        if len(same):
            return projected(density[same[0]], problem.volume)
    return _run(problem.plate, tuple(problem.forces), problem.volume)


@lru_cache(maxsize=256)
def _run(plate: Plate, forces: tuple[float, ...], volume: float) -> np.ndarray:
    uniform = np.full(plate.filter.shape[0], volume)
    return optimality_criteria(plate, np.array(forces), uniform, STEPS)[0]


def long_run(problem: Structure, rng: np.random.Generator) -> np.ndarray:
    """The best density (d,) of long runs from several starts, rounded to 16 bits."""
    fields = smooth_fields(STARTS - 1, rng, problem.nx, problem.ny, problem.volume)
    found = []
    for start in [np.full(problem.dim, problem.volume), *fields]:
        density, _ = optimality_criteria(problem.plate, problem.forces, start, LONG_STEPS, CHANGE)
        found.append((problem.plate.compliance(density, problem.forces)[0], density))
    return np.round(65535 * min(found, key=lambda pair: pair[0])[1]).astype(np.uint16)


def record(problems: list[Structure]) -> int:
    """Add the loads of problems to best_known.npz, those that are there left as they are; how many are new."""
    kept: dict[str, np.ndarray] = {}
    if STORED.exists():
        with np.load(STORED, allow_pickle=False) as file:
            kept = {name: file[name] for name in file.files}
    new = 0
    for problem in problems:
        at = f"{problem.setting} tasks", f"{problem.setting} density"
        tasks = kept.get(at[0], np.empty((0, 2)))
        if len(tasks) and (np.abs(tasks - problem.task) < 1e-9).all(axis=1).any():
            continue
        density = long_run(problem, np.random.default_rng(18))[None]
        kept[at[0]] = np.concatenate([tasks, problem.task[None]])
        kept[at[1]] = np.concatenate([kept[at[1]], density]) if at[1] in kept else density
        new += 1
    np.savez_compressed(STORED, **kept)
    return new
