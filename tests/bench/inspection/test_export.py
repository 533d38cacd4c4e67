"""Exported records read elsewhere as they read here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import bench
from bench.analysis import measures
from bench.analysis.frames import attempted
from bench.analysis.runtimes import ert
from bench.analysis.tables import efficiency_table, render
from bench.errors import BadInput
from bench.inspection.export import to_ioh, to_parquet

BUDGET = 100
TARGETS = [0.5, 0.25, 0.1, 0.01]
ABOVE = float(np.nextafter(0.1, 1.0))


def row(run: str, price: int, problem: str = "disc", arm: str = "vae/tpe", **other: Any) -> dict[str, Any]:
    """A run that spent so many evaluations, one of them in a pair with a gradient where there is more than one."""
    facts = {"dim": 12, "targets": TARGETS, "larger_is_better": False, "status": "completed", "replicate": 0}
    n_g = min(price // 2, 1)
    return {"run": run, "problem": problem, "arm": arm, "n_f": price - n_g, "n_g": n_g, "search": 0, **facts, **other}


def trace(run: str, *found: tuple[int, float], verified: bool = True) -> pd.DataFrame:
    price, objective = zip(*found, strict=True)
    values = {"evaluations": price, "objective": objective, "displayed": objective, "verified": verified}
    return pd.DataFrame({"run": run, **values})


def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two arms on two problems: hits, misses, what was never verified, failed or skipped, and equal starts."""
    runs = pd.DataFrame(
        [
            row("a", BUDGET),
            row("b", BUDGET, replicate=1),
            row("c", BUDGET, replicate=2),
            row("d", BUDGET, replicate=3),
            row("raw", BUDGET, arm="raw/tpe"),
            row("other", BUDGET, problem="square"),
            row("skipped", 0, arm="raw/l-bfgs", status="skipped"),
        ]
    )
    traces = [
        trace("a", (1, 1.0), (20, 0.3), (20, 0.25), (41, ABOVE), (42, 0.1), (60, 0.2)),
        trace("a", (5, 1e-9), verified=False),
        trace("b", (1, 1.0)),
        trace("c", (1, 1.0), (70, 0.4)),
        trace("d", (3, 0.001), verified=False),
        trace("d", (30, 0.45)),
        trace("raw", (2, 1e-9), verified=False),
        trace("other", (1, 1 / 3), (100, 0.1)),
    ]
    return runs, pd.concat(traces, ignore_index=True)


def parsed(paths: list[Path]) -> Iterator[tuple[str, str, dict[str, Any], list[list[float]]]]:
    """Algorithm, function, what the JSON file says of each run, and its rows, without a reader of that format."""
    for path in paths:
        if path.suffix == ".json":
            text = json.loads(path.read_text())
            assert {"version", "suite", "function_id", "attributes", "experiment_attributes"} <= text.keys()
            assert text["maximization"] is False
            for scenario in text["scenarios"]:
                lines = (path.parent / scenario["path"]).read_text().splitlines()
                assert lines[0].split() == text["attributes"] == ["evaluations", "raw_y", "displayed"]
                rows = [[float(number) for number in line.split()] for line in lines[1:]]
                begins = [at for at, (price, *_) in enumerate(rows) if price == 1]
                blocks = [rows[a:b] for a, b in zip(begins, [*begins[1:], len(rows)], strict=True)]
                for said, block in zip(scenario["runs"], blocks, strict=True):
                    name, about = text["algorithm"]["name"], said | {"dimension": scenario["dimension"]}
                    yield name, text["function_name"], about, block


def test_the_files_hold_every_attempted_run_and_its_verified_improvements_alone(tmp_path: Path) -> None:
    paths = list(to_ioh(*frames(), tmp_path / "ioh"))
    assert sorted(paths) == sorted(path for path in tmp_path.rglob("*") if path.is_file())
    runs = list(parsed(paths))
    assert sorted({(arm, function) for arm, function, *_ in runs}) == [
        *[("raw/tpe", "disc"), ("vae/tpe", "disc"), ("vae/tpe", "square")]
    ]
    found = {(arm, function, said["instance"]): (said, block) for arm, function, said, block in runs}
    assert len(runs) == len(found) == 6
    a, block = found["vae/tpe", "disc", 0]
    assert block == [[1, 1, 1], [20, 0.25, 0.25], [41, ABOVE, ABOVE], [42, 0.1, 0.1], [100, 0.1, 0.1]]
    assert a == {"instance": 0, "evals": 100, "best": {"evals": 42, "y": 0.1, "x": []}, "dimension": 12}
    assert found["vae/tpe", "disc", 1][1] == [[1, 1, 1], [100, 1, 1]]
    assert found["vae/tpe", "disc", 3][1] == [[1, inf, inf], [30, 0.45, 0.45], [100, 0.45, 0.45]]
    never, block = found["raw/tpe", "disc", 0]
    assert block == [[1, inf, inf], [100, inf, inf]]
    assert never["best"] == {"evals": 0, "y": None, "x": []}
    assert found["vae/tpe", "square", 0][1] == [[1, 1 / 3, 1 / 3], [100, 0.1, 0.1]]


