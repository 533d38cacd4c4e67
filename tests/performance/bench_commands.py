"""What commands take on a finished experiment, in seconds on the wall of a fresh process, against those asked for.

Of the suite `quick`, which is run once with two workers and takes its time there, and of 1,000 runs of random search.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.benchmark(timer=time.perf_counter)

ASKED = {"report": 5.0, "explore": 5.0, "plot": 5.0}
RUN, RESUME = 30.0, 1.5
RUNS = 1000
MANY = f"""
name = "many"
replicates = 10
searches = {RUNS // 10}
budget = 5
problems = [{{ name = "isoperimetric", n_vertices = 12, data = {{ n = 40 }} }}]
encoders = [{{ name = "raw" }}]
optimisers = [{{ name = "random-search" }}]
"""


def latentbench(*arguments: str | Path) -> float:
    """Seconds that a command takes."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "bench.cli", *map(str, arguments)], check=True, capture_output=True)
    return time.perf_counter() - begun


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """The directory of a finished `quick`, and what it took; formulas are compiled before."""
    folder = tmp_path_factory.mktemp("quick")
    small = folder / "small.toml"
    small.write_text(MANY.replace(f"searches = {RUNS // 10}", "searches = 1"), encoding="utf-8")
    latentbench("run", small, "--out", folder / "small")
    return folder / "out", latentbench("run", "quick", "--out", folder / "out", "--jobs", "2")


@pytest.fixture
def within(benchmark: Any) -> Callable[[str, Callable[[], float], float], None]:
    """Leave for the page what a command took, and what was asked."""

    def measured(what: str, command: Callable[[], float], asked: float) -> None:
        seconds: list[float] = []
        benchmark.pedantic(lambda: seconds.append(command()), rounds=3)
        limit = f"{asked:g} s"
        benchmark.extra_info.update(what=what, seconds={"ours": seconds, limit: [asked] * 3}, aims={limit: 1.0})

    return measured


def test_run(benchmark: Any, quick: tuple[Path, float]) -> None:
    benchmark.pedantic(lambda: None)
    seconds = {"ours": [quick[1]], f"{RUN:g} s": [RUN]}
    benchmark.extra_info.update(what="run quick --jobs 2", seconds=seconds, aims={f"{RUN:g} s": 1.0})


@pytest.mark.parametrize("command", ASKED)
def test_page(within: Any, quick: tuple[Path, float], command: str, tmp_path: Path) -> None:
    within(f"{command} of quick", lambda: latentbench(command, quick[0], "--out", tmp_path / "out"), ASKED[command])


def test_resume(within: Any, tmp_path: Path) -> None:
    file, out = tmp_path / "many.toml", tmp_path / "out"
    file.write_text(MANY, encoding="utf-8")
    latentbench("run", file, "--out", out)
    within(f"run, with nothing to do, at {RUNS:,} runs", lambda: latentbench("run", file, "--out", out), RESUME)
