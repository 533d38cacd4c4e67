"""Runs and fits that end their processes: each is named with its reason, and the others finish."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import ENVIRONMENT, assert_same_records, experiment_file

import bench

pytestmark = pytest.mark.usefixtures("own_workers")

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


WAYS = {
    "segfault": "it ended its process: Fatal Python error: Segmentation fault",
    "exit": "it ended its process with exit code 3",
    "kill": "its process was killed by SIGKILL, for the second time, this time alone",
    "hang": "it took longer than the time limit of 5 s",
    "hang in C": "it took longer than the time limit of 5 s",
    "interrupt": "KeyboardInterrupt",
}


@pytest.mark.skipif(os.name != "posix", reason="ends by signals")
def test_runs_that_end_their_processes_are_named_and_the_others_finish(tmp_path: Path) -> None:
    lethal = '[[optimisers]]\nname = "thirdparty:Lethal"\nway = "{way}"\n'
    text = LETHAL.replace("= 2", "= 1").replace(lethal, "")
    for way in WAYS:
        text += lethal.format(way=way) + f'label = "{way}"\n'
    summary = bench.run(experiment_file(text, tmp_path), tmp_path / "out", jobs=2, time_limit=5)
    runs = bench.load(summary.path)[0].set_index("optimiser")
    assert dict(runs.loc[runs["status"] == "failed", "reason"]) == WAYS
    assert sorted(summary.failures.values()) == sorted(WAYS.values())
    assert runs.loc["random-search", "status"] == "completed"
    log = (summary.path / "log.txt").read_text()
    assert log.count("in minimise") == 4  # where it happened, in all but those that leave no word: exit and kill


@pytest.mark.skipif(os.name != "posix", reason="ends by signals")
def test_a_run_that_ends_its_process_is_done_again_and_fails_again(tmp_path: Path) -> None:
    path = experiment_file(LETHAL.replace("= 2", "= 1").format(way="exit"), tmp_path)
    for _ in range(2):
        summary = bench.run(path, tmp_path / "out", jobs=1)
        runs, _ = bench.load(summary.path)
        assert list(summary.failures.values()) == [WAYS["exit"]]
        assert list(runs.loc[runs["status"] == "failed", "reason"]) == [WAYS["exit"]]
        assert list(runs.loc[runs["optimiser"] == "random-search", "status"]) == ["completed"]


@pytest.mark.skipif(os.name != "posix", reason="ends by signals")
def test_a_run_whose_process_is_killed_once_is_done_again_alone(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    text = LETHAL.replace("= 2", "= 1").replace("Lethal", "Unlucky").replace('way = "{way}"', f'marks = "{marks}"')
    summary = bench.run(experiment_file(text, tmp_path), tmp_path / "out", jobs=2)
    assert summary.failures == {}
    assert len(list(marks.iterdir())) == 1


@pytest.mark.skipif(os.name != "posix", reason="ends by signals")
def test_a_fit_that_ends_its_process_fails_its_runs_alone(tmp_path: Path) -> None:
    text = LETHAL.replace("= 2", "= 1").replace(
        'name = "raw"', 'name = "raw"\n[[encoders]]\nname = "thirdparty:Brittle"'
    )
    text = text.replace('[[optimisers]]\nname = "thirdparty:Lethal"\nway = "{way}"\n', "")
    text = text.replace('"thirdparty:Plain"', '"isoperimetric"\nn_vertices = 12\nreference = 64\ndata = { n = 40 }')
    summary = bench.run(experiment_file(text, tmp_path), tmp_path / "out", jobs=1)
    runs, _ = bench.load(summary.path)
    assert set(summary.failures.values()) == {
        "PluginError: its encoder could not be fitted: it ended its process: Fatal Python error: Segmentation fault"
    }
    assert dict(runs.groupby("status").size()) == {"completed": 1, "failed": 1}


IN_TURN = """
import json, subprocess, sys
from support import latentbench
answers = []
for line in sys.stdin.read().splitlines():
    program, *arguments = line.split()
    if program == "latentbench":
        answers.append(latentbench(*arguments))
    else:
        subprocess.run([program, *arguments], check=True)
print(json.dumps(answers))
"""
"""A program that does what a script says, and tells what the command line has answered."""


def in_a_small_file_system(script: str, folder: Path) -> list[tuple[int, str, str]]:
    """Run commands, one a line, where `disk` is a file system of a few kilobytes; skip where that needs more rights."""
    (folder / "disk").mkdir()
    whole = 'mount -t tmpfs -o size=120k tmpfs disk || exit 77; "$@"; cp -r disk copy'
    unshare = [
        "unshare",
        "--user",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        whole,
        "sh",
        sys.executable,
        "-c",
        IN_TURN,
    ]
    try:
        done = subprocess.run(
            [*unshare, sys.executable, "-c", IN_TURN],
            cwd=folder,
            env=ENVIRONMENT,
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("there is no unshare")
    if done.returncode in (1, 77):
        pytest.skip("no file system may be mounted")
    return [tuple(answer) for answer in json.loads(done.stdout)]


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a file system of its own")
def test_a_disk_that_is_full_or_read_only_ends_a_run_with_one_line_and_no_half_record(tmp_path: Path) -> None:
    text = LETHAL.replace('name = "thirdparty:Lethal"\nway = "{way}"', 'name = "cma-es"').replace("= 2", "= 6")
    plain = '"isoperimetric"\nn_vertices = 30\nreference = 64\ndata = { n = 40 }'
    path = experiment_file(text.replace('"thirdparty:Plain"', plain), tmp_path)
    full, again, whole, read_only, table = in_a_small_file_system(
        """latentbench run experiment.toml --out disk/out
        mount -o remount,rw,size=20m disk
        latentbench run experiment.toml --out disk/out
        latentbench run experiment.toml --out disk/out
        rm disk/out/provenance.json
        mount -o remount,ro disk
        latentbench run experiment.toml --out disk/out
        latentbench table disk/out""",
        tmp_path,
    )
    last = full[2].splitlines()[-1]
    assert full[:2] == (2, "")
    assert last.startswith("latentbench: disk/out/")
    assert last.endswith(": No space left on device")
    assert "Traceback" not in full[2]
    assert again[:2] == whole[:2]
    assert again[0] == 0
    assert "aside" not in {path.name for path in (tmp_path / "copy" / "out").iterdir()}
    assert (read_only[0], read_only[2]) == (2, "latentbench: disk/out: cannot be written: Read-only file system\n")
    assert table[0] == 0
    assert_same_records(tmp_path / "copy" / "out", bench.run(path, tmp_path / "undisturbed", jobs=1).path)
