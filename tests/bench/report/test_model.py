"""The page's data are the numbers of tables and figures."""

from __future__ import annotations

import json
from math import inf, isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis import anytime, cost, ecdf, fixed, measures, tables
from bench.analysis.plots import curves, distribution, forest
from bench.analysis.records import Records
from bench.report.model import numbers, whole
from bench.store.directory import Store
from bench.store.layouts import believed


@pytest.fixture(scope="module")
def records(run: Path) -> Records:
    return Records(*Store(run).load())


@pytest.fixture(scope="module")
def data(records: Records, run: Path) -> dict[str, Any]:
    told = whole.described(records, tables.table(records), Store(run).layouts())
    return dict(json.loads(json.dumps(told, allow_nan=False)))


def arms(data: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(problem["label"], arm) for problem in data["problems"] for arm in problem["arms"]]


def close(told: list[Any], values: Any, digits: int = numbers.DIGITS) -> bool:
    """Whether numbers of JSON are these, as far as they are written out; None where they are not finite."""
    given = np.array([np.nan if value is None else value for value in told], dtype=float)
    real = np.asarray(values, dtype=float)
    return np.allclose(
        given, np.where(np.isfinite(real), real, np.nan), rtol=0.6 * 10.0 ** (1 - digits), equal_nan=True
    )


def test_convergence_is_what_the_figure_draws(data: dict[str, Any], records: Records) -> None:
    drawn = curves.from_records(records)[1]
    for problem, arm in arms(data):
        rows = drawn[(drawn["problem"] == problem) & (drawn["arm"] == arm["arm"])]
        assert len(rows)
        for name in ("evaluations", "low", "median", "high"):
            assert close(arm["curve"][name], rows[name])


def test_the_runtime_distribution_is_what_the_figure_draws(data: dict[str, Any], records: Records) -> None:
    drawn = distribution.from_records(records)[1]
    grid = data["evaluations"]
    told = {problem["label"] for problem in data["problems"] if any(arm["share"] for arm in problem["arms"])}
    for arm, rows in drawn.groupby("arm"):
        shares = [other["share"] for _, other in arms(data) if other["arm"] == arm and other["share"]]
        assert np.allclose(np.sum(shares, axis=0) / len(told), rows["share"], atol=1e-4)
        assert grid == rows["evaluations"].tolist()


def test_speed_ups_and_running_times_are_those_of_the_table_and_the_figure(
    data: dict[str, Any], records: Records
) -> None:
    table = tables.table(records).set_index(["problem", "arm", "target"])
    drawn = forest.from_records(records)[1].set_index(["problem", "arm", "target"])
    seen = 0
    for problem, arm in arms(data):
        for told in arm["targets"]:
            row, mark = (frame.loc[(problem, arm["arm"], told["target"])] for frame in (table, drawn))
            value, low, high, relation = told["speedUp"]
            assert relation == row["speed_up_strongest_relation"] == mark["speed_up_strongest_relation"]
            for number, name in zip((value, low, high), ("", "_low", "_high"), strict=True):
                assert (
                    close([inf if number == "inf" else number], [row[f"speed_up_strongest{name}"]]) or number == "inf"
                )
            assert told["reached"] == [row["successes"], row["searches"]]
            assert (told["ert"] == "inf") == (row["ert"] == inf)
            assert told["ert"] == "inf" or close([told["ert"]], [row["ert"]])
            seen += 1
    assert seen == len(table)


def test_what_was_found_by_a_budget_is_that_of_the_table(data: dict[str, Any], records: Records) -> None:
    """With one search a replicate, quartiles over replicates are those over searches."""
    stops = [data["evaluations"][place] for place in data["stops"]]
    table = fixed.at(records, stops).set_index(["problem", "arm", "budget"])
    for problem in data["problems"]:
        gap = problem["measure"] == "gap"
        sign = 1.0 if gap or not problem["larger"] else -1.0
        for arm in problem["arms"]:
            series = [dict(zip(each[::2], each[1::2], strict=True)) for each in arm["found"]]
            last = [np.nan] * len(series)
            for place, stop in enumerate(stops):
                last = [each.get(place, old) for each, old in zip(series, last, strict=True)]
                costs = np.sort([sign * value if isfinite(value) else inf for value in last])
                row = table.loc[(problem["label"], arm["arm"], stop)]
                for share, name in ((0.25, "low"), (0.5, "median"), (0.75, "high")):
                    name = {"low": "high", "high": "low"}.get(name, name) if sign < 0 else name
                    found = sign * np.quantile(costs, share, method="higher")
                    assert close([found if isfinite(found) else None], [row[f"gap_{name}" if gap else name]])


