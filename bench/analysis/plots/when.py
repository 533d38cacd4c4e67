"""The map of when: which kind of space is ahead, by the budget and by the cost of one evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from bench.analysis.ahead import LEADERS, races
from bench.analysis.plots.style import BLIND, COLUMN, EVALUATIONS, GREY, PAGE, STYLE, choose, plain
from bench.analysis.records import Records

EVALUATION = np.logspace(-4.0, 4.0, 65)
"""Seconds of one evaluation."""
BUDGETS = 61
TICKS = {1e-3: "1 ms", 1.0: "1 s", 60.0: "1 min", 3600.0: "1 h"}
# greys for the raw vector and for nobody, and of the colours for the colour-blind those that differ in lightness
SHADES = {
    "raw vector": "0.6",
    "fixed basis": BLIND[9],
    "PCA": BLIND[8],
    "learned encoder": BLIND[0],
    "hand-off": BLIND[4],
    "level": "0.92",
}
PANEL, REST = 1.45, 1.25
"""Heights in inches of a row of panels, and of what stands above and below them."""
HATCH = "0.25"
TITLES = {False: "without gradients", True: "with gradients"}


def when_map(
    runs: pd.DataFrame, traces: pd.DataFrame, problem: str | None = None, reuse: float = 1.0
) -> tuple[Figure, pd.DataFrame]:
    """Kind of space that is ahead at each budget and each cost of an evaluation; see `bench.analysis.ahead`.

    A budget of b evaluations that cost c each is a time of b c. An arm pays its training and its data from it, then
    evaluations with what its optimiser and its decoder take beside; after its last one it keeps its best. Hatched: the
    leading side, learned or not, is not the same in 95 % of bootstrap draws over replicates.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: a row a run, a row a logged evaluation.
    problem : str, optional
        One of several problems; by default a row of panels for each.
    reuse : float
        Searches that share one fitted encoder and its data, M.

    Returns
    -------
    figure : Figure
    data : DataFrame
        A row per (problem, gradients, budget, evaluation): ``kind`` (of `ahead.LEADERS`, None where no arm has a
        verified design), ``arm``, ``certain``.

    Raises
    ------
    ValueError
        If there is no run of the problem.
    """
    return from_records(Records(runs, traces), problem, reuse)


def from_records(records: Records, problem: str | None = None, reuse: float = 1.0) -> tuple[Figure, pd.DataFrame]:
    """Like `when_map`."""
    return drawn(leaders(records if problem is None else choose(records, problem), reuse))


def leaders(records: Records, reuse: float = 1.0) -> pd.DataFrame:
    """The data of `when_map`, of all problems of the records."""
    found = [frame.assign(problem=name) for name, part in records.parts.items() for frame in _panels(part, reuse)]
    nothing = pd.DataFrame(columns=["gradients", "budget", "evaluation", "kind", "arm", "certain", "problem"])
    return pd.concat(found or [nothing], ignore_index=True)


def drawn(data: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """Draw what `leaders` gives, or the rows of some problems."""
    panels: dict[str, dict[bool, pd.DataFrame]] = {}
    for (name, gradients), frame in data.groupby(["problem", "gradients"], sort=False):
        panels.setdefault(str(name), {})[bool(gradients)] = frame
    columns = [each for each in TITLES if any(each in found for found in panels.values())] or [False]
    with mpl.rc_context(STYLE):
        width = COLUMN if len(columns) == 1 else PAGE * 0.75
        figure = Figure(figsize=(width, PANEL * max(len(panels), 1) + REST), layout="constrained")
        axes = figure.subplots(max(len(panels), 1), len(columns), sharex="row", sharey=True, squeeze=False)
        for row, (name, found) in zip(axes, panels.items(), strict=False):
            for ax, gradients in zip(row, columns, strict=True):
                ax.set_title(plain(name) if ax is row[0] else "", loc="left", fontweight="bold")
                if gradients in found:
                    _draw(ax, found[gradients])
                else:
                    ax.set_axis_off()
            row[0].set_ylabel("cost of an\nevaluation")
        for ax, gradients in zip(axes[0], columns, strict=True):
            ax.annotate(
                *(TITLES[gradients], (0.5, 1.0)),
                **{"xycoords": "axes fraction", "xytext": (0, 17), "textcoords": "offset points", "ha": "center"},
            )
        for ax in axes[-1]:
            ax.set_xlabel(f"budget ({EVALUATIONS})")
        _legend(figure, data)
    return figure, data


def _panels(records: Records, reuse: float) -> Iterator[pd.DataFrame]:
    """What stands at each point, without gradients and, where some arms take them, with."""
    for gradients, race in races(records).items():
        budgets = np.unique(np.geomspace(2.0, race.prices[-1], BUDGETS).round())
        grid = pd.MultiIndex.from_product([budgets, EVALUATION], names=["budget", "evaluation"]).to_frame(index=False)
        standing = race.after(grid["budget"] * grid["evaluation"], grid["evaluation"], reuse)
        names = np.array([*LEADERS, None], dtype=object)
        told = {"kind": names[standing.kind], "arm": standing.arm, "certain": standing.certain}
        yield grid.assign(gradients=gradients, **told)


def _draw(ax: Axes, data: pd.DataFrame) -> None:
    x, y = data["budget"].unique(), data["evaluation"].unique()
    index = data["kind"].map({kind: number for number, kind in enumerate(LEADERS)}).to_numpy(float)
    look: dict[str, Any] = {"cmap": ListedColormap([SHADES[kind] for kind in LEADERS]), "vmin": -0.5}
    shown = np.ma.masked_invalid(index.reshape(len(x), len(y)).T)
    ax.pcolormesh(x, y, shown, shading="nearest", vmax=len(LEADERS) - 0.5, rasterized=True, linewidth=0.0, **look)
    open_ = (~data["certain"].to_numpy(bool) & data["kind"].notna().to_numpy()).reshape(len(x), len(y)).T
    if open_.any():
        hatched = ax.contourf(x, y, open_.astype(float), levels=[0.5, 1.5], colors="none", hatches=["////"])
        hatched.set(edgecolor=HATCH, linewidth=0.0)
    ax.set(xscale="log", yscale="log", xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    ax.set_yticks(list(TICKS), list(TICKS.values()))
    ax.minorticks_off()


def _legend(figure: Figure, data: pd.DataFrame) -> None:
    there = set(data["kind"].dropna().unique())
    handles = [Patch(facecolor=SHADES[kind], edgecolor=GREY, label=kind) for kind in LEADERS if kind in there]
    if data["kind"].isna().any():
        handles.append(Patch(facecolor="white", edgecolor=GREY, label="none yet"))
    if not data["certain"].astype(bool).all():
        handles.append(Patch(facecolor="white", edgecolor=HATCH, hatch="////", label="not sure"))
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
