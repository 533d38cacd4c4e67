"""Bounds bind: whatever the optimiser, what counts lies within them, and repairs change no gradient within."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import bench
from bench.searching.ledger import Ledger
from problems.base import DifferentiableProblem


class Beyond(DifferentiableProblem):
    """Its optimum without bounds lies beyond them."""

    name, dim, bounds, optimum = "beyond", 4, np.array([[-1.0] * 4, [1.0] * 4]), 4.0

    def objective(self, x: torch.Tensor) -> torch.Tensor:
        return ((x - 2) ** 2).sum(dim=-1)


class Stocked(Beyond):
    """Has designs as well, whose box is far wider than the bounds."""

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return rng.uniform(-5, 5, (n, 4))


@pytest.mark.parametrize(
    "name", ["cma-es", "random-search", "nelder-mead", "l-bfgs", "augmented-lagrangian", "adam", "tpe"]
)
@pytest.mark.parametrize("kind", [Beyond, Stocked])
def test_no_optimiser_finds_anything_beyond_the_bounds(name: str, kind: type[Beyond]) -> None:
    problem, rng = kind(), np.random.default_rng(0)
    encoder = bench.make_encoder("raw")
    if kind is Stocked:
        encoder.fit(problem.designs(100, rng), rng)
    optimiser = bench.make_optimiser(name)
    budget = 60 if name == "tpe" else 600
    found = bench.search(problem, encoder, optimiser, np.full(4, -0.5), budget, rng, trace="all")
    assert found.best is not None
    assert (np.abs(found.best) <= 1).all()
    assert min(row["objective"] for row in found.rows) >= 4.0
    if name in ("cma-es", "l-bfgs", "augmented-lagrangian"):
        assert found.best_objective == pytest.approx(4.0, abs=1e-3)


def test_beyond_a_bound_the_gradient_is_zero_and_within_it_is_exact() -> None:
    ledger = Ledger(Beyond(), 10)
    ledger.open_stage()
    value, slope = ledger.differentiate(torch.tensor([[3.0, 0.5, -9.0, 0.0]], dtype=torch.float64), np.zeros((1, 4)))
    assert value == pytest.approx(1 + 2.25 + 9 + 4)
    assert np.allclose(slope, [0, -3, 0, -4])
