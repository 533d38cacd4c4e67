"""What a design of heat-dispersion costs with its constraints, against its verification by Shapely.

Both ask whether it can be made: seven constraints over all pairs of N vertices, with gradients where asked, or buffers
of a polygon. Per design, by number of vertices; memory is what a batch of 1,000 adds to a process at most.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from problems.heat_dispersion import HeatDispersion

TOOLS = {50: 0.15, 100: 0.135, 200: 0.135, 400: 0.135, 800: 0.135}
"""Radius of the inner tool by number of vertices; 50 cannot resolve the default."""
AXIS = "vertices N, of heat-dispersion with its constraints"
VERIFIED = 25
"""Designs that verification is timed on."""


def value(problem: HeatDispersion, x: np.ndarray) -> None:
    """Objective and constraints."""
    problem.evaluate(x)


def gradient(problem: HeatDispersion, x: np.ndarray) -> None:
    """One pass forward and one back, of the shared loss."""
    evaluation, pullback = problem.linearise(x)
    pullback(np.ones(len(x)), problem.penalty * (evaluation.constraints > 0))


@pytest.mark.parametrize("call", [value, gradient], ids=["value", "gradient"])
@pytest.mark.parametrize("batch", [1, 10, 1000])
@pytest.mark.parametrize("n_vertices", TOOLS)
def test_design(versus: Any, benchmark: Any, n_vertices: int, batch: int, call: Any) -> None:
    problem = HeatDispersion(n_vertices, r=TOOLS[n_vertices])
    drawn = problem.designs(VERIFIED, np.random.default_rng(0))
    x = np.resize(drawn, (batch, problem.dim))

    def verification() -> None:  # of as many designs as a batch has
        for design in x[:VERIFIED]:
            problem.verify(design)

    share = min(batch, VERIFIED) / batch
    kind = f"value{' and gradient' if call is gradient else ''}, batch of {batch:,}"
    others, place = {"verification": verification}, (AXIS, kind, n_vertices)
    versus(f"N = {n_vertices}, {kind}", lambda: call(problem, x), others, per=batch, rounds=9, at=place)
    seconds = benchmark.extra_info["seconds"]
    seconds["verification"] = [spent / share for spent in seconds["verification"]]
    if batch == 1000:
        benchmark.extra_info["note"] = f"{memory(n_vertices, call):.0f} MiB"


def memory(n_vertices: int, call: Any) -> float:
    """MiB that a batch of 1,000 adds to a process."""
    command = [sys.executable, __file__, str(n_vertices), call.__name__]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def peak(n_vertices: int, call: Any) -> float:
    """MiB by which the largest memory grows with a batch of 1,000."""
    problem = HeatDispersion(n_vertices, r=TOOLS[n_vertices])
    x = np.resize(problem.designs(10, np.random.default_rng(0)), (1000, problem.dim))
    call(problem, x[:1])
    before = _largest()
    call(problem, x)
    return (_largest() - before) / 1024


def _largest() -> int:
    """KiB that the process has held at most (Linux)."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines())
    return int(status["VmHWM"].split()[0])


if __name__ == "__main__":
    print(peak(int(sys.argv[1]), {"value": value, "gradient": gradient}[sys.argv[2]]))
