"""Memory of the command and of its workers over many short runs, which must stay flat.

Run as ``python tests/performance/long_runs.py [RUNS]``; by default 10,000, which take some minutes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

EXPERIMENT = """
name = "many"
replicates = 1
searches = {runs}
budget = 20
[[problems]]
name = "isoperimetric"
n_vertices = 12
data = {{ n = 50 }}
[[encoders]]
name = "raw"
[[optimisers]]
name = "random-search"
"""
SAMPLES = 10


def resident(process: psutil.Process) -> float:
    """MiB of memory that a process holds."""
    return float(process.memory_info().rss / 2**20)


def finished(out: Path) -> int:
    """Runs on record, from the names of the files: a pack holds 500."""
    names = [path.name for path in (out / "records").glob("*.parquet")] if out.exists() else []
    packs = sum(name.startswith("pack-") for name in names)
    return 500 * packs + len(names) - packs


def main() -> None:
    """Print memory after each tenth of the runs."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder, "many.toml"), Path(folder, "out")
        file.write_text(EXPERIMENT.format(runs=runs), encoding="utf-8")
        command = [sys.executable, "-m", "bench.cli", "run", str(file), "--out", str(out), "--jobs", "2"]
        begun = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        print(f"{'runs':>7} {'seconds':>8} {'command':>8}  workers, MiB")
        for sample in range(1, SAMPLES + 1):
            while process.poll() is None and finished(out) < (sample - 0.5) / SAMPLES * runs:
                time.sleep(0.05)
            if process.poll() is None:
                command_itself = psutil.Process(process.pid)
                held = "  ".join(f"{resident(worker):.0f}" for worker in command_itself.children())
                done = f"{finished(out):7} {time.monotonic() - begun:8.0f} {resident(command_itself):8.0f}"
                print(f"{done}  {held}", flush=True)
        code = process.wait()
    print(f"{runs} runs in {time.monotonic() - begun:.0f} s, exit code {code}")


if __name__ == "__main__":
    main()
