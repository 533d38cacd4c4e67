from __future__ import annotations

from math import inf, isnan, nan
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.compare import SpeedUp, break_even, compare_arms, speed_up
from bench.analysis.runtimes import ert_lower_bound, resample

PRICES = st.lists(st.tuples(st.integers(1, 10_000), st.booleans()), min_size=2, max_size=8)


def hits(**arms: list[Any]) -> pd.DataFrame:
    """Hits at one target: per arm, per replicate, the price of a success, its opposite for a failure, or a list."""
    rows = [
        {"arm": arm, "optimiser": arm[-1], "raw": arm.startswith("raw"), "replicate": r, "search": s, "spent": spent}
        for arm, replicates in arms.items()
        for r, searches in enumerate(replicates)
        for s, spent in enumerate(np.atleast_1d(searches))
    ]
    frame = pd.DataFrame(rows).assign(problem="disc", target=1.05)
    frame["run"] = frame[["arm", "replicate", "search"]].astype(str).agg("-".join, axis=1)
    return frame.assign(success=frame["spent"] > 0, spent=frame["spent"].abs().astype(float))


@pytest.mark.parametrize(
    ("speed", "text"),
    [
        (SpeedUp(12.3, 8.14, 20.4, "="), "12 [8.1, 20]"),
        (SpeedUp(12.3, 0.0, inf, "="), "12 [0, ∞]"),
        (SpeedUp(12.3, relation="="), "12"),
        (SpeedUp(3.42, relation="≥"), "≥ 3.4"),
        (SpeedUp(0.2, relation="≤"), "≤ 0.2"),
        (SpeedUp(), "–"),
    ],
)
def test_speed_up_reads_in_a_table(speed: SpeedUp, text: str) -> None:
    assert str(speed) == text


def test_speed_up_by_hand() -> None:
    runtimes = resample(hits(raw_a=[100, 300, -1000], vae_a=[10, 20, -40]))
    assert runtimes.observed.to_dict() == {"raw_a": 700.0, "vae_a": 35.0}
    assert speed_up(runtimes, "vae_a", ["raw_a"]).value == 20.0


@given(PRICES)
def test_an_arm_is_exactly_as_fast_as_itself(runs: list[tuple[int, bool]]) -> None:
    prices = [price if success else -price for price, success in runs]
    itself = speed_up(resample(hits(raw_a=prices), draws=50), "raw_a", ["raw_a"])
    if any(success for _, success in runs):
        assert itself == SpeedUp(1.0, 1.0, 1.0, "=")
    else:
        assert isnan(itself.value)


def test_pairing_removes_the_spread_that_both_arms_share() -> None:
    prices = [10, 30, 100, 300, 1000]
    runtimes = resample(hits(raw_a=[2 * price for price in prices], vae_a=prices))
    assert np.ptp(runtimes.draws["vae_a"]) > 500.0
    assert speed_up(runtimes, "vae_a", ["raw_a"]) == SpeedUp(2.0, 2.0, 2.0, "=")


def test_interval_holds_the_value_and_widens_with_the_spread() -> None:
    narrow, wide = (
        speed_up(resample(hits(raw_a=[100] * 8, vae_a=prices)), "vae_a", ["raw_a"])
        for prices in ([9, 10, 11, 10, 9, 11, 10, 10], [1, 19, 5, 15, 10, 10, 2, 18])
    )
    assert wide.low < narrow.low < narrow.value == wide.value == 10.0 < narrow.high < wide.high


def test_draws_of_five_replicates_are_means_of_five_with_replacement() -> None:
    prices = np.array([1.0, 10.0, 100.0, 1000.0, 10_000.0])
    draws = resample(hits(raw_a=list(prices)), draws=4000).draws["raw_a"]
    assert draws.mean() == pytest.approx(prices.mean(), rel=0.05)
    assert draws.std() == pytest.approx(prices.std() / 5**0.5, rel=0.05)


def test_searches_are_drawn_within_the_replicates_drawn() -> None:
    draws = resample(hits(raw_a=[[10], [1, 1, 1]]), draws=500).draws["raw_a"]
    assert set(draws) == {10.0, 13.0 / 4.0, 1.0}
    draws = resample(hits(raw_a=[[1, 3], [1, 3]]), draws=500).draws["raw_a"]
    assert set(draws) == {1.0, 1.5, 2.0, 2.5, 3.0}


def test_arms_share_replicates_and_draw_their_own_searches() -> None:
    alike = resample(hits(raw_a=[[1, 3], [1, 3]], vae_a=[[1, 3], [1, 3]]), draws=500).draws
    assert abs(alike["raw_a"].corr(alike["vae_a"])) < 0.2
    alike = resample(hits(raw_a=[[1, 3], [100, 300]], vae_a=[[1, 3], [100, 300]]), draws=500).draws
    assert alike["raw_a"].corr(alike["vae_a"]) > 0.6


