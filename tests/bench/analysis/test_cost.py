from __future__ import annotations

import json
from math import inf, isfinite, nan
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.analysis.cost import COLUMNS, REUSES, cost_table, render, work
from bench.analysis.tables import efficiency_table

Frames = tuple[pd.DataFrame, pd.DataFrame]


def parts(records: SimpleNamespace, **other: Any) -> list[Any]:
    """A latent arm that needs 20 evaluations and 10 s of training; a raw one that needs 120, at half the overhead."""
    return [
        part
        for replicate in range(3)
        for part in (
            records.run("raw/a", 200, (120, 1.04), replicate=replicate, seconds_decode=0.0, **other),
            records.run("vae/a", 100, (20, 1.04), replicate=replicate, fit_seconds=10.0, **other),
        )
    ]


@pytest.fixture
def frames(records: SimpleNamespace) -> Frames:
    return records.experiment(*parts(records))


def test_break_even_by_hand(frames: Frames) -> None:
    table = cost_table(*frames).set_index("arm")
    own, raw = 1.0 / 100, 0.75 / 200
    assert table.loc[["vae/a", "raw/a"], "overhead"].tolist() == pytest.approx([own, raw])
    for m in REUSES:
        expected = max((10.0 / m + 20 * own - 120 * raw) / 100, 0.0)
        assert table.loc["vae/a", f"break_even_{m}"] == pytest.approx(expected)
        assert table.loc["vae/a", f"break_even_{m}_relation"] == "="


def test_at_one_search_and_a_raw_arm_that_learns_nothing_it_is_the_efficiency_tables(frames: Frames) -> None:
    known = efficiency_table(*frames, draws=0).set_index("arm")
    table = cost_table(*frames).set_index("arm").loc[known.index]
    np.testing.assert_allclose(table["break_even_1"], known["break_even"])
    np.testing.assert_allclose(table["ert"], known["ert"])


@pytest.mark.parametrize("refit", [0.0, 3.0])
@pytest.mark.parametrize("m", REUSES)
def test_at_break_even_both_sides_cost_the_same(records: SimpleNamespace, m: int, refit: float) -> None:
    spec = json.dumps({"name": "p", "params": {"data": {"withhold": 0.5}}})
    runs, traces = records.experiment(*records.older(parts(records, problem_spec=spec)))
    latent = runs["arm"].eq("vae/a")
    runs["fit_seconds"] = np.where(latent, 1000.0, 7.0)
    runs["seconds_refit"] = np.where(latent, refit, 0.0)
    table = cost_table(runs, traces).set_index("arm").loc[["raw/a", "vae/a"]]
    t_f = table.loc["vae/a", f"break_even_{m}"]
    assert 0.0 < t_f < inf
    raw, vae = work(table, t_f, m)
    assert vae == pytest.approx(raw)
    cheaper, dearer = work(table, [2.0 * t_f, 0.5 * t_f], m)
    assert cheaper[1] < cheaper[0]
    assert dearer[1] > dearer[0]


def test_reuse_shares_the_fit_and_not_the_refits(records: SimpleNamespace) -> None:
    runs, traces = records.experiment(*parts(records))
    # the records count refits among the fits
    runs["seconds_refit"] = np.where(runs["arm"].eq("vae/a"), 4.0, 0.0)
    table = cost_table(runs, traces).set_index("arm").loc[["vae/a"]]
    assert table[["fit_seconds", "refit_seconds"]].to_numpy().tolist() == [[6.0, 4.0]]
    search = 20 * (0.5 + 1.0 / 100)
    assert work(table, 0.5, [1, 10, 1e12])[:, 0] == pytest.approx([10.0 + search, 4.6 + search, 4.0 + search])


