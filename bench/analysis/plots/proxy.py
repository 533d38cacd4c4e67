"""Whether surface-to-volume stands for cooling, over Biot numbers: rank correlation, and cooling that is reached."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.analysis.plots.style import COLUMN, GREY, STYLE, colours, dashes
from bench.analysis.proxy import table

MARKERS = ("o", "s", "D")
APART = 1.12
"""By what factor the kinds of designs stand apart at a Biot number."""


def proxy(designs: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """Rank correlation of σ and cooling by kind of designs, and how well those optimised for σ cool.

    Parameters
    ----------
    designs : DataFrame
        As `bench.studies.proxy.measured` gives it.

    Returns
    -------
    figure : Figure
    data : DataFrame
        The rows of `bench.analysis.proxy.table`.
    """
    data = table(designs)
    kinds = list(dict.fromkeys(data["kind"]))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(COLUMN, 3.9), layout="constrained")
        upper, lower = figure.subplots(2, sharex=True, height_ratios=(3, 2))
        for number, kind in enumerate(kinds):
            rows = data[data["kind"] == kind]
            shift = APART ** (number - (len(kinds) - 1) / 2)
            look = {"color": colours(kinds)[kind], "linestyle": dashes(kinds)[kind], "marker": MARKERS[number % 3]}
            _line(upper, rows, "correlation", shift, label=kind, **look)
            if rows["share"].notna().any():
                _line(lower, rows, "share", shift, **look)
        upper.set(xscale="log", ylabel="rank correlation\nof σ and cooling")
        upper.axhline(1.0, color=GREY, linewidth=0.6, zorder=0)
        upper.legend(frameon=False, loc="lower left")
        lower.set(xlabel="Biot number Bi", ylabel="cooling of designs\noptimised for σ,\nas share of best")
        lower.axhline(1.0, color=GREY, linewidth=0.6, zorder=0)
    return figure, data


def _line(ax: Axes, rows: pd.DataFrame, name: str, shift: float, **look: object) -> None:
    middle = rows[name].to_numpy(float)
    ends = np.abs(rows[[f"{name}_low", f"{name}_high"]].to_numpy(float).T - middle)
    options = {"markersize": 4, "capsize": 2, "elinewidth": 0.9}
    ax.errorbar(rows["biot"] * shift, middle, yerr=ends, **options, **look)  # type: ignore[arg-type]
