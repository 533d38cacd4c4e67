"""Runtime distribution: the share of all gap targets that each arm reaches within a number of evaluations."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bench.analysis.ecdf import pooled, shares
from bench.analysis.labels import ordered, raw_first
from bench.analysis.plots.legends import legend_beside
from bench.analysis.plots.style import COLUMN, EVALUATIONS, GREY, STYLE, choose, colours, dashes, plain
from bench.analysis.records import Records

CROSS: dict[str, Any] = {"marker": "x", "markersize": 4.0, "linestyle": "none", "clip_on": False}


def ecdf(runs: pd.DataFrame, traces: pd.DataFrame, ax: Axes | None = None) -> tuple[Figure, pd.DataFrame]:
    """Share of (problem, target) pairs reached against evaluations, with simulated restarts; a line an arm.

    Targets are normalised gaps; a problem whose gap cannot be told takes no part. A cross stands at the largest price
    that a run of the arm paid: what lies beyond it is restarts.

    Parameters
    ----------
    runs, traces : DataFrame
        Records; of one problem, or of several, which are pooled.
    ax : Axes, optional
        Draw here instead of in a new figure.

    Returns
    -------
    figure : Figure
    data : DataFrame
        The lines drawn, as from `bench.analysis.ecdf.pooled`.

    Raises
    ------
    ValueError
        If there is no run.
    """
    return from_records(Records(runs, traces), ax)


def from_records(records: Records, ax: Axes | None = None) -> tuple[Figure, pd.DataFrame]:
    """Like `ecdf`."""
    data = pooled(shares(choose(records)))
    with mpl.rc_context(STYLE):
        own = ax is None
        if ax is None:
            ax = Figure(figsize=(1.5 * COLUMN, 3.0), layout="constrained").subplots()
        _draw(ax, records, data, own)
    return ax.figure.figure, data


def _draw(ax: Axes, records: Records, data: pd.DataFrame, own: bool) -> None:
    hues = colours(raw_first(records, "encoder"))
    lines = dashes(ordered(records.runs["optimiser"].unique()))
    paid = records.tried.groupby("arm")["price"].max()
    for names, curve in data.groupby(["arm", "encoder", "optimiser"]):
        arm, encoder, optimiser = map(str, names)
        hue, line = hues[encoder], lines[optimiser]
        ax.plot(curve["evaluations"], curve["share"], color=hue, linestyle=line, drawstyle="steps-post")
        end = curve[curve["evaluations"] <= paid[arm]].tail(1)
        ax.plot(end["evaluations"], end["share"], color=hue, **CROSS)
    if data.empty:
        missing = "neither an optimum nor\na best-known value"
        ax.text(0.5, 0.5, missing, transform=ax.transAxes, ha="center", va="center")
    ax.set(xscale="log", ylim=(0.0, 1.0), xlabel=EVALUATIONS, ylabel="share of (problem, target) pairs reached")
    ax.set_xlim(left=1.0)
    handles = [_key(label, color=hue) for label, hue in hues.items() if label in set(data["encoder"])]
    handles += [_key(label, linestyle=line) for label, line in lines.items() if label in set(data["optimiser"])]
    handles += [_key("longest run", **CROSS)] if len(data) else []
    legend_beside(ax, handles, own, handlelength=3.0)


def _key(label: str, **look: Any) -> Line2D:
    return Line2D([], [], label=plain(label), **{"color": GREY, **look})
