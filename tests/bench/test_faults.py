"""Runs and fits that end their processes: each is named with its reason, and the others finish."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import bench

LETHAL = """
name = "lethal"
replicates = 2
budget = 30
[[problems]]
name = "thirdparty:Plain"
[[encoders]]
name = "raw"
[[optimisers]]
name = "thirdparty:Lethal"
way = "{way}"
[[optimisers]]
name = "random-search"
"""


def experiment(text: str, folder: Path) -> Path:
    path = folder / "experiment.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.skipif(os.name != "posix", reason="ends by signals")
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    ("way", "reason"),
    [
        ("segfault", "it ended its process: Fatal Python error: Segmentation fault"),
        ("exit", "it ended its process with exit code 3"),
        ("kill", "its process was killed by SIGKILL, for the second time, this time alone"),
        ("hang", "it took longer than the time limit of 5 s"),
        ("hang in C", "it took longer than the time limit of 5 s"),
        ("interrupt", "KeyboardInterrupt"),
    ],
)
def test_a_run_that_ends_its_process_is_named_and_the_others_finish(
    way: str, reason: str, jobs: int, tmp_path: Path
) -> None:
    path = experiment(LETHAL.format(way=way), tmp_path)
    for _ in range(2):  # resumed, it is done again and fails again
        summary = bench.run(path, tmp_path / "out", jobs=jobs, time_limit=5)
        runs, _ = bench.load(summary.path)
        assert list(summary.failures.values()) == [reason] * 2
        failed = runs[runs["status"] == "failed"]
        assert list(failed["reason"]) == [reason] * 2
        assert set(failed["optimiser"]) == {"thirdparty:Lethal"}
        assert list(runs.loc[runs["optimiser"] == "random-search", "status"]) == ["completed"] * 2
    if way in ("segfault", "hang"):
        assert "in minimise" in (summary.path / "log.txt").read_text()  # where it happened


@pytest.mark.skipif(os.name != "posix", reason="ends by signals")
def test_a_run_whose_process_is_killed_once_is_done_again_alone(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    text = LETHAL.replace("Lethal", "Unlucky").replace('way = "{way}"', f'marks = "{marks}"')
    summary = bench.run(experiment(text, tmp_path), tmp_path / "out", jobs=2)
    assert summary.failures == {}
    assert len(list(marks.iterdir())) == 2


@pytest.mark.skipif(os.name != "posix", reason="ends by signals")
def test_a_fit_that_ends_its_process_fails_its_runs_alone(tmp_path: Path) -> None:
    text = LETHAL.replace('name = "raw"', 'name = "raw"\n[[encoders]]\nname = "thirdparty:Brittle"')
    text = text.replace('[[optimisers]]\nname = "thirdparty:Lethal"\nway = "{way}"\n', "")
    text = text.replace("thirdparty:Plain", "isoperimetric")
    summary = bench.run(experiment(text, tmp_path), tmp_path / "out", jobs=2)
    runs, _ = bench.load(summary.path)
    assert set(summary.failures.values()) == {
        "PluginError: its encoder could not be fitted: it ended its process: Fatal Python error: Segmentation fault"
    }
    assert dict(runs.groupby("status").size()) == {"completed": 2, "failed": 2}
