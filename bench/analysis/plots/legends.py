"""Legends below or beside panels, however many entries they have: the figure makes room for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from bench.analysis.plots.style import COLUMN

FORESEEN, MARGIN = 0.6, 0.3
"""Inches of a legend below that a figure's height already holds, and around one beside."""


def legend_below(figure: Figure, handles: Sequence[Any]) -> None:
    """Put a legend below the panels, in as many columns as there is width for, and make the figure higher for it."""
    for columns in (4, 3, 2, 1):
        legend = figure.legend(handles=handles, loc="outside lower center", ncols=columns, frameon=False)
        width, height = _inches(figure, legend)
        if columns == 1 or width <= figure.get_figwidth():
            break
        legend.remove()
    figure.set_size_inches(max(figure.get_figwidth(), width), figure.get_figheight() + max(0.0, height - FORESEEN))


def legend_beside(ax: Axes, handles: Sequence[Any], resize: bool, **look: Any) -> None:
    """Put a legend to the right of a panel and, if that is wished, make the figure large enough for both."""
    legend = ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.02, 1.0), frameon=False, **look)
    if resize:
        figure = ax.figure.figure
        width, height = _inches(figure, legend)
        figure.set_size_inches(max(figure.get_figwidth(), width + COLUMN), max(figure.get_figheight(), height + MARGIN))


def _inches(figure: Figure, legend: Legend) -> tuple[float, float]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    extent = legend.get_window_extent(FigureCanvasAgg(figure).get_renderer())  # type: ignore[no-untyped-call]
    return extent.width / figure.dpi, extent.height / figure.dpi
