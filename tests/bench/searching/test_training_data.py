"""Training designs as tables: split, complete, the same each time, and readable without us."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support import latentbench

import bench
from bench.errors import BadInput
from bench.searching.training_data import splits

SMALL = {"n_vertices": 12, "data": {"n": 40}}


def test_splits_are_all_designs_each_once_and_the_same_each_time() -> None:
    problem = bench.make_problem("isoperimetric", **SMALL)
    frames = splits(problem, 40, seed=1)
    assert {name: len(frame) for name, frame in frames.items()} == {"train": 32, "val": 4, "test": 4}
    designs = np.concatenate([np.stack(frame["optimal_design"].tolist()).reshape(-1, 24) for frame in frames.values()])
    assert len(np.unique(designs, axis=0)) == 40
    whole = pd.concat(frames.values())
    assert whole[problem.quantity].tolist() == pytest.approx(problem.display(problem.evaluate(designs).objective))
    for name, frame in splits(problem, 40, seed=1).items():
        pd.testing.assert_frame_equal(frame, frames[name])
    assert not splits(problem, 40, seed=2)["train"].equals(frames["train"])


def test_a_design_stands_beside_the_conditions_that_it_was_made_for() -> None:
    problem = bench.make_problem("structure")
    frame = splits(problem, 10, seed=0)["train"]
    assert problem.conditions is not None
    assert list(frame) == ["optimal_design", *problem.conditions.names, problem.quantity]
    for row in frame.itertuples(index=False):
        here = problem.at(np.array([row.place, row.angle]))
        value = here.display(here.evaluate(np.reshape(row.optimal_design, (1, -1))).objective)[0]
        assert row[-1] == pytest.approx(value)


def test_the_command_writes_what_pandas_reads(tmp_path: Path) -> None:
    answer = latentbench("dataset", "isoperimetric", "--set", "n_vertices=12", "-n", "20", "--out", "d", cwd=tmp_path)
    assert answer.returncode == 0
    assert [Path(line).name for line in answer.stdout.split()] == ["train.parquet", "val.parquet", "test.parquet"]
    assert len(pd.read_parquet(tmp_path / "d" / "train.parquet")) == 16
    again = latentbench("dataset", "isoperimetric", "--out", "d", cwd=tmp_path)
    assert (again.returncode, "is not empty" in again.stderr) == (2, True)


def test_a_problem_without_designs_is_refused() -> None:
    from thirdparty import Plain

    with pytest.raises(BadInput, match="no training designs"):
        splits(Plain(), 10, 0)
