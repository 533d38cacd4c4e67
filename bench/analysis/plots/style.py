"""How all figures look, so that a paper's agree: sizes, fonts, a colour an encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import seaborn as sns

from bench.analysis.records import Records

COLUMN, PAGE = 3.5, 7.0
"""Widths in inches of one column of a paper and of two."""
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


def plain(text: str) -> str:
    """Keep Matplotlib from reading dollar signs as mathematics."""
    return text.replace("$", r"\$")
