"""`latentbench new` writes what conforms at once, is tested, and runs in an experiment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import ENVIRONMENT, latentbench

from bench import checks
from bench.checks.skeletons import encoder, optimiser, problem

FILE = """
name = "mine"
replicates = 1
budget = 30
[[problems]]
name = "my_problem:MyProblem"
[[encoders]]
name = "raw"
[[encoders]]
name = "my_encoder:MyEncoder"
[[optimisers]]
name = "my_optimiser:MyOptimiser"
"""


def test_what_is_copied_conforms() -> None:
    assert checks.check_problem(problem.Skeleton) == []
    assert checks.check_encoder(encoder.Skeleton) == []
    assert checks.check_optimiser(optimiser.Skeleton) == []


def test_all_three_together_are_an_experiment(tmp_path: Path) -> None:
    for kind in ("problem", "encoder", "optimiser"):
        answer = latentbench("new", kind, f"my-{kind}", cwd=tmp_path)
        assert answer.returncode == 0
        assert answer.stdout.split() == [f"my_{kind}.py", f"test_my_{kind}.py"]
        assert f"my_{kind}:My{kind.capitalize()}" in answer.stderr
        assert "keleton" not in (tmp_path / f"my_{kind}.py").read_text()
    (tmp_path / "mine.toml").write_text(FILE)
    command = [sys.executable, "-m", "bench.cli", "run", "mine.toml", "--out", "out", "--jobs", "1"]
    done = subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("failed:")) == (0, 0), done.stderr


def test_the_test_that_comes_along_passes(tmp_path: Path) -> None:
    assert latentbench("new", "optimiser", "walk", cwd=tmp_path).returncode == 0
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "test_walk.py"]
    environment = ENVIRONMENT | {"PYTHONPATH": os.pathsep.join([str(tmp_path), ENVIRONMENT["PYTHONPATH"]])}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.parametrize("name", ["Wing", "2wings", "my wing", "class", "../wing", "wing.py", ""])
def test_a_name_that_no_module_can_have_is_refused(tmp_path: Path, name: str) -> None:
    answer = latentbench("new", "problem", name, cwd=tmp_path)
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "test_wing.py").write_text("mine")
    answer = latentbench("new", "problem", "wing", cwd=tmp_path)
    assert answer.returncode == 2
    assert "test_wing.py: is there already" in answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["test_wing.py"]
