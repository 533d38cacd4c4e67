"""The gap of every arm as a stacked bar: what its encoder cannot represent, then what its search did not find."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.analysis.decomposition import table
from bench.analysis.plots.style import COLUMN, PALETTE, STYLE, choose, plain
from bench.analysis.records import Records
from bench.quantities import rough, significant

PARTS = {"representation_gap": ("representation gap", PALETTE[1], ""), "search_gap": ("search gap", PALETTE[2], "////")}
ROW = 0.17
"""Height in inches of an arm."""


def gap_parts(runs: pd.DataFrame, ax: Axes | None = None) -> tuple[Figure, pd.DataFrame]:
    """Normalised gap of every arm, split into representation gap and search gap; in figures, their sum.

    An infinite bar, of an arm half of whose searches found no verified design, goes to the edge of the panel.

    Parameters
    ----------
    runs : DataFrame
        Records of one problem.
    ax : Axes, optional
        Draw here instead of in a new figure.

    Returns
    -------
    figure : Figure
    data : DataFrame
        The rows of `decomposition.gap_decomposition` that were drawn: those whose gap can be split.

    Raises
    ------
    ValueError
        If there is no run, or if there are several problems.
    """
    return from_records(Records(runs), ax)


def from_records(records: Records, ax: Axes | None = None) -> tuple[Figure, pd.DataFrame]:
    """Like `gap_parts`."""
    data = table(choose(records, one=True)).dropna(subset="representation_gap").reset_index(drop=True)
    with mpl.rc_context(STYLE):
        if ax is None:
            ax = Figure(figsize=(COLUMN, ROW * max(len(data), 3) + 1.0), layout="constrained").subplots()
        _draw(ax, data)
    return ax.figure.figure, data


def _draw(ax: Axes, data: pd.DataFrame) -> None:
    ends = data[["representation_gap", "total_gap"]].to_numpy(float)
    right = 1.15 * max(float(ends[np.isfinite(ends)].max(initial=0.0)), 1e-6)
    begin = np.zeros(len(data))
    for name, (label, colour, hatch) in PARTS.items():
        length = np.minimum(data[name].to_numpy(float), right - begin)
        ax.barh(
            data.index, length, left=begin, height=0.7, color=colour, hatch=hatch, edgecolor="white", linewidth=0.0,
            label=label,
        )  # fmt: skip
        begin = begin + length
    for place, (end, total) in enumerate(zip(begin, data["total_gap"], strict=True)):
        text = rough(total) if total >= 1e-4 else significant(total, 1)
        ax.annotate(text, (end, place), (2, 0), textcoords="offset points", va="center", fontsize=7.0)
    ax.set(xlim=(0.0, right), ylim=(max(len(data), 1) - 0.4, -0.6), yticks=range(len(data)))
    ax.set_yticklabels([plain(arm) for arm in data["arm"]])
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("normalised gap Δ", loc="right")
    if data.empty:
        missing = "no gap can be split:\nno reach search, or no optimum"
        ax.text(0.5, 0.5, missing, transform=ax.transAxes, ha="center", va="center")
        return
    title = plain(str(data["problem"].iloc[0]))
    ax.figure.figure.legend(title=title, loc="outside upper right", ncols=2, frameon=False)
