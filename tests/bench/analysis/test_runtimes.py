from __future__ import annotations

from math import inf, isnan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.compare import speed_up
from bench.analysis.runtimes import ert, ert_lower_bound, resample

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


SUCCESS, BUDGET, COMMON, SEARCH = 0.7, 100.0, 0.5, 0.4
ARMS = {"raw": (60.0, 0.3), "latent": (20.0, 0.6)}
"""Median runtime of an arm, and by how much that of its encoders varies."""


def paired(rng: np.random.Generator, searches: int, target: float) -> pd.DataFrame:
    """Hits of 31 replicates, which share an instance, and searches of each, which share an encoder."""
    instance, parts = rng.lognormal(0.0, COMMON, 31), []
    for arm, (median, spread) in ARMS.items():
        encoder = median * instance * rng.lognormal(0.0, spread, 31)
        for search in range(searches):
            success = rng.random(31) < SUCCESS
            spent = np.where(success, encoder * rng.lognormal(0.0, SEARCH, 31), BUDGET)
            labels = {"problem": "p", "target": target, "arm": arm, "search": search, "replicate": range(31)}
            run = [f"{arm}-{search}-{replicate}" for replicate in range(31)]
            parts.append(pd.DataFrame({**labels, "run": run, "spent": spent, "success": success}))
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("searches", [1, 3])
def test_intervals_of_the_speed_up_cover_a_known_truth_at_about_their_rate(searches: int) -> None:
    means = [median * np.exp((COMMON**2 + spread**2 + SEARCH**2) / 2) for median, spread in ARMS.values()]
    raw, latent = ((SUCCESS * mean + (1 - SUCCESS) * BUDGET) / SUCCESS for mean in means)
    rng, covered = np.random.default_rng(0), []
    for trial in range(200):
        interval = speed_up(resample(paired(rng, searches, 1.0 + trial), 300), "latent", ["raw"])
        covered.append(interval.low <= raw / latent <= interval.high)
    # percentile intervals of a mean of 31 skewed runtimes are a little short; 0.95 ± 3 standard errors is 0.90 to 1
    assert 0.9 <= np.mean(covered) < 1.0
