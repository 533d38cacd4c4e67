from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before NumPy is imported: as in a worker, and for its children too
os.environ.setdefault("LOKY_MAX_CPU_COUNT", "1")  # runs take one worker unless told: each process of xdist has a core

import pytest
from hypothesis import settings
from lasting import LastingCrew
from support import made_once

import bench
from bench.running.workers import teams
from bench.running.workers.process import Crew

settings.register_profile("suite", deadline=None)  # the first call pays for imports
settings.load_profile("suite")

TINY = """
name = "tiny"
replicates = 2
budget = 40

[[problems]]
name = "isoperimetric"
n_vertices = 12
data = { classes = ["triangle", "square", "star"], n = 40 }

[[encoders]]
name = "raw"

[[encoders]]
name = "vae"
label = "vae-2"
hidden = 8
epochs = 60
learning_rate = 0.01

[[optimisers]]
name = "random-search"

[[optimisers]]
name = "l-bfgs"

[[arms]]
label = "hand-off"
stages = [
    { encoder = "vae-2", optimiser = "random-search", until = 0.5 },
    { encoder = "raw", optimiser = "l-bfgs" },
]
"""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tell the order, which the header that `-q` leaves out would tell."""
    seed = config.getoption("randomly_seed", None)
    if seed is not None:
        terminalreporter.write_line(f"The same order again: --randomly-seed={seed}")


@pytest.fixture(scope="session", autouse=True)
def _lasting_workers() -> Iterator[None]:
    """One crew of worker processes for all tests but those of processes, since each takes seconds to start."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(teams, "Crew", LastingCrew)
        yield
    LastingCrew.end_all()


@pytest.fixture
def own_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes of the test's own, for tests of how these start, die and end."""
    monkeypatch.setattr(teams, "Crew", Crew)


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory into which the tiny experiment has been run: read only; copy it to change it."""

    def run(folder: Path) -> None:
        assert bench.run(bench.Experiment.from_toml(TINY), folder / "out", jobs=1).failures == {}

    return made_once("tiny", run, tmp_path_factory) / "out"


@pytest.fixture
def tiny() -> str:
    """The TOML text of an experiment of 2 replicates and 5 arms that takes a second or two."""
    return TINY


@pytest.fixture
def tiny_file(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    return path
