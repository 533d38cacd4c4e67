"""The map of when, over all problems: on how many a learned space is ahead."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from bench.analysis.ahead import SIDES, races
from bench.analysis.plots.style import COLUMN, PAGE, STYLE
from bench.analysis.plots.when import EVALUATION, TICKS, TITLES
from bench.analysis.records import Records

SHARES = np.logspace(-3.0, 0.0, 61)
"""Of the largest budget of a problem."""


def overall_map(runs: pd.DataFrame, traces: pd.DataFrame, reuse: float = 1.0) -> tuple[Figure, pd.DataFrame]:
    """On how many problems a learned space is ahead, by the share of the budget and the cost of an evaluation.

    Parameters
    ----------
    runs, traces : DataFrame
        Records of several problems, each of which counts once, whatever its largest budget is.
    reuse : float
        As for `when.when_map`.

    Returns
    -------
    figure : Figure
    data : DataFrame
        A row per (gradients, share, evaluation): ``share`` of the largest budget of a problem; ``learned`` and
        ``other``, the shares of the problems on which that side leads (the rest are level, or nobody has a verified
        design), and the number of ``problems``.
    """
    return from_records(Records(runs, traces), reuse)


def from_records(records: Records, reuse: float = 1.0) -> tuple[Figure, pd.DataFrame]:
    """Like `overall_map`."""
    grid = pd.MultiIndex.from_product([SHARES, EVALUATION], names=["share", "evaluation"]).to_frame(index=False)
    found = []
    for part in records.parts.values():
        for gradients, race in races(part).items():
            if {0, 1} - set(SIDES[race.kind]):
                continue  # there is nothing to compare
            budget = np.maximum(grid["share"] * race.prices[-1], 1.0)
            side = SIDES[race.after(budget * grid["evaluation"], grid["evaluation"], reuse).kind]
            found.append(grid.assign(gradients=gradients, learned=side == 1, other=side == 0, problems=1))
    if not found:
        return Figure(), pd.DataFrame(columns=["gradients", "share", "evaluation", "learned", "other", "problems"])
    keys = ["gradients", "share", "evaluation"]
    data = pd.concat(found).groupby(keys).agg({"learned": "mean", "other": "mean", "problems": "sum"}).reset_index()
    columns = sorted(set(data["gradients"]))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(COLUMN if len(columns) == 1 else PAGE * 0.75, 2.6), layout="constrained")
        for ax, gradients in zip(figure.subplots(1, len(columns), sharey=True, squeeze=False)[0], columns, strict=True):
            rows = data[data["gradients"] == gradients]
            lead = (rows["learned"] - rows["other"]).to_numpy().reshape(len(SHARES), len(EVALUATION)).T
            look: dict[str, Any] = {"cmap": "PuOr_r", "vmin": -1.0, "vmax": 1.0, "rasterized": True, "linewidth": 0.0}
            drawn = ax.pcolormesh(SHARES, EVALUATION, lead, shading="nearest", **look)
            ax.set(xscale="log", yscale="log", xlim=SHARES[[0, -1]], ylim=EVALUATION[[0, -1]])
            ax.set_title(TITLES[gradients])
            ax.set_xlabel("share of the largest budget")
            ax.set_yticks(list(TICKS), list(TICKS.values()))
            ax.minorticks_off()
        figure.axes[0].set_ylabel("cost of an evaluation")
        bar = figure.colorbar(drawn, ax=figure.axes, aspect=12, ticks=[-1.0, 0.0, 1.0])
        n = int(data["problems"].max())
        bar.ax.set_yticklabels([f"not learned\non all {n}", "as many\nof each", f"learned\non all {n}"])
    return figure, data
