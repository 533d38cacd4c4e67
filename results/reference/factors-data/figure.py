"""Draw what training designs are worth: by how many there are, how good they are, and of which kinds.

    python results/reference/factors-data/figure.py RECORDS OUT.png OUT.md

RECORDS holds runs.parquet and traces.parquet, as `latentbench export --to parquet` writes them.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.analysis.fixed import budget_table
from bench.analysis.plots.style import PAGE, PALETTE, STYLE

BUDGETS = (200, 2000)
LINES = {200: "--", 2000: "-"}
LOOKS = {"raw-fourier": ("s", 0), "pca-16": ("^", 2), "spectral-vae-8": ("D", 1)}
"""Marker and colour of each encoder."""
NAMES = {"n": "training designs n", "withheld": "best designs withheld, %", "kinds": "classes of designs"}
"""Factors, and what their levels are called on an axis."""
HALF = 0.5
"""Share of searches with a verified design from which on there is a median."""
USUAL = "n = 1000"
"""The problem that every factor starts from: all classes, nothing withheld."""


def factors(table: pd.DataFrame) -> pd.DataFrame:
    """A row a factor, level, encoder and budget, with the quartiles of σ."""
    parts = []
    for problem, rows in table.groupby("problem", sort=False):
        rows = rows.assign(encoder=rows["arm"].str.partition("/")[0])
        if number := re.fullmatch(r"n = (\d+)", str(problem)):
            parts.append(rows.assign(factor="n", level=number[1]))
        elif share := re.fullmatch(r"best (\d+)% withheld", str(problem)):
            parts.append(rows.assign(factor="withheld", level=share[1]))
        else:
            parts.append(rows.assign(factor="kinds", level=problem))
        if problem == USUAL:
            parts += [rows.assign(factor="withheld", level="0"), rows.assign(factor="kinds", level="all classes")]
    found = pd.concat(parts)
    # numbers rise; classes stay as the suite has them, all of them first
    place = pd.to_numeric(found["level"], errors="coerce").fillna(found["level"].ne("all classes").astype(float))
    order = found["factor"].map(list(NAMES).index)
    return found.assign(place=place, order=order).sort_values(["order", "place"], kind="stable")


def panel(ax: Axes, rows: pd.DataFrame) -> None:
    """Medians by level, with quartiles at the larger budget; classes have no order, and no line between them."""
    levels = list(rows["level"].unique())
    for (encoder, budget), own in rows.groupby(["encoder", "budget"]):
        marker, ink = LOOKS[encoder]
        own = own.set_index("level").loc[levels]
        shift = 0.08 * (list(LOOKS).index(encoder) - 1)  # bars of quartiles lie side by side
        error = (own["median"] - own["low"], own["high"] - own["median"]) if budget == max(BUDGETS) else None
        look = {"color": PALETTE[ink], "marker": marker, "markersize": 4.0, "capsize": 2.0}
        look["linestyle"] = LINES[budget] if rows["factor"].iloc[0] != "kinds" else ""
        look["markerfacecolor"] = PALETTE[ink] if budget == max(BUDGETS) else "white"
        ax.errorbar(np.arange(len(levels)) + shift, own["median"], error, **look)
    ax.set_xticks(range(len(levels)), [str(level).replace(" ", "\n") for level in levels])


def draw(table: pd.DataFrame) -> Figure:
    """A panel a factor."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(PAGE, 3.1), layout="constrained")
        axes = figure.subplots(1, 3, sharey=True)
        for ax, (factor, name) in zip(axes, NAMES.items(), strict=True):
            panel(ax, table[table["factor"] == factor])
            ax.set_xlabel(name)
        axes[0].set_ylabel("best σ (median, quartiles)")
        for encoder, (marker, ink) in LOOKS.items():
            axes[0].plot([], [], marker=marker, color=PALETTE[ink], label=encoder)
        for budget, line in LINES.items():
            filled = "0.3" if budget == max(BUDGETS) else "white"
            axes[0].plot([], [], line, color="0.3", marker="o", markerfacecolor=filled, label=f"{budget} evaluations")
        figure.legend(loc="outside upper center", ncols=3, frameon=False)
    return figure


def written(table: pd.DataFrame) -> str:
    """The same as a table: a row a factor, level and encoder."""
    lines = [["factor", "level", "encoder", *(f"σ at {budget}" for budget in BUDGETS)]]
    lines.append([":--", "--:", ":--", *["--:"] * len(BUDGETS)])
    for (factor, level, encoder), rows in table.groupby(["factor", "level", "encoder"], sort=False):
        by = rows.set_index("budget")
        cells = [
            f"{at['median']:.4g} [{at['low']:.4g}, {at['high']:.4g}]" if at["feasible"] >= HALF else "–"
            for _, at in by.loc[list(BUDGETS)].iterrows()
        ]
        lines.append([NAMES[factor], level, encoder, *cells])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main(records: Path, picture: Path, text: Path) -> None:
    """Write the picture and the numbers in it."""
    frames = (pd.read_parquet(records / f"{name}.parquet") for name in ("runs", "traces"))
    table = factors(budget_table(*frames, BUDGETS))
    draw(table).savefig(picture, dpi=200)
    text.write_text(written(table), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
