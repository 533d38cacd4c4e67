"""Break-even map: which arm costs least, by the cost of one evaluation and the reuse of an encoder."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from bench.analysis.compare import target_text
from bench.analysis.cost import table, work
from bench.analysis.plots.style import COLUMN, GREY, STYLE, choose, colours, plain
from bench.analysis.records import Records
from bench.quantities import stated

EVALUATION = np.logspace(-6.0, 5.0, 133)
REUSE = np.logspace(0.0, 3.0, 61)
HATCH = "////"
PANEL = 1.05
"""Height in inches of a target's panel."""
SHADE = 0.6
"""Opacity of the areas: black for raw search would hide the frame."""


def break_even_map(
    runs: pd.DataFrame, traces: pd.DataFrame, target: float | None = None, ax: Axes | None = None
) -> tuple[Figure, pd.DataFrame]:
    """Arm that costs least, W of `cost.work`, by the cost of one evaluation and the searches that share an encoder.

    Arms that never reached the target take no part; a hatched panel is a target that none reached.

    Parameters
    ----------
    runs, traces : DataFrame
        Records of one problem.
    target : float, optional
        In displayed units; by default a panel for each target.
    ax : Axes, optional
        Draw the one target here instead of in a new figure.

    Returns
    -------
    figure : Figure
    data : DataFrame
        A row per (target, evaluation, reuse) of the targets that were reached: target, ``evaluation`` (seconds, t_f),
        ``reuse`` (M), ``arm`` and its ``work`` (seconds).

    Raises
    ------
    ValueError
        If there is no run, or none of the target, if there are several problems, or if ``ax`` is given and there are
        several targets.
    """
    return from_records(Records(runs, traces), target, ax)


def from_records(records: Records, target: float | None = None, ax: Axes | None = None) -> tuple[Figure, pd.DataFrame]:
    """Like `break_even_map`."""
    costs = table(choose(records, one=True))
    if target is not None:
        costs = costs[costs["target"] == target]
        if costs.empty:
            raise ValueError(f"no run has the target {stated(target)}")
    targets = list(dict.fromkeys(costs["target"]))
    if ax is not None and len(targets) > 1:
        raise ValueError(f"this shows one target; choose from {targets}")
    data = pd.concat([_cheapest(costs[costs["target"] == each]) for each in targets or [np.nan]], ignore_index=True)
    there = set(data["arm"].unique())
    winners = [arm for arm in dict.fromkeys(costs["arm"]) if arm in there]
    with mpl.rc_context(STYLE):
        if ax is None:
            size = COLUMN, PANEL * max(len(targets), 1) + 0.9 + 0.17 * len(winners)
            figure = Figure(figsize=size, layout="constrained")
            panels = figure.subplots(max(len(targets), 1), sharex=True, squeeze=False).ravel()
            panels[len(panels) // 2].set_ylabel("searches that share an encoder, M")
        else:
            figure, panels = ax.figure.figure, np.array([ax])
            ax.set_ylabel("searches that share an encoder, M")
        for panel, each in zip(panels, targets or [np.nan], strict=True):
            rows = costs[costs["target"] == each]
            panel.set_title(plain(target_text(rows.iloc[0])) if len(rows) else "no target", loc="left", pad=3.0)
            _draw(panel, data[data["target"] == each], winners)
        panels[-1].set_xlabel("cost of one evaluation $t_f$ (s)")
        _legend(figure, winners, len(targets) > data["target"].nunique())
        if ax is None and len(costs):
            figure.suptitle(plain(str(costs["problem"].iloc[0])), fontweight="bold")
    return figure, data


def _cheapest(costs: pd.DataFrame) -> pd.DataFrame:
    """Least work on the grid at one target; nothing where no arm reached it."""
    grid = pd.MultiIndex.from_product([EVALUATION, REUSE], names=["evaluation", "reuse"]).to_frame(index=False)
    seconds = np.where(costs["ert"].notna(), work(costs, grid["evaluation"], grid["reuse"]), np.inf)
    seconds = np.where(np.isnan(seconds), np.inf, seconds)
    if not np.isfinite(seconds).any():
        return pd.DataFrame(columns=["target", *grid.columns, "arm", "work"]).astype({"target": float, "work": float})
    best = seconds.argmin(axis=1)
    at = grid.assign(arm=costs["arm"].to_numpy()[best], work=seconds[np.arange(len(best)), best])
    at.insert(0, "target", costs["target"].iloc[0])
    return at


def _draw(ax: Axes, data: pd.DataFrame, winners: list[str]) -> None:
    ax.set(xscale="log", yscale="log", xlim=EVALUATION[[0, -1]], ylim=REUSE[[0, -1]])
    ax.set(xticks=np.logspace(-6, 4, 6), yticks=np.logspace(0, 3, 4))
    ax.minorticks_off()
    if data.empty:
        ax.patch.set(hatch=HATCH, edgecolor="0.75")
        box = {"facecolor": "white", "edgecolor": "none"}
        ax.text(0.5, 0.5, "no arm reached it", transform=ax.transAxes, ha="center", va="center", bbox=box)
        return
    shades = colours(winners)
    index = data["arm"].map(winners.index).to_numpy(int).reshape(EVALUATION.size, REUSE.size)
    look: dict[str, Any] = {
        "cmap": ListedColormap([shades[arm] for arm in winners]),
        "vmin": -0.5,
        "vmax": len(winners) - 0.5,
    }
    ax.pcolormesh(EVALUATION, REUSE, index.T, shading="nearest", alpha=SHADE, rasterized=True, linewidth=0.0, **look)


def _legend(figure: Figure, winners: list[str], unreached: bool) -> None:
    handles = [Patch(facecolor=shade, alpha=SHADE, label=plain(arm)) for arm, shade in colours(winners).items()]
    if unreached:
        handles.append(Patch(facecolor="white", edgecolor=GREY, hatch=HATCH, label="none"))
    if handles:
        figure.legend(handles=handles, title="cheapest arm", loc="outside lower center", ncols=1, frameon=False)
