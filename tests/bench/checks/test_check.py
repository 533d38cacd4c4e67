"""`latentbench check` finds out what a name stands for, and says in words and by its exit code whether it conforms."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import ENVIRONMENT, latentbench


def test_a_class_of_the_current_folder_conforms_with_its_parameters(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from bench.checks import Bowl\n\n\nclass Mine(Bowl):\n    def __init__(self, size: int, to: list[float]):\n"
        "        super().__init__(dim=size)\n"
    )
    command = [sys.executable, "-m", "bench.cli", "check", "mine:Mine", "--set", "size=2", "--set", "to = [0.5, 1]"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=ENVIRONMENT, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    *lines, last = done.stdout.splitlines()
    assert last == f"mine:Mine conforms: {len(lines)} checks"
    assert all(line.startswith("ok  ") for line in lines)
    assert "ok  gives the same results in another process" in lines


def test_objections_are_a_sentence_a_line_and_exit_code_1(tmp_path: Path) -> None:
    done = latentbench("check", "thirdparty.bad_optimisers:Secretive", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert (
        "no  asks for finite points, and for gradients only if it says so\n"
        "      it asks for gradients, though needs_gradient is False\n"
    ) in done.stdout
    assert done.stdout.endswith("Secretive does not conform: 1 of 8 checks object\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "NAME"),
        (["vea"], "did you mean 'vae'? allowed: "),
        (["nowhere:Class"], "there is no module 'nowhere'"),
        (["problems.base:Nothing"], "has no 'Nothing'"),
        (
            ["problems.base:Evaluation"],
            "must be a class derived from problems.base:Problem or encoders",
        ),
        (["problems.base:Problem"], "with all its methods written"),
        (["random-search", "--set", "batch=0"], "batch: 0 must be at least 1"),
        (["random-search", "--set", "size=2"], "'size' is unknown; allowed: batch"),
        (["random-search", "--set", "batch"], "--set batch: must be KEY=VALUE in TOML"),
        (["vae", "--set", "loss=bce"], "loss='\"bce\"'"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = latentbench("check", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("latentbench: ")
    assert said in done.stderr


SLEEPER = """
import time
from pathlib import Path
from bench.optimisers.base import Optimiser

class Sleeper(Optimiser):
    def minimise(self, objective, rng):
        Path("FOLDER/asleep").touch()
        while True:
            try:
                time.sleep(1)
            except:
                pass
"""


INTERRUPTIBLE = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("bench.cli", run_name="__main__", alter_sys=True)
"""
"""As from a terminal: what a shell has put in the background ignores Ctrl-C, and so do its children."""


@pytest.mark.skipif(os.name != "posix", reason="ends by signals")
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_check_of_what_does_not_end(tmp_path: Path, sent: signal.Signals) -> None:
    (tmp_path / "sleeper.py").write_text(SLEEPER.replace("FOLDER", str(tmp_path)))
    command = [sys.executable, "-c", INTERRUPTIBLE, "check", "sleeper:Sleeper"]
    checking = subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "asleep").exists():
        assert checking.poll() is None
        time.sleep(0.1)
    checking.send_signal(sent)
    _, said = checking.communicate(timeout=60)
    assert checking.returncode == 130
    assert "Traceback" not in said
