from __future__ import annotations

import io
from math import isnan, nan

import numpy as np
import pandas as pd
import pytest

from bench.analysis.encoders import COLUMNS, encoder_table, reachable, render


def row(encoder: str, replicate: int, **facts: object) -> dict[str, object]:
    return {
        "run": f"{encoder}{replicate}{len(facts)}",
        "problem": "p",
        "encoder": encoder,
        "arm": f"{encoder}/o",
        "replicate": replicate,
        "status": "completed",
        "quantity": "σ",
        "latent_dim": 2,
        "rmse": 0.1,
        "optimum": 1.0,
        "reference": 3.0,
        "best_known": nan,
        "best": 2.0,
        "best_objective": 2.0,
    } | facts


def test_a_fit_counts_once_however_many_runs_use_it() -> None:
    runs = pd.DataFrame(
        [row("a", 0, rmse=1.0), row("a", 0, rmse=1.0, search=1), row("a", 1, rmse=3.0), row("a", 2, rmse=4.0)]
    )
    (table,) = encoder_table(runs).to_dict("records")
    assert (table["fits"], table["rmse"]) == (3, 3.0)


def test_arms_of_several_stages_and_skipped_runs_and_fits_without_designs_are_left_out() -> None:
    runs = pd.DataFrame([row("a → b", 0, stages=2), row("c", 0, status="skipped"), row("d", 0, rmse=nan), row("e", 0)])
    assert list(encoder_table(runs)["encoder"]) == ["e"]


def test_the_share_of_fits_that_collapsed_is_told() -> None:
    runs = pd.DataFrame([row("a", n, collapsed=float(n == 0), active_units=2.0) for n in range(4)])
    assert encoder_table(runs)["collapsed"].item() == 0.25
    assert "25%" in render(encoder_table(runs))


def test_the_reachable_is_the_better_of_a_reach_search_and_all_runs_through_the_encoder() -> None:
    runs = pd.DataFrame(
        [
            row("a", 0, reach_objective=1.5, reach_displayed=15.0, reach_evaluations=9.0),
            row("a", 0, reach_objective=1.5, reach_displayed=15.0, reach_evaluations=9.0, best=1.2, best_objective=1.2),
            row("b", 0, reach_objective=1.5, reach_displayed=15.0, reach_evaluations=9.0),
            row("b", 1, reach_objective=nan, reach_displayed=nan, reach_evaluations=nan),
            row("a → b", 0, stages=2, reach_objective=1.5, reach_displayed=15.0, reach_evaluations=9.0),
        ]
    )
    found = reachable(runs)
    assert list(found["displayed"][:3]) == [1.2, 1.2, 15.0]
    assert found["displayed"][3:].isna().all()
    table = encoder_table(runs[:4]).set_index("encoder")
    assert table.loc["a", "representation_gap"] == pytest.approx((1.2 - 1) / (3 - 1))


def test_without_a_reach_search_there_is_no_column_for_it() -> None:
    runs = pd.DataFrame([row("a", 0)])
    assert encoder_table(runs)["reachable"].isna().all()
    assert "reachable" not in render(encoder_table(runs))


@pytest.mark.parametrize("fmt", ["text", "markdown", "latex"])
@pytest.mark.parametrize("runs", [pd.DataFrame(columns=["run", "status"]), pd.DataFrame([row("a", 0, rmse=nan)])])
def test_where_no_encoder_was_fitted_it_is_said(runs: pd.DataFrame, fmt: str) -> None:
    assert "No encoder was fitted on designs." in render(encoder_table(runs), fmt)


def test_csv_is_the_frame() -> None:
    table = encoder_table(pd.DataFrame([row("a", 0)]))
    read = pd.read_csv(io.StringIO(render(table, "csv")))
    assert list(read) == COLUMNS
    assert np.isclose(read["rmse"].item(), 0.1)
    assert isnan(read["reachable"].item())


def test_where_the_reference_is_no_worse_than_the_optimum_there_is_no_gap() -> None:
    runs = pd.DataFrame([row("a", 0, reach_objective=1.5, reach_displayed=1.5, reach_evaluations=9.0, reference=1.0)])
    assert isnan(encoder_table(runs)["representation_gap"].item())
