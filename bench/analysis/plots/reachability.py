"""Reachability: the best design that is known to be reachable, against the dimensions of the latent space."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.analysis.families import reached
from bench.analysis.labels import ordered
from bench.analysis.plots.curves import FLOOR
from bench.analysis.plots.style import COLUMN, DASHES, PALETTE, STYLE, choose, colours, plain
from bench.analysis.records import Records
from bench.quantities import whole

MARKERS = ("o", "s", "D", "^", "v", "P", "X", "<", ">", "*", "h")


def reachability(runs: pd.DataFrame, ax: Axes | None = None) -> tuple[Figure, pd.DataFrame]:
    """Representation gap against latent dimensions k, a line a family of encoders, which are alike but for k.

    The gap is that of the best verified design that is known to be reachable, the median over fits; smaller ones than
    10⁻⁶ lie on the lower edge. Where no optimum and no best-known value is on record, it is that design's value.

    Parameters
    ----------
    runs : DataFrame
        Records of one problem.
    ax : Axes, optional
        Draw here instead of in a new figure.

    Returns
    -------
    figure : Figure
    data : DataFrame
        A row an encoder that a reach search was made through: problem, encoder, ``family``, latent_dim, quantity,
        reachable (displayed) and representation_gap, as from `encoders.encoder_table`.

    Raises
    ------
    ValueError
        If there is no run, or if there are several problems.
    """
    return from_records(Records(runs), ax)


def from_records(records: Records, ax: Axes | None = None) -> tuple[Figure, pd.DataFrame]:
    """Like `reachability`."""
    data = reached(choose(records, one=True))
    with mpl.rc_context(STYLE):
        if ax is None:
            height = 3.0 + 0.085 * data["family"].nunique()
            ax = Figure(figsize=(COLUMN, height), layout="constrained").subplots()
        _draw(ax, data)
    return ax.figure.figure, data


def _draw(ax: Axes, data: pd.DataFrame) -> None:
    gap = data["representation_gap"].notna().all()
    column = "representation_gap" if gap else "reachable"
    families = ordered(data["family"].unique())
    for number, (name, colour) in enumerate(colours(families).items()):
        rows = data[data["family"] == name]
        value = rows[column].clip(lower=FLOOR) if gap else rows[column]
        # the dashes change where the colours start again; with the markers, 528 families all look different
        look: dict[str, Any] = {"color": colour, "marker": MARKERS[number % len(MARKERS)], "markersize": 4.0}
        look["linestyle"] = DASHES[number // len(PALETTE) % len(DASHES)]
        ax.plot(rows["latent_dim"], value, label=plain(name), linewidth=1.0, clip_on=False, zorder=3, **look)
    ax.set_xscale("log", base=2)
    ks = sorted(data["latent_dim"].unique())
    ax.set_xticks(ks, labels=[whole(k) for k in ks])
    ax.minorticks_off()
    ax.set_xlabel("latent dimensions k")
    if data.empty:
        ax.text(0.5, 0.5, "no reach search was made", transform=ax.transAxes, ha="center", va="center")
        return
    if gap:
        ax.set_yscale("log")
        ax.minorticks_off()
        if (data[column] <= FLOOR).any():
            ax.set_ylim(bottom=FLOOR)
    ax.set_ylabel("representation gap Δ" if gap else f"reachable {plain(data['quantity'].iloc[0])}")
    ax.set_title(plain(str(data["problem"].iloc[0])), loc="left", fontweight="bold")
    ax.figure.figure.legend(loc="outside lower center", ncols=2, frameon=False, handlelength=2.4, columnspacing=0.8)
