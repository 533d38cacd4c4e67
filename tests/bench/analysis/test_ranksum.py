from __future__ import annotations

from itertools import combinations
from math import comb, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, norm

from bench.analysis.ranksum import ENUMERATED, LEVEL, holm, least_p, needed, rank_sum, superiorities, superiority

FEW = st.lists(st.integers(0, 4), min_size=1, max_size=5)
FAMILIES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8)


@given(FEW, FEW)
def test_the_p_value_of_few_is_twice_the_share_of_splits_as_uneven(first: list[int], second: list[int]) -> None:
    def won(own: list[int], other: list[int]) -> float:
        return sum((one < rival) + (one == rival) / 2 for one in own for rival in other)

    both = np.array(first + second)
    ways = [list(taken) for taken in combinations(range(both.size), len(first))]
    wins = np.array([won(both[taken].tolist(), np.delete(both, taken).tolist()) for taken in ways])
    tails = np.mean(wins <= won(first, second)), np.mean(wins >= won(first, second))
    assert rank_sum(first, second) == pytest.approx(min(1.0, 2.0 * min(tails)))


@given(st.permutations(range(11)), st.integers(2, 9))
def test_the_p_value_of_few_without_ties_is_that_of_scipy(values: list[int], size: int) -> None:
    first, second = values[:size], values[size:]
    assert rank_sum(first, second) == pytest.approx(mannwhitneyu(first, second, method="exact").pvalue)


@given(FEW, FEW)
def test_neither_the_order_of_the_samples_nor_the_scale_matters(first: list[int], second: list[int]) -> None:
    p = rank_sum(first, second)
    assert 0.0 < p <= 1.0
    assert rank_sum(second, first) == pytest.approx(p)
    assert rank_sum(np.exp(first), np.exp(second)) == pytest.approx(p)


def test_samples_that_are_all_alike_do_not_differ() -> None:
    for size in (1, 5, 40):
        assert rank_sum([3.0] * size, [3.0] * size) == 1.0


@pytest.mark.parametrize("size", [6, 12])
@pytest.mark.parametrize("values", [3, 10_000], ids=["many ties", "few ties"])
def test_equal_distributions_differ_no_more_often_than_the_level(size: int, values: int) -> None:
    assert (comb(2 * size, size) > ENUMERATED) == (size == 12)  # both the exact and the normal one are tried
    rng = np.random.default_rng(0)
    p = np.array([rank_sum(*rng.integers(values, size=(2, size))) for _ in range(2000)])
    assert 0.01 < np.mean(p <= LEVEL) < LEVEL + 2.5 * (LEVEL * (1.0 - LEVEL) / p.size) ** 0.5


@given(st.integers(1, 6), st.integers(1, 6))
def test_no_samples_have_a_p_value_below_the_least(first: int, second: int) -> None:
    apart = rank_sum(range(first), range(10, 10 + second))
    assert apart == pytest.approx(least_p(first, second))
    rng = np.random.default_rng(first + 10 * second)
    drawn = [rank_sum(rng.integers(4, size=first), 1 + rng.integers(4, size=second)) for _ in range(20)]
    assert min(drawn) >= apart - 1e-12


@pytest.mark.parametrize("comparisons", [1, 3, 36, 120, 378])
def test_with_one_replicate_less_than_needed_nothing_can_be_found(comparisons: int) -> None:
    size = needed(comparisons)

    def best(size: int) -> float:
        return holm([least_p(size, size)] + [1.0] * (comparisons - 1)).min()

    assert best(size) < LEVEL <= best(size - 1)


def test_five_replicates_are_too_few_for_the_arms_of_a_suite() -> None:
    assert needed(1) == 4
    assert needed(3) == 5
    assert needed(comb(16, 2)) == 8


@given(FAMILIES)
def test_holm_rejects_step_by_step(p: list[float]) -> None:
    adjusted = holm(p)
    for level in (0.01, 0.05, 0.3):
        rejected = set()
        for step, test in enumerate(np.argsort(p, kind="stable")):
            if p[test] * (len(p) - step) > level:
                break
            rejected.add(test)
        assert set(np.flatnonzero(adjusted <= level)) == rejected


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]).size == 0


@given(FEW, st.data())
def test_superiority_is_the_share_of_pairs_that_are_won(first: list[int], data: st.DataObject) -> None:
    second = data.draw(st.lists(st.integers(0, 4), min_size=len(first), max_size=len(first)))
    value, low, high = superiority(first, second)
    won = [(one < other) + (one == other) / 2 for one in first for other in second]
    assert value == pytest.approx(np.mean(won))
    back = superiority(second, first)
    assert back[0] == pytest.approx(1.0 - value)
    if len(first) == 1:
        assert isnan(low)
        assert isnan(high)
    else:
        assert 0.0 <= low <= value <= high <= 1.0
        assert low < high
        assert back[1:] == pytest.approx((1.0 - high, 1.0 - low))


def test_a_replicate_that_one_side_lacks_counts_for_the_other() -> None:
    value, low, high = superiority([1.0, 2.0, nan, 5.0], [3.0, nan, 1.5, 4.0])
    assert value == pytest.approx((3 + 2 + 0) / 9)
    assert low < value < high
    assert all(isnan(number) for number in superiority([nan, nan], [1.0, 2.0]))


def test_superiority_of_ever_the_same_outcome_is_bounded_by_the_rule_of_three() -> None:
    value, low, high = superiority(range(5), range(10, 15))
    assert (value, high) == (1.0, 1.0)
    assert low**5 == pytest.approx(LEVEL / 2)
    assert superiority([1.0] * 5, [1.0] * 5) == pytest.approx((0.5, low / 2, 1.0 - low / 2))


@pytest.mark.parametrize("shared", [0.0, 0.8], ids=["unlike", "alike"])
@pytest.mark.parametrize("truth", [0.5, 0.75, 0.95])
@pytest.mark.parametrize("replicates", [5, 31])
def test_the_interval_holds_the_truth_as_often_as_it_says(replicates: int, truth: float, shared: float) -> None:
    rng = np.random.default_rng(0)
    instance, own = rng.standard_normal((2, 1000, replicates))
    other = shared * instance + (1.0 - shared**2) ** 0.5 * own
    ahead = norm.ppf(truth) * 2**0.5  # against another instance's rival, which shares nothing
    ends = np.array([superiority(*pair)[1:] for pair in zip(instance - ahead, other, strict=True)])
    covered = np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1]))
    assert covered > 0.93
    if replicates > 5:
        assert covered < 0.985


@given(st.lists(st.integers(0, 9), min_size=9, max_size=20), st.lists(st.integers(0, 9), min_size=9, max_size=20))
def test_the_p_value_of_many_is_that_of_scipy(first: list[int], second: list[int]) -> None:
    if len(set(first + second)) > 1:
        expected = mannwhitneyu(first, second, method="asymptotic").pvalue
        assert comb(len(first + second), len(first)) > ENUMERATED
        assert rank_sum(first, second) == pytest.approx(expected, rel=1e-9)


@given(st.integers(1, 6), st.integers(1, 5), st.booleans(), st.integers(0, 2**32 - 1))
def test_chances_of_many_at_once_are_those_of_pairs(replicates: int, arms: int, some: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    samples = rng.integers(0, 5, (replicates, arms)).astype(float)
    if some:
        samples[rng.random(samples.shape) < 0.2] = np.nan
    found = superiorities(samples)
    for one in range(arms):
        for other in range(arms):
            expected = superiority(samples[:, one], samples[:, other])
            assert found[:, one, other] == pytest.approx(expected, nan_ok=True, abs=1e-9)
