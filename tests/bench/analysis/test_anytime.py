from __future__ import annotations

from collections.abc import Callable
from math import log10, nan
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.analysis.anytime import AREAS, area_table, areas, render_areas

FORMATS = ["text", "markdown", "latex", "csv"]
TRACES = st.lists(st.tuples(st.integers(1, 300), st.floats(1.0, 2.0), st.booleans()), max_size=8)


def at(gap: float) -> float:
    """The σ at which the normalised gap is as given: f* is 0 and the reference 0.5."""
    return (1.0 - 0.5 * gap) ** -0.5


def test_by_hand(records: SimpleNamespace) -> None:
    # half the decades at Δ = 1, then half of what remains at 10⁻², 2/5 of the way down, and the rest at 10⁻⁴, 4/5
    runs = records.experiment(records.run("raw/a", 10_000, (100, at(1e-2)), (1000, at(1e-4)), budget=10_000))
    assert areas(*runs)["aocc"].item() == pytest.approx(0.25 * 0.4 + 0.25 * 0.8, rel=1e-6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(trace=TRACES, exact=st.booleans())
def test_it_is_the_area_of_the_curve_summed_step_by_step(
    records: SimpleNamespace, trace: list[tuple[int, float, bool]], exact: bool
) -> None:
    known = {"optimum": 0.0} if exact else {"optimum": nan, "best_known": 0.0}
    runs = records.experiment(records.run("raw/a", 300, *trace, budget=200, **known))
    finest, whole, level = (1e-5 if exact else 1e-3), 0.0, 0.0
    for evaluation in range(1, 200):
        found = [sigma for price, sigma, verified in trace if verified and price <= evaluation]
        gap = (1.0 - min(found) ** -2) / 0.5 if found else 1.0
        level = log10(min(max(gap, finest), 1.0)) / log10(finest)
        whole += level * (log10(evaluation + 1) - log10(evaluation))
    assert areas(*runs)["aocc"].item() == pytest.approx(whole / log10(200), abs=1e-9)


def test_it_is_one_where_the_gap_is_closed_at_once_and_nought_where_never(records: SimpleNamespace) -> None:
    runs = records.experiment(
        records.run("raw/at-once", 100, (1, 1.0)),
        records.run("raw/never", 1000, (1, 1.9)),
        records.run("raw/unverified", 1000, (1, 1.0, False)),
        records.run("raw/nothing", 1000),
        records.undone("raw/failed", "failed", "crash"),
        records.undone("vae/skipped", "skipped", "no gradient"),
    )
    shown = areas(*runs).set_index("arm")["aocc"]
    assert shown.to_dict() == pytest.approx(
        {"raw/at-once": 1.0, "raw/never": 0.0, "raw/unverified": 0.0, "raw/nothing": 0.0, "raw/failed": 0.0}
    )


def test_a_run_that_ends_early_keeps_its_best_to_the_largest_budget_of_the_problem(records: SimpleNamespace) -> None:
    runs = records.experiment(
        records.run("raw/short", 20, (10, 1.0), budget=20),
        records.run("raw/long", 1000, (10, 1.0), budget=1000),
        records.run("raw/over", 1500, (1200, 1.0), budget=1000),
    )
    shown = areas(*runs).set_index("arm")["aocc"]
    assert shown.to_dict() == pytest.approx({"raw/short": 2 / 3, "raw/long": 2 / 3, "raw/over": 0.0})


def test_of_a_budget_of_one_evaluation_the_first_design_is_all(records: SimpleNamespace) -> None:
    runs = records.experiment(records.run("raw/a", 1, (1, at(1e-2)), budget=1), records.run("raw/b", 1, budget=1))
    assert areas(*runs)["aocc"].tolist() == pytest.approx([0.4, 0.0])


def test_the_order_of_rows_does_not_matter(records: SimpleNamespace) -> None:
    runs, traces = records.experiment(
        *(records.run("raw/a", 100, (5, 1.4), (9, 1.1), (50, 1.0), replicate=replicate) for replicate in range(3))
    )
    shuffled = areas(runs, traces.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(areas(runs, traces), shuffled)
    assert shuffled["aocc"].nunique() == 1


def test_quartiles_are_over_replicates_of_their_median_search(records: SimpleNamespace) -> None:
    parts = [
        records.run("raw/a", 1000, (10**search, 1.0), replicate=replicate, search=search, budget=10_000)
        for replicate, searches in enumerate(([0, 1, 2], [1, 1, 3], [0, 4]))
        for search in searches[:1] + searches[1:]
        if (replicate, search) != (1, 3)
    ]
    (row,) = area_table(*records.experiment(*parts)).itertuples()
    # at 10ˢ the share that is left is 1 - s / 4; of the third replicate's two, the worse one stands for it
    assert (row.replicates, row.low, row.median, row.high) == (3, 0.0, pytest.approx(0.75), pytest.approx(0.75))


EMPTY: dict[str, Callable[[SimpleNamespace], tuple]] = {
    "nothing": lambda r: (pd.DataFrame(columns=["run", "status"]), pd.DataFrame(columns=["run"])),
    "only skipped": lambda r: r.experiment(r.undone("vae/a", "skipped", "no gradient")),
    "only failed": lambda r: r.experiment(r.undone("vae/a", "failed", "crash")),
    "no optimum": lambda r: r.experiment(r.run("raw/a", 9, (5, 1.01), optimum=nan)),
}


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("make", EMPTY.values(), ids=EMPTY.keys())
def test_without_a_gap_there_is_nothing_to_show(records: SimpleNamespace, make: Callable, fmt: str) -> None:
    table = area_table(*make(records))
    assert (list(table), len(table)) == (AREAS, 0)
    assert fmt == "csv" or "No problem" in render_areas(table, fmt)


@pytest.mark.parametrize("fmt", FORMATS)
def test_it_is_written_in_every_format(records: SimpleNamespace, fmt: str) -> None:
    table = area_table(*records.experiment(records.run("raw/a", 9, (1, 1.0)), records.undone("raw/b", "failed", "no")))
    shown = render_areas(table, fmt)
    assert "1.0" in shown
    assert "nan" not in shown
    assert np.isfinite(table[["low", "median", "high"]]).all(axis=None)
