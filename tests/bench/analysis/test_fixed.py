from __future__ import annotations

from math import inf, nan
from types import SimpleNamespace

import pandas as pd
import pytest

from bench.analysis import fixed


@pytest.fixture
def frames(records: SimpleNamespace) -> tuple[object, object]:
    return records.experiment(
        records.run("raw/a", 100, (1, 1.5), (10, 1.3), (50, 1.01), replicate=0),
        records.run("raw/a", 100, (1, 1.5), (20, 1.2), (60, 1.005), replicate=1),
        records.run("raw/a", 40, (1, 1.5), (30, 1.1, False), replicate=2),
        records.undone("vae/a", "failed", "ValueError"),
        records.undone("vae/b", "skipped", "no gradient"),
    )


def test_what_was_found_by_then_is_the_best_verified_design_that_had_been_paid_for(frames: tuple) -> None:
    table = fixed.budget_table(*frames, [1, 25, 50]).set_index(["arm", "budget"])
    assert table.loc["raw/a", "median"].tolist() == [1.5, 1.3, 1.2]
    assert table.loc["raw/a", "low"].tolist() == [1.5, 1.3, 1.2]
    assert table.loc["raw/a", "feasible"].tolist() == pytest.approx([0, 2 / 3, 2 / 3])
    assert table.loc["raw/a", "still"].tolist() == pytest.approx([1, 1, 2 / 3])
    assert table.loc[("vae/a", 50), "median"] is not None
    assert table.loc[("vae/a", 50), ["searches", "feasible"]].tolist() == [1, 0]
    assert table.loc[("vae/a", 50), "median"] != table.loc[("vae/a", 50), "median"]
    assert "vae/b" not in table.index


def test_quartiles_are_in_the_order_of_numbers_also_where_larger_is_better(records: SimpleNamespace) -> None:
    parts = [
        records.run("raw/a", 100, (1, 1.0), (10, best), replicate=replicate, larger_is_better=True)
        for replicate, best in enumerate((1.1, 1.2, 1.3, 1.4, 1.5))
    ]
    (row,) = fixed.budget_table(*records.experiment(*parts), [50]).itertuples()
    assert (row.low, row.median, row.high) == (1.2, 1.3, 1.4)


def test_calls_to_a_gap_are_the_values_up_to_the_first_verified_design_within_it(frames: tuple) -> None:
    runs, traces = frames
    traces = traces.assign(n_f=(traces["evaluations"] + 1) // 2)
    table = fixed.gap_table(runs, traces, 0.05).set_index("arm")
    assert table.loc["raw/a", ["successes", "searches"]].tolist() == [2, 3]
    assert table.loc["raw/a", ["low", "median", "high"]].tolist() == [30, 30, inf]
    assert table.loc["raw/a", "ert"] == pytest.approx((50 + 60 + 40) / 2)
    assert table.loc["vae/a", ["median", "ert"]].tolist() == [inf, inf]


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "csv"])
def test_both_are_written_in_every_format_even_of_nothing(frames: tuple, records: SimpleNamespace, form: str) -> None:
    for runs, traces in (frames, records.experiment(records.undone("vae/b", "skipped", "no gradient"))):
        assert fixed.render_budgets(fixed.budget_table(runs, traces, [10, 50]), form)
        assert fixed.render_gap(fixed.gap_table(runs, traces, 0.01), 0.01, form)
    if form == "text":
        assert "No runs." in fixed.render_gap(fixed.gap_table(runs, traces, 0.01), 0.01, form)


def test_a_problem_without_an_optimum_has_no_gap_to_reach(records: SimpleNamespace) -> None:
    runs, traces = records.experiment(records.run("raw/a", 100, (1, 1.5), (10, 1.3), optimum=nan))
    assert fixed.gap_table(runs, traces, 0.5)["successes"].tolist() == [0]


def test_gaps_at_a_budget_are_quartiles_too_and_without_an_optimum_there_are_none(records: SimpleNamespace) -> None:
    def table(**other: float) -> pd.DataFrame:
        parts = [
            records.run("raw/a", 100, (1, 1.5), (10, sigma), replicate=replicate, **other)
            for replicate, sigma in enumerate((1.0, 1.01, 1.02, 1.03, 1.04))
        ]
        parts.append(records.run("raw/b", 100, (1, 1.0, False), **other))
        return fixed.budget_table(*records.experiment(*parts), [1, 50])

    def gap(sigma: float) -> float:
        return (1.0 - sigma**-2) / 0.5

    known = table().set_index(["arm", "budget"])[["gap_low", "gap_median", "gap_high"]]
    assert known.loc[("raw/a", 50)].tolist() == pytest.approx([gap(1.01), gap(1.02), gap(1.03)])
    assert known.loc[("raw/a", 1)].tolist() == pytest.approx([gap(1.5)] * 3)
    assert known.loc[("raw/b", 50)].tolist() == [inf] * 3
    assert table(optimum=nan).filter(like="gap_").isna().all(axis=None)
    shown = fixed.render_budgets(table())
    assert "0.0777 [0.0394, 0.115]" in shown
    assert "∞ [∞, ∞]" in shown
    assert "Δ" not in fixed.render_budgets(table(optimum=nan))
