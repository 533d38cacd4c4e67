"""Compare final values of version 1 of the outlines that can be made with those of version 2, arm by arm.

    python results/reference/standard/versions.py RECORDS_OF_1 RECORDS_OF_2 OUT.md

Both folders hold runs.parquet; those of version 1 are in commit da03089. Compared are the replicates that both have.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import ranksums

PROBLEMS = (
    *("heat-dispersion", "heat-dispersion, packed", "heat-dispersion, 200 points", "target-ratio"),
    "conduction, Bi = 10",
)
LEVEL = 0.05


def compared(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """A row a problem and arm: both medians, and the p-value of the rank-sum test, by rising p-value."""
    keys = ["problem", "arm", "replicate"]
    both = first[[*keys, "best"]].merge(second[[*keys, "best"]], on=keys, suffixes=("_1", "_2"))
    both = both[both["problem"].isin(PROBLEMS)].dropna()  # a search without a verified design has no value to compare
    rows = [
        (
            problem,
            arm,
            len(rows),
            rows["best_1"].median(),
            rows["best_2"].median(),
            ranksums(rows["best_1"], rows["best_2"])[1],
        )
        for (problem, arm), rows in both.groupby(["problem", "arm"])
    ]
    return pd.DataFrame(rows, columns=["problem", "arm", "pairs", "version 1", "version 2", "p"]).sort_values("p")


def main(first: Path, second: Path, text: Path) -> None:
    """Write the table, and how many differences are left at 5 % by Holm's correction."""
    table = compared(*(pd.read_parquet(folder / "runs.parquet") for folder in (first, second)))
    sure = int((table["p"] * np.arange(len(table), 0, -1) <= LEVEL).cummin().sum())
    lines = [
        "# Versions 1 and 2 of outlines that can be made",
        "",
        f"Medians of the best verified value after 2,000 evaluations. Of {len(table)} arms {sure} differ: rank-sum "
        f"test, Holm, {LEVEL:.0%}.",
        "",
        f"| {' | '.join(table.columns)} |",
        "| :-- | :-- | --: | --: | --: | --: |",
        *(
            f"| {p} | {arm} | {n} | {one:.5g} | {two:.5g} | {value:.2g} |"
            for p, arm, n, one, two, value in table.to_numpy()
        ),
    ]
    text.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
