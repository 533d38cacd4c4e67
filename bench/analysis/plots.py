"""Convergence figures for a paper: what the searches found against what they paid, beside what the data held."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator
from numpy.typing import NDArray

from bench.analysis import measures

WIDTH = 7.0
FLOOR = 1e-6
STYLE: Any = {
    **sns.axes_style("ticks"),
    **dict.fromkeys(("font.size", "axes.titlesize", "axes.labelsize", "figure.titlesize"), 9.0),
    **dict.fromkeys(("legend.fontsize", "xtick.labelsize", "ytick.labelsize"), 8.0),
    **dict.fromkeys(("axes.spines.top", "axes.spines.right"), False),
    **{"axes.linewidth": 0.8, "lines.linewidth": 1.4, "pdf.fonttype": 42},
}
DASHES = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (5, 1.5, 1, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
GREY = "0.45"
DATA: dict[str, Any] = {"color": GREY, "linestyle": (0, (6, 3)), "linewidth": 0.8, "zorder": 3}
MARK = {"linestyle": "none", "markersize": 4.5, "markerfacecolor": "white", "clip_on": False, "zorder": 4}
PRIORS: dict[str, tuple[float, dict[str, Any]]] = {
    "prior_mean": (1.0, {**MARK, "marker": "o"}),
    "prior_best": (1000.0, {**MARK, "marker": "D"}),
}
NAMES = {
    "data_best": "best training design",
    "prior_mean": "decoded prior mean",
    "prior_best": "best of 1,000 prior samples",
}
EVALUATIONS = "evaluations $N_f + N_g$"


def convergence(
    runs: pd.DataFrame, traces: pd.DataFrame, problem: str | None = None, ax: Axes | None = None
) -> tuple[Figure, pd.DataFrame]:
    """Best verified value against evaluations: the median over an arm's runs, in a band from quartile to quartile.

    The value is the normalised gap Δ where the problem's optimum is known (a gap of 0 lies on the lower edge), else
    the displayed value. A line starts where half of the runs have a verified design, and ends at the largest
    price that a run of the arm paid. Beside the lines stand the best training design, the decoded prior mean (at the
    one evaluation it costs) and the best of 1,000 prior samples (at the thousand they cost), each a median over runs.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: a row a run, a row a logged evaluation.
    problem : str, optional
        Label of the problem; all by default.
    ax : Axes, optional
        Draw one panel here, a line an arm. By default a new figure has a panel for each optimiser, a line an
        encoder: two panels a row, or with several problems a row of panels for each.

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
    runs = measures.regular(runs)
    chosen = runs if problem is None else runs[runs["problem"] == problem]
    names = sorted(chosen["problem"].unique())
    if not names:
        raise ValueError(f"no run of {problem or 'any problem'}; there are runs of {sorted(runs['problem'].unique())}")
    if ax is not None and len(names) > 1:
        raise ValueError(f"one panel shows one problem; choose from {names}")
    data = measures.convergence(chosen, traces)
    with mpl.rc_context(STYLE):
        figure = _small_multiples(chosen, data) if ax is None else _one_panel(ax, chosen, data)
    return figure, data


def save(figure: Figure, path_stem: str | Path) -> list[Path]:
    """Write a figure as PNG (200 dpi) and as PDF; the same figure gives the same bytes.

    Returns
    -------
    list of Path
        ``path_stem`` with .png and .pdf appended.
    """
    Path(path_stem).parent.mkdir(parents=True, exist_ok=True)
    png, pdf = Path(f"{path_stem}.png"), Path(f"{path_stem}.pdf")
    with mpl.rc_context(STYLE):
        figure.savefig(png, dpi=200, metadata={"Software": None})
        figure.savefig(pdf, metadata={"CreationDate": None})
    return [png, pdf]


@dataclass(frozen=True)
class Scene:
    """What the panels of one problem share: colours, reference marks and the vertical axis.

    Attributes
    ----------
    hue : str
        What has a colour each: "encoder" or "arm".
    styles : dict
        Label of the hue -> colour and dashes.
    references : DataFrame
        A row a label of the hue: data_best, prior_mean and prior_best on the vertical axis; NaN where there is none.
    axis : str
        Name of the vertical axis.
    scale : {"log", "linear"}
        Its scale.
    limits : tuple of float
        Its ends.
    """

    hue: str
    styles: dict[str, dict[str, Any]]
    references: pd.DataFrame
    axis: str
    scale: str
    limits: tuple[float, float]

    def draw(self, ax: Axes, curves: pd.DataFrame) -> None:
        """Draw curves of the problem; what is infinitely bad, or a gap of 0, lies on the edge of the panel."""
        ax.set(xscale="log", yscale=self.scale, ylim=self.limits, ylabel=self.axis)
        ax.xaxis.set_major_locator(LogLocator(numticks=6))
        for (label, _), curve in curves.groupby([self.hue, "arm"]):
            style, price = self.styles[str(label)], curve["evaluations"]
            low, high = curve["low"].clip(*self.limits), curve["high"].clip(*self.limits)
            median = curve["median"].where(np.isfinite(curve["median"])).clip(*self.limits)
            ax.fill_between(price, low, high, step="post", color=style["color"], alpha=0.15, linewidth=0.0)
            ax.plot(price, median, drawstyle="steps-post", **style)
        marks = self.references.clip(*self.limits)
        ax.axhline(marks["data_best"].max(), **DATA)
        for label, (kind, (price, shape)) in product(curves[self.hue].unique(), PRIORS.items()):
            ax.plot([price], marks.loc[[label], kind], color=self.styles[label]["color"], **shape)
        if curves.empty:
            ax.text(0.5, 0.5, "no evaluation", transform=ax.transAxes, ha="center", va="center")


