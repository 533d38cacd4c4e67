"""Near misses are told what was meant, and a terminal of any encoding bears every answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import ENVIRONMENT, experiment_file, latentbench

import bench
from bench.errors import BadInput


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[[optimisers]]", "[[optimizers]]", "did you mean 'optimisers'"),
        ("[[problems]]", "[problems]", r"write \[\[problems\]\], not \[problems\]"),
        ('name = "vae"', 'name = "VAE"', "did you mean 'vae'"),
        ('name = "raw"', 'name = "PCA"', "did you mean 'pca'"),
        ("epochs = 60", "epochs = [60, 80]", r"not \[60, 80\]; for each of several values, write an entry"),
    ],
)
def test_a_near_miss_is_told_what_was_meant(tiny: str, old: str, new: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        bench.Experiment.from_toml(tiny.replace(old, new))


def test_a_whole_number_may_have_an_exponent(tiny: str) -> None:
    short = bench.Experiment.from_toml(tiny.replace("budget = 40", "budget = 4e1"))
    assert short.identity() == bench.Experiment.from_toml(tiny).identity()


BOTH = """
import sys
from bench.cli import main
for command in ("table", "audit"):
    sys.argv[1:] = [command, sys.argv[-1]]
    assert main() == 0, command
"""


def test_a_terminal_that_lacks_letters_gets_others(tiny_run: Path) -> None:
    environment = ENVIRONMENT | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    arguments = [sys.executable, "-c", BOTH, str(tiny_run)]
    done = subprocess.run(arguments, capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert b"Evaluations to target" in done.stdout
    assert b"too few for intervals" in done.stdout
    assert "σ".encode() not in done.stdout
    assert os.linesep.encode() in done.stdout


def test_what_is_evaluated_beside_budgets_is_said_beforehand(tiny: str, tmp_path: Path) -> None:
    path = experiment_file(tiny, tmp_path)
    done = latentbench("run", path, "--dry-run", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "beside these, starts, references and diagnoses of encoders take up to " in done.stderr
