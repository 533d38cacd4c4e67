"""How all figures look, so that a paper's agree: sizes, fonts, a colour an encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap

from bench.analysis.records import Records

COLUMN, PAGE = 3.5, 7.0
"""Widths in inches of one column of a paper and of two."""
STYLE: Any = {
    **dict.fromkeys(("font.size", "axes.titlesize", "axes.labelsize", "figure.titlesize"), 9.0),
    **dict.fromkeys(("legend.fontsize", "xtick.labelsize", "ytick.labelsize"), 8.0),
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), "0.15"),
    **dict.fromkeys(("axes.spines.top", "axes.spines.right"), False),
    **{"font.family": "sans-serif", "font.sans-serif": ["Arial", "DejaVu Sans", "Liberation Sans", "sans-serif"]},
    **{"axes.linewidth": 0.8, "lines.linewidth": 1.4, "lines.solid_capstyle": "round", "axes.axisbelow": True},
    **{"patch.edgecolor": "w", "patch.force_edgecolor": True, "grid.color": "0.8", "pdf.fonttype": 42},
}
# those of seaborn, which takes a second to import: its palette "colorblind", and anchors of its map "crest"
BLIND = (
    *("#0173b2", "#de8f05", "#029e73", "#d55e00", "#cc78bc"),
    *("#ca9161", "#fbafe4", "#949494", "#ece133", "#56b4e9"),
)
CREST = ("#a5cd90", "#76b791", "#509e90", "#33858d", "#1d6c8a", "#234f81", "#2c3172")
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
    palette = PALETTE
    if len(labels) > len(PALETTE):
        import seaborn as sns

        palette = [PALETTE[0], *sns.color_palette("husl", len(labels) - 1)]
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
    crest = LinearSegmentedColormap.from_list("crest", CREST)
    return [crest(place) for place in np.linspace(0.0, 1.0, n + 2)[1:-1]]


def plain(text: str) -> str:
    """Keep Matplotlib from reading dollar signs as mathematics."""
    return text.replace("$", r"\$")
