from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support import ENVIRONMENT, assert_same_records, experiment_file, made_once

import bench
from bench.errors import BadInput
from bench.experiments import registry
from bench.running import provenance, runner
from bench.running.workers import teams
from bench.searching import instance
from bench.store.directory import Store
from bench.store.records import Record, read_parquet
from problems import outlines

PLAIN = """
name = "plain"
replicates = 1
budget = 30
[[problems]]
name = "thirdparty:Plain"
[[encoders]]
name = "raw"
[[optimisers]]
name = "random-search"
[[optimisers]]
name = "tpe"
"""


@pytest.fixture
def done(tiny_run: Path) -> Path:
    return tiny_run


@pytest.fixture(scope="module")
def plain_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory into which the plain experiment has been run: read only."""

    def run(folder: Path) -> None:
        assert bench.run(experiment_file(PLAIN, folder), folder / "out", jobs=1).failures == {}

    return made_once("plain", run, tmp_path_factory) / "out"


def test_there_are_as_many_workers_as_cores_unless_told(
    tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int] = []
    one = teams.local
    monkeypatch.setattr(runner, "cpu_count", lambda: 3)
    monkeypatch.setattr(teams, "local", lambda jobs: opened.append(jobs) or one(1))
    bench.run(tiny_file, tmp_path / "out")
    bench.run(tiny_file, tmp_path / "out", jobs=2)
    assert opened == [3, 2]


def test_every_run_is_recorded_with_its_start_charged_and_its_budget_kept(done: Path) -> None:
    runs, traces = bench.load(done)
    assert list(runs["status"]) == ["completed"] * 10
    assert ((runs["n_f"] + runs["n_g"]) <= 40).all()
    first = traces.groupby("run", observed=True).first()
    last = traces.groupby("run", observed=True)["evaluations"].last()
    by_run = runs.set_index("run")
    assert (first["evaluations"] == 1).all()
    assert (first["displayed"] == by_run["start"].loc[first.index]).all()
    assert (last == (by_run["n_f"] + by_run["n_g"]).loc[last.index]).all()
    assert (runs["seconds"] >= runs["seconds_objective"] + runs["seconds_decode"]).all()


def test_arms_of_a_replicate_share_start_and_data_and_replicates_do_not(done: Path) -> None:
    runs, _ = bench.load(done)
    raw = runs[runs["encoder"] == "raw"]
    assert (raw.groupby("replicate")["start"].nunique() == 1).all()
    assert raw["start"].nunique() == 2
    assert (runs.groupby("replicate")["data_median"].nunique() == 1).all()
    assert runs["data_median"].nunique() == 2
    assert runs["reference"].nunique() == 1


def test_the_best_of_a_record_is_the_value_of_its_design(done: Path) -> None:
    runs, traces = bench.load(done)
    problem = bench.make_problem("isoperimetric", n_vertices=12)
    assert runs["best"].notna().all()
    for _, run in runs.iterrows():
        design = np.array(run["design"])
        assert problem.evaluate(design[None]).objective[0] == pytest.approx(run["best_objective"], rel=1e-12)
        assert problem.verify(design).ok
        verified = traces[(traces["run"] == run["run"]) & traces["verified"]]
        assert verified["objective"].min() == run["best_objective"]


def test_a_hand_off_starts_its_second_stage_from_the_best_of_its_first(done: Path) -> None:
    runs, traces = bench.load(done)
    for key in runs.loc[runs["arm"] == "hand-off", "run"]:
        trace = traces[traces["run"] == key]
        first, second = (trace[trace["stage"] == stage] for stage in (0, 1))
        assert first["evaluations"].max() == 20
        assert second["evaluations"].min() >= 21
        assert second["objective"].min() <= first.loc[first["verified"], "objective"].min()


def test_results_do_not_depend_on_the_number_of_workers(done: Path, tiny_file: Path, tmp_path: Path) -> None:
    bench.run(tiny_file, tmp_path / "out", jobs=2)
    assert_same_records(done, tmp_path / "out")


def test_results_do_not_depend_on_whether_designs_are_sent_or_drawn_again(
    done: Path, tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "KEPT", 0)
    bench.run(tiny_file, tmp_path / "out", jobs=1)
    assert_same_records(done, tmp_path / "out")


def test_replicates_may_grow_and_what_is_there_is_not_done_again(done: Path, tiny: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    bench.run(experiment_file(tiny.replace("replicates = 2", "replicates = 1"), tmp_path), out, jobs=1)
    before = {path.name: path.stat().st_mtime_ns for path in (out / "records").iterdir()}
    bench.run(experiment_file(tiny, tmp_path), out, jobs=1)
    assert {name: (out / "records" / name).stat().st_mtime_ns for name in before} == before
    assert_same_records(done, out)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("budget = 40", "budget = 39", "arms"),
        ("replicates = 2", "replicates = 1", "replicates"),
        ("n = 40", "n = 41", "problems"),
        ('name = "tiny"', 'name = "tinier"', "name"),
    ],
)
def test_a_directory_of_a_different_experiment_is_refused_unchanged(
    done: Path, tiny: str, tmp_path: Path, old: str, new: str, said: str
) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in done.rglob("*"))
    with pytest.raises(BadInput, match=f"different experiment .{said} differs"):
        bench.run(experiment_file(tiny.replace(old, new), tmp_path), done)
    assert sorted((path, path.stat().st_mtime_ns) for path in done.rglob("*")) == before


def test_fresh_sets_the_old_directory_aside_and_deletes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for _ in range(3):
        bench.run(experiment_file(PLAIN, tmp_path), out, jobs=1, fresh=True)
    names = ["out", "out.old-1", "out.old-2"]
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == names
    for name in names[1:]:
        assert_same_records(out, tmp_path / name)


@pytest.mark.parametrize("fresh", [False, True])
def test_a_directory_that_is_empty_or_was_hardly_begun_is_taken(tmp_path: Path, fresh: bool) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / ".lock").touch()
    assert bench.run(experiment_file(PLAIN, tmp_path), out, jobs=1, fresh=fresh).failures == {}
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["out"]


def test_something_that_is_no_experiment_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter.txt").write_text("years of work")
    for fresh in (False, True):
        with pytest.raises(BadInput, match="no experiment"):
            bench.run(experiment_file(PLAIN, tmp_path), out, fresh=fresh)
    assert [path.name for path in out.iterdir()] == ["chapter.txt"]
    with pytest.raises(BadInput, match="is a file"):
        bench.run(experiment_file(PLAIN, tmp_path), out / "chapter.txt")


@pytest.mark.parametrize("harm", ["truncate", "flip", "foreign", "other run", "empty", "other experiment"])
def test_a_record_that_cannot_be_believed_is_set_aside_and_its_run_redone(
    plain_run: Path, tmp_path: Path, harm: str
) -> None:
    out, path = tmp_path / "out", experiment_file(PLAIN, tmp_path)
    shutil.copytree(plain_run, out)
    victim, other = sorted((out / "records").glob("*.parquet"))
    content = victim.read_bytes()
    middle = len(content) // 3
    flipped = content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]
    foreign = tmp_path / "foreign.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(foreign)
    harmed = {
        "truncate": content[:-20],
        "flip": flipped,
        "foreign": foreign.read_bytes(),
        "other run": other.read_bytes(),
        "empty": b"",
        "other experiment": Record(read_parquet(content)[0][0] | {"budget": 31}, {}).to_parquet(),
    }[harm]
    victim.write_bytes(harmed)
    with pytest.warns(UserWarning, match=victim.name):
        assert len(bench.load(out)[0]) == 1
    bench.run(path, out, jobs=1)
    assert (out / "aside" / f"{victim.name}.doubted-1").read_bytes() == harmed
    assert victim.name in (out / "log.txt").read_text()
    assert_same_records(out, plain_run)


@pytest.mark.parametrize("harm", ["arrays.safetensors", "info.json", "swap"])
def test_a_fitted_encoder_that_cannot_be_believed_is_fitted_again(
    done: Path, tiny: str, tmp_path: Path, harm: str
) -> None:
    out, path = tmp_path / "out", experiment_file(tiny, tmp_path)
    shutil.copytree(done, out)
    folders = sorted((out / "encoders").iterdir())
    for folder, other in zip(folders, folders[::-1], strict=True):
        if harm == "swap":
            shutil.copytree(done / "encoders" / other.name, folder, dirs_exist_ok=True)
        else:
            content = (folder / harm).read_bytes()
            (folder / harm).write_bytes(content[: len(content) // 2])
    for record in (out / "records").iterdir():
        record.unlink()
    bench.run(path, out, jobs=1)
    assert len(list((out / "aside").iterdir())) == len(folders)
    assert_same_records(done, out)


def test_a_plan_of_a_damaged_directory_changes_nothing(done: Path, tiny_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(done, out)
    victim = next((out / "records").iterdir())
    victim.write_bytes(victim.read_bytes()[:50])
    before = sorted((path, path.stat().st_mtime_ns) for path in out.rglob("*"))
    todo = runner.plan(bench.Experiment.load(tiny_file), Store(out))
    assert len(todo.runs) == 1
    assert sorted((path, path.stat().st_mtime_ns) for path in out.rglob("*")) == before


def test_two_processes_do_not_write_to_one_directory(tiny_file: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "out")
    begun = store.begin(bench.Experiment.load(tiny_file), provenance.collect())
    with begun:
        for fresh in (False, True):
            with pytest.raises(BadInput, match="another process"):
                bench.run(tiny_file, store.path, fresh=fresh)
    assert bench.run(tiny_file, store.path, jobs=1).failures == {}


def test_other_versions_are_named_when_a_directory_is_resumed(done: Path, tiny_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(done, out)
    history = (out / "provenance.json").read_text()
    (out / "provenance.json").write_text(history.replace('"torch": "', '"torch": "0.'))
    with pytest.warns(UserWarning, match="other versions"):
        bench.run(tiny_file, out, jobs=1)


def test_own_outlines_few_as_they_are_leave_a_start_outside_the_training_data(tmp_path: Path) -> None:
    np.save(tmp_path / "own.npy", outlines.draw(5, np.random.default_rng(0), 20)[0])
    spec = registry.resolve("problems", "isoperimetric", {"data": {"source": str(tmp_path / "own.npy")}})
    for replicate in range(40):
        drawn = instance.draw(spec, 0, replicate)
        assert len(drawn.designs) == 4
        assert np.abs(drawn.designs - drawn.start).max(axis=1).min() > 1e-3
        assert drawn.problem.evaluate(drawn.start[None]).objective[0] >= drawn.reference - 1e-9


@pytest.mark.parametrize("replicate", range(5))
def test_a_start_is_feasible_verified_unseen_and_from_the_worse_half(replicate: int) -> None:
    settings = {"n_vertices": 30, "data": {"classes": ["star"], "n": 50, "withhold": 0.5}}
    drawn = instance.draw(registry.resolve("problems", "isoperimetric", settings), 0, replicate)
    evaluation = drawn.problem.evaluate(drawn.start[None])
    assert evaluation.feasible[0]
    assert drawn.problem.verify(drawn.start).ok
    assert evaluation.objective[0] >= drawn.reference - 1e-9
    assert np.abs(drawn.designs - drawn.start).max(axis=1).min() > 1e-6
    again = instance.draw(registry.resolve("problems", "isoperimetric", settings), 0, replicate)
    drawn.designs[:] = 0  # what one fit does to its designs, another does not see
    assert again.designs.any()


def test_a_problem_with_bounds_alone_is_searched_raw_and_the_rest_is_skipped(tmp_path: Path) -> None:
    text = PLAIN + '[[encoders]]\nname = "pca"\n[[optimisers]]\nname = "l-bfgs"\n'
    runs, traces = bench.load(bench.run(experiment_file(text, tmp_path), tmp_path / "out", jobs=1).path)
    status = dict(zip(runs["arm"], zip(runs["status"], runs["reason"], strict=True), strict=True))
    assert status["raw/random-search"] == status["raw/tpe"] == ("completed", "")
    assert status["raw/l-bfgs"] == ("skipped", "'l-bfgs' needs gradients, and problem 'plain' has none")
    assert status["pca/tpe"][0] == "skipped"
    assert "latent_dim 8" in status["pca/tpe"][1]
    assert np.isfinite(runs.loc[runs["status"] == "completed", "best"]).all()
    assert runs["optimum"].isna().all()
    assert "raw/tpe" in str(bench.efficiency_table(runs, traces)["arm"].tolist())


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("thirdparty:Plain", "thirdparty:Crooked", "problem 'plain' returned objective (256, 2)"),
        ("tpe", "thirdparty:Raising", "ArithmeticError: lost my way"),
        ("thirdparty:Plain", "thirdparty:Mute", "LookupError: no words"),
        ("tpe", "thirdparty:Quitting", "SystemExit: 3"),
        ("tpe", "thirdparty:Speechless", "Unspeakable: its message cannot be shown"),
    ],
)
def test_a_plugin_that_breaks_fails_its_runs_alone_with_the_reason(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    summary = bench.run(experiment_file(PLAIN.replace(old, new), tmp_path), tmp_path / "out", jobs=1)
    assert summary.failures
    assert all(reason in said for said in summary.failures.values())
    runs, _ = bench.load(summary.path)
    assert set(runs.loc[runs["status"] == "failed", "run"]) == set(runs["run"]) - set(
        runs.loc[runs["status"] == "completed", "run"]
    )
    assert "Traceback" in (summary.path / "log.txt").read_text()


def test_what_a_broken_run_had_evaluated_is_kept(tmp_path: Path) -> None:
    path = experiment_file(PLAIN.replace("thirdparty:Plain", "thirdparty:Mute"), tmp_path)
    runs, traces = bench.load(bench.run(path, tmp_path / "out", jobs=1).path)
    assert list(runs["n_f"]) == [30, 30]
    assert np.isfinite(runs["best_objective"]).all()
    assert set(traces["run"]) == set(runs["run"])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("thirdparty:Homeless", "neither designs nor bounds"),
        ("thirdparty:Dimensionless", "has no attribute 'dim'"),
        ("thirdparty:Explosive", "raised KeyError: 'fuse'"),
    ],
)
def test_a_problem_that_nothing_can_be_done_with_is_refused_before_anything_is_written(
    tmp_path: Path, name: str, said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        bench.run(experiment_file(PLAIN.replace("thirdparty:Plain", name), tmp_path), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_encoder_that_cannot_be_fitted_fails_its_runs_alone(tiny: str, tmp_path: Path) -> None:
    text = tiny.replace('name = "vae"', 'name = "thirdparty:Unfittable"').replace(
        "hidden = 8\nepochs = 60\nlearning_rate = 0.01\n", ""
    )
    text = text.replace("replicates = 2", "replicates = 1")
    with pytest.raises(BadInput, match="the same"):  # two identities by one name would be one arm twice
        bench.run(experiment_file(text.replace("thirdparty:Unfittable", "raw"), tmp_path), tmp_path / "out", jobs=1)
    summary = bench.run(experiment_file(text, tmp_path), tmp_path / "out", jobs=1)
    assert sorted(name.split(": ")[1].split(",")[0] for name in summary.failures) == [
        "hand-off",
        "vae-2/l-bfgs",
        "vae-2/random-search",
    ]
    assert set(summary.failures.values()) == {
        "PluginError: its encoder could not be fitted: FloatingPointError: the loss is nan"
    }


def test_evaluations_that_fail_are_charged_and_the_run_goes_on(tmp_path: Path) -> None:
    text = PLAIN.replace("thirdparty:Plain", "thirdparty:Sick")
    runs, _ = bench.load(bench.run(experiment_file(text, tmp_path), tmp_path / "out", jobs=1).path)
    assert list(runs["status"]) == ["completed"] * 2
    assert (runs["n_failed"] > 0).all()
    assert (runs["n_f"] == 30).all()


def test_designs_that_fail_do_not_spoil_the_reference_or_the_start(tmp_path: Path) -> None:
    text = PLAIN.replace("thirdparty:Plain", "thirdparty:Patchy")
    runs, _ = bench.load(bench.run(experiment_file(text, tmp_path), tmp_path / "out", jobs=1).path)
    assert list(runs["status"]) == ["completed"] * 2
    assert np.isfinite(runs[["reference", "data_best", "data_median", "start"]].to_numpy(float)).all()


def test_a_default_that_is_infinite_is_a_default() -> None:
    assert registry.make_problem("thirdparty:Limitless").limit == np.inf


def test_a_failed_run_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = experiment_file(PLAIN.replace('"tpe"', '"thirdparty:Raising"'), tmp_path)
    store = Store(tmp_path / "out")
    bench.run(path, store.path, jobs=1)
    todo = runner.plan(bench.Experiment.load(path), store)
    assert [run.arm.label for _, run in todo.runs] == ["raw/thirdparty:Raising"]
    assert todo.fits == []
    assert todo.done == 1


SLOW = """
name = "slow"
replicates = 3
budget = 400
[[problems]]
name = "thirdparty:Slow"
n_vertices = 12
data = { n = 10 }
[[encoders]]
name = "raw"
[[optimisers]]
name = "random-search"
batch = 20
[[optimisers]]
name = "l-bfgs"
budget = 30
"""


def test_an_experiment_killed_and_resumed_equals_an_undisturbed_one(tmp_path: Path) -> None:
    path, out = experiment_file(SLOW, tmp_path), tmp_path / "out"
    command = [sys.executable, "-m", "bench.cli", "run", str(path), "--out", str(out), "--jobs", "2"]
    killed = 0
    for wanted, kill in ((1, os.killpg), (3, os.kill)):
        process = subprocess.Popen(command, env=ENVIRONMENT, start_new_session=True, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while len(list(out.glob("records/*.parquet"))) < wanted and time.monotonic() < deadline:
            time.sleep(0.01)
        killed += process.poll() is None
        kill(process.pid, signal.SIGKILL)
        process.wait()
    deadline = time.monotonic() + 30
    with pytest.raises(ProcessLookupError):  # its workers, left alone by the second kill, end too
        while time.monotonic() < deadline:
            os.killpg(process.pid, 0)
            time.sleep(0.1)
    assert killed == 2
    assert 3 <= len(list(out.glob("records/*.parquet"))) < 6
    for whole in (out, tmp_path / "undisturbed"):
        assert bench.run(path, whole, jobs=1).failures == {}
    assert len(bench.load(out)[0]) == 6
    assert_same_records(out, tmp_path / "undisturbed")
