"""Arms of several stages: where they switch, what a refit learns from, and what is told of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from support import assert_same_records, experiment_file

import bench
from bench.analysis.summary import switches
from bench.errors import BadInput
from bench.experiments.experiment import Experiment
from bench.searching.retraining import weighted

REFIT = """
[[arms]]
label = "retrained"
stages = [
    { encoder = "vae-2", optimiser = "random-search", until = 0.4 },
    { encoder = "vae-2", optimiser = "random-search", refit = true },
]

[[arms]]
label = "greedy"
stages = [
    { encoder = "vae-2", optimiser = "random-search" },
    { encoder = "raw", optimiser = "l-bfgs" },
]
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from conftest import TINY

    folder = tmp_path_factory.mktemp("stages")
    summary = bench.run(experiment_file(TINY + REFIT, folder), folder / "out", jobs=1)
    assert summary.failures == {}
    return summary.path


def test_a_switch_is_on_record_with_its_reason_and_said_under_the_table(done: Path) -> None:
    runs, traces = bench.load(done)
    told = switches(runs).groupby("arm")[["stage", "evaluations", "why"]].first()
    assert told.loc["hand-off"].tolist() == [2, 20, "its share is spent"]
    assert told.loc["greedy"].tolist() == [2, 40, "the budget is spent"]
    assert "raw/l-bfgs" not in told.index
    notes = bench.efficiency_table(runs, traces).groupby("arm")["note"].first()
    assert notes["greedy"].endswith("no budget was left for stage 2 in 2 of 2 runs")
    assert notes["hand-off"] == "stage 2 began at 20: its share is spent (2)"


def test_an_optimiser_that_ends_by_itself_or_without_progress_says_so() -> None:
    from bench.checks import Bowl
    from bench.searching.ledger import Ledger
    from bench.searching.objective import search_stage

    ledger, raw, start = Ledger(Bowl(), 500), bench.make_encoder("raw"), np.full(5, -1.0)
    for name, stagnation in (("l-bfgs", None), ("random-search", 30), ("random-search", None)):
        search_stage(ledger, raw, bench.make_optimiser(name), start, np.random.default_rng(0), stagnation=stagnation)
    assert [why for _, why in ledger.switches] == ["converged", "no progress"]


def test_a_refitted_encoder_is_another_one_and_its_time_is_charged(done: Path, tmp_path: Path) -> None:
    runs, _ = bench.load(done)
    by_arm = runs.set_index(["arm", "replicate"]).sort_index()
    assert (by_arm.loc["retrained", "seconds_refit"] > 0).all()
    extra = by_arm.loc["retrained", "fit_seconds"] - by_arm.loc["vae-2/random-search", "fit_seconds"]
    np.testing.assert_allclose(extra, by_arm.loc["retrained", "seconds_refit"])
    assert (by_arm.loc["greedy", "seconds_refit"] == 0).all()
    from conftest import TINY

    bench.run(experiment_file(TINY + REFIT, tmp_path), tmp_path / "again", jobs=1)
    assert_same_records(done, tmp_path / "again")


def test_the_first_stage_has_nothing_to_refit_on(tiny: str) -> None:
    with pytest.raises(BadInput, match="arm 'hand-off': refit: the first stage has no designs yet"):
        Experiment.from_toml(tiny.replace("until = 0.5 }", "until = 0.5, refit = true }"))


def test_weights_favour_the_best_and_leave_out_what_failed() -> None:
    designs = np.full((100, 1), -1.0)
    found = [(np.arange(300.0)[:, None], np.arange(300.0)), (np.full((5, 1), -2.0), np.full(5, np.inf))]
    drawn = np.concatenate([weighted(designs, found, np.random.default_rng(seed))[:, 0] for seed in range(100)])
    assert not (drawn == -2).any()
    counts = [np.sum(drawn == rank) for rank in range(300)]
    rank = np.arange(300)
    expected = 1 / (1e-3 * 400 + rank)
    share = len(drawn) * expected / (expected.sum() + 100 / (1e-3 * 400 + 300 + 49.5))
    assert np.all(np.abs(counts - share) < 6 * np.sqrt(share) + 6)


def test_settings_are_told_with_what_they_come_to(done: Path) -> None:
    runs, traces = bench.load(done)
    told = bench.efficiency_table(runs, traces).groupby("arm")["settings"].first()
    assert told["raw/l-bfgs"] == (
        "restarts: optimiser = (l-bfgs: memory = 10, step = 0.3, tolerance = 1e-12, units = common), step = 0.1"
    )
    assert told["hand-off"].startswith("random-search: batch = 100 → restarts: optimiser = (l-bfgs: ")
    assert bench.make_optimiser("cma-es").settings(200) == {"population": 19}
    assert all(json.loads(settings) == [{}] * len(json.loads(settings)) for settings in runs["settings"])
