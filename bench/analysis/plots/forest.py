"""Speed-up over raw search as a forest: every arm and target, with its interval, on one logarithmic axis."""

from __future__ import annotations

from math import inf
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bench.analysis.compare import STRONGEST, target_text
from bench.analysis.labels import ordered, raw_first
from bench.analysis.plots.style import COLUMN, GREY, STYLE, choose, plain, shades
from bench.analysis.records import Records

MARKERS = ("o", "s", "D", "^", "v", "P")
ARROW = 11.0
"""Points from a bound's marker to the tip of its arrow."""
ROW = 0.24
"""Height in inches of an arm."""
SPREAD = 0.6
"""Share of that height over which its targets lie."""
IN_A_ROW = 8
"""Targets up to which a row is as high."""
KEY, FORESEEN = 0.17, 3
"""Inches of a line of a panel's key, and lines that there is room for anyway."""


def speed_up(runs: pd.DataFrame, traces: pd.DataFrame, ax: Axes | None = None) -> tuple[Figure, pd.DataFrame]:
    """Speed-up S over the strongest raw arm: a row an arm, a marker a target, with its 95 % interval.

    An open marker with an arrow is a 95 % bound, where one side never succeeded; an interval without an end points on
    to the edge of the panel. An arm without any S is listed with "–".

    Parameters
    ----------
    runs, traces : DataFrame
        Records: a row a run, a row a logged evaluation.
    ax : Axes, optional
        Draw one panel here. By default a new figure has a panel for each problem, two a row.

    Returns
    -------
    figure : Figure
    data : DataFrame
        A row per (problem, arm, target): problem, arm, encoder, optimiser, quantity, larger_is_better, target, and
        speed_up_strongest with its _low, _high and _relation, as from `compare.compare_arms`.

    Raises
    ------
    ValueError
        If there is no run, or if ``ax`` is given and there are several problems.
    """
    return from_records(Records(runs, traces), ax)


