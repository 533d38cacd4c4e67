"""Experiments with plug-ins of the user's own: refused before the first fit or recorded, kept apart, and grown."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from support import Answer, latentbench

import bench
from bench.errors import BadInput
from bench.experiments import registry, sources
from bench.inspection.verify import examined
from bench.running import runner
from bench.store.directory import Store

PLUGIN = """
import numpy as np
from bench.optimisers.base import Optimiser
from problems.base import Evaluation, Problem


class Filing(Problem):
    name, dim, bounds = "filing", 2, np.array([[-1.0] * 2, [1.0] * 2])
    targets = TARGETS

    def evaluate(self, x):
        np.savetxt("input.txt", x)
        x = np.loadtxt("input.txt", ndmin=2)
        return Evaluation((x**2).sum(axis=1), np.zeros((len(x), 0)))


class Same(Optimiser):
    def minimise(self, objective, rng):
        rng = np.random.default_rng(0)
        while True:
            objective(rng.uniform(-1, 1, (1, 2)))
"""
DEAF = """

class Deaf(Optimiser):
    def minimise(self, objective, rng):
        while True:
            try:
                objective(objective.start[None])
            except:
                pass
"""
EXPERIMENT = """
name = "own"
replicates = 2
budget = 12
[[problems]]
name = "MODULE:Filing"
[[encoders]]
name = "raw"
[[optimisers]]
name = "random-search"
"""


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the modules of all tests, each by a name of its own, so that one worker process finds them all."""
    return tmp_path_factory.mktemp("modules")


