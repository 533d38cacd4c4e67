"""Draw how the latent advantage grows with dimension.

    python results/reference/scaling/figure.py RECORDS OUT.png OUT.md

RECORDS holds runs.parquet and traces.parquet, as `latentbench export --to parquet` writes them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from bench.analysis.plots.style import PAGE, PALETTE, STYLE
from bench.analysis.tables import efficiency_table

TARGET = 1.05
"""σ, to be reached from above."""
LOOKS = {"raw": "o", "raw-fourier": "s", "pca-16": "^", "spectral-vae-8": "D"}


def expected(runs: pd.DataFrame, traces: pd.DataFrame) -> pd.DataFrame:
    """Evaluations spent per success, a row an arm of a problem: those of the efficiency table at the target."""
    table = efficiency_table(runs, traces)
    table = table[np.isclose(table["target"], TARGET)]
    dims = runs.dropna(subset=["dim"]).groupby("problem")["dim"].first()
    return table.assign(dim=table["problem"].map(dims), kind=table["problem"].str.split().str[0])


def main(records: Path, picture: Path, text: Path) -> None:
    """Write the picture and the numbers in it."""
    found = expected(*(pd.read_parquet(records / f"{name}.parquet") for name in ("runs", "traces")))
    optimisers = ["sep-cma-es", "l-bfgs"]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(PAGE, 3.0), layout="constrained")
        panels = figure.subplots(1, 2, sharey=True)
        for ax, optimiser in zip(panels, optimisers, strict=True):
            for ink, (encoder, marker) in zip(PALETTE[1:], LOOKS.items(), strict=False):
                for kind, line in {"outline": "-", "body": "--"}.items():
                    own = (found["kind"] == kind) & (found["encoder"] == encoder) & (found["optimiser"] == optimiser)
                    rows = found[own].sort_values("dim")
                    reached = rows[np.isfinite(rows["ert"])]
                    label = encoder if kind == "outline" else None
                    ax.loglog(reached["dim"], reached["ert"], line, marker=marker, color=ink, label=label)
            ax.set(title=optimiser, xlabel="variables d")
        panels[0].set_ylabel(f"evaluations to σ ≤ {TARGET}")
        handles, labels = panels[1].get_legend_handles_labels()
        panels[0].set_title("solid: outlines; dashed: bodies", loc="left", fontsize=7.0, y=-0.32)
        figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
        figure.savefig(picture, dpi=200)
    cell = found["successes"].astype(str) + "/" + found["searches"].astype(str)
    cell += found["ert"].map(lambda value: f"  {value:.3g}" if value < 1000 else f"  {value:.0f}")
    cell = cell.str.replace("inf", "∞").where(found["searches"] > 0, "skipped")
    wide = found.assign(cell=cell).pivot_table(
        index=["kind", "dim", "optimiser"], columns="encoder", values="cell", aggfunc="first"
    )
    wide = wide.reindex(columns=list(LOOKS)).sort_index(ascending=[False, True, False]).reset_index().fillna("–")
    wide["dim"] = wide["dim"].astype(int)
    rows = [wide.columns.tolist(), [":--", "--:", ":--", *["--:"] * len(LOOKS)], *wide.astype(str).values.tolist()]
    text.write_text("".join(f"| {' | '.join(map(str, row))} |\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
