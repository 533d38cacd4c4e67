from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import pytest
from support import made_once

import bench
from fuzz.cases import tried

SMALL = """
name = "small"
replicates = 2
budget = 30

[[problems]]
name = "isoperimetric"
n_vertices = 8
data = { classes = ["triangle", "star"], n = 20 }

[[encoders]]
name = "raw"

[[encoders]]
name = "vae"
hidden = 4
epochs = 2

[[optimisers]]
name = "random-search"

[[optimisers]]
name = "l-bfgs"

[[arms]]
label = "hand-off"
stages = [{ encoder = "vae", optimiser = "random-search", until = 0.5 }, { encoder = "raw", optimiser = "l-bfgs" }]
"""


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a small experiment, beside the directory `out` into which it has been run."""

    def run(folder: Path) -> None:
        (folder / "small.toml").write_text(SMALL, encoding="utf-8")
        with warnings.catch_warnings(action="ignore"):
            assert bench.run(folder / "small.toml", folder / "out", jobs=1).failures == {}

    return made_once("small", run, tmp_path_factory) / "small.toml"


@pytest.fixture
def copy(small: Path, tmp_path: Path) -> Path:
    """A copy of the directory."""
    return Path(shutil.copytree(small.parent / "out", tmp_path / "out"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if tried:
        terminalreporter.write_line(f"fuzz: {sum(tried.values())} cases in {len(tried)} tests")
