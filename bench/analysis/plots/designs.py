"""Designs side by side: the best that every arm found, and a contact sheet of any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, product
from textwrap import wrap
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bench.analysis import measures
from bench.analysis.labels import ordered, raw_first
from bench.analysis.plots.style import GREY, PAGE, PALETTE, STYLE, choose, colours, plain
from bench.analysis.records import Records
from bench.quantities import displayed

Draw = Callable[[NDArray[np.float64], Axes], object]
"""What draws one design, shape (d,), on axes: the ``draw`` of a problem."""
CELL = 1.2
"""Largest width in inches of a design of a gallery."""
SHEET_COLUMNS = 8
LINE = 0.17
"""Height in inches of a line of text."""
STAGES = 6.0
"""Size in points of the labels of arms of several stages."""
POINTS, LETTER = 72, 0.58
"""Points of an inch, and the width of a letter of labels in units of its size."""


def gallery(runs: pd.DataFrame, draw: Draw, problem: str | None = None) -> tuple[Figure, pd.DataFrame]:
    """Best verified design of every arm of one problem, all at the same scale: a row an encoder, a column an optimiser.

    Parameters
    ----------
    runs : DataFrame
        Records, a row a run.
    draw : callable
        Draws one design on axes: ``draw(x, ax)``, as a problem's ``draw`` does.
    problem : str, optional
        Label of the problem; may be left out where there is only one.

    Returns
    -------
    figure : Figure
    data : DataFrame
        The designs drawn, as from `measures.best_designs`.

    Raises
    ------
    ValueError
        If there is no run of the problem that was attempted, or if there are several problems to choose from.
    """
    return from_records(Records(runs), draw, problem)


def from_records(records: Records, draw: Draw, problem: str | None = None) -> tuple[Figure, pd.DataFrame]:
    """Like `gallery`."""
    chosen = choose(records, problem, one=True)
    quantity = plain(chosen.arms["quantity"].iloc[0])
    data = measures.gallery(chosen)
    best = data.set_index(["encoder", "optimiser"])
    labels = raw_first(chosen, "encoder")
    hues, encoders = colours(labels), [label for label in labels if label in best.index]
    optimisers = ordered(data["optimiser"].unique())
    if not encoders:
        raise ValueError("every run was skipped; there is nothing to show")
    with mpl.rc_context(STYLE):
        side = min(CELL, PAGE / len(optimisers))
        figure, panels = cells(len(encoders), len(optimisers), side, LINE)
        for ax, (encoder, optimiser) in zip(panels.flat, product(encoders, optimisers), strict=True):
            if optimiser == optimisers[0]:
                text, looks = _stacked(encoder, side)
                ax.set_ylabel(text, **looks)
            if encoder == encoders[0]:
                text, looks = _stacked(optimiser, side)
                ax.set_title(text, **looks)
            if (encoder, optimiser) not in best.index:
                continue
            design, value = best["design"][encoder, optimiser], best["best"][encoder, optimiser]
            if design is None:
                ax.text(0.5, 0.5, "none\nverified", transform=ax.transAxes, ha="center", va="center", color=GREY)
                continue
            ax.set_prop_cycle(color=[hues[encoder]])
            draw(np.asarray(design, dtype=float), ax)
            ax.set_xlabel(f"{quantity} {displayed(value)}", labelpad=1.0)
        same_scale(panels.flat)
    return figure, data


def sheet(
    designs: NDArray[np.float64], draw: Draw, captions: Sequence[str] | None = None
) -> tuple[Figure, NDArray[np.float64]]:
    """Contact sheet of designs, eight a row, all at the same scale.

    Parameters
    ----------
    designs : ndarray, shape (n, d)
    draw : callable
        Draws one design on axes: ``draw(x, ax)``.
    captions : sequence of str, optional
        What stands below each.

    Returns
    -------
    figure : Figure
    designs : ndarray, shape (n, d)
        The designs drawn.
    """
    rows = max(-(-len(designs) // SHEET_COLUMNS), 1)
    with mpl.rc_context(STYLE):
        figure, panels = cells(rows, SHEET_COLUMNS, PAGE / SHEET_COLUMNS, LINE if captions else 0.0)
        for number, (design, ax) in enumerate(zip(designs, panels.flat, strict=False)):
            ax.set_prop_cycle(color=[PALETTE[1]])
            draw(design, ax)
            if captions:
                ax.set_xlabel(plain(captions[number]), labelpad=1.0, fontsize=7.0)
        same_scale(list(panels.flat)[: len(designs)])
    return figure, designs


def _stacked(label: str, side: float) -> tuple[str, dict[str, Any]]:
    """Break a label at its hyphens, since cells are narrow, and set stages of an arm one below the other, smaller."""
    several = " → " in label
    size = STAGES if several else float(mpl.rcParams["font.size"])
    width = max(int(POINTS * side / (LETTER * size)), 1)
    lines = [wrap(stage, width, break_long_words=False) for stage in plain(label).replace(" → ", "\n→ ").split("\n")]
    return "\n".join(chain.from_iterable(lines)), {"fontsize": size} if several else {}


def cells(rows: int, columns: int, side: float, below: float) -> tuple[Figure, Any]:
    """Make a figure of square cells without frames, with room below each; lengths in inches."""
    figure = Figure(figsize=(columns * side + 2.0 * LINE, rows * (side + below) + 2.0 * LINE))
    figure.set_layout_engine("constrained", w_pad=0.02, h_pad=0.02, wspace=0.0, hspace=0.0)
    panels = figure.subplots(rows, columns, squeeze=False)
    for ax in panels.flat:
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        ax.patch.set_visible(False)  # it would cover labels of its neighbours
    return figure, panels


def same_scale(panels: Iterable[Axes]) -> None:
    """Show as much of the plane in each panel as the largest drawing needs, around the middle of what is drawn."""
    panels = list(panels)
    drawn = [ax for ax in panels if ax.has_data()]
    extents = np.array([ax.dataLim.get_points() for ax in drawn]).reshape(-1, 2, 2)
    middles, half = extents.mean(axis=1), 0.53 * np.ptp(extents, axis=1).max(axis=0, initial=0.0)
    for ax, (x, y) in zip(drawn, middles, strict=True):
        ax.set(xlim=(x - half[0], x + half[0]), ylim=(y - half[1], y + half[1]))
    for ax in panels if drawn else []:
        if not ax.has_data():  # or its title would stand at another height
            ax.set(xlim=drawn[0].get_xlim(), ylim=drawn[0].get_ylim(), aspect=drawn[0].get_aspect())