def test_a_replicate_that_an_arm_lacks_adds_nothing_to_it() -> None:
    runtimes = resample(hits(raw_a=[5, 5, 5], vae_a=[7, 7, []]), draws=500)
    draws = runtimes.draws["vae_a"]
    assert set(draws.dropna()) == {7.0}
    assert 0 < draws.isna().sum() < 100
    assert not runtimes.draws["raw_a"].isna().any()


def test_interval_may_end_at_0_or_infinity_and_never_between_infinities() -> None:
    once = [-100, -100, 10, -100, -100]
    runtimes = resample(hits(raw_a=[50, 60, 70, 80, 90], vae_a=once))
    slow, fast = speed_up(runtimes, "vae_a", ["raw_a"]), speed_up(runtimes, "raw_a", ["vae_a"])
    assert (slow.low, fast.high) == (0.0, inf)
    assert slow.high in (runtimes.draws["raw_a"] / runtimes.draws["vae_a"]).tolist()


def test_draws_where_neither_side_succeeds_are_dropped() -> None:
    once = [-100, -100, 10, -100, -100]
    both = speed_up(resample(hits(raw_a=once, vae_a=once)), "vae_a", ["raw_a"])
    assert both == SpeedUp(1.0, 1.0, 1.0, "=")


def test_speed_up_is_a_bound_where_one_side_never_succeeds() -> None:
    never, always = [-1000, -500], [10, 30]
    runtimes = resample(hits(raw_a=never, raw_b=[-10, -10], vae_a=always))
    lower = speed_up(runtimes, "vae_a", ["raw_a"])
    assert (lower.relation, lower.value) == ("≥", ert_lower_bound([1000, 500], [0, 1]) / 20.0)
    strongest = speed_up(runtimes, "vae_a", ["raw_a", "raw_b"])
    assert (strongest.relation, strongest.value) == ("≥", ert_lower_bound([10, 10], [0, 1]) / 20.0)
    upper = speed_up(runtimes, "raw_a", ["vae_a"])
    assert (upper.relation, upper.value) == ("≤", 20.0 / ert_lower_bound([1000, 500], [0, 1]))
    assert all(isnan(bound) for bound in (lower.low, lower.high, upper.low, upper.high))


def test_more_searches_in_the_same_replicates_do_not_sharpen_a_bound() -> None:
    one, thirty = (
        speed_up(resample(hits(raw_a=[[-100] * n] * 5, vae_a=[[10] * n] * 5)), "vae_a", ["raw_a"]) for n in (1, 30)
    )
    assert (one.relation, one.value) == ("≥", pytest.approx(10.0 / (1.0 - 0.05**0.2)))
    assert thirty.value == pytest.approx(one.value)


def test_an_arm_that_evaluated_nothing_says_nothing() -> None:
    nothing = hits(raw_a=[9, 9], raw_b=[0, 0], vae_a=[3, 3])
    runtimes = resample(nothing)
    assert runtimes.observed["raw_b"] == inf
    assert (runtimes.draws["raw_b"] == inf).all()
    assert speed_up(runtimes, "raw_b", ["raw_a"]).relation == ""
    assert speed_up(runtimes, "vae_a", ["raw_b"]).relation == ""
    assert speed_up(runtimes, "vae_a", ["raw_a", "raw_b"]).value == 3.0


def test_no_speed_up_without_success_or_reference() -> None:
    runtimes = resample(hits(raw_a=[-9, -9], vae_a=[-9, -9], vae_b=[9, 9]))
    assert str(speed_up(runtimes, "vae_a", ["raw_a"])) == "–"
    assert str(speed_up(runtimes, "vae_b", [])) == "–"


def test_one_replicate_has_a_value_and_no_interval() -> None:
    only = speed_up(resample(hits(raw_a=[[100, 140]], vae_a=[[10, 14]])), "vae_a", ["raw_a"])
    assert (only.value, only.relation, isnan(only.low), isnan(only.high)) == (10.0, "=", True, True)


def test_the_strongest_reference_is_chosen_anew_in_each_draw() -> None:
    runtimes = resample(hits(raw_a=[1, 100, 1, 100], raw_b=[100, 2, 100, 2], vae_a=[1, 1, 1, 1]))
    strongest = speed_up(runtimes, "vae_a", ["raw_a", "raw_b"])
    each = [speed_up(runtimes, "vae_a", [raw]) for raw in ("raw_a", "raw_b")]
    assert strongest.value == min(one.value for one in each)
    assert strongest.high < min(one.high for one in each)


def test_bootstrap_is_deterministic_and_depends_on_neither_order_nor_other_arms() -> None:
    both = hits(raw_a=[[10, 30], [50, 70], [-90, 20]], vae_a=[[1, 2], [3, 4], [5, 6]])
    more = pd.concat([hits(zzz=[[7, 7], [7, 7], [7, 7]]), hits(aaa=[[7], [7], [7]]), both])
    expected = resample(both, draws=200).draws
    pd.testing.assert_frame_equal(resample(both, draws=200).draws, expected)
    pd.testing.assert_frame_equal(resample(both.sample(frac=1, random_state=0), draws=200).draws, expected)
    pd.testing.assert_frame_equal(resample(more, draws=200).draws[["raw_a", "vae_a"]], expected)
    assert not resample(both.assign(target=1.01), draws=200).draws.equals(expected)


