"""Runs on COCO's functions as cocopp reads them: the same trials, evaluations and running times."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from support import experiment_file, latentbench, made_once

import bench

pytest.importorskip("cocoex")

EXPERIMENT = """
name = "spheres"
replicates = 3
budget = 400
[[problems]]
name = "bbob"
dimension = 5
data = { n = 50 }
[[problems]]
name = "bbob"
label = "eight"
function = 8
dimension = 5
instance = 4
data = { n = 50 }
[[encoders]]
name = "raw"
[[optimisers]]
name = "cma-es"
[[optimisers]]
name = "random-search"
"""
ARM = "raw-cma-es-bbob"


@pytest.fixture(scope="module")
def spheres(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def run(folder: Path) -> None:
        bench.run(experiment_file(EXPERIMENT, folder), folder / "out", jobs=1)

    return made_once("spheres", run, tmp_path_factory) / "out"


def test_a_folder_an_arm_a_file_a_function(spheres: Path, tmp_path: Path) -> None:
    answer = latentbench("export", spheres, "--to", "coco", "--out", tmp_path / "coco")
    assert answer.returncode == 0
    assert sorted(path.name for path in (tmp_path / "coco").iterdir()) == [ARM, "raw-random-search-bbob"]
    about, _, trials = (tmp_path / "coco" / ARM / "bbobexp_f8.info").read_text().splitlines()
    assert "funcId = 8, DIM = 5" in about
    assert [part.partition(":")[0].strip() for part in trials.split(",")[1:]] == ["4", "4", "4"]
    rows = (tmp_path / "coco" / ARM / "data_f1" / "bbobexp_f1_DIM5.dat").read_text().splitlines()
    assert sum(row.startswith("%") for row in rows) == 3
    assert sum(row.startswith("1 0 ") for row in rows) == 3


def test_cocopp_finds_the_running_times_that_we_find(spheres: Path, tmp_path: Path) -> None:
    cocopp = pytest.importorskip("cocopp")
    assert latentbench("export", spheres, "--to", "coco", "--out", tmp_path / "coco").returncode == 0
    with warnings.catch_warnings(action="ignore"):
        (found,) = [each for each in cocopp.load(str(tmp_path / "coco" / ARM)) if each.funcId == 1]
    runs, traces = bench.load(spheres)
    own = runs[(runs["arm"] == "raw/cma-es") & (runs["problem"] == "bbob")]
    assert (found.dim, found.nbRuns()) == (5, 3)
    assert sorted(found.maxevals) == sorted(own["n_f"])
    for target in (10.0, 1.0, 1e-2):
        met = traces[traces["objective"] <= target].groupby("run", observed=True)["evaluations"].min()
        hits = own["run"].map(met.rename(index=str)).to_numpy(dtype=float)
        spent = np.where(np.isnan(hits), own["n_f"], hits).sum()
        expected = spent / np.isfinite(hits).sum() if np.isfinite(hits).any() else np.inf
        assert found.detERT([target])[0] == pytest.approx(expected)


def test_other_problems_are_refused(tiny_run: Path, tmp_path: Path) -> None:
    answer = latentbench("export", tiny_run, "--to", "coco", "--out", tmp_path / "coco")
    assert answer.returncode == 2
    assert "these are bbob and bbob-largescale" in answer.stderr
