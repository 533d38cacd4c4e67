from __future__ import annotations

from math import inf, nan
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.ecdf import attained, gap_hits, gap_targets, pooled, simulate_restarts
from bench.analysis.runtimes import ert

PRICES = st.lists(st.tuples(st.integers(1, 10_000), st.booleans()), min_size=1, max_size=12)


def parts(records: SimpleNamespace, **other: Any) -> list[Any]:
    """Runs of two arms, of which the second meets hard targets in every other replicate."""
    return [
        part
        for r in range(4)
        for part in (
            records.run("raw/a", 400, (1, 1.4), (50 + r, 1.1), (300 + r, 1.01), replicate=r, **other),
            records.run("vae/a", 100, (1, 1.3), (10 + r, 1.1 if r % 2 else 1.2), replicate=r, **other),
        )
    ]


def sigma(gap: float) -> float:
    """σ at a normalised gap, with the made-up reference 0.5 and optimum 0."""
    return (1.0 - 0.5 * gap) ** -0.5


@pytest.mark.parametrize(("exact", "finest"), [(True, 1e-5), (False, 1e-3)])
def test_51_targets_are_spread_evenly_over_the_decades(exact: bool, finest: float) -> None:
    targets = gap_targets(exact)
    assert (len(targets), targets[0]) == (51, 1.0)
    assert targets[-1] == pytest.approx(finest)
    assert np.ptp(np.diff(np.log(targets))) < 1e-12


def test_a_gap_is_hit_by_the_first_verified_design_that_is_no_worse(records: SimpleNamespace) -> None:
    trace = [(3, sigma(1.5)), (10, sigma(1e-4), False), (20, sigma(0.5)), (30, sigma(0.9)), (40, sigma(1e-3))]
    hits = gap_hits(*records.experiment(records.run("raw/a", 90, *trace))).set_index("target").sort_index()
    spent = hits["spent"].to_numpy()
    gaps = hits.index.to_numpy()
    assert (spent[gaps > 0.51] == 20.0).all()
    assert (spent[(gaps < 0.49) & (gaps > 1.01e-3)] == 40.0).all()
    assert (spent[gaps < 0.99e-3] == 90.0).all()
    np.testing.assert_array_equal(hits["success"], spent < 90.0)


def test_beyond_a_best_known_value_every_gap_is_hit(records: SimpleNamespace) -> None:
    known = {"optimum": nan, "best_known": records.objective(1.2), "reference": records.objective(1.6)}
    hits = gap_hits(*records.experiment(records.run("raw/a", 90, (5, 1.3), (7, 1.1), (9, 1.15), **known)))
    assert hits["target"].min() == pytest.approx(1e-3)
    assert hits["success"].all()
    assert set(hits["spent"]) == {5.0, 7.0}


def test_a_problem_without_a_gap_takes_no_part(records: SimpleNamespace) -> None:
    kinds: dict[str, dict[str, float]] = {
        "disc": {},
        "open": {"optimum": nan},
        "unscaled": {"reference": nan},
        "known": {"optimum": nan, "best_known": 0.1},
        "no better": {"optimum": nan, "best_known": 0.5},
    }
    frames = records.experiment(
        *(part for name, kind in kinds.items() for part in parts(records, problem=name, **kind))
    )
    shares = attained(*frames)
    assert set(shares["problem"]) == {"disc", "known"}
    assert set(pooled(shares)["problems"]) == {2}


@given(PRICES)
def test_simulated_runtimes_are_those_observed_where_all_runs_succeed(runs: list[tuple[int, bool]]) -> None:
    spent = [price for price, _ in runs]
    simulated = simulate_restarts(spent, [True] * len(spent), np.random.default_rng(0), repeats=3)
    np.testing.assert_array_equal(np.sort(simulated), np.sort(spent * 3))


@given(PRICES)
def test_a_simulated_runtime_is_infinite_without_a_success_and_else_no_less_than_the_fastest(
    runs: list[tuple[int, bool]],
) -> None:
    spent, success = (np.array(column) for column in zip(*runs, strict=True))
    simulated = simulate_restarts(spent, success, np.random.default_rng(0))
    fastest = spent[success].min() if success.any() else inf
    assert (np.isfinite(simulated) == success.any()).all()
    assert (simulated >= fastest).all()


