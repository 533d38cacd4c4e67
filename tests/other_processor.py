"""How far records differ on an older processor: Torch and OpenBLAS are told to use less of this one.

Run as ``python tests/other_processor.py``; some minutes. x86-64 only.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import bench

EXPERIMENT = """
name = "processors"
replicates = 5
budget = 1000
[[problems]]
name = "isoperimetric"
[[problems]]
name = "heat-dispersion"
[[problems]]
name = "target-ratio"
[[encoders]]
name = "raw"
[[encoders]]
name = "pca"
[[optimisers]]
name = "cma-es"
[[optimisers]]
name = "l-bfgs"
"""
OLDER = {"OPENBLAS_CORETYPE": "Prescott", "ATEN_CPU_CAPABILITY": "default"}


def run(file: Path, out: Path, environment: dict[str, str]) -> Path:
    """Run an experiment in a process of such an environment."""
    command = [sys.executable, "-m", "bench.cli", "run", str(file), "--out", str(out)]
    subprocess.run(command, env=os.environ | environment, check=True, capture_output=True)
    return out


def main() -> None:
    """Compare the best values, run by run."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "processors.toml")
        file.write_text(EXPERIMENT, encoding="utf-8")
        here = bench.load(run(file, Path(folder, "here"), {}))[0].set_index("run")
        older = bench.load(run(file, Path(folder, "older"), OLDER))[0].set_index("run").loc[here.index]
    assert not (here["provenance"] == older["provenance"]).any()
    start = (here["start"] == older["start"]) | (here["start"].isna() & older["start"].isna())
    found = here["best"].notna() & older["best"].notna()
    change = np.abs(older["best"] / here["best"] - 1)[found]
    print(f"{len(here)} runs; the start has the same value, digit by digit, in {start.sum()}")
    print(f"{found.sum()} found a design on both; its value is the same in {(change == 0).sum()},")
    close = f"within 1e-9 in {(change <= 1e-9).sum()}, within 1 % in {(change <= 0.01).sum()}"
    print(f"{close}; at most {change.max():.1%} apart")
    print(f"{(here['best'].notna() != older['best'].notna()).sum()} found one on one side alone")
    medians = [runs.groupby(["problem", "arm"])["best"].median() for runs in (here, older)]
    print(f"medians of an arm: at most {np.abs(medians[1] / medians[0] - 1).max():.1%} apart")


if __name__ == "__main__":
    main()