def test_a_larger_displayed_value_is_worst_at_minus_infinity(tmp_path: Path) -> None:
    runs = pd.DataFrame([row("a", 9, larger_is_better=True)])
    ((*_, block),) = parsed(list(to_ioh(runs, trace("a", (4, -2.0)).assign(displayed=2.0), tmp_path)))
    assert block == [[1, inf, -inf], [4, -2, 2], [9, -2, 2]]


def test_a_failed_run_counts_with_what_it_spent_and_found(tmp_path: Path) -> None:
    runs = pd.DataFrame(
        [
            row("a", 7, status="failed"),
            row("b", 0, status="failed", replicate=1) | dict.fromkeys(["n_f", "n_g", "dim", "larger_is_better"]),
        ]
    )
    (_, _, a, found), (_, _, b, nothing) = parsed(list(to_ioh(runs, trace("a", (1, 0.5)), tmp_path)))
    assert (a["evals"], a["best"]["y"], found[-1]) == (7, 0.5, [7, 0.5, 0.5])
    assert (b["evals"], b["best"]["y"], b["dimension"], nothing) == (0, None, 12, [[1, inf, inf]])


def test_records_that_no_search_leaves_behind_begin_each_run_once(tmp_path: Path) -> None:
    odd = trace("a", (1, 3.0), (1, 2.0), (0, 1.5), (-4, 1.0), (5, -inf))
    runs = pd.DataFrame([row("a", 9), row("b", 9, replicate=1)])
    (*_, block), _ = parsed(list(to_ioh(runs, odd, tmp_path)))
    assert block == [[1, 2, 2], [9, 2, 2]]


@pytest.mark.filterwarnings("ignore")  # iohinspector's own
def test_the_ert_of_iohinspector_is_that_of_the_suite(tmp_path: Path) -> None:
    read = pytest.importorskip("iohinspector")
    from iohinspector.metrics import aggregate_running_time

    runs, traces = frames()
    list(to_ioh(runs, traces, tmp_path / "ioh"))
    manager = read.DataManager()
    manager.add_folder(str(tmp_path / "ioh"))
    ours = measures.hits(runs, traces)
    outcomes = set()
    for (problem, arm, target), hits in ours.groupby(["problem", "arm", "target"]):
        (number,) = manager.overview.filter(function_name=problem)["function_id"].unique()
        data = manager.select(function_ids=[number], algorithms=[arm]).load(include_meta_data=True)
        at_target = {"f_min": target, "f_max": target, "scale_f_log": False, "eval_max": BUDGET}
        (theirs,) = aggregate_running_time(data, **at_target)["ERT"]
        assert theirs == pytest.approx(float(ert(hits["spent"].to_numpy(), hits["success"].to_numpy())), rel=1e-9)
        outcomes.add((hits["success"].any(), hits["success"].all()))
    assert outcomes == {(False, False), (True, False), (True, True)}


@pytest.mark.filterwarnings("ignore")  # iohinspector's own
def test_what_unsuccessful_runs_spent_is_read_from_the_overview_of_iohinspector(tmp_path: Path) -> None:
    read = pytest.importorskip("iohinspector")
    rng = np.random.default_rng(0)
    rows, traces = [], []
    for number in range(12):
        prices = np.unique([1, *rng.integers(2, 90, 8)])
        values = np.minimum.accumulate(rng.exponential(0.4, prices.size)).round(3)
        rows.append(row(f"run-{number}", int(prices[-1] + rng.integers(10)), replicate=number))
        traces.append(trace(f"run-{number}", *zip(prices.tolist(), values.tolist(), strict=True)))
    rows += [row("none", 0, replicate=12, status="failed"), row("unverified", 33, replicate=13)]
    runs, traced = pd.DataFrame(rows), pd.concat(traces, ignore_index=True)
    list(to_ioh(runs, traced, tmp_path / "ioh"))
    manager = read.DataManager()
    manager.add_folder(str(tmp_path / "ioh"))
    overview, data = manager.overview.to_pandas(), manager.load().to_pandas()
    assert len(overview) == 14
    erts = []
    for target, hits in measures.hits(runs, traced).groupby("target"):
        first = data[data["raw_y"] <= target].groupby("data_id")["evaluations"].min()
        at = overview["data_id"].map(first)
        erts.append(float(ert(at.fillna(overview["evals"]).to_numpy(), at.notna().to_numpy())))
        assert erts[-1] == pytest.approx(float(ert(hits["spent"].to_numpy(), hits["success"].to_numpy())), rel=1e-9)
    assert len(set(erts)) > 2