@pytest.mark.parametrize(
    ("spec", "evaluated"),
    [
        ({"params": {"data": {"withhold": 0.5}}}, 4000.0),
        ({"params": {"data": {"withhold": 0.0}}}, 0.0),
        ({"params": {"data": None}}, 0.0),
        ({"params": {}}, 0.0),
        ({"params": {"data": {"withhold": "x"}}}, 0.0),
        ({"params": {"data": {"withhold": 1.0}}}, 0.0),
        ([], 0.0),
        (None, 0.0),
    ],
)
def test_designs_that_were_evaluated_to_withhold_some_are_charged_thrown_away_or_not(
    records: SimpleNamespace, spec: Any, evaluated: float
) -> None:
    older = cost_table(*records.experiment(*records.older(parts(records, problem_spec=json.dumps(spec)))))
    table = cost_table(*records.experiment(*parts(records, data_price=evaluated)))
    assert older["data_evaluations"].tolist() == table["data_evaluations"].tolist() == [evaluated] * 2
    dear = work(table, 1e6, 10) / 1e6
    assert dear == pytest.approx(table["ert"] + evaluated / 10, rel=1e-4)


def test_work_where_nothing_was_reached_is_infinite_and_never_nan() -> None:
    costs = pd.DataFrame(
        {"fit_seconds": [1.0, 1.0], "refit_seconds": 0.0, "data_evaluations": 0.0, "ert": inf, "overhead": [0.0, nan]}
    )
    assert work(costs, [0.0, 1.0]).tolist() == [[inf, inf]] * 2


def test_against_raw_search_that_never_succeeds_it_is_an_upper_bound(records: SimpleNamespace) -> None:
    failed = [records.run("raw/a", 200, (120, 1.4), replicate=replicate) for replicate in range(5)]
    found = [records.run("vae/a", 100, (20, 1.04), replicate=r, fit_seconds=50.0) for r in range(5)]
    table = cost_table(*records.experiment(*failed, *found)).set_index("arm")
    assert [table.loc["vae/a", f"break_even_{m}_relation"] for m in REUSES] == ["≤"] * 3
    assert 0.0 < table.loc["vae/a", "break_even_1"] < inf
    assert "≤" in render(table.reset_index())


@pytest.mark.parametrize("kind", ["nothing", "skipped", "failed", "one", "no raw", "never", "older"])
def test_poor_records_give_a_page(records: SimpleNamespace, kind: str) -> None:
    made: dict[str, Any] = {
        "nothing": [],
        "skipped": [records.undone("vae/b", "skipped", "no gradient")],
        "failed": [records.undone("vae/b", "failed", "crash")],
        "one": [records.run("raw/a", 10, (5, 1.01))],
        "no raw": [records.run("vae/a", 10, (5, 1.01), replicate=r) for r in range(2)],
        "never": [records.run("raw/a", 10, (5, 1.5)), records.run("vae/a", 0)],
        "older": [records.run("raw/a", 10, (5, 1.01), fit_seconds=nan)],
    }
    runs, traces = records.experiment(*made[kind])
    if kind == "nothing":
        runs = pd.DataFrame(columns=["run", "problem", "arm", "status"])
    table = cost_table(runs, traces)
    assert list(table) == COLUMNS
    assert len(table) == {"nothing": 0, "skipped": 0, "failed": 0, "never": 2}.get(kind, 1)
    render(table, "csv")
    for form in ("text", "markdown", "latex"):
        page = render(table, form)
        assert "nan" not in page.lower(), form
        assert len(table) or "No run has a target" in page, form
    assert all(not isfinite(value) for value in table["break_even_1"])


def test_evaluations_on_no_budget_have_a_column_where_they_are_on_record(
    records: SimpleNamespace, frames: Frames
) -> None:
    assert "E counts" not in render(cost_table(*frames))
    told = [
        (row | {"beside_replicate": 20.0, "beside_fit": 3.0 * (row["encoder"] == "vae")}, trace)
        for row, trace in parts(records)
    ]
    table = cost_table(*records.experiment(*told))
    assert table.set_index("arm")["beside_evaluations"].to_dict() == {"raw/a": 20.0, "vae/a": 23.0}
    assert "E counts" in render(table)
