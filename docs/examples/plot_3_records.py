"""
Tables and figures of published records
=======================================

The records of the suite ``standard`` are part of the repository. Read them, and make tables and figures from them: as a data frame, as a
file, or in axes of your own.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

import bench
from bench.analysis import plots

root = next(folder for folder in Path.cwd().resolve().parents if (folder / "results").is_dir())
records = root / "results" / "reference" / "standard" / "records"
runs, traces = (pd.read_parquet(records / f"{name}.parquet") for name in ("runs", "traces"))
print(len(runs), "runs,", len(traces), "rows of traces")

# %%
# For an experiment of your own: ``runs, traces = bench.load("results/runs/quick")``.
#
# The efficiency table
# --------------------
# It has one row for each problem, arm and target. Which arms need the fewest evaluations to reach the easiest target of each problem?

table = bench.efficiency_table(runs, traces)
easiest = table.groupby("problem", sort=False)["target"].transform("first") == table["target"]
least = table[easiest].sort_values("ert").groupby("problem", sort=False).head(2)
print(least[["problem", "arm", "target", "successes", "ert"]].to_string(index=False))

# %%
# A figure for a paper
# --------------------
# Every function of ``bench.analysis.plots`` gives a figure and the data that it shows. Figures with one panel also take axes.

some = runs[
    (runs["problem"] == "heat-dispersion")
    & runs["arm"].isin(["raw-fourier/cma-es", "pca-16/cma-es", "spectral-vae-8/cma-es"])
]
figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
_, data = plots.convergence(some, traces[traces["run"].isin(some["run"])], ax=ax)
data.head()
