"""Draw how the worth of a latent space falls with how far its training data are from the task at hand.

    python results/reference/structure-neighbourhood/figure.py RECORDS OUT.png OUT.md

RECORDS holds runs.parquet and traces.parquet, as `latentbench export --to parquet` writes them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from bench.analysis.plots.style import COLUMN, PALETTE, STYLE
from bench.seeds import generator

DRAWS = 2000
"""Of the bootstrap over replicates, the same for all that is compared."""
DATA = "best training design"
LOOKS = {DATA: ("v", 5), "pca-8/cma-es": ("^", 2), "conditional-8/cma-es": ("D", 1), "raw/mma": ("o", 0)}
UNITS = 0.15, 28.6
"""Of the place of a load on its edge, and of its angle in degrees, in which the distance of loads is told."""


def values(runs: pd.DataFrame) -> pd.DataFrame:
    """Best verified c/c_best: an index (radius withheld, arm), a column a replicate."""
    runs = runs.assign(withheld=[json.loads(spec)["params"]["data"]["nearest"] for spec in runs["problem_spec"]])
    own = runs.pivot_table(index=["withheld", "arm"], columns="replicate", values="best")
    data = runs.assign(arm=DATA).pivot_table(index=["withheld", "arm"], columns="replicate", values="data_best")
    return pd.concat([own, data]).sort_index()


def medians(found: pd.DataFrame) -> pd.DataFrame:
    """Median over replicates, and its 95 % interval; then the same of the rise from the least radius to each."""
    replicates = found.shape[1]
    drawn = generator("bootstrap", "neighbourhood").integers(replicates, size=(DRAWS, replicates))
    rows = []
    least = found.index.get_level_values("withheld").min()
    for (withheld, arm), row in found.iterrows():
        numbers, nearest = row.to_numpy(), found.loc[(least, arm)].to_numpy()
        at = np.median(numbers[drawn], axis=1)
        rise = at / np.median(nearest[drawn], axis=1)
        rows.append(
            {
                **{"withheld": withheld, "arm": arm, "median": np.median(numbers)},
                **dict(zip(("low", "high"), np.quantile(at, (0.025, 0.975)), strict=True)),
                "rise": np.median(numbers) / np.median(nearest),
                **dict(zip(("rise_low", "rise_high"), np.quantile(rise, (0.025, 0.975)), strict=True)),
            }
        )
    return pd.DataFrame(rows)


def draw(table: pd.DataFrame) -> Figure:
    """The medians by radius, with their intervals."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(COLUMN, 3.1), layout="constrained")
        ax = figure.subplots()
        for number, (arm, (marker, ink)) in enumerate(LOOKS.items()):
            rows = table[table["arm"] == arm].sort_values("withheld")
            error = rows["median"] - rows["low"], rows["high"] - rows["median"]
            beside = rows["withheld"] * UNITS[0] + 0.0025 * (number - 1.5)
            look = {"marker": marker, "color": PALETTE[ink], "capsize": 2.0, "markersize": 4.0}
            ax.errorbar(beside, rows["median"], error, label=arm, **look)
        ax.set(yscale="log", xlabel="withheld around the load (place, of 1)")
        ax.set_ylabel("$c/c_{best}$ (median, 95 %)")
        ticks = sorted(table["withheld"].unique() * UNITS[0])
        ax.set_xticks(ticks, [f"{tick:.2g}" for tick in ticks])
        ax.yaxis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:.2g}"))
        ax.yaxis.set_minor_formatter(mpl.ticker.StrMethodFormatter("{x:.2g}"))
        figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure


def written(table: pd.DataFrame) -> str:
    """The same as a table: a row an arm, a column a radius, and how much worse it is at the largest than at none."""
    radii, cells = sorted(table["withheld"].unique()), {}
    for arm in LOOKS:
        rows = table[table["arm"] == arm].set_index("withheld")
        told = [f"{row['median']:.3g} [{row['low']:.3g}, {row['high']:.3g}]" for _, row in rows.loc[radii].iterrows()]
        last = rows.loc[radii[-1]]
        cells[arm] = [*told, f"{last['rise']:.3g} [{last['rise_low']:.3g}, {last['rise_high']:.3g}]"]
    heads = [f"{radius * UNITS[0]:.2g}, {radius * UNITS[1]:.0f}°" for radius in radii]
    rows = [["arm", *heads, "last over first"], [":--", *["--:"] * (len(heads) + 1)]]
    rows += [[arm, *told] for arm, told in cells.items()]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main(records: Path, picture: Path, text: Path) -> None:
    """Write the picture and the numbers in it."""
    table = medians(values(pd.read_parquet(records / "runs.parquet")))
    draw(table).savefig(picture, dpi=200)
    text.write_text(written(table), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
