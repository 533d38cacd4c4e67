"""Runs of independent jobs, joined: what one run of the whole would have given, or a refusal that says why."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support import assert_same_records, latentbench, made_once, timeless

import bench
from bench.errors import BadInput
from bench.store.directory import Store
from bench.store.merging import merge

SMALL = """
name = "jobs"
replicates = 3
budget = 20

[[problems]]
name = "isoperimetric"
n_vertices = 12
reference = 64
data = { classes = ["triangle", "square"], n = 30 }

[[encoders]]
name = "raw"

[[optimisers]]
name = "random-search"
"""
ANOTHER = SMALL.replace("random-search", "nelder-mead").replace("replicates = 3", "replicates = 2")
PCA = SMALL.replace('name = "raw"', 'name = "pca"\nlatent_dim = 2')


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(folder: Path) -> None:
        for name, text in {"whole": SMALL, "another": ANOTHER, "pca": PCA}.items():
            bench.run(bench.Experiment.from_toml(text), folder / name, jobs=1)
        for number in (1, 2):
            bench.run(bench.Experiment.from_toml(SMALL), folder / f"part-{number}", jobs=1, part=(number, 2))

    return made_once("jobs", make, tmp_path_factory)


def test_parts_joined_are_the_whole(jobs: Path, tmp_path: Path) -> None:
    assert [len(bench.load(jobs / f"part-{number}")[0]) for number in (1, 2)] == [2, 1]
    merge([jobs / "part-2", jobs / "part-1"], tmp_path / "merged")
    assert_same_records(tmp_path / "merged", jobs / "whole")
    assert list(bench.load(tmp_path / "merged")[0]["run"]) == list(bench.load(jobs / "whole")[0]["run"])
    assert Store(tmp_path / "merged").encoders() == Store(jobs / "whole").encoders()


def test_other_arms_and_replicates_are_one_experiment_that_every_command_takes(jobs: Path, tmp_path: Path) -> None:
    out = tmp_path / "merged"
    answer = latentbench("merge", jobs / "whole", jobs / "another", jobs / "pca", "--out", out)
    assert (answer.returncode, "8 of 9 runs" in answer.stderr) == (0, True)
    for command in ("table", "verify", "info", "audit"):
        assert latentbench(command, out).returncode == 0
    text = SMALL.replace('name = "raw"', 'name = "raw"\n[[encoders]]\nname = "pca"\nlatent_dim = 2')
    text = text.replace('"random-search"', '"random-search"\n[[optimisers]]\nname = "nelder-mead"')
    assert bench.run(bench.Experiment.from_toml(text), out, jobs=1).runs == 12
    assert len(bench.load(out)[0]) == 12


def test_a_run_that_is_in_two_counts_once_and_must_be_the_same(jobs: Path, tmp_path: Path) -> None:
    merge([jobs / "whole", jobs / "part-1"], tmp_path / "merged")
    assert_same_records(tmp_path / "merged", jobs / "whole")
    forged = shutil.copytree(jobs / "part-1", tmp_path / "forged")
    rows = list(Store(forged).records())
    row, trace = rows[0]
    from bench.store.records import Record

    Store(forged).append(Record(row | {"n_refused": 5}, {name: column.tolist() for name, column in trace.items()}))
    with pytest.raises(BadInput, match=r"forged: run .* is not the same"):
        merge([jobs / "whole", forged], tmp_path / "none")
    assert not (tmp_path / "none").exists()
    assert not list(tmp_path.glob(".none*"))


def test_a_completed_run_takes_the_place_of_a_failed_one(jobs: Path, tmp_path: Path) -> None:
    from bench.store.records import Record

    broken = shutil.copytree(jobs / "part-1", tmp_path / "broken")
    for row, _ in list(Store(broken).records()):
        Store(broken).append(Record(row | {"status": "failed", "reason": "killed"}, {}))
    for number, paths in enumerate([[broken, jobs / "whole"], [jobs / "whole", broken]]):
        merged = merge(paths, tmp_path / f"merged-{number}").path
        assert set(bench.load(merged)[0]["status"]) == {"completed"}
        assert timeless(bench.load(merged)[0]).equals(timeless(bench.load(jobs / "whole")[0]))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("seed = 0", "seed = 1"), "seed is 1, and 0"),
        (('"jobs"', '"others"'), "name is 'others', and 'jobs'"),
        (("n_vertices = 12", "n_vertices = 14"), "problems: 'isoperimetric' is another"),
        (("budget = 20", "budget = 30"), "arms: 'raw/random-search' is another"),
        (('"random-search"', '"random-search"\nlabel = "same"'), "are the same by all but their labels"),
    ],
)
def test_other_experiments_are_refused(jobs: Path, tmp_path: Path, change: tuple[str, str], says: str) -> None:
    text = SMALL.replace('name = "jobs"', 'name = "jobs"\nseed = 0').replace(*change)
    experiment = bench.Experiment.from_toml(text)
    with Store(tmp_path / "other").begin(experiment, {"versions": {}}):
        pass
    answer = latentbench("merge", jobs / "whole", tmp_path / "other", "--out", tmp_path / "none")
    assert answer.returncode == 2
    assert says in answer.stderr
    assert not (tmp_path / "none").exists()


def test_what_is_there_is_never_written_over(jobs: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    answer = latentbench("merge", jobs / "part-1", jobs / "part-2", "--out", tmp_path / "there")
    assert answer.returncode == 2
    assert "is there already" in answer.stderr


def test_plug_ins_of_different_code_are_joined_only_if_asked(jobs: Path, tmp_path: Path) -> None:
    copies = [shutil.copytree(jobs / f"part-{number}", tmp_path / f"part-{number}") for number in (1, 2)]
    for copy in copies:
        entry = Store(copy).provenance()[-1] | {"plugins": {"mine:Hill": f"mine {copy.name}"}}
        store = Store(copy)
        store.declare(store.identity(), store.layouts(), [entry])
    with pytest.raises(BadInput, match="code of mine:Hill is not the same"):
        merge(copies, tmp_path / "none")
    assert len(list(merge(copies, tmp_path / "mixed", mix=True).rows())) == 3


@pytest.mark.parametrize("part", ["0/2", "3/2", "one", "1"])
def test_a_part_that_is_none_is_refused(tmp_path: Path, part: str) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    answer = latentbench("run", "small.toml", "--part", part, cwd=tmp_path)
    assert answer.returncode == 2
    assert "part" in answer.stderr