def from_records(records: Records, ax: Axes | None = None) -> tuple[Figure, pd.DataFrame]:
    """Like `speed_up`."""
    chosen = choose(records, one=ax is not None)
    data = _speed_ups(chosen)
    problems = ordered(chosen.parts)
    with mpl.rc_context(STYLE):
        if ax is None:
            rows = data.groupby("problem")["arm"].nunique().max() if len(data) else 1
            columns = min(len(problems), 2)
            lines = -(-len(problems) // columns)
            targets = data.groupby("problem")["target"].nunique().max() if len(data) else 1
            height = ROW * rows * max(1.0, targets / IN_A_ROW) + KEY * max(0, -(-targets // 3) - FORESEEN)
            size = COLUMN * columns, lines * (height + 1.1)
            panels = Figure(figsize=size, layout="constrained").subplots(lines, columns, squeeze=False).ravel()
        else:
            panels = np.array([ax])
        for problem, panel in zip(problems, panels, strict=False):
            _draw(panel, problem, data[data["problem"] == problem], raw_first(chosen, "encoder"))
        for spare in panels[len(problems) :]:
            spare.remove()
    return panels[0].figure.figure, data


def _speed_ups(records: Records) -> pd.DataFrame:
    facts = records.arms[["problem", "arm", "encoder", "optimiser", "quantity", "larger_is_better"]]
    compared = records.compared[["problem", "arm", "target", *STRONGEST]]
    return facts.merge(compared, on=["problem", "arm"])


def _draw(ax: Axes, problem: str, data: pd.DataFrame, encoders: list[str]) -> None:
    """Draw the panel of one problem."""
    optimisers = ordered(data["optimiser"].unique())
    arms = data.drop_duplicates("arm")
    arms = arms.assign(first=arms["optimiser"].map(optimisers.index), then=arms["encoder"].map(encoders.index))
    arms = arms.sort_values(["first", "then", "arm"], ignore_index=True)
    place = dict(zip(arms["arm"], arms.index, strict=True))
    # from easy to hard, pale to dark, downwards
    larger = data["larger_is_better"].any()
    targets = sorted(data["target"].unique(), reverse=not larger)
    colours = shades(len(targets))
    left, right = _limits(data)
    handles = []
    for index, target in enumerate(targets):
        look = {"marker": MARKERS[index % len(MARKERS)], "color": colours[index]}
        rows = data[data["target"] == target]
        offset = SPREAD * ((index + 0.5) / len(targets) - 0.5)
        for row in rows[rows["speed_up_strongest_relation"] != ""].itertuples():
            _mark(ax, row, place[row.arm] + offset, look, (left, right))
        handles.append(Line2D([], [], label=plain(target_text(rows.iloc[0])), linestyle="none", markersize=4.0, **look))
    for arm, relations in data.groupby("arm")["speed_up_strongest_relation"]:
        if (relations == "").all():
            ax.annotate("–", (0.0, place[arm]), (4, 0), ("axes fraction", "data"), "offset points", va="center")
    for edge in np.flatnonzero(arms["first"].diff() > 0):
        ax.axhline(edge - 0.5, color="0.85", linewidth=0.6, zorder=0)
    ax.axvline(1.0, color=GREY, linewidth=0.8, zorder=1)
    ax.set(xscale="log", xlim=(left, right), ylim=(len(arms) - 0.4, -0.6), yticks=range(len(arms)))
    ax.set_yticklabels([plain(arm) for arm in arms["arm"]])
    ax.tick_params(axis="y", length=0, pad=6.0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("speed-up S over the strongest raw arm", loc="right")
    if not targets:
        ax.text(0.5, 0.5, "nothing to compare", transform=ax.transAxes, ha="center", va="center")
    ax.legend(
        handles=handles, title=plain(problem), loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, frameon=False,
        title_fontproperties={"weight": "bold", "size": 9.0}, handletextpad=0.2, columnspacing=0.8, handlelength=1.2,
        borderpad=0.0,
    )  # fmt: skip


def _mark(ax: Axes, row: Any, place: float, look: dict[str, Any], limits: tuple[float, float]) -> None:
    """Draw one S with its interval, or as a bound with an arrow."""
    value, low, high = row.speed_up_strongest, row.speed_up_strongest_low, row.speed_up_strongest_high
    line: dict[str, Any] = {"color": look["color"], "linewidth": 1.0}
    if row.speed_up_strongest_relation == "=":
        ax.plot([value], [place], markersize=4.0, zorder=3, **look)
        ax.plot([max(low, limits[0]), min(high, limits[1])], [place, place], **line)
        for end, open_end, tip in ((low, 0.0, "<"), (high, inf, ">")):
            if end == open_end:
                edge = limits[0] if tip == "<" else limits[1]
                ax.plot([edge], [place], marker=tip, markersize=3.5, color=look["color"], clip_on=False)
        return
    ax.plot([value], [place], markersize=4.0, markerfacecolor="white", zorder=3, **look)
    reach = ARROW if row.speed_up_strongest_relation == "≥" else -ARROW
    arrow: dict[str, Any] = {"arrowstyle": "<-", "shrinkA": 0.0, "shrinkB": 2.0, "mutation_scale": 6.0, **line}
    ax.annotate("", (value, place), (reach, 0.0), textcoords="offset points", arrowprops=arrow)


def _limits(data: pd.DataFrame) -> tuple[float, float]:
    """Ends of the axis: a decade about 1 and all finite numbers within, and room for arrows beyond."""
    numbers = data[STRONGEST[:3]].to_numpy(float).ravel()
    logs = np.log10([10.0**-0.5, 10.0**0.5, *numbers[(numbers > 0.0) & np.isfinite(numbers)]])
    margin = 0.12 * np.ptp(logs)
    return float(10.0 ** (logs.min() - margin)), float(10.0 ** (logs.max() + margin))
