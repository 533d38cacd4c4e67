from __future__ import annotations

from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.runtimes import ert, ert_lower_bound

PRICES = st.lists(st.tuples(st.integers(1, 10_000), st.booleans()), min_size=1, max_size=40)


def test_ert_by_hand() -> None:
    assert ert([100, 300, 1000], [True, True, False]) == 700.0
    assert ert([1000, 1000], [False, False]) == inf
    assert isnan(ert([], []))
    assert ert([[1, 3], [5, 5]], [[1, 1], [0, 1]]).tolist() == [2.0, 10.0]
    assert ert([0, 0], [False, False]) == inf


@given(PRICES)
def test_ert_is_at_least_the_mean_price_of_the_successes(runs: list[tuple[int, bool]]) -> None:
    spent, success = np.array(runs).T
    won = spent[success == 1]
    assert ert(spent, success) >= (won.mean() if won.size else inf)


@given(PRICES)
def test_the_bound_on_an_unsuccessful_arm_exceeds_what_its_runs_paid(runs: list[tuple[int, bool]]) -> None:
    spent = [price for price, _ in runs]
    assert ert_lower_bound(spent, range(len(spent))) > np.mean(spent)


def test_the_bound_on_an_unsuccessful_arm_by_hand() -> None:
    assert ert_lower_bound([2000.0] * 31, range(31)) / 2000.0 == pytest.approx(10.86, abs=0.01)
    assert ert_lower_bound([100.0, 300.0], [0, 1]) == pytest.approx(200.0 / (1.0 - 0.05**0.5))
    assert isnan(ert_lower_bound([], []))
    assert isnan(ert_lower_bound([0.0, 0.0], [0, 1]))


@pytest.mark.parametrize("searches", [1, 2, 30])
def test_the_searches_of_a_replicate_are_one_sample(searches: int) -> None:
    replicate = np.repeat(range(5), searches)
    assert ert_lower_bound(np.full(replicate.size, 100.0), replicate) == pytest.approx(100.0 / (1.0 - 0.05**0.2))


def test_the_bound_holds_where_the_searches_of_a_replicate_succeed_all_or_none() -> None:
    rng, searches, probability = np.random.default_rng(0), 30, 1.0 - 0.05**0.2
    # at exactly this success probability, 1 in 20 experiments of five replicates has no success
    lucky = np.repeat(rng.random((4000, 5)) < probability, searches, axis=1)
    never = ~lucky.any(axis=1)
    assert never.mean() == pytest.approx(0.05, abs=0.01)
    truth = 100.0 / probability
    assert ert_lower_bound(np.full(5 * searches, 100.0), np.repeat(range(5), searches)) <= truth * (1.0 + 1e-12)