def test_costs_are_those_of_the_ledger(data: dict[str, Any], records: Records) -> None:
    costs = cost.table(records)
    for problem, arm in arms(data):
        rows = costs[(costs["problem"] == problem) & (costs["arm"] == arm["arm"])]
        fit, refit, made, overhead = (value or 0.0 for value in arm["costs"])
        for told in arm["targets"]:
            at = costs[
                (costs["problem"] == problem) & (costs["arm"] == arm["arm"]) & (costs["target"] == told["target"])
            ]
            if told["ert"] != "inf":
                work = (fit + made * 0.5) / 10 + refit + told["ert"] * (0.5 + overhead)
                assert work == pytest.approx(float(cost.work(at, 0.5, 10)[0]), rel=1e-4)
        assert close([arm["costs"][0]], [rows["fit_seconds"].iloc[0]])


def test_areas_are_those_of_the_table(data: dict[str, Any], records: Records) -> None:
    table = anytime.table(records).set_index(["problem", "arm"])["median"]
    assert {(problem, arm): area for problem, arm, area in data["areas"]} == pytest.approx(table.to_dict(), rel=1e-4)


def test_stops_of_the_slider_are_evaluations_of_the_grid(data: dict[str, Any], records: Records) -> None:
    assert data["evaluations"] == ecdf.evaluations(records).tolist()
    assert data["stops"][0] == 0
    assert data["stops"][-1] == len(data["evaluations"]) - 1
    assert data["stops"] == sorted(set(data["stops"]))


def test_galleries_hold_the_best_designs(data: dict[str, Any], records: Records) -> None:
    best = measures.gallery(records).set_index(["problem", "encoder", "optimiser"])
    for problem in data["problems"]:
        assert problem["gallery"]["kind"] == "outline"
        for design in problem["gallery"]["designs"]:
            row = best.loc[(problem["label"], design["encoder"], design["optimiser"])]
            assert close(design["x"], row["design"], digits=4)


def test_records_without_a_run_have_no_problems() -> None:
    empty = Records(pd.DataFrame(columns=["run", "status"]), pd.DataFrame(columns=["run"]))
    assert whole.described(empty, tables.table(empty), {})["problems"] == []


@given(st.floats(allow_nan=True, allow_infinity=True), st.integers(1, 15))
def test_numbers_keep_their_significant_digits(value: float, digits: int) -> None:
    told = numbers.number(value, digits)
    json.dumps(told, allow_nan=False)
    if not isfinite(value):
        assert told is None
    elif abs(value) < 1e308:
        assert told == float(f"{value:.{digits}g}")


@given(st.lists(st.sampled_from([np.inf, 1.0, 0.5, 0.25])))
def test_changes_are_the_series(values: list[float]) -> None:
    flat = numbers.changes(sorted(values, reverse=True))
    series, last, at = [], None, dict(zip(flat[::2], flat[1::2], strict=True))
    for place in range(len(values)):
        last = at.get(place, last)
        series.append(np.inf if last is None else last)
    assert series == sorted(values, reverse=True)


@pytest.mark.parametrize(
    "forged",
    [
        [],
        {"a": 1},
        {"a": {"kind": "outline", "shape": [3], "faces": [], "more": 1}},
        {"a": {"kind": "sphere", "shape": [3], "faces": []}},
        {"a": {"kind": "grid", "shape": [0, 2], "faces": []}},
        {"a": {"kind": "grid", "shape": ["2", 2], "faces": []}},
        {"a": {"kind": "mesh", "shape": [4, 3], "faces": [[0, 1, 4]]}},
        {"a": {"kind": "mesh", "shape": [4, 3], "faces": [[0, 1], [2]]}},
    ],
)
def test_layouts_that_are_none_are_not_believed(forged: Any) -> None:
    assert believed(forged) == {}
