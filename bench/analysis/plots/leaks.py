"""Leak sensitivity: what the same arms achieve on problems that differ in nothing but their training designs."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bench.analysis.labels import ordered, raw_first
from bench.analysis.leaks import gaps
from bench.analysis.plots.curves import FLOOR
from bench.analysis.plots.style import COLUMN, PALETTE, STYLE, choose, plain
from bench.analysis.records import Records

MARKERS = ("o", "D", "s", "^")
ROW = 0.17
"""Height in inches of an arm."""


def leak_sensitivity(runs: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """Final gap of every arm on problems that differ in their training designs alone: a row an arm, a marker a problem.

    The further apart an arm's markers, the more it owes to what the designs gave away. The gap is the median over
    searches of that of the best verified design, smaller ones than 10⁻⁶ at the left edge; an arm half of whose
    searches found none has no marker.

    Parameters
    ----------
    runs : DataFrame
        Records.

    Returns
    -------
    figure : Figure
    data : DataFrame
        A row per (group of such problems, arm, problem): ``group`` (number), problem, arm, ``gap`` (median, inf where
        half of the searches found no design). Only arms of all problems of the group, and problems whose gap can be
        told; empty where there are no two such problems.

    Raises
    ------
    ValueError
        If there is no run.
    """
    return from_records(Records(runs))


def from_records(records: Records) -> tuple[Figure, pd.DataFrame]:
    """Like `leak_sensitivity`."""
    data = gaps(choose(records))
    groups = [group for _, group in data.groupby("group")] or [data]
    rows = [max(group["arm"].nunique(), 3) for group in groups]
    with mpl.rc_context(STYLE):
        size = COLUMN, ROW * sum(rows) + 1.3 * len(groups)
        figure = Figure(figsize=size, layout="constrained")
        panels = figure.subplots(len(groups), squeeze=False, height_ratios=rows).ravel()
        for ax, group in zip(panels, groups, strict=True):
            _draw(ax, group, raw_first(records, "arm"))
    return figure, data


def _draw(ax: Axes, data: pd.DataFrame, order: list[str]) -> None:
    arms, problems = [arm for arm in order if arm in set(data["arm"])], ordered(data["problem"].unique())
    place = {arm: number for number, arm in enumerate(arms)}
    ax.set(xscale="log", ylim=(max(len(arms), 1) - 0.4, -0.6), yticks=range(len(arms)))
    ax.set_yticklabels([plain(arm) for arm in arms])
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("normalised gap Δ at the end", loc="right")
    if data.empty:
        ax.text(
            0.5, 0.5, "no two problems differ\nin their data alone", transform=ax.transAxes, ha="center", va="center"
        )
        return
    shown = data.assign(gap=data["gap"].where(np.isfinite(data["gap"])).clip(lower=FLOOR))
    for arm, ends in shown.groupby("arm")["gap"]:
        ax.plot([ends.min(), ends.max()], [place[str(arm)]] * 2, color="0.8", linewidth=1.0, zorder=1)
    handles = []
    for number, problem in enumerate(problems):
        rows = shown[shown["problem"] == problem]
        colour = PALETTE[1 + number % (len(PALETTE) - 1)]
        # the first is open, so that equal gaps show both
        face = "white" if number == 0 else colour
        look: dict[str, Any] = {"color": colour, "markerfacecolor": face, "markersize": 6.0 if number == 0 else 3.5}
        look |= {"marker": MARKERS[number % len(MARKERS)], "linestyle": "none", "clip_on": False, "zorder": 3}
        ax.plot(rows["gap"], rows["arm"].map(place), **look)
        handles.append(Line2D([], [], label=plain(problem), **look))
    ax.set_xlim(left=FLOOR)
    ax.legend(handles=handles, loc="lower right", bbox_to_anchor=(1.0, 1.0), frameon=False)
