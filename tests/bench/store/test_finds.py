"""Better designs than those on record are announced, with the line to add."""

from __future__ import annotations

import json
import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bench
from bench import cli
from bench.experiments.registry import resolve
from bench.searching.instance import problem_of
from bench.store.finds import better_than_known
from problems.structure import best

EXPERIMENT = """
name = "first"
replicates = 1
budget = 30

[[problems]]
name = "heat-dispersion"
n_vertices = 64
reference = 64
data = { n = 20 }

[[encoders]]
name = "raw"

[[optimisers]]
name = "random-search"
"""


def row(objective: float, **settings: Any) -> dict[str, Any]:
    spec = resolve("problems", "heat-dispersion", settings)
    problem = spec.make()
    known = math.nan if problem.best_known is None else problem.best_known
    return {
        "problem": "heat",
        "problem_spec": json.dumps(spec.identity()),
        "design": problem.designs(1, np.random.default_rng(0))[0].tolist(),
        "best": objective**-0.5,
        "best_objective": objective,
        "best_known": known,
        "best_known_displayed": known**-0.5,
        "optimum": math.nan,
        "quantity": "σ",
        **{"experiment": "mine", "arm": "raw/l-bfgs", "replicate": 3, "seed": 0},
    }


def test_a_better_design_is_told_with_the_known_value_and_a_line_for_the_table() -> None:
    known = resolve("problems", "heat-dispersion").make().best_known
    worse, better, best = (row(share * known) for share in (1.01, 0.99, 0.98))
    assert better_than_known([worse]) == []
    (find,) = better_than_known([worse, better, best])
    assert f"σ = {best['best']:.8g}" in find.text
    assert f"the best known has {known**-0.5:.8g}" in find.text
    assert find.entry is not None
    ((key, entry),) = tomllib.loads(find.entry).items()
    assert key == "N=100 r=0.135 h=0.09 R_c=1"
    assert "raw/l-bfgs, replicate 3" in entry["found"]


def test_settings_are_told_apart() -> None:
    finds = better_than_known([row(0.9, n_vertices=60), row(0.8, n_vertices=61), row(0.7, n_vertices=61)])
    assert sorted(find.text.split()[2] for find in finds) == sorted([f"{0.9**-0.5:.8g}", f"{0.7**-0.5:.8g}"])


def test_tasks_are_told_apart_and_the_line_is_of_the_replicates_own(tmp_path: Path) -> None:
    spec = resolve("problems", "structure", {"nx": 16, "ny": 8, "data": {"kind": "fields", "n": 10}})
    rows = []
    for replicate, objective in ((0, -0.1), (1, -0.2), (1, -0.3)):
        problem = problem_of(spec, 0, replicate)
        rows.append(
            {
                **{"problem": "plate", "problem_spec": json.dumps(spec.identity()), "quantity": "c/c_best"},
                **{"optimum": math.nan, "best_known": 0.0, "best_known_displayed": 1.0, "design": [0.5] * 128},
                **{"best_objective": objective, "best": math.exp(objective), "task": str(problem.task.tolist())},
                **{"experiment": "mine", "arm": "raw/mma", "replicate": replicate, "seed": 0},
            }
        )
    finds = better_than_known(rows)
    assert [find.text.split()[2] for find in finds] == [f"{math.exp(found):.8g}" for found in (-0.1, -0.3)]
    place, angle = problem_of(spec, 0, 1).task
    assert finds[1].entry is not None
    assert f"place={place:g} angle={angle:g}" in finds[1].entry
    kept = best.keep("".join(find.entry or "" for find in finds), tmp_path / "table.toml")
    assert sorted(kept) == sorted(best.table(tmp_path / "table.toml"))


def test_a_problem_on_other_data_is_the_same_problem() -> None:
    known = resolve("problems", "heat-dispersion").make().best_known
    (find,) = better_than_known([row(0.99 * known), row(0.98 * known, data={"n": 50})])
    assert f"σ = {(0.98 * known) ** -0.5:.8g}" in find.text


def test_what_has_a_known_optimum_or_no_design_or_no_table_is_not_told() -> None:
    elsewhere = resolve("problems", "isoperimetric", {}).identity()
    rows = [
        row(0.1) | {"optimum": 0.0},
        row(0.1) | {"design": None},
        row(0.1) | {"best_known": math.nan, "problem_spec": json.dumps(elsewhere)},
        row(0.1) | {"best_known": math.nan, "problem_spec": json.dumps({"name": "gone:Gone", "params": {}})},
    ]
    assert better_than_known(rows) == []


def test_at_the_end_of_a_run_it_is_announced_and_the_line_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "first.toml").write_text(EXPERIMENT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["latentbench", "run", "first.toml", "--out", "out", "--jobs", "1"])
    assert cli.main() == 0
    said = capsys.readouterr().err
    assert "better than known: heat-dispersion: σ = " in said
    assert "none is on record" in said
    assert "out/best_known.toml" in said
    table = tomllib.loads((tmp_path / "out" / "best_known.toml").read_text(encoding="utf-8"))
    (entry,) = table.values()
    problem = bench.make_problem("heat-dispersion", n_vertices=64)
    assert problem.verify(np.array(entry["design"])).ok
    runs, _ = bench.load(tmp_path / "out")
    assert entry["value"] == pytest.approx(runs["best"].iloc[0])
