"""Versions of problems, and what their constraints stand for: on record, shown, and told where they matter."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from support import latentbench, made_once

import bench
from bench.checks import check_problem
from bench.store.directory import Store
from bench.store.records import Record

WING = """
import numpy as np
from problems.base import Constraint, Evaluation, Problem


class Wing(Problem):
    name, version, dim, bounds = "wing", "2026a", 3, np.array([[-1.0] * 3, [3.0] * 3])
    constraint_kinds = (Constraint("lift"), Constraint("price", "manufacturing", "warning"))

    def evaluate(self, x):
        return Evaluation(np.abs(x).sum(axis=1), 0.5 - x[:, :1])

    def warnings(self, x):
        return x[:, :1] - 0.4
"""
FILE = """
name = "wings"
replicates = 1
budget = 10
[[problems]]
name = "wing:Wing"
[[encoders]]
name = "raw"
[[optimisers]]
name = "random-search"
"""


@pytest.fixture
def folder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the problem's module and of the directory of a run."""

    def run(folder: Path) -> None:
        (folder / "wing.py").write_text(WING)
        (folder / "wings.toml").write_text(FILE)
        assert latentbench("run", "wings.toml", "--out", "out", "--jobs", "1", cwd=folder).returncode == 0

    folder = Path(shutil.copytree(made_once("wings", run, tmp_path_factory), tmp_path / "wings"))
    monkeypatch.syspath_prepend(folder)
    return folder


def test_they_are_on_record_and_info_shows_them(folder: Path) -> None:
    runs, _ = bench.load(folder / "out")
    assert set(runs["problem_version"]) == {"2026a"}
    assert [kind["name"] for kind in json.loads(runs["constraints"][0])] == ["lift", "price"]
    told = latentbench("info", folder / "out").stdout
    assert "version 2026a" in told
    assert "lift (physics, error); price (manufacturing, warning)" in told


def test_a_broken_warning_is_told_and_the_design_is_believed(folder: Path) -> None:
    answer = latentbench("verify", "out", "--trust", "wing", cwd=folder)
    assert answer.returncode == 0
    assert "warning: its design breaks price (manufacturing), which is" in answer.stdout


def test_what_is_infeasible_is_named_and_another_version_is_not_believed(folder: Path) -> None:
    store = Store(folder / "out")
    row, trace = next(store.records())
    forged = row | {"problem_version": "2025", "design": [-1.0, 0.0, 0.0]}
    store.append(Record(forged, {name: column.tolist() for name, column in trace.items()}))
    answer = latentbench("verify", "out", "--trust", "wing", cwd=folder)
    assert answer.returncode == 1
    assert "it is of version 2025 of its problem, which is at version 2026a" in answer.stdout
    assert "not feasible: lift (physics) is 1.5" in answer.stdout


@pytest.mark.parametrize("name", ["heat-dispersion", "target-ratio", "conduction", "heat-dispersion-3d"])
def test_problems_that_are_to_be_made_say_what_each_constraint_is(name: str) -> None:
    problem = bench.make_problem(name)
    designs = problem.reference(2, np.random.default_rng(0))
    assert len(problem.constraint_kinds) == problem.evaluate(designs).constraints.shape[1]
    assert {kind.category for kind in problem.constraint_kinds} == {"manufacturing", "numerics"}


def test_the_example_conforms() -> None:
    names: dict[str, type] = {}
    exec(WING, names)
    assert check_problem(names["Wing"]) == []
