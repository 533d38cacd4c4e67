"""Seconds until the command line answers: ``python tests/performance/bench_start_up.py``."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

COMMANDS = (["--help"], ["--version"], ["list"])
ROUNDS = 15


def main() -> None:
    """Print the median of several rounds for each command, beside that of a Python that does nothing."""
    for name, command in [
        ("python -c pass", ["-c", "pass"]),
        *((f"latentbench {c[0]}", ["-m", "bench.cli", *c]) for c in COMMANDS),
    ]:
        seconds = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            subprocess.run([sys.executable, *command], check=True, capture_output=True)
            seconds.append(time.perf_counter() - begun)
        print(f"{name:24s}{median(seconds):6.3f} s")


if __name__ == "__main__":
    main()
