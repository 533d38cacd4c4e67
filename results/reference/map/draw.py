"""Draw on how many problems a learned space is ahead, from the records of `standard`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bench.analysis.plots import overall_map, save

HERE = Path(__file__).parent
RECORDS = HERE.parent / "standard" / "records"

if __name__ == "__main__":
    runs, traces = (pd.read_parquet(RECORDS / f"{name}.parquet") for name in ("runs", "traces"))
    for reuse in (1.0, 100.0):
        figure, _ = overall_map(runs, traces, reuse)
        save(figure, HERE / f"overall-reuse-{reuse:.0f}")