def test_the_mean_of_simulated_runtimes_is_the_ert() -> None:
    spent, success = [10, 50, 200, 200, 150, 30, 200], [1, 1, 0, 0, 0, 1, 0]
    simulated = simulate_restarts(spent, success, np.random.default_rng(0), repeats=20_000)
    error = simulated.std() / simulated.size**0.5
    assert error < 0.005 * simulated.mean()
    # a first run of each kind equally often only narrows the spread, so four standard errors are ample
    assert simulated.mean() == pytest.approx(float(ert(spent, success)), abs=4.0 * error)


def test_a_share_never_falls_and_is_that_of_observed_hits_where_all_succeed(records: SimpleNamespace) -> None:
    runs, traces = records.experiment(
        *(records.run("raw/a", 500, (7 * (r + 1), 1.3), (60 * (r + 1), 1.0), replicate=r) for r in range(5))
    )
    shares, hits = attained(runs, traces), gap_hits(runs, traces)
    assert hits["success"].all()
    assert shares["share"].is_monotonic_increasing
    for evaluations, share in zip(shares["evaluations"], shares["share"], strict=True):
        assert share == pytest.approx((hits["spent"] <= evaluations).mean())


def test_restarts_go_beyond_an_arms_budget_to_the_largest_of_all(records: SimpleNamespace) -> None:
    shares = attained(*records.experiment(*parts(records))).set_index(["arm", "evaluations"])["share"]
    assert shares["vae/a"].index[-1] == shares["raw/a"].index[-1] == 400.0
    within = shares["vae/a"][shares["vae/a"].index <= 100.0].iloc[-1]
    assert 0.0 < within < shares["vae/a"].iloc[-1]


def test_an_arm_without_success_is_flat_at_0_and_a_failed_run_counts(records: SimpleNamespace) -> None:
    never = [records.run("vae/a", 90, (5, 9.0)), records.undone("vae/b", "failed", "crash")]
    failing = [records.run("raw/a", 90, (5, 1.0)), records.run("raw/a", 90, (5, 9.0), replicate=1, status="failed")]
    shares = attained(*records.experiment(*never, *failing)).set_index(["arm", "evaluations"])["share"]
    assert (shares["vae/a"] == 0.0).all()
    assert (shares["vae/b"] == 0.0).all()
    assert shares["raw/a"].max() == pytest.approx(0.5, abs=0.02)


def test_shares_do_not_depend_on_row_order_or_on_other_arms(records: SimpleNamespace) -> None:
    runs, traces = records.experiment(*parts(records))
    shares = attained(runs, traces)
    shuffled = attained(runs.sample(frac=1, random_state=1), traces.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(shares, shuffled)
    more = attained(*records.experiment(*parts(records), records.run("aaa/a", 400, (1, 1.0))))
    pd.testing.assert_frame_equal(more[more["arm"] != "aaa/a"].reset_index(drop=True), shares)


def test_pooling_is_the_mean_over_problems_and_an_absent_arm_reached_nothing(records: SimpleNamespace) -> None:
    easy = records.run("vae/a", 90, (1, 1.0), problem="easy")
    both = [records.run("raw/a", 90, (1, 1.0), problem=problem) for problem in ("easy", "hard")]
    skipped = records.undone("vae/a", "skipped", "no gradient", problem="hard")
    last = pooled(attained(*records.experiment(easy, *both, skipped))).groupby("arm")["share"].last()
    assert last.to_dict() == {"raw/a": 1.0, "vae/a": 0.5}


def test_without_a_run_or_a_gap_there_is_no_share(records: SimpleNamespace) -> None:
    skipped = records.experiment(records.undone("raw/a", "skipped", "no gradient"))
    unknown = records.experiment(records.run("raw/a", 9, (1, 1.5), optimum=nan))
    for frames in (skipped, unknown):
        assert attained(*frames).empty
        assert pooled(attained(*frames)).empty
