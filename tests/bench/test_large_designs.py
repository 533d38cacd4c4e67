"""Designs of tens of thousands of variables go through every command that records do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support import latentbench, made_once

import bench
from bench.experiments.registry import resolve
from bench.running.importing import take_in
from bench.store.merging import merge
from problems.bodies.isoperimetric import Isoperimetric3D

SUBDIVISIONS = 5
LARGE = f"""
name = "large"
replicates = 2
budget = 8
[[problems]]
name = "isoperimetric-3d"
subdivisions = {SUBDIVISIONS}
reference = 8
data = {{ n = 4, classes = ["ellipsoid"] }}
[[encoders]]
name = "raw"
[[optimisers]]
name = "l-bfgs"
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(folder: Path) -> None:
        bench.run(bench.Experiment.from_toml(LARGE), folder / "run", jobs=1)
        bench.run(bench.Experiment.from_toml(LARGE), folder / "half", jobs=1, part=(1, 2))

    return made_once("large", make, tmp_path_factory)


def test_commands_take_them_and_the_report_says_what_it_does_not_draw(done: Path, tmp_path: Path) -> None:
    for command in ("table", "verify", "info", "audit"):
        answer = latentbench(command, done / "run")
        assert answer.returncode == 0, answer.stdout + answer.stderr
    answer = latentbench("report", done / "run", "--out", tmp_path / "page.html")
    assert answer.returncode == 0, answer.stderr
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "its designs have 30,726 coordinates, and a page draws no more than 20,000" in page
    assert len(page) < 3_000_000
    assert latentbench("export", done / "run", "--to", "parquet", "--out", tmp_path / "small").returncode == 0
    assert set(pd.read_parquet(tmp_path / "small" / "runs.parquet")["dim"]) == {30_726}


def test_they_are_the_designs_that_were_found(done: Path, tmp_path: Path) -> None:
    merge([done / "half", done / "run"], tmp_path / "merged")
    for path in (done / "run", tmp_path / "merged"):
        runs, _ = bench.load(path)
        assert len(runs) == 2
        values = Isoperimetric3D(SUBDIVISIONS).evaluate(np.stack(runs["design"].to_list())).objective
        assert list(values) == list(runs["best_objective"])
        runs[["run", "design"]].to_parquet(tmp_path / "frame.parquet")
        back = pd.read_parquet(tmp_path / "frame.parquet")["design"]
        assert np.array_equal(np.stack(back.to_list()), np.stack(runs["design"].to_list()))


def test_they_are_taken_in_from_a_file_of_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.store.designs.LONG", 100)  # a file of many thousands of columns takes long to write
    problem = Isoperimetric3D(1)
    ball = problem.layout.rest.ravel()
    designs = np.stack([ball * np.tile([1.0, 1.0, stretched], len(ball) // 3) for stretched in (1.5, 1.2)])
    told = pd.DataFrame(designs, columns=[f"x{i}" for i in range(problem.dim)])
    told = told.assign(arm="mine", replicate=0, evaluation=[1, 2], value=problem.evaluate(designs).objective)
    told.to_parquet(tmp_path / "mine.parquet")
    take_in(tmp_path / "mine.parquet", tmp_path / "run", resolve("problems", problem.name, {"subdivisions": 1}))
    (design,) = bench.load(tmp_path / "run")[0]["design"]
    assert isinstance(design, np.ndarray)
    assert np.array_equal(design, designs[1])
