"""An optimiser seen through the suite visits the points that the bare library visits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from performance import bare

import bench
from encoders.linear import Linear


class Watched(Linear):
    """Remembers every latent that it decodes."""

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        self.visited: list[list[float]] = []
        super()._fit(designs, rng)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        self.visited += z.tolist()
        return super().decode(z)


@pytest.mark.parametrize(
    ("name", "loop", "budget", "begins"),
    [
        ("cma-es", bare.cma_es, 501, 1),  # the suite pays for the start first
        ("tpe", bare.tpe, 25, 0),
        ("l-bfgs", bare.lbfgs, 10**4, 1),
        ("differential-evolution", bare.evolve, 301, 1),
        ("random-search", bare.random_search, 301, 0),
    ],
)
def test_the_suite_visits_the_points_of_a_bare_loop(
    name: str, loop: Callable[..., int], budget: int, begins: int
) -> None:
    problem = bench.make_problem("isoperimetric")
    designs = problem.designs(200, np.random.default_rng(0))
    assert designs is not None
    ours, theirs = (Watched(8).fit(designs, np.random.default_rng(0)) for _ in range(2))
    ledger = bench.search(problem, ours, bench.make_optimiser(name), designs[0], budget, np.random.default_rng(1))
    assert loop(problem, theirs, designs[0], budget, np.random.default_rng(1)) == ledger.price
    # what the budget does not reach is decoded, but never evaluated
    assert ours.visited[begins : begins + len(theirs.visited)] == theirs.visited
    assert len(theirs.visited) > 15
