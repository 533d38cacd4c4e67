"""Microseconds a design of heat-dispersion on one core: values, values with gradients, verification; and memory.

Run as ``python tests/performance/bench_heat_dispersion.py``. The least of several rounds, in CPU time.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from problems.heat_dispersion import HeatDispersion

ROUNDS = 9
TOOLS = {50: 0.15, 100: 0.135, 200: 0.135, 400: 0.135}
"""Radius of the inner tool by number of vertices; 50 cannot resolve the default."""


def least(call: Callable[[], object], designs: int) -> float:
    """CPU microseconds a design, the least of some rounds."""
    repeats, spent = max(1, 200 // designs), []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _ in range(repeats):
            call()
        spent.append((time.process_time() - begun) / repeats)
    return min(spent) / designs * 1e6


def with_gradient(problem: HeatDispersion, x: np.ndarray) -> None:
    """One pass forward and one back, of the shared loss."""
    leaf = torch.tensor(x, requires_grad=True)
    loss = problem.objective(leaf) + problem.penalty * problem.constraints(leaf).clamp(min=0).sum(dim=1)
    torch.autograd.grad(loss.sum(), leaf)


def memory(n_vertices: int, gradient: bool) -> float:
    """MiB that a batch of 1,000 adds to a process."""
    command = [sys.executable, __file__, str(n_vertices), str(int(gradient))]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def peak(n_vertices: int, gradient: bool) -> None:
    """Print by how many MiB the largest memory grows with a batch of 1,000."""
    problem = HeatDispersion(n_vertices, r=TOOLS[n_vertices])
    x = np.resize(problem.designs(10, np.random.default_rng(0)), (1000, problem.dim))
    call = with_gradient if gradient else HeatDispersion.evaluate
    call(problem, x[:1])
    before = _largest()
    call(problem, x)
    print((_largest() - before) / 1024)


def _largest() -> int:
    """KiB that the process has held at most (Linux)."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines())
    return int(status["VmHWM"].split()[0])


def main() -> None:
    """Print a table."""
    torch.set_num_threads(1)
    print(f"{'N':>4} {'batch':>6} {'value, µs':>10} {'and gradient':>13} {'verification':>13}")
    for n_vertices, r in TOOLS.items():
        problem = HeatDispersion(n_vertices, r=r)
        drawn = problem.designs(100, np.random.default_rng(0))
        verified = least(lambda p=problem, d=drawn: [p.verify(x) for x in d], len(drawn))
        for batch in (1, 10, 100, 1000):
            x = np.resize(drawn, (batch, problem.dim))
            value = least(lambda p=problem, x=x: p.evaluate(x), batch)
            gradient = least(lambda p=problem, x=x: with_gradient(p, x), batch)
            print(f"{n_vertices:4} {batch:6} {value:10.1f} {gradient:13.1f} {verified:13.1f}")
    for n_vertices in TOOLS:
        value, gradient = memory(n_vertices, False), memory(n_vertices, True)
        print(f"N = {n_vertices}: a batch of 1,000 adds {value:.0f} MiB, with gradients {gradient:.0f} MiB")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        peak(int(sys.argv[1]), bool(int(sys.argv[2])))
    else:
        main()
