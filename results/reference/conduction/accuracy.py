"""How accurate temperatures are: refined edges, and finite elements, on random and on optimised designs.

    python results/reference/conduction/accuracy.py results/runs/conduction > results/reference/conduction/accuracy.md

The optimised ones are the best of runs of the suite, at the Biot numbers for which they were optimised.
"""

from __future__ import annotations

import json
import sys

import numpy as np

import bench
from problems.conduction.finite_elements import temperatures as by_elements
from problems.conduction.problem import Conduction
from problems.conduction.solver import temperatures

EACH = 100
"""Designs of each kind, all Biot numbers together."""
BIOTS = (0.1, 1.0, 10.0)
PARTS = 6
"""Pieces of an edge, on the finest polygon."""


def optimised(directory: str) -> dict[float, np.ndarray]:
    """The designs of the suite's runs, those of raw arms first, as many of each Biot number."""
    runs, _ = bench.load(directory)
    runs = runs[runs["design"].notna()].sort_values(["raw", "best"], ascending=False)
    biots = [float(json.loads(spec)["params"]["biot"]) for spec in runs["problem_spec"]]
    return {b: np.stack(list(runs["design"][np.array(biots) == b].head(-(-EACH // len(BIOTS))))) for b in BIOTS}


def refined(points: np.ndarray, parts: int) -> np.ndarray:
    """Polygons (n, N, 2) with each edge in parts."""
    along = np.roll(points, -1, axis=1) - points
    cut = points[:, :, None] + along[:, :, None] * (np.arange(parts) / parts)[:, None]
    return cut.reshape(len(points), -1, 2)


def row(kind: str, biot: float, designs: np.ndarray) -> str:
    """One line of the table."""
    problem, points = Conduction(biot=biot), designs.reshape(len(designs), -1, 2)
    coarse, fine = (temperatures(refined(points, parts), problem.heat)[0] for parts in (1, PARTS))
    solved = np.array([by_elements(x, biot) for x in designs])
    own, theirs = np.abs(coarse / fine - 1), solved[:, 1] / solved[:, 0]
    apart = np.abs(coarse / solved[:, 0] - 1)
    cells = [f"{worst:.1e}" for worst in (own.max(), theirs.max(), np.median(apart), apart.max())]
    return f"| {kind} | {biot:g} | {len(designs)} | {' | '.join(cells)} |"


def main(directory: str) -> None:
    """Print the table."""
    parts = np.array_split(Conduction().designs(EACH, np.random.default_rng(0)), len(BIOTS))
    print("Relative differences: of edges in sixths, of a coarser mesh of finite elements, and of both methods.\n")
    print("| designs | Bi | number | edges, largest | mesh, largest | methods, median | methods, largest |")
    print("| :-- | --: | --: | --: | --: | --: | --: |")
    for kind, sets in {"random": dict(zip(BIOTS, parts, strict=True)), "optimised": optimised(directory)}.items():
        for biot, designs in sets.items():
            print(row(kind, biot, designs), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
