from __future__ import annotations

from math import inf, nan
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.analysis.decomposition import COLUMNS, NO_OPTIMUM, NO_REACH, NO_RUN, SEVERAL, gap_decomposition, render
from bench.analysis.encoders import encoder_table


def row(encoder: str, replicate: int, best: float = 0.2, **facts: Any) -> dict[str, Any]:
    """A run whose objective is displayed tenfold; f* is 0 and the reference 0.5."""
    return {
        "run": f"{encoder}-{replicate}-{sorted(facts.items())}-{best}",
        "problem": "p",
        "encoder": encoder,
        "optimiser": "o",
        "arm": f"{encoder}/o",
        "raw": False,
        "replicate": replicate,
        "search": 0,
        "status": "completed",
        "quantity": "σ",
        "larger_is_better": False,
        "targets": [2.0, 0.5],
        "rmse": 0.1,
        "optimum": 0.0,
        "reference": 0.5,
        "n_f": 10,
        "n_g": 0,
        "best": 10.0 * best,
        "best_objective": best,
    } | facts


def reach(objective: float) -> dict[str, float]:
    return {"reach_objective": objective, "reach_displayed": 10.0 * objective, "reach_evaluations": 5000.0}


def test_gaps_by_hand() -> None:
    runs = pd.DataFrame([row("a", n, best, **reach(0.1)) for n, best in enumerate((0.2, 0.3, 0.15))])
    (only,) = gap_decomposition(runs).to_dict("records")
    assert (only["representation_gap"], only["total_gap"]) == pytest.approx((0.2, 0.4))
    assert only["search_gap"] == pytest.approx(0.2)
    assert (only["beyond"], only["searches"], only["note"]) == ([0.5], 3, "")
    page = render(gap_decomposition(runs))
    assert "5000" in page
    assert "not reached by as many evaluations" in page.replace("\n", " ")


@settings(max_examples=20)
@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)), min_size=1, max_size=7))
def test_parts_are_never_negative_and_add_up(values: list[tuple[float, float]]) -> None:
    runs = pd.DataFrame([row("a", n, best, **reach(reached)) for n, (best, reached) in enumerate(values)])
    (only,) = gap_decomposition(runs).to_dict("records")
    assert only["representation_gap"] >= 0.0
    assert only["search_gap"] >= 0.0
    assert only["representation_gap"] + only["search_gap"] == pytest.approx(only["total_gap"])
    assert only["total_gap"] == pytest.approx(np.median([best / 0.5 for best, _ in values]))
    assert only["representation_gap"] == pytest.approx(encoder_table(runs)["representation_gap"].item())


def test_what_another_arm_found_through_the_encoder_is_reachable() -> None:
    runs = pd.DataFrame([row("a", 0, 0.3, **reach(0.2)), row("a", 0, 0.05, arm="a/q", optimiser="q", **reach(0.2))])
    table = gap_decomposition(runs).set_index("arm")
    assert table["representation_gap"].tolist() == pytest.approx([0.1, 0.1])
    assert table.loc[["a/o", "a/q"], "search_gap"].tolist() == pytest.approx([0.5, 0.0])


def test_targets_beyond_reach_where_larger_is_better() -> None:
    facts = {"larger_is_better": True, "targets": [1.5, 1.75, 2.1], "optimum": -3.0, "reference": 0.0}
    found = {"reach_objective": -1.8, "reach_displayed": 1.8, "reach_evaluations": 9.0}
    runs = pd.DataFrame([row("a", 0, -1.7, **found, **facts)])
    assert gap_decomposition(runs)["beyond"].item() == [2.1]


def test_searches_half_of_which_found_nothing_lack_all() -> None:
    runs = pd.DataFrame([row("a", n, best, **reach(0.1)) for n, best in enumerate((0.2, nan))])
    (only,) = gap_decomposition(runs).to_dict("records")
    assert (only["total_gap"], only["search_gap"]) == (inf, inf)
    assert "∞" in render(gap_decomposition(runs))


@pytest.mark.parametrize(
    ("runs", "note"),
    [
        ([row("a → b", 0, stages=2, **reach(0.1))], SEVERAL),
        ([row("a", 0)], NO_REACH),
        ([row("a", 0, optimum=nan, **reach(0.1))], NO_OPTIMUM),
        ([row("a", 0, reference=nan, **reach(0.1))], NO_OPTIMUM),
        ([row("a", 0, status="skipped")], NO_RUN),
        ([row("a", 0, nan, status="failed")], NO_REACH),
    ],
)
def test_what_cannot_be_split_is_said_in_a_sentence(runs: list[dict[str, Any]], note: str) -> None:
    table = gap_decomposition(pd.DataFrame(runs))
    assert table["note"].tolist() == [note]
    assert table[["representation_gap", "search_gap", "total_gap"]].isna().all(axis=None)
    for form in ("text", "markdown", "latex"):
        page = render(table, form).replace("\n", " ")
        assert note in page
        assert "No gap could be split." in page
        assert "nan" not in page


def test_searches_without_a_reach_search_are_left_out_and_counted() -> None:
    runs = pd.DataFrame([row("a", 0, 0.2, **reach(0.1)), row("a", 1, 0.4), row("a", 2, 0.45, status="failed")])
    (only,) = gap_decomposition(runs).to_dict("records")
    assert (only["searches"], only["total_gap"]) == (1, pytest.approx(0.4))
    assert only["note"] == f"2 of 3 searches are left out: {NO_REACH}"


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "csv"])
def test_of_nothing_there_is_a_page(form: str, records: SimpleNamespace) -> None:
    for runs in (
        pd.DataFrame(columns=["run", "problem", "arm", "status"]),
        records.experiment()[0].reindex(columns=COLUMNS),
    ):
        table = gap_decomposition(runs.assign(status=[]))
        assert list(table) == COLUMNS
        assert form == "csv" or "No runs." in render(table, form)
