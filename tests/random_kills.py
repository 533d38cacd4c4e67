"""Kill processes of an experiment at random, go on, and compare what comes out with an undisturbed one.

Run as ``python tests/random_kills.py [KILLS] [SEED]``; by default 50 kills, which take some minutes. A kill takes the
command, one of its workers, or all of them at once, by SIGKILL, SIGTERM, SIGINT or a segmentation fault. After each, no
finished run may be lost, and no half one believed. POSIX only.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
from support import ENVIRONMENT, assert_same_records

import bench

EXPERIMENT = """
name = "killed"
seed = {seed}
replicates = 12
budget = 60
[[problems]]
name = "thirdparty:Slow"
n_vertices = 12
data = {{ n = 40 }}
[[encoders]]
name = "raw"
[[encoders]]
name = "vae"
hidden = 8
epochs = 5
[[optimisers]]
name = "random-search"
batch = 2
[[optimisers]]
name = "l-bfgs"
"""
LONGEST_WAIT = 8.0
"""Seconds between kills at most: from before the workers have started to the midst of the runs."""


class Disturbed:
    """An experiment that is killed again and again."""

    def __init__(self, folder: Path, seed: int, chance: random.Random) -> None:
        self.file, self.out, self.chance = folder / f"experiment-{seed}.toml", folder / f"killed-{seed}", chance
        self.file.write_text(EXPERIMENT.format(seed=seed), encoding="utf-8")
        self.kills: Counter[str] = Counter()
        self.completed = 0

    def command(self) -> list[str]:
        """What a user would type."""
        return [sys.executable, "-m", "bench.cli", "run", str(self.file), "--out", str(self.out), "--jobs", "2"]

    def disturb(self, kills: int) -> None:
        """Run the experiment, killing something now and then, until there are so many kills or it is done."""
        process = self._start()
        while sum(self.kills.values()) < kills:
            try:
                code = process.wait(self.chance.uniform(0, LONGEST_WAIT))
            except subprocess.TimeoutExpired:
                self._kill(process)
                continue
            self._check()
            if code == 0:
                return
            process = self._start()
        process.kill()
        process.wait()
        self._check()

    def finish(self) -> None:
        """Let the rest be done; a run whose process was killed twice has failed, and is done again."""
        for _ in range(3):
            if subprocess.run(self.command(), env=ENVIRONMENT, capture_output=True, check=False).returncode == 0:
                return
        raise AssertionError("runs fail although nobody disturbs them")

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.command(), env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        workers = [child.pid for child in psutil.Process(process.pid).children()]
        victims, number = self.chance.choice(
            [
                ("command", signal.SIGKILL),
                ("command", signal.SIGTERM),
                ("command", signal.SIGINT),
                ("worker", signal.SIGKILL),
                ("worker", signal.SIGSEGV),
                ("worker", signal.SIGTERM),
                ("all", signal.SIGKILL),
            ]
        )
        if victims == "worker" and not workers:
            return
        chosen = {"command": [process.pid], "worker": workers and [self.chance.choice(workers)]}
        for pid in chosen.get(victims, [process.pid, *workers]):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        self.kills[f"{victims} by {number.name}"] += 1
        if victims != "worker":
            process.wait()
            self._check()

    def _check(self) -> None:
        """See that what was completed still is, and that there is no record that cannot be believed."""
        if not (self.out / "experiment.json").exists():
            return
        with warnings.catch_warnings(action="error"):
            runs, _ = bench.load(self.out)
        completed = int((runs["status"] == "completed").sum())
        if completed < self.completed:
            raise AssertionError(f"{self.completed} runs were completed, and now {completed}")
        self.completed = completed


def disturb(folder: Path, kills: int, seed: int = 0) -> Counter[str]:
    """Kill so many times, over as many experiments as that takes; compare each with an undisturbed one."""
    total: Counter[str] = Counter()
    chance = random.Random(seed)
    while sum(total.values()) < kills:
        experiment = Disturbed(folder, seed, chance)
        experiment.disturb(kills - sum(total.values()))
        experiment.finish()
        undisturbed = bench.run(experiment.file, folder / f"undisturbed-{seed}", jobs=2)
        assert_same_records(experiment.out, undisturbed.path)
        total += experiment.kills
        print(f"experiment {seed}: {undisturbed.runs} runs, {sum(experiment.kills.values())} kills; equal", flush=True)
        seed += 1
    return total


def main() -> None:
    """Do it, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kills", nargs="?", type=int, default=50)
    parser.add_argument("seed", nargs="?", type=int, default=0)
    given = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        counted = disturb(Path(folder), given.kills, given.seed)
    for what, times in sorted(counted.items()):
        print(f"{times:4}  {what}")
    print(f"{sum(counted.values())} kills in {time.monotonic() - begun:.0f} s; all records as if undisturbed")


if __name__ == "__main__":
    main()