def test_compare_arms_takes_the_same_optimiser_or_the_strongest_raw_arm() -> None:
    table = compare_arms(hits(raw1_a=[100, 100], raw2_a=[80, 80], raw_b=[4, 4], vae_a=[8, 8], pca_c=[2, 2]))
    table = table.set_index("arm")
    assert table["speed_up_same"].dropna().to_dict() == {"raw1_a": 0.8, "raw2_a": 1.0, "raw_b": 1.0, "vae_a": 10.0}
    assert table.loc[["vae_a", "pca_c", "raw_b"], "speed_up_strongest"].tolist() == [0.5, 2.0, 1.0]
    assert (table["strongest_raw"] == "raw_b").all()
    assert table.loc["vae_a", ["successes", "evaluations_spent", "ert", "ert_raw"]].tolist() == [2, 16.0, 8.0, 4.0]


def test_compare_arms_without_a_raw_arm_that_succeeds_or_any() -> None:
    unsuccessful = compare_arms(hits(raw_a=[-9, -9], vae_a=[3, 3]))
    assert unsuccessful["strongest_raw"].isna().all()
    assert (unsuccessful["ert_raw"] == inf).all()
    assert (unsuccessful["least_raw"] == "raw_a").all()
    assert unsuccessful["ert_raw_bound"].tolist() == [ert_lower_bound([9, 9], [0, 1])] * 2
    successful = compare_arms(hits(raw_a=[9, 9], vae_a=[3, 3]))
    assert successful[["least_raw", "ert_raw_bound"]].isna().all(axis=None)
    absent = compare_arms(hits(vae_a=[3, 3]))
    assert absent["ert_raw"].isna().all()
    assert absent["speed_up_strongest_relation"].tolist() == [""]


@pytest.mark.parametrize(
    ("arguments", "seconds", "relation"),
    [
        ((10.0, 0.01, 0.001, 100.0, 1100.0), 0.0099, "="),
        ((10.0, 0.01, 0.001, 100.0, 1100.0, nan, 10), 0.0009, "="),
        ((0.0, 0.001, 0.01, 100.0, 1100.0), 0.0, "="),
        ((0.0, 0.0, 0.0, 100.0, 100.0), inf, "="),
        ((10.0, 0.0, 0.0, 200.0, 100.0), inf, "="),
        ((10.0, 0.0, 0.0, inf, 100.0), inf, "="),
        ((10.0, 0.01, 0.001, 100.0, inf, 1100.0), 0.0099, "≤"),
        ((0.0, 0.001, 0.01, 100.0, inf, 1100.0), 0.0, "≤"),
        ((10.0, 0.01, 0.001, 100.0, inf, 100.0), nan, ""),
        ((10.0, 0.01, 0.001, inf, inf, 1100.0), nan, ""),
        ((10.0, 0.01, 0.001, 100.0, inf), nan, ""),
        ((10.0, 0.0, nan, 100.0, inf, 1100.0), nan, ""),
        ((10.0, 0.0, 0.0, 100.0, nan), nan, ""),
        ((nan, 0.0, 0.0, 10.0, 100.0), nan, ""),
    ],
)
def test_break_even_by_hand(arguments: tuple[Any, ...], seconds: float, relation: str) -> None:
    cost, sign = break_even(*arguments)
    assert (cost, sign) == (pytest.approx(seconds, nan_ok=True), relation)


@given(
    st.floats(0.0, 1e4), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.integers(1, 1000), st.integers(1, 1000)
)  # fmt: skip
def test_beyond_break_even_the_arm_is_cheaper_and_before_it_is_not(
    fit: float, own: float, raw: float, n_arm: int, saved: int
) -> None:
    cost = float(break_even(fit, own, raw, n_arm, n_arm + saved)[0])

    def advantage(seconds: float) -> float:
        return (n_arm + saved) * (seconds + raw) - n_arm * (seconds + own) - fit

    assert advantage(cost * 1.01 + 1e-6) > 0.0
    assert cost == 0.0 or advantage(cost * 0.99) < 1e-6


@given(st.floats(0.0, 1e4), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.integers(1, 1000), st.integers(1, 1000))
def test_break_even_against_a_bound_is_never_too_low(
    fit: float, own: float, raw: float, n_arm: int, saved: int
) -> None:
    bound, _ = break_even(fit, own, raw, n_arm, inf, n_arm + saved)
    truth, _ = break_even(fit, own, raw, n_arm, n_arm + saved * np.array([1.0, 2.0, 100.0]))
    assert (truth <= bound * (1.0 + 1e-9) + 1e-9).all()
