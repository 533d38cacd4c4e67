"""Optimisers of densities: the published beam of five segments, and sums that are held."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

import bench
from problems.base import DifferentiableProblem

OPTIMUM = np.array([6.016, 5.309, 4.494, 3.502, 2.153])
"""Svanberg 1987, 5.1: a cantilever of five segments; weight 1.340 at the allowed deflection."""
WEIGHTS = torch.tensor([61.0, 37.0, 19.0, 7.0, 1.0], dtype=torch.float64)


class Segments(DifferentiableProblem):
    """The same beam turned round: the least deflection at that weight, with the sum of heights held by the problem."""

    name, dim = "segments", 5
    bounds = np.array([[1.0] * 5, [10.0] * 5])

    def objective(self, x: Tensor) -> Tensor:
        heights = x + (OPTIMUM.sum() - x.sum(dim=1, keepdim=True)) / 5
        return (WEIGHTS / heights**3).sum(dim=1)


@pytest.mark.parametrize(("name", "steps"), [("mma", 20), ("optimality-criteria", 60)])
def test_the_published_beam_is_found_in_few_steps_with_its_sum_held(name: str, steps: int) -> None:
    start = np.full(5, OPTIMUM.mean())
    raw, rng = bench.make_encoder("raw"), np.random.default_rng(0)
    ledger = bench.search(Segments(), raw, bench.make_optimiser(name), start, 2 * steps + 1, rng, trace="all")
    assert ledger.best is not None
    assert ledger.best_objective == pytest.approx(1.0, abs=2e-3)
    np.testing.assert_allclose([sum(row["latent"]) for row in ledger.rows], OPTIMUM.sum(), rtol=1e-6)
    if name == "mma":
        np.testing.assert_allclose(ledger.best, OPTIMUM, rtol=0.03)


@pytest.mark.parametrize("name", ["mma", "optimality-criteria"])
def test_nothing_leaves_the_box(name: str) -> None:
    start = np.array([9.9, 1.1, 5.0, 5.0, 3.0])
    raw, rng = bench.make_encoder("raw"), np.random.default_rng(0)
    ledger = bench.search(Segments(), raw, bench.make_optimiser(name), start, 100, rng, trace="all")
    points = np.array([row["latent"] for row in ledger.rows])
    assert points.min() >= 1
    assert points.max() <= 10