HOSTILE = ["../../up", "/etc/x.json", "a\\b", "x.json", "x.info", 'q"\n\x00\u202e', "..", "σ/é", "COM1:", "a" * 5000]


def test_hostile_labels_stay_inside_and_are_told_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "ioh"
    runs = [row(f"{i}-{j}", 5, problem, arm) for i, problem in enumerate(HOSTILE) for j, arm in enumerate(HOSTILE)]
    paths = list(to_ioh(pd.DataFrame(runs), trace("0-0", (1, 0.5)), folder))
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(paths)
    assert all(path.resolve().is_relative_to(folder.resolve()) for path in paths)
    assert not any(path.suffix for path in folder.rglob("*") if path.is_dir())
    said = {(arm, function) for arm, function, *_ in parsed(paths)}
    assert said == {(arm, problem) for arm in HOSTILE for problem in HOSTILE}
    assert all(path.read_text().isascii() for path in paths)


@pytest.mark.filterwarnings("ignore")  # iohinspector's own
def test_iohinspector_reads_hostile_labels_and_runs_none_of_them(tmp_path: Path) -> None:
    read = pytest.importorskip("iohinspector")
    label = f"open({str(tmp_path / 'ran')!r}, 'w').close()"
    labels = [label, "x.json", "x.info"]
    texts = dict.fromkeys(["encoder", "optimiser", "reason", "quantity"], label)
    runs = [row(f"{problem} {arm}", 5, problem, arm, **texts) for problem in labels for arm in labels]
    list(to_ioh(pd.DataFrame(runs), trace("none", (1, 0.5)), tmp_path / "ioh"))
    manager = read.DataManager()
    manager.add_folder(str(tmp_path / "ioh"))
    assert set(manager.overview["algorithm_name"]) == set(manager.overview["function_name"]) == set(labels)
    assert not (tmp_path / "ran").exists()


def test_there_is_nothing_to_export_without_an_attempted_run(tmp_path: Path) -> None:
    for runs in (pd.DataFrame(columns=["run", "status"]), pd.DataFrame([row("a", 0, status="skipped")])):
        with pytest.raises(BadInput, match=rf"export: none of {len(runs)} recorded runs was attempted"):
            list(to_ioh(runs, pd.DataFrame(columns=["run"]), tmp_path / "ioh"))
    assert not (tmp_path / "ioh").exists()


def test_a_folder_that_holds_something_or_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for folder, why in ((tmp_path, "is not empty"), (tmp_path / "file", "cannot be written")):
        with pytest.raises(BadInput, match=why):
            list(to_ioh(*frames(), folder))
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_a_whole_experiment_is_exported(tiny_run: Path, tmp_path: Path) -> None:
    runs, traces = bench.load(tiny_run)
    exported = list(parsed(list(to_ioh(runs, traces, tmp_path / "ioh"))))
    spent = attempted(runs)[["arm", "replicate", "price", "best_objective"]].itertuples(index=False)
    found = {(arm, said["instance"], said["evals"], said["best"]["y"]) for arm, _, said, _ in exported}
    assert found == {tuple(each) for each in spent}
    assert len(found) == len(exported) == len(runs) > 0


def test_the_small_tables_give_the_same_efficiency_table(tiny_run: Path, tmp_path: Path) -> None:
    runs, traces = bench.load(tiny_run)
    paths = list(to_parquet(runs, traces, tmp_path / "small"))
    assert [path.name for path in paths] == ["runs.parquet", "traces.parquet"]
    small = [pd.read_parquet(path) for path in paths]
    assert render(efficiency_table(small[0], small[1])) == render(efficiency_table(runs, traces))
    assert len(small[1]) < len(traces)
    with pytest.raises(BadInput, match="is not empty"):
        list(to_parquet(runs, traces, tmp_path / "small"))
