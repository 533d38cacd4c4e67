"""Speed-up against what a gradient costs: a band for every arm, on one logarithmic axis."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bench.analysis.compare import STRONGEST, target_text
from bench.analysis.gradient_price import PRICES, TITLES, ranges
from bench.analysis.plots.style import COLUMN, GREY, STYLE, choose, plain, targets_shades
from bench.analysis.records import Records

MARKERS = dict(zip(PRICES, ("o", "s", "D"), strict=True))
ROW = 0.34
"""Height in inches of an arm."""
LONG = 16
"""Characters of an arm's label beyond which it takes two lines."""
SPREAD = 0.6
"""Share of that height over which its targets lie."""


def gradient_price(runs: pd.DataFrame, traces: pd.DataFrame, ax: Axes | None = None) -> tuple[Figure, pd.DataFrame]:
    """Speed-up S over the strongest raw arm as the price c of a gradient goes from 1 to 4, and at c = k.

    A row an arm, a band a target: it holds S at all prices from 1 to 4; markers stand at c = 1, 4 and k (finite
    differences), open ones where S is a bound. Both sides pay the same c, or each its own k. An arm without any S is
    listed with "–". There is nothing to draw where no run took a gradient.

    Parameters
    ----------
    runs, traces : DataFrame
        Records of one problem.
    ax : Axes, optional
        Draw here instead of in a new figure.

    Returns
    -------
    figure : Figure
    data : DataFrame
        The rows of `gradient_price.gradient_table` that were drawn, without intervals, and the band's ``low`` and
        ``high``; empty where no run took a gradient.

    Raises
    ------
    ValueError
        If there is no run, or if there are several problems.
    """
    return from_records(Records(runs, traces), ax)


def from_records(records: Records, ax: Axes | None = None) -> tuple[Figure, pd.DataFrame]:
    """Like `gradient_price`."""
    data = ranges(choose(records, one=True))
    arms = list(dict.fromkeys(data["arm"]))
    with mpl.rc_context(STYLE):
        if ax is None:
            ax = Figure(figsize=(COLUMN, ROW * max(len(arms), 3) + 1.5), layout="constrained").subplots()
        _draw(ax, data, arms)
    return ax.figure.figure, data


def _draw(ax: Axes, data: pd.DataFrame, arms: list[str]) -> None:
    shades = targets_shades(data)
    for number, (target, shade) in enumerate(shades.items()):
        offset = SPREAD * ((number + 0.5) / len(shades) - 0.5)
        _mark(ax, data[data["target"] == target], arms, offset, shade)
    for arm, lows in data.groupby("arm")["low"]:
        if lows.isna().all():
            ax.annotate(
                "–", (0.0, arms.index(str(arm))), (4, 0), ("axes fraction", "data"), "offset points", va="center"
            )
    ax.axvline(1.0, color=GREY, linewidth=0.8, zorder=0)
    ax.set(xscale="log", ylim=(max(len(arms), 1) - 0.4, -0.6), yticks=range(len(arms)))
    ax.set_yticklabels([_folded(plain(arm)) for arm in arms])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("S over the strongest raw arm", loc="right")
    if data.empty:
        ax.text(0.5, 0.5, "no run took a gradient", transform=ax.transAxes, ha="center", va="center")
        return
    look: dict[str, Any] = {"linestyle": "none", "color": GREY, "markersize": 3.5}
    handles = [Line2D([], [], marker=marker, label=TITLES[kind], **look) for kind, marker in MARKERS.items()]
    for target, shade in shades.items():
        label = plain(target_text(data[data["target"] == target].iloc[0]))
        handles.append(Line2D([], [], color=shade, linewidth=3.5, alpha=0.6, label=label))
    title = plain(str(data["problem"].iloc[0]))
    ax.figure.figure.legend(handles=handles, title=title, loc="outside upper right", ncols=2, frameon=False)


def _mark(ax: Axes, rows: pd.DataFrame, arms: list[str], offset: float, shade: Any) -> None:
    """Draw the bands of one target, and S at each of `PRICES`."""
    places = rows["arm"].map(arms.index).to_numpy(float) + offset
    ends = rows[["low", "high"]].assign(none=np.nan)  # what is not there parts the bands
    ax.plot(ends.to_numpy(float).ravel(), places.repeat(3), color=shade, linewidth=3.5, alpha=0.4)
    for kind, marker in MARKERS.items():
        values = rows[f"{STRONGEST[0]}_{kind}"].to_numpy(float)
        exact = rows[f"{STRONGEST[3]}_{kind}"].eq("=").to_numpy()
        for some, face in ((exact, shade), (~exact, "white")):
            ax.plot(values[some], places[some], marker, color=shade, markerfacecolor=face, markersize=3.5)


def _folded(arm: str) -> str:
    """Break a long label in two, which leaves room for the bands."""
    return arm.replace("/", "/\n", 1) if len(arm) > LONG else arm