@pytest.fixture
def folder(modules: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(modules)
    monkeypatch.chdir(modules)
    return modules


def written(folder: Path, name: str, targets: str = "()", more: str = "") -> bench.Experiment:
    (folder / f"{name}.py").write_text(PLUGIN.replace("TARGETS", targets))
    return bench.Experiment.from_toml(EXPERIMENT.replace("MODULE", name) + more.replace("MODULE", name))


@pytest.mark.parametrize("targets", ["(0.1, 0.1, 0.01)", "(np.inf, 0.1)", "('a',)", "tuple(np.arange(2000.0))"])
def test_targets_that_no_record_can_hold_are_refused_before_the_first_fit(folder: Path, targets: str) -> None:
    name = f"refused_{abs(hash(targets))}"
    with pytest.raises(BadInput, match=r"^problem '.*': targets must be "):
        written(folder, name, targets)


def test_any_number_of_targets_in_any_order_is_read_back_and_simulators_keep_their_files_apart(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "input.txt").unlink(missing_ok=True)  # a test that evaluates in this process leaves one in its folder
    experiment = written(folder, "many_targets", "tuple([1.0, 3.0, *10 ** np.linspace(0.3, -8, 101)])")
    done = runner.run(experiment, tmp_path / "out", jobs=2)
    assert done.failures == {}
    runs, _ = bench.load(tmp_path / "out")
    assert len(runs) == 2
    assert len(runs["targets"][0]) == 103
    assert not (folder / "input.txt").exists()


def test_an_experiment_grows_by_arms_problems_searches_and_its_runs_stay(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    runner.run(written(folder, "growing"), out, jobs=1)
    first = {path.name: path.stat().st_mtime_ns for path in (out / "records").iterdir()}
    more = '[[optimisers]]\nname = "MODULE:Same"\n'
    grown = written(folder, "growing", more=more)
    runner.run(grown, out, jobs=1)
    runs, _ = bench.load(out)
    assert sorted(runs["arm"]) == ["raw/growing:Same"] * 2 + ["raw/random-search"] * 2
    assert {name: (out / "records" / name).stat().st_mtime_ns for name in first} == first
    with pytest.raises(BadInput, match=r"arms differs: 'raw/growing:Same' is gone"):
        runner.run(written(folder, "growing"), out, jobs=1)


def test_what_is_renamed_is_not_done_again(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (folder / "renamed.py").write_text(PLUGIN.replace("TARGETS", "()"))
    text = EXPERIMENT.replace("MODULE", "renamed")
    runner.run(bench.Experiment.from_toml(text), out, jobs=1)
    before, _ = bench.load(out)
    for old in ('name = "renamed:Filing"', 'name = "raw"', 'name = "random-search"'):
        assert old in text
        text = text.replace(old, f'{old}\nlabel = "new {old[8:11]}"')
    again = bench.Experiment.from_toml(text)
    assert runner.plan(again, Store(out)).runs == []
    assert runner.run(again, out, jobs=1).failures == {}
    after, _ = bench.load(out)
    assert set(after["problem"]) == {"new ren"}
    assert set(after["arm"]) == {"new raw/new ran"}
    assert list(after["run"]) == list(before["run"])
    assert list(after["started"]) == list(before["started"])


def test_a_larger_budget_is_searched_anew_and_begins_as_the_smaller_one_did(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    both = EXPERIMENT.replace("MODULE", "longer") + '[[optimisers]]\nname = "longer:Same"\nbudget = 12\n'
    (folder / "longer.py").write_text(PLUGIN.replace("TARGETS", "()"))
    runner.run(bench.Experiment.from_toml(both), out, jobs=1)
    Store(out).pack()
    first, before = bench.load(out)
    files = {path.name for path in (out / "records").iterdir()}
    more = bench.Experiment.from_toml(both.replace("budget = 12", "budget = 30", 1))
    assert len(runner.plan(more, Store(out)).runs) == 2
    assert runner.run(more, out, jobs=1).failures == {}
    runs, traces = bench.load(out)
    assert runs.groupby("arm")["budget"].unique().map(list).to_dict() == {
        "raw/longer:Same": [12],
        "raw/random-search": [30],
    }
    assert files < {path.name for path in (out / "records").iterdir()}
    kept = {*first["run"]} & {*runs["run"]}
    assert kept == {*first["run"][first["arm"] == "raw/longer:Same"]}
    early = traces[traces["evaluations"].lt(12) & ~traces["run"].isin(kept)]
    assert len(early) > 0
    assert early["objective"].isin([*before["objective"]]).all()
    less = bench.Experiment.from_toml(both)
    with pytest.raises(BadInput, match=r"arms differs: 'raw/random-search' is another"):
        runner.run(less, out, jobs=1)


def test_a_search_that_catches_whatever_is_raised_ends_soon_and_the_others_are_done(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "deaf.py").write_text(PLUGIN.replace("TARGETS", "()") + DEAF)
    text = EXPERIMENT.replace("MODULE", "deaf").replace("replicates = 2", "replicates = 1")
    done = runner.run(
        bench.Experiment.from_toml(text + '[[optimisers]]\nname = "deaf:Deaf"\n'),
        tmp_path / "out",
        jobs=1,
        time_limit=200,
    )
    assert list(done.failures.values()) == ["its search went on and on after its budget was spent, whatever was raised"]
    assert done.runs == 2


def test_the_code_of_a_plugin_is_that_of_the_modules_beside_it_too(folder: Path) -> None:
    (folder / "of_many.py").write_text("import helper_one\n" + PLUGIN.replace("TARGETS", "()"))
    (folder / "helper_one.py").write_text("from helper_two import x\n")
    (folder / "helper_two.py").write_text("x = 1\n")
    (folder / "stranger.py").write_text("y = 1\n")
    spec = registry.resolve("problems", "of_many:Filing")

    def code() -> dict[str, str]:
        sources._source.cache_clear()
        return sources.sources([spec])

    first = code()
    (folder / "stranger.py").write_text("y = 2\n")
    assert code() == first
    (folder / "helper_two.py").write_text("x = 2\n")
    assert code() != first


def test_verify_says_where_code_is_another(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    runner.run(written(folder, "older"), out, jobs=1)
    assert all(not said.objections and not said.remarks for said in examined(Store(out), ["older"]))
    with (folder / "older.py").open("a") as file:
        file.write("# other code\n")
    sources._source.cache_clear()
    said = [said for said in examined(Store(out), ["older"]) if said.what.startswith("run")]
    assert all(each.remarks == ("the code of older:Filing was another when it was made",) for each in said)
    assert len(said) == 2


def test_the_audit_names_searches_that_repeat_one_another(folder: Path, tmp_path: Path) -> None:
    experiment = written(folder, "twins", more='[[optimisers]]\nname = "MODULE:Same"\n')
    text = EXPERIMENT.replace("MODULE", "twins").replace("budget", "searches = 3\nbudget")
    experiment = bench.Experiment.from_toml(text + '[[optimisers]]\nname = "twins:Same"\n')
    runner.run(experiment, tmp_path / "out", jobs=1)
    said = [each for each in bench.audit(*bench.load(tmp_path / "out")) if each.about == "searches"]
    assert [each.arms for each in said] == [("raw/twins:Same",)]
    assert said[0].sentence.startswith("4 searches repeat another of their replicate")
    assert np.isfinite(bench.load(tmp_path / "out")[0]["best"]).all()


@pytest.mark.usefixtures("own_workers")
def test_changed_code_of_a_plugin_is_named_and_mixed_only_if_asked_for(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out = folder / "changing.py", tmp_path / "out"

    def latent(replicates: int, *more: str) -> Answer:
        sources._source.cache_clear()  # as in a process of its own
        monkeypatch.delitem(sys.modules, "changing", raising=False)
        (folder / "own.toml").write_text(
            EXPERIMENT.replace("MODULE", "changing").replace("replicates = 2", f"replicates = {replicates}")
        )
        return latentbench("run", "own.toml", "--out", out, "--jobs", "1", *more, cwd=folder)

    file.write_text(PLUGIN.replace("TARGETS", "()"))
    assert latent(1).returncode == 0
    file.write_text(PLUGIN.replace("TARGETS", "()").replace("(x**2)", "100 * (x**2)"))
    refused = latent(2)
    assert refused.returncode == 2
    assert "the code of changing:Filing has changed since" in refused.stderr
    assert "--mix" in refused.stderr
    assert latent(2, "--mix").returncode == 0
    said = [str(each) for each in bench.audit(*bench.load(out))]
    assert any("different code of changing:Filing" in each for each in said)
