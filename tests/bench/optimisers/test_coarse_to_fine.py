from __future__ import annotations

import numpy as np
import pytest

import bench
from bench.optimisers.augmented_lagrangian import AugmentedLagrangian
from bench.optimisers.coarse_to_fine import CoarseToFine
from bench.optimisers.random_search import RandomSearch
from bench.searching.ledger import Ledger
from bench.searching.objective import search_stage
from encoders.base import Encoder
from problems.heat_dispersion import HeatDispersion


class Watched(AugmentedLagrangian):
    """Remembers how many variables it was given, and what was left to spend."""

    def __init__(self) -> None:
        super().__init__(iterations=5, rounds=2)
        self.seen: list[tuple[int, int]] = []

    def minimise(self, objective, rng) -> None:  # type: ignore[no-untyped-def]
        self.seen.append((objective.dim, objective.remaining))
        super().minimise(objective, rng)


def searched(problem: HeatDispersion, encoder: Encoder, optimiser: CoarseToFine, budget: int, seed: int = 1) -> Ledger:
    start = problem.designs(1, np.random.default_rng(seed))[0]
    ledger = Ledger(problem, budget)
    search_stage(ledger, encoder, optimiser, start, np.random.default_rng(seed + 1))
    ledger.close()
    return ledger


@pytest.fixture(scope="module")
def problem() -> HeatDispersion:
    return HeatDispersion()


def test_levels_free_ever_more_variables_and_none_costs_more_than_it_may(problem: HeatDispersion) -> None:
    designs = problem.designs(60, np.random.default_rng(0))
    encoder = bench.make_encoder("raw-fourier").fit(designs, np.random.default_rng(0), problem.layout)
    inner = Watched()
    ledger = searched(problem, encoder, CoarseToFine(inner, levels=(1, 3), price=20, last=2), 100)
    dims = [dim for dim, _ in inner.seen]
    assert dims[:3] == [6, 14, 200]  # modes 1 and −1, then to 3 and −3, two coordinates each, and those that move it
    assert [left for _, left in inner.seen[:3]] == [19, 19, 39]
    assert ledger.price == 100


def test_without_an_order_all_variables_are_free_from_the_beginning(problem: HeatDispersion) -> None:
    inner = Watched()
    encoder = bench.make_encoder("raw").fit(problem.designs(20, np.random.default_rng(0)), np.random.default_rng(0))
    searched(problem, encoder, CoarseToFine(inner, price=10), 60)
    assert {dim for dim, _ in inner.seen} == {200}


def test_principal_components_come_in_their_order(problem: HeatDispersion) -> None:
    inner = Watched()
    designs = problem.designs(60, np.random.default_rng(0))
    encoder = bench.make_encoder("pca", latent_dim=8).fit(designs, np.random.default_rng(0))
    restored = bench.make_encoder("pca", latent_dim=8)
    restored.restore(encoder.state())
    assert np.array_equal(restored.fineness, np.arange(1, 9))
    searched(problem, encoder, CoarseToFine(inner, levels=(2, 4), price=10, last=1), 40)
    assert [dim for dim, _ in inner.seen[:3]] == [2, 4, 8]


def test_any_optimiser_may_be_wrapped(problem: HeatDispersion) -> None:
    designs = problem.designs(60, np.random.default_rng(0))
    encoder = bench.make_encoder("pca", latent_dim=4).fit(designs, np.random.default_rng(0))
    assert searched(problem, encoder, CoarseToFine(RandomSearch(), levels=(2,), price=20, last=2), 150).price == 150


def test_it_finds_designs_that_one_multiplier_a_maximum_does_not(problem: HeatDispersion) -> None:
    designs = problem.designs(60, np.random.default_rng(0))
    encoder = bench.make_encoder("raw-fourier").fit(designs, np.random.default_rng(0), problem.layout)
    plain = CoarseToFine(AugmentedLagrangian(multipliers="largest"), levels=())
    # one pass in eight ends in a poor optimum, and which does differs between machines: the best of three
    best = {
        optimiser: max(
            float(problem.display(np.array(searched(problem, encoder, optimiser, 2100, seed).best_objective)))
            for seed in (1, 2, 3)
        )
        for optimiser in (CoarseToFine(), plain)
    }
    found, without = best.values()
    assert found > 2.1 > without


def test_levels_must_rise() -> None:
    with pytest.raises(ValueError, match="must rise"):
        CoarseToFine(levels=(3, 2))
