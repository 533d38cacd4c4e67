"""What the command line does with heated bodies: a declared price, finite elements, and the study of the proxy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support import latentbench, made_once

import bench
from bench.inspection.verify import examined
from bench.store.directory import Store
from bench.studies import proxy
from problems.conduction.problem import Conduction

EXPERIMENT = """
name = "warm"
replicates = 1
budget = 12
[[problems]]
name = "conduction"
seconds_per_evaluation = {seconds}
data = {{ n = 40 }}
[[encoders]]
name = "pca"
latent_dim = 4
[[optimisers]]
name = "random-search"
"""


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a run, read only."""

    def run(folder: Path) -> None:
        assert (
            bench.run(bench.Experiment.from_toml(EXPERIMENT.format(seconds=60.0)), folder / "out", jobs=1).failures
            == {}
        )

    return made_once("warm", run, tmp_path_factory) / "out"


def test_a_declared_price_is_on_record_and_no_part_of_what_a_run_is(warm: Path) -> None:
    runs, _ = bench.load(warm)
    assert runs["evaluation_seconds"].tolist() == [60.0]
    assert runs["seconds_objective"].max() < 60.0
    (key,) = runs["run"]
    dearer = bench.Experiment.from_toml(EXPERIMENT.format(seconds=3600.0))
    assert [run.key for run in dearer.runs()] == [key]
    assert "taking 1 min (declared)" in " ".join(latentbench("table", warm, "--price").stdout.split())
    said = " ".join(latentbench("table", warm, "--seconds", "3600", "--seconds", "0.5").stdout.split())
    assert "taking 1 h (declared)" in said
    assert "taking 500 ms (declared)" in said
    refused = latentbench("table", warm, "--seconds", "-1")
    assert (refused.returncode, refused.stderr) == (2, "latentbench: --seconds: -1.0 must be at least 0 and finite\n")


def test_best_designs_are_solved_again_by_finite_elements_where_that_is_asked_for(
    warm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("skfem")
    assert latentbench("verify", warm, "--fem").returncode == 0
    monkeypatch.setattr(Conduction, "remeasure", lambda self, x: (0.5, 0.01))
    assert [each.objections for each in examined(Store(warm)) if each.objections] == []
    (said,) = [sentence for each in examined(Store(warm), (), True) for sentence in each.objections]
    assert said.startswith("its design has cooling = 0.5 ± 0.01 by other means, not 1.")


def test_the_study_of_the_proxy_writes_designs_table_and_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "TRAINING", 50)
    done = latentbench("proxy", "--out", tmp_path / "proxy", "--starts", "2", "--budget", "12")
    assert done.returncode == 0, done.stderr
    assert "Does σ stand for cooling?" in done.stdout
    designs = pd.read_csv(tmp_path / "proxy" / "proxy.csv")
    assert len(designs) == 5 * (50 + 2 + 5 * 2)
    drawn = designs[(designs["kind"] == "training") & (designs["biot"] == 0.01)]
    np.testing.assert_allclose(drawn["cooling"], drawn["sigma"], rtol=0.01)
    assert (tmp_path / "proxy" / "proxy.png").stat().st_size > 1000
