"""The files of an experiment lie beside its file, and travel with its directory."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from support import latentbench

import bench
from problems import outlines

OWN = """
name = "own"
replicates = 1
budget = 3
[[problems]]
name = "isoperimetric"
n_vertices = 12
reference = 64
data = { source = SOURCE, n = 20 }
[[encoders]]
name = "raw"
[[optimisers]]
name = "random-search"
"""


@pytest.mark.parametrize("source", ['"data/foils.npy"', '["data/foils.npy", "data/more.npy"]', '"data"'])
def test_paths_are_relative_to_the_file_and_later_commands_work_anywhere(tmp_path: Path, source: str) -> None:
    there, elsewhere = tmp_path / "there", tmp_path / "elsewhere"
    (there / "data").mkdir(parents=True)
    elsewhere.mkdir()
    drawn = outlines.draw(20, np.random.default_rng(0), 12)[0]
    np.save(there / "data" / "foils.npy", drawn[:12])
    np.save(there / "data" / "more.npy", drawn[12:])
    (there / "own.toml").write_text("\ufeff" + OWN.replace("SOURCE", source), encoding="utf-8")
    done = latentbench("run", "../there/own.toml", "--out", "out", "--jobs", "1", cwd=elsewhere)
    assert done.returncode == 0, done.stderr
    again = latentbench("run", "own.toml", "--out", elsewhere / "out", cwd=there)
    assert again.returncode == 0, again.stderr
    shutil.rmtree(there / "data")
    moved = tmp_path / "moved"
    shutil.move(elsewhere / "out", moved)
    verified = latentbench("verify", moved, cwd=elsewhere)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    reached = latentbench("reach", moved, "--budget", "5", "--jobs", "1", cwd=elsewhere)
    assert reached.returncode == 0, reached.stderr
    assert set(bench.load(moved)[0]["status"]) == {"completed"}


def test_what_is_left_out_is_said_before_the_run_on_record_and_by_the_audit(tmp_path: Path) -> None:
    drawn = outlines.draw(19, np.random.default_rng(0), 12)[0]
    bow = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    np.save(tmp_path / "own.npy", np.concatenate([drawn, outlines.resample(bow, 12).reshape(1, -1)]))
    (tmp_path / "own.toml").write_text(OWN.replace("SOURCE", '"own.npy"'))
    done = latentbench("run", "own.toml", "--out", "out", "--jobs", "1", cwd=tmp_path)
    said = "1 of 20 outlines are left out: 1 × it crosses itself (the first: row 19)"
    assert f"isoperimetric: {said}\n" in done.stderr
    assert set(bench.load(tmp_path / "out")[0]["data_left_out"]) == {said}
    assert said in latentbench("audit", "out", cwd=tmp_path).stdout
