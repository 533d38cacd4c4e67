"""Draw what a latent space is worth by its dimension k and by the weight β of its regulariser.

    python results/reference/factors-encoder/figure.py RECORDS OUT.png OUT.md

RECORDS holds runs.parquet and traces.parquet, as `latentbench export --to parquet` writes them.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.analysis.fixed import budget_table
from bench.analysis.plots.style import PAGE, PALETTE, STYLE

BUDGETS = (200, 2000)
LINES = {200: "--", 2000: "-"}
LOOKS = {"raw-fourier": ("s", 0), "fourier": ("v", 3), "pca": ("^", 2), "spectral-vae": ("D", 1)}
"""Marker and colour of each kind of encoder."""
LEVELS = {"dimension": "latent dimension k", "beta": "weight β of the regulariser"}
"""Factors, and what their levels are called on an axis."""
NAME = re.compile(r"([a-z-]+?)(?:-(\d+))?(?:, β = (\S+))?")
USUAL = 0.1
"""β where nothing is said."""


def factors(table: pd.DataFrame) -> pd.DataFrame:
    """A row a factor, level, kind of encoder and budget, with the quartiles of σ; no level for what has none."""
    parts = []
    for arm, rows in table.groupby("arm", sort=False):
        named = NAME.fullmatch(str(arm).partition("/")[0])
        assert named is not None
        rows = rows.assign(kind=named[1])
        if named[2] and not named[3]:
            parts.append(rows.assign(factor="dimension", level=int(named[2])))
        if named[1] == "spectral-vae" and named[2] == "8":
            parts.append(rows.assign(factor="beta", level=float(named[3] or USUAL)))
        if not named[2]:
            parts += [rows.assign(factor=factor, level=float("nan")) for factor in LEVELS]
    return pd.concat(parts)


def panel(ax: Axes, rows: pd.DataFrame) -> None:
    """Medians by level, with quartiles at the larger budget; what has no level is a line across."""
    for (kind, budget), own in rows.groupby(["kind", "budget"]):
        marker, ink = LOOKS[kind]
        look = {"color": PALETTE[ink], "linestyle": LINES[budget]}
        if own["level"].isna().all():
            ax.axhline(own["median"].iloc[0], **look)
            continue
        own = own.sort_values("level")
        error = (own["median"] - own["low"], own["high"] - own["median"]) if budget == max(BUDGETS) else None
        ax.errorbar(own["level"], own["median"], error, marker=marker, markersize=4.0, capsize=2.0, **look)


def draw(table: pd.DataFrame) -> Figure:
    """A panel a factor."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(PAGE, 2.9), layout="constrained")
        axes = figure.subplots(1, 2, sharey=True)
        for ax, (factor, name) in zip(axes, LEVELS.items(), strict=True):
            panel(ax, table[table["factor"] == factor])
            ax.set(xlabel=name, xscale="log")
        levels = sorted(table.loc[table["factor"] == "dimension", "level"].dropna().unique())
        axes[0].set_xticks(levels, [f"{level:.0f}" for level in levels], minor=False)
        axes[0].minorticks_off()
        axes[0].set_ylabel("best σ (median, quartiles)")
        for kind, (marker, ink) in LOOKS.items():
            axes[0].plot([], [], marker="" if kind == "raw-fourier" else marker, color=PALETTE[ink], label=kind)
        for budget, line in LINES.items():
            axes[0].plot([], [], line, color="0.3", label=f"{budget} evaluations")
        figure.legend(loc="outside upper center", ncols=3, frameon=False)
    return figure


def written(table: pd.DataFrame) -> str:
    """The same as a table: a row a factor, level and kind of encoder."""
    lines = [["factor", "level", "encoder", *(f"σ at {budget}" for budget in BUDGETS)]]
    lines.append([":--", "--:", ":--", *["--:"] * len(BUDGETS)])
    for (factor, level, kind), rows in table.dropna(subset="level").groupby(["factor", "level", "kind"]):
        by = rows.set_index("budget")
        cells = [
            f"{at['median']:.4g} [{at['low']:.4g}, {at['high']:.4g}]" for _, at in by.loc[list(BUDGETS)].iterrows()
        ]
        lines.append([LEVELS[factor], f"{level:g}", kind, *cells])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main(records: Path, picture: Path, text: Path) -> None:
    """Write the picture and the numbers in it."""
    table = factors(
        budget_table(*(pd.read_parquet(records / f"{name}.parquet") for name in ("runs", "traces")), BUDGETS)
    )
    draw(table).savefig(picture, dpi=200)
    text.write_text(written(table), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
