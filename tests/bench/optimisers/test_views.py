"""Searches that are moved, repeated or bounded: what the wrappers promise."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest

import bench
from bench.checks import Bowl
from bench.optimisers.views import Ball
from bench.searching.endings import BudgetSpent
from bench.searching.ledger import Ledger
from bench.searching.objective import Objective
from encoders.linear import Linear


@pytest.fixture
def space() -> Objective:
    designs = np.random.default_rng(0).normal(size=(200, 6)) * np.arange(1, 7)
    ledger = Ledger(Bowl(dim=6), 2000)
    ledger.open_stage()
    return Objective(ledger, Linear(4).fit(designs, np.random.default_rng(0)), np.full(6, -1.0))


def distance(space: Objective, z: np.ndarray) -> np.ndarray:
    return np.linalg.norm((z - space.centre) / space.scale, axis=-1)


def test_within_a_ball_nothing_is_evaluated_outside_it_and_the_start_is_what_it_was(space: Objective) -> None:
    asked: list[np.ndarray] = []
    evaluate = space._ledger.evaluate
    space._ledger.evaluate = lambda x, z, merit=None: (asked.append(z), evaluate(x, z, merit))[1]
    ball = Ball(space, 1.5)
    far = np.random.default_rng(1).normal(size=(200, 4)) * 10.0 ** np.linspace(-3, 6, 200)[:, None]
    ball(far)
    ball(ball.sample(200, np.random.default_rng(2)))
    radius = max(1.5, 1.01 * distance(space, space.start))
    assert (distance(space, np.concatenate(asked)) <= radius * (1 + 1e-9)).all()
    assert ball(ball.start[None]) == pytest.approx(space.start_value)


def test_the_gradient_within_a_ball_is_that_of_finite_differences(space: Objective) -> None:
    ball, z, step = Ball(space, 2.0), np.array([1.0, -2.0, 0.3, 4.0]), 1e-6
    _, slope = ball.value_and_gradient(z)
    differences = [(ball((z + e)[None]) - ball((z - e)[None]))[0] / (2 * step) for e in step * np.eye(4)]
    np.testing.assert_allclose(slope, differences, rtol=1e-6, atol=1e-8)


def test_the_best_point_is_the_one_of_least_shared_loss_whatever_the_merit(space: Objective) -> None:
    z = np.random.default_rng(3).normal(size=(50, 4))
    losses = space(z)
    space(z[::-1], merit=lambda objective, constraints: -objective)
    assert np.array_equal(space.best, z[losses.argmin()])


@pytest.mark.parametrize("name", ["restarts", "multistart"])
def test_a_search_that_converges_is_begun_again_until_the_budget_is_spent(name: str, space: Objective) -> None:
    once, again = bench.make_optimiser("l-bfgs"), bench.make_optimiser(name, optimiser="l-bfgs")
    once.minimise(space, np.random.default_rng(0))
    assert space.remaining > 100
    with suppress(BudgetSpent):
        again.minimise(space, np.random.default_rng(0))
    assert space.remaining == 0


@pytest.mark.parametrize("restarts", ["bipop", "ipop"])
def test_cma_es_restarts_until_the_budget_is_spent(restarts: str, space: Objective) -> None:
    once, again = (bench.make_optimiser("cma-es", restarts=name) for name in ("none", restarts))
    once.minimise(space, np.random.default_rng(0))
    assert once.converges
    assert space.remaining > 100
    with suppress(BudgetSpent):
        again.minimise(space, np.random.default_rng(0))
    assert not again.converges
    assert space.remaining == 0


def test_a_multistart_begins_at_the_best_of_its_samples(space: Objective) -> None:
    starts = []

    class Notes(type(bench.make_optimiser("l-bfgs"))):  # type: ignore[misc]
        def minimise(self, objective: object, rng: object) -> None:
            starts.append((objective.start, objective.start_value))  # type: ignore[attr-defined]
            raise BudgetSpent

    from bench.optimisers.wrappers import Multistart

    before = space.start_value
    with pytest.raises(BudgetSpent):
        Multistart(Notes(), samples=500).minimise(space, np.random.default_rng(0))
    ((start, value),) = starts
    assert np.array_equal(start, space.best)
    assert value < before
    assert space._ledger.price == 501
