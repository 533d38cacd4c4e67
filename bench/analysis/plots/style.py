"""How all figures look, so that a paper's agree: sizes, fonts, a colour an encoder; and how they are saved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from bench.analysis.plots.letters import legible
from bench.analysis.records import Records

RESOLUTION = 200
"""Dots an inch of PNGs."""
COLUMN, PAGE = 3.5, 7.0
"""Widths in inches of one column of a paper and of two."""
FORESEEN, MARGIN = 0.6, 0.3
"""Inches of a legend below that a figure's height already holds, and around one beside."""
STYLE: Any = {
    **sns.axes_style("ticks"),
    **dict.fromkeys(("font.size", "axes.titlesize", "axes.labelsize", "figure.titlesize"), 9.0),
    **dict.fromkeys(("legend.fontsize", "xtick.labelsize", "ytick.labelsize"), 8.0),
    **dict.fromkeys(("axes.spines.top", "axes.spines.right"), False),
    **{"axes.linewidth": 0.8, "lines.linewidth": 1.4, "pdf.fonttype": 42},
}
BLIND = sns.color_palette("colorblind")
# raw search in black; of those colours the ones that are told apart on white
PALETTE = ["0.1", *(BLIND[number] for number in (0, 1, 2, 3, 4, 9, 5))]
DASHES = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (5, 1.5, 1, 1.5)), (0, (3, 1, 1, 1, 1, 1)), (0, (8, 3)))
GREY = "0.45"
EVALUATIONS = "evaluations $N_f + N_g$"


def choose(records: Records, problem: str | None = None, one: bool = False) -> Records:
    """Pick the records of a problem, or all of them.

    Raises
    ------
    ValueError
        If there is none, or if ``one`` problem is asked for and there are several.
    """
    names = sorted(records.parts)
    if problem not in [None, *names] or not names:
        raise ValueError(f"no run of {problem or 'any problem'}; there are runs of {names}")
    if problem is not None:
        return records.parts[problem]
    if one and len(names) > 1:
        raise ValueError(f"this shows one problem; choose from {names}")
    return records


def colours(labels: Sequence[str]) -> dict[str, Any]:
    """A colour a label; where there are more than eight, of all hues, since none may be that of another."""
    more = len(labels) - len(PALETTE)
    palette = PALETTE if more <= 0 else [PALETTE[0], *sns.color_palette("husl", len(labels) - 1)]
    return dict(zip(labels, palette, strict=False))


def dashes(labels: Sequence[str]) -> dict[str, Any]:
    """A line style a label; they repeat after six."""
    return {label: DASHES[index % len(DASHES)] for index, label in enumerate(labels)}


def targets_shades(data: pd.DataFrame) -> dict[float, Any]:
    """A shade a target, pale to dark from easy to hard; ``data`` has target and larger_is_better."""
    targets = sorted(data["target"].unique(), reverse=not data["larger_is_better"].any())
    return dict(zip(targets, shades(len(targets)), strict=True))


def shades(n: int) -> list[Any]:
    """So many colours from pale to dark."""
    return list(sns.color_palette("crest", n))


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

    extent = legend.get_window_extent(FigureCanvasAgg(figure).get_renderer())
    return extent.width / figure.dpi, extent.height / figure.dpi


def plain(text: str) -> str:
    """Keep Matplotlib from reading dollar signs as mathematics."""
    return text.replace("$", r"\$")


def save(figure: Figure, path_stem: str | Path) -> list[Path]:
    """Write a figure as PNG (200 dpi) and as PDF; the same figure gives the same bytes.

    Returns
    -------
    list of Path
        ``path_stem`` with .png and .pdf appended.
    """
    Path(path_stem).parent.mkdir(parents=True, exist_ok=True)
    png, pdf = Path(f"{path_stem}.png"), Path(f"{path_stem}.pdf")
    for path in (png, pdf):
        path.unlink(missing_ok=True)  # it may be a link to something else
    with mpl.rc_context(STYLE), legible(figure), laid_out(figure):
        figure.savefig(png, dpi=RESOLUTION, metadata={"Software": None})
        figure.savefig(pdf, metadata={"CreationDate": None})
    return [png, pdf]


@contextmanager
def laid_out(figure: Figure) -> Iterator[None]:
    """Lay a figure out once, at the resolution of its PNG, however often it is then drawn: that is most of the work."""
    engine, dpi = figure.get_layout_engine(), figure.get_dpi()
    figure.set_dpi(RESOLUTION)  # sizes of texts are remembered for each resolution
    figure.draw_without_rendering()
    figure.set_layout_engine(None)  # for any other, even "none", Matplotlib draws a figure twice to save it
    try:
        yield
    finally:
        figure.set_dpi(dpi)
        figure.set_layout_engine(engine)
