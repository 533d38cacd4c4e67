"""Draw what training designs are worth by their number, quality and kind, and a latent space by its dimension and β.

    python results/reference/factors/figure.py DATA ENCODER OUT.png OUT.md

DATA and ENCODER are the Parquet folders of `factors-data` and `factors-encoder`.
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
USUAL = "n = 1000"
KINDS = {
    USUAL: "all nine",
    "the classic four": "classic four",
    "gears and crosses": "gears, crosses",
    "harmonic blobs": "blobs",
}
LEVELS = {
    "number": "designs n",
    "withheld": "share of best designs withheld",
    "kind": "classes of designs",
    "dimension": "latent dimension k",
    "beta": "weight β of the regulariser",
}
"""Factors, and what their levels are called on an axis."""


def of_data(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of `factors-data`, by factor and level; the usual data are a level of each."""
    parts = []
    for problem, rows in table.groupby("problem", sort=False):
        if number := re.fullmatch(r"n = (\d+)", problem):
            parts.append(rows.assign(factor="number", level=int(number[1])))
        if share := re.fullmatch(r"best (\d+)% withheld", problem):
            parts.append(rows.assign(factor="withheld", level=int(share[1]) / 100))
        if problem == USUAL:
            parts.append(rows.assign(factor="withheld", level=0.0))
        if problem in KINDS:
            parts.append(rows.assign(factor="kind", level=list(KINDS).index(problem)))
    return pd.concat(parts)


def of_encoders(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of `factors-encoder`, by factor and level; β is 0.1 where nothing is said."""
    parts = []
    for encoder, rows in table.groupby("encoder", sort=False):
        named = re.fullmatch(r"([a-z-]+?)(?:-(\d+))?(?:, β = (\S+))?", encoder)
        assert named is not None
        if named[2] and not named[3]:
            parts.append(rows.assign(factor="dimension", level=int(named[2])))
        if named[1] == "spectral-vae" and named[2] == "8":
            parts.append(rows.assign(factor="beta", level=float(named[3] or 0.1)))
        if named[1] == "raw-fourier":
            parts += [rows.assign(factor=factor, level=None) for factor in ("dimension", "beta")]
    return pd.concat(parts)


def factors(data: pd.DataFrame, encoders: pd.DataFrame) -> pd.DataFrame:
    """All of them: a row a factor, level, kind of encoder and budget, with the quartiles of σ."""
    made = []
    for table, by in ((data, of_data), (encoders, of_encoders)):
        table = table.assign(encoder=table["arm"].str.partition("/")[0])
        made.append(by(table))
    whole = pd.concat(made)
    return whole.assign(kind=whole["encoder"].str.replace(r"-\d+.*", "", regex=True))


def panel(ax: Axes, rows: pd.DataFrame) -> None:
    """Medians by level, with quartiles at the larger budget; no level: a level line."""
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
        figure = Figure(figsize=(PAGE, 4.4), layout="constrained")
        axes = figure.subplots(2, 3, sharey=True)
        for ax, (factor, name) in zip(axes.flat, LEVELS.items(), strict=False):
            panel(ax, table[table["factor"] == factor])
            ax.set_xlabel(name)
            if factor in ("number", "dimension", "beta"):
                ax.set_xscale("log", base=2 if factor == "dimension" else 10)
        axes[0, 2].set_xticks(range(len(KINDS)), list(KINDS.values()), rotation=25, ha="right")
        axes[1, 0].xaxis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:.0f}"))
        for ax in axes[:, 0]:
            ax.set_ylabel("best σ (median, quartiles)")
        spare = axes[1, 2]
        spare.set_axis_off()
        for kind, (marker, ink) in LOOKS.items():
            spare.plot([], [], marker=marker, color=PALETTE[ink], markersize=4.0, label=kind)
        for budget, line in LINES.items():
            spare.plot([], [], line, color="0.3", label=f"{budget} evaluations")
        spare.legend(loc="center", frameon=False)
    return figure


def written(table: pd.DataFrame) -> str:
    """The same as a table: a row a factor, level and kind of encoder."""
    lines = [
        ["factor", "level", "encoder", *(f"σ at {budget}" for budget in BUDGETS)],
        [":--"] * 3 + ["--:"] * len(BUDGETS),
    ]
    for (factor, level, kind), rows in table.dropna(subset="level").groupby(["factor", "level", "kind"]):
        told = list(KINDS.values())[int(level)] if factor == "kind" else f"{level:g}"
        by = rows.set_index("budget")
        cells = [
            f"{at['median']:.4g} [{at['low']:.4g}, {at['high']:.4g}]" for _, at in by.loc[list(BUDGETS)].iterrows()
        ]
        lines.append([LEVELS[factor], told, kind, *cells])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main(data: Path, encoder: Path, picture: Path, text: Path) -> None:
    """Write the picture and the numbers in it."""
    tables = []
    for folder in (data, encoder):
        runs, traces = (pd.read_parquet(folder / f"{name}.parquet") for name in ("runs", "traces"))
        tables.append(budget_table(runs, traces, BUDGETS))
    table = factors(*tables)
    draw(table).savefig(picture, dpi=200)
    text.write_text(written(table), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:5]))
