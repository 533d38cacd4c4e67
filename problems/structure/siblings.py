"""Training data of `structure`: densities that were optimised for other loads; shipped, with the script that made them.

    python -m problems.structure.siblings

makes siblings.npz anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from problems.data import DataSettings, Sample

if TYPE_CHECKING:
    from problems.base import Problem
    from problems.structure.problem import Structure

STORED = Path(__file__).with_name("siblings.npz")
STEPS = 30
"""Of optimality criteria that a stored density took; each is an evaluation."""
TASKS = 1000
"""Loads of which there are densities."""
SHIPPED: tuple[dict[str, Any], ...] = ({"nx": 30, "ny": 10}, {}, {"nx": 120, "ny": 40, "radius": 3.2})
"""Plates of which they are shipped: the usual one, and the same with cells of twice and of half the side."""


@dataclass(frozen=True, kw_only=True)
class StructureData(DataSettings):
    """Settings of the training data of `structure`, in an experiment file.

    Attributes
    ----------
    n : int
        How many training designs an experiment draws.
    kind : {"siblings", "fields"}
        Densities that were optimised for other loads, or random smooth fields, a placebo. A file of your own in
        `source` takes the place of both.
    nearest : float
        Densities for loads nearer than this to the search's own load, in units of the conditions, are withheld.
    """

    n: int = 500
    kind: str = "siblings"
    nearest: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kind not in ("siblings", "fields"):
            raise ValueError(f"data.kind: '{self.kind}' must be one of siblings, fields")
        if not self.nearest >= 0:
            raise ValueError(f"data.nearest: {self.nearest} must be at least 0")


@cache
def stored(path: Path, setting: str) -> tuple[np.ndarray, np.ndarray]:
    """Tasks (n, 2) and densities (n, d) of a file, for a setting; none where it has none of it."""
    with np.load(path, allow_pickle=False) as file:
        if f"{setting} tasks" not in file:
            return np.empty((0, 2)), np.empty((0, 0))
        density = file[f"{setting} density"]
        return file[f"{setting} tasks"], density / np.iinfo(density.dtype).max


@cache
def plates(path: Path) -> tuple[str, ...]:
    """The settings that a file has something of."""
    with np.load(path, allow_pickle=False) as file:
        return tuple(name.removesuffix(" tasks") for name in file.files if name.endswith(" tasks"))


@cache
def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class Siblings:
    """Stored densities for all loads except those near the search's own.

    Attributes
    ----------
    setting : str
        Of the plate; see `problems.structure.problem.Structure.setting`.
    nearest : float
        See `StructureData`.
    """

    setting: str
    nearest: float
    price: float = STEPS
    left_out: str = ""

    def __post_init__(self) -> None:
        if self.setting not in plates(STORED):
            raise ValueError(
                f"data.kind: no siblings are stored for {self.setting}, only for {'; '.join(plates(STORED))}; "
                "the kind 'fields' and files of your own go with any setting"
            )

    @property
    def name(self) -> str:
        """In words, for the record."""
        return f"optimised for other loads, none nearer than {self.nearest:g}"

    @property
    def identity(self) -> str:
        """SHA-256 of the file."""
        return digest(STORED)

    def rows(self, n: int, rng: np.random.Generator, problem: Structure) -> np.ndarray:
        """Choose n of the stored densities that are far enough."""
        tasks, _ = stored(STORED, self.setting)
        far = np.flatnonzero(problem.conditions.distance(tasks, problem.task) >= self.nearest)
        return np.asarray(rng.permutation(far)[:n])

    def training(self, n: int, rng: np.random.Generator, problem: Problem) -> Sample:
        """Draw n densities."""
        return stored(STORED, self.setting)[1][self.rows(n, rng, problem)], None  # type: ignore[arg-type]

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n densities, near or far."""
        return rng.permutation(stored(STORED, self.setting)[1])[:n]


def make(problem: Structure, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Optimise for loads drawn at random: tasks (n, 2), and densities (n, d) as bytes."""
    from problems.structure.criteria import optimality_criteria

    tasks = problem.conditions.draw(TASKS, rng)
    uniform = np.full(problem.dim, problem.volume)
    forces = (problem.at(task).forces for task in tasks)
    density = np.array([optimality_criteria(problem.plate, f, uniform, STEPS)[0] for f in forces])
    return tasks, np.round(255 * density).astype(np.uint8)


def main() -> None:
    """Write siblings.npz; the loads are the same for all plates."""
    from problems.structure.problem import Structure

    arrays: dict[str, Any] = {}
    for settings in SHIPPED:
        problem = Structure(**settings, data=StructureData(kind="fields"))
        tasks, density = make(problem, np.random.default_rng(18))
        arrays |= {f"{problem.setting} tasks": tasks, f"{problem.setting} density": density}
    np.savez_compressed(STORED, **arrays)


if __name__ == "__main__":
    main()