def _scene(runs: pd.DataFrame, data: pd.DataFrame, hue: str, styles: dict[str, dict[str, Any]]) -> Scene:
    """Build the scene of the one problem that these runs and curves are of."""
    problem, tried = measures.summarise(runs).iloc[0], measures.attempted(runs)
    gap = data["measure"].eq("gap").any()
    for kind in NAMES if gap else ():
        tried[kind] = measures.gap(tried[f"{kind}_objective"], tried["optimum"], tried["reference"])
    references = tried.groupby(hue)[list(PRIORS)].median()
    references["data_best"] = tried.groupby("replicate")["data_best"].median().median()
    values = np.concatenate([data[["low", "median", "high"]].to_numpy(float).ravel(), references.to_numpy().ravel()])
    values = values[np.isfinite(values)]
    if gap:
        values = values[values > 0.0]
        name, scale, ends = "normalised gap Δ", "log", _ends(np.log(np.maximum(values, FLOOR)))
        return Scene(hue, styles, references, name, scale, (np.exp(ends[0]), np.exp(ends[1])))
    return Scene(hue, styles, references, f"best verified {_plain(problem['quantity'])}", "linear", _ends(values))


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    """Limits of an axis a little wider than its values, (0, 1) where there are none."""
    if not values.size:
        return 0.0, 1.0
    margin = 0.04 * float(np.ptp(values)) or 1.0
    return float(values.min()) - margin, float(values.max()) + margin


def _styles(runs: pd.DataFrame, hue: str) -> dict[str, dict[str, Any]]:
    """Colour and dashes of every label that evaluated anything; raw search comes first."""
    arms = measures.summarise(runs)
    labels = arms.loc[arms["spent"] > 0, hue].unique()
    colours = sns.color_palette("colorblind", len(labels))
    # the dashes shift by one each time the ten colours start again, so that no two of fifty labels look alike
    dashes = [DASHES[(index + index // 10) % len(DASHES)] for index in range(len(labels))]
    return {
        label: {"color": colour, "linestyle": dash} for label, colour, dash in zip(labels, colours, dashes, strict=True)
    }


def _plain(text: str) -> str:
    """Keep Matplotlib from reading dollar signs as mathematics."""
    return text.replace("$", r"\$")


def _legend(styles: dict[str, dict[str, Any]], references: pd.DataFrame) -> list[Line2D]:
    """Key to the lines, and to the kinds of reference mark that are there."""
    looks = {"data_best": DATA, **{kind: {"color": GREY, **shape} for kind, (_, shape) in PRIORS.items()}}
    present = [kind for kind in looks if references[kind].notna().any()]
    lines = [Line2D([], [], label=_plain(label), **style) for label, style in styles.items()]
    return lines + [Line2D([], [], label=NAMES[kind], **looks[kind]) for kind in present]


def _one_panel(ax: Axes, runs: pd.DataFrame, data: pd.DataFrame) -> Figure:
    scene = _scene(runs, data, "arm", _styles(runs, "arm"))
    scene.draw(ax, data)
    ax.set_xlabel(EVALUATIONS)
    handles = _legend(scene.styles, scene.references)
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.02, 1.0), frameon=False)
    return ax.figure.figure


def _small_multiples(runs: pd.DataFrame, data: pd.DataFrame) -> Figure:
    problems, optimisers = sorted(runs["problem"].unique()), sorted(runs["optimiser"].unique())
    columns = len(optimisers) if len(problems) > 1 else min(len(optimisers), 2)
    rows = -(-len(optimisers) // columns)
    size = max(WIDTH, 1.75 * columns), 0.6 + len(problems) * (0.4 + 2.0 * rows)
    figure = Figure(figsize=size, layout="constrained")
    bands = figure.subfigures(len(problems), squeeze=False).ravel()
    styles, references = _styles(runs, "encoder"), []
    for problem, band in zip(problems, bands, strict=True):
        curves = data[data["problem"] == problem]
        scene = _scene(runs[runs["problem"] == problem], curves, "encoder", styles)
        references.append(scene.references)
        band.suptitle(_plain(problem), fontweight="bold")
        grid = band.subplots(rows, columns, squeeze=False)
        panels, spare = np.split(grid.ravel(), [len(optimisers)])
        for optimiser, ax in zip(optimisers, panels, strict=True):
            ax.sharex(panels[0])
            scene.draw(ax, curves[curves["optimiser"] == optimiser])
            ax.set_title(_plain(optimiser))
        for ax in grid[:, 1:].flat:
            ax.set_ylabel("")
        for ax in panels[-columns:]:
            ax.set_xlabel(EVALUATIONS)
        for ax in spare:
            ax.remove()
    handles = _legend(styles, pd.concat(references))
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    return figure
