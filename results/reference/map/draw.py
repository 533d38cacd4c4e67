"""Draw on how many problems a learned space is ahead, from all reference results that hold their records."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bench.analysis.plots import overall_map, save

HERE = Path(__file__).parent
SUITES = ("standard", "structure", "conduction", "meshes", "bound")


def joined(name: str) -> pd.DataFrame:
    """Rows of all suites; `bound` has its own arms for a problem of `standard`, and counts apart."""
    frames = [
        pd.read_parquet(HERE.parent / suite / "records" / f"{name}.parquet").assign(suite=suite) for suite in SUITES
    ]
    whole = pd.concat(frames, ignore_index=True)
    if "problem" in whole:
        whole["problem"] = whole["problem"].where(whole["suite"] != "bound", whole["problem"] + ", strong searches")
    return whole


if __name__ == "__main__":
    runs, traces = joined("runs"), joined("traces")
    for reuse in (1.0, 100.0):
        figure, _ = overall_map(runs, traces, reuse)
        save(figure, HERE / f"overall-reuse-{reuse:.0f}")
