"""Convergence: what the searches found against what they paid, beside what the data held and what is known."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator
from numpy.typing import NDArray

from bench.analysis import measures
from bench.analysis.labels import ordered, raw_first
from bench.analysis.landmarks import NAMES, landmarks
from bench.analysis.landmarks import PRIORS as COSTS
from bench.analysis.plots.legends import legend_below, legend_beside
from bench.analysis.plots.style import DASHES, EVALUATIONS, GREY, PAGE, PALETTE, STYLE, choose, colours, plain
from bench.analysis.records import Records

FLOOR = 1e-6
WIDE = 10.0
"""How many times the least value on a vertical axis the largest is, from which the axis is logarithmic."""
LOWEST, HIGHEST, PAGE_HEIGHT = 1.0, 2.2, 8.3
"""Heights in inches of a row of panels, between which many share a page, and of that page."""
LEVEL: dict[str, Any] = {"color": GREY, "linewidth": 0.8, "zorder": 3}
LEVELS: dict[str, dict[str, Any]] = {
    "data_best": {**LEVEL, "linestyle": (0, (6, 3))},
    "best_known": {**LEVEL, "linestyle": (0, (6, 1.5, 1, 1.5))},
    "bound": {**LEVEL, "linestyle": "-"},
}
MARK = {"linestyle": "none", "markersize": 4.5, "markerfacecolor": "white", "clip_on": False, "zorder": 4}
PRIORS: dict[str, tuple[float, dict[str, Any]]] = {
    "prior_mean": (COSTS["prior_mean"], {**MARK, "marker": "o"}),
    "prior_best": (COSTS["prior_best"], {**MARK, "marker": "D"}),
}
SWITCH: dict[str, Any] = {
    "linestyle": "none",
    "marker": "X",
    "markersize": 7.0,
    "markeredgecolor": "white",
    "zorder": 5,
}


def convergence(
    runs: pd.DataFrame, traces: pd.DataFrame, problem: str | None = None, ax: Axes | None = None
) -> tuple[Figure, pd.DataFrame]:
    """Best verified value against evaluations: the median over an arm's runs, in a band from quartile to quartile.

    The value is the normalised gap Δ where the problem's optimum is known exactly (a gap of 0 lies on the lower edge),
    else the displayed value, beside the best value on record and the bound. A line starts where half of the runs have
    a verified design, and ends at the largest price that a run of the arm paid. Beside the lines stand the best
    training design, the decoded prior mean (at the one evaluation it costs) and the best of 1,000 prior samples (at
    the thousand they cost), each a median over runs.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: a row a run, a row a logged evaluation.
    problem : str, optional
        Label of the problem; all by default.
    ax : Axes, optional
        Draw one panel here, a line an arm. By default a new figure has a panel for each optimiser, a line an
        encoder: a row of panels for each problem, two a row where there is but one problem and more than three.

    Returns
    -------
    figure : Figure
    data : DataFrame
        The lines and bands drawn, as from `measures.convergence`.

    Raises
    ------
    ValueError
        If there is no run, or none of the problem, or if ``ax`` is given and there are several problems.
    """
    return from_records(Records(runs, traces), problem, ax)


def from_records(records: Records, problem: str | None = None, ax: Axes | None = None) -> tuple[Figure, pd.DataFrame]:
    """Like `convergence`."""
    chosen = choose(records, problem, one=ax is not None)
    data = measures.curves(chosen)
    with mpl.rc_context(STYLE):
        figure = _small_multiples(chosen, data) if ax is None else _one_panel(ax, chosen, data)
    return figure, data


@dataclass(frozen=True)
class Scene:
    """What the panels of one problem share: colours, reference marks and the vertical axis.

    Attributes
    ----------
    hue : str
        What has a colour each: "encoder" or "arm".
    styles : dict
        Label of the hue -> colour and dashes.
    levels : dict
        Kind of reference line -> its place on the vertical axis; NaN where there is none.
    marks : DataFrame
        A row a label of the hue: prior_mean and prior_best on the vertical axis; NaN where there is none.
    axis : str
        Name of the vertical axis.
    scale : {"log", "linear"}
        Its scale.
    switches : dict of str to list of float
        Arm -> the evaluations at which its next stages began, each a median over runs.
    limits : tuple of float
        Its ends.
    """

    hue: str
    styles: dict[str, dict[str, Any]]
    levels: dict[str, float]
    marks: pd.DataFrame
    axis: str
    scale: str
    limits: tuple[float, float]
    switches: dict[str, list[float]]

    def draw(self, ax: Axes, curves: pd.DataFrame) -> None:
        """Draw curves of the problem; what is infinitely bad, or a gap of 0, lies on the edge of the panel."""
        ax.set(xscale="log", yscale=self.scale, ylim=self.limits, ylabel=self.axis)
        ax.xaxis.set_major_locator(LogLocator(numticks=6))
        for (label, arm), curve in curves.groupby([self.hue, "arm"]):
            style, price = self.styles[str(label)], curve["evaluations"]
            low, high = curve["low"].clip(*self.limits), curve["high"].clip(*self.limits)
            median = curve["median"].where(np.isfinite(curve["median"])).clip(*self.limits)
            ax.fill_between(price, low, high, step="post", color=style["color"], alpha=0.15, linewidth=0.0)
            ax.plot(price, median, drawstyle="steps-post", **style)
            for switch in self.switches.get(str(arm), []):
                at = max(0, int(price.searchsorted(switch, side="right")) - 1)
                ax.plot([switch], [median.iloc[at]], color=style["color"], **SWITCH)
        for kind, value in self.levels.items():
            ax.axhline(np.clip(value, *self.limits), **LEVELS[kind])
        for label, (kind, (price, shape)) in product(curves[self.hue].unique(), PRIORS.items()):
            value = self.marks.loc[[label], kind].clip(*self.limits)
            ax.plot([price], value, color=self.styles[label]["color"], **shape)
        if curves.empty:
            ax.text(0.5, 0.5, "no evaluation", transform=ax.transAxes, ha="center", va="center")

    @property
    def kinds(self) -> set[str]:
        """The kinds of reference that there are."""
        switched = {"switch"} if self.switches else set[str]()
        return (
            switched
            | {k for k in LEVELS if np.isfinite(self.levels[k])}
            | {k for k in PRIORS if self.marks[k].notna().any()}
        )


def _scene(records: Records, data: pd.DataFrame, hue: str, styles: dict[str, dict[str, Any]]) -> Scene:
    """Build the scene of the one problem that these runs and curves are of."""
    problem, gap = records.arms.iloc[0], bool(data["measure"].eq("gap").any())
    beside = landmarks(records, hue, gap)
    levels, marks, switches = beside.levels, beside.marks, beside.switches
    curves = data[["low", "median", "high"]]
    values = np.concatenate([curves.to_numpy(float).ravel(), marks.to_numpy(float).ravel(), [*levels.values()]])
    finite = values[np.isfinite(values)]
    axis = "normalised\ngap Δ" if gap else f"best verified\n{plain(problem['quantity'])}"
    wide = finite.size > 0 and finite.min() > 0.0 and finite.max() > WIDE * finite.min()
    if not gap and not wide:
        return Scene(hue, styles, levels, marks, axis, "linear", _ends(finite), switches)
    low, high = np.exp(_ends(np.log(np.maximum(finite[finite > 0.0], FLOOR))))
    return Scene(hue, styles, levels, marks, axis, "log", (float(low), float(high)), switches)


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    """Limits of an axis a little wider than its values, (0, 1) where there are none."""
    if not values.size:
        return 0.0, 1.0
    margin = 0.04 * float(np.ptp(values)) or 1.0
    return float(values.min()) - margin, float(values.max()) + margin


def _styles(records: Records, hue: str) -> dict[str, dict[str, Any]]:
    """Colour and dashes of every label; raw search comes first."""
    labels = raw_first(records, hue)
    # the dashes shift by one each time the colours start again, so that many labels all look different
    lines = [DASHES[(index % len(PALETTE) + index // len(PALETTE)) % len(DASHES)] for index in range(len(labels))]
    return {
        label: {"color": colour, "linestyle": line}
        for (label, colour), line in zip(colours(labels).items(), lines, strict=True)
    }


def _legend(styles: dict[str, dict[str, Any]], drawn: set[str], kinds: set[str]) -> list[Line2D]:
    """Key to the labels that were drawn, and to the kinds of reference that are there."""
    looks = {
        "switch": {"color": GREY, **SWITCH},
        **LEVELS,
        **{kind: {"color": GREY, **shape} for kind, (_, shape) in PRIORS.items()},
    }
    lines = [Line2D([], [], label=plain(label), **style) for label, style in styles.items() if label in drawn]
    return lines + [Line2D([], [], label=NAMES[kind], **look) for kind, look in looks.items() if kind in kinds]


def _one_panel(ax: Axes, records: Records, data: pd.DataFrame) -> Figure:
    scene = _scene(records, data, "arm", _styles(records, "arm"))
    scene.draw(ax, data)
    ax.set_xlabel(EVALUATIONS)
    handles = _legend(scene.styles, set(data["arm"]), scene.kinds)
    legend_beside(ax, handles, resize=False)
    return ax.figure.figure


def _small_multiples(records: Records, data: pd.DataFrame) -> Figure:
    problems, optimisers = ordered(records.parts), ordered(records.runs["optimiser"].unique())
    columns = len(optimisers) if len(problems) > 1 or len(optimisers) <= 3 else 2
    rows = len(problems) * -(-len(optimisers) // columns)
    height = min(max(PAGE_HEIGHT / rows, LOWEST), HIGHEST)
    figure = Figure(figsize=(max(PAGE, 1.5 * columns), 1.2 + height * rows), layout="constrained")
    grid = figure.subplots(rows, columns, sharex=True, sharey="row", squeeze=False)
    panels, spare = np.split(grid.ravel(), [len(problems) * len(optimisers)])
    styles, kinds = _styles(records, "encoder"), set[str]()
    for problem, row in zip(problems, panels.reshape(len(problems), -1), strict=True):
        of_one = data[data["problem"] == problem]
        scene = _scene(records.parts[problem], of_one, "encoder", styles)
        kinds |= scene.kinds
        for optimiser, ax in zip(optimisers, row, strict=True):
            scene.draw(ax, of_one[of_one["optimiser"] == optimiser])
    if len(problems) > 1:
        for problem, ax in zip(problems, grid[:, 0], strict=True):
            ax.set_title(plain(problem), loc="left", fontweight="bold")
    else:
        figure.suptitle(plain(problems[0]), fontweight="bold")
    # above the name of a row's problem, which may be longer than the panel is wide
    above = {"xytext": (0.0, 20.0 if len(problems) > 1 else 5.0), "textcoords": "offset points", "ha": "center"}
    for optimiser, ax in zip(optimisers, panels, strict=False):
        ax.annotate(plain(optimiser), (0.5, 1.0), xycoords="axes fraction", **above)
    for ax in grid[:, 1:].flat:
        ax.set_ylabel("")
    for ax in panels[-columns:]:
        ax.tick_params(labelbottom=True)
        ax.set_xlabel(EVALUATIONS)
    for ax in spare:
        ax.remove()
    handles = _legend(styles, set(data["encoder"]), kinds)
    legend_below(figure, handles)
    return figure
