"""What is known of every encoder before any search, beside one another: prior validity, error, spread."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from bench.analysis import encoders
from bench.analysis.plots.style import COLUMN, GREY, PALETTE, STYLE, choose, plain
from bench.analysis.records import Records
from bench.quantities import NEGLIGIBLE

PANELS = {"prior_valid": "valid", "rmse": "RMSE", "prior_spread": "spread"}
LOGARITHMIC = {"rmse", "prior_spread"}
ROW = 0.17
"""Height in inches of an encoder."""


def encoder_diagnostics(runs: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """Diagnostics of every encoder, medians over its fits: a row an encoder, a panel a number.

    *Valid* is the share of 1,000 prior samples that satisfies the constraints; *RMSE* that of a coordinate of held-out
    designs after encoding and decoding (in units of the designs); *spread* the deviation of the value over prior
    samples, over that of the training designs. An arrow at the left edge is less than 10⁻⁶ on a logarithmic axis, and
    no marker stands where a number cannot be told.

    Parameters
    ----------
    runs : DataFrame
        Records of one problem.

    Returns
    -------
    figure : Figure
    data : DataFrame
        Rows of `encoders.encoder_table`; none where all arms are raw.

    Raises
    ------
    ValueError
        If there is no run, or if there are several problems.
    """
    return from_records(Records(runs))


def from_records(records: Records) -> tuple[Figure, pd.DataFrame]:
    """Like `encoder_diagnostics`."""
    data = encoders.table(choose(records, one=True))
    if records.latent.empty:
        data = data.head(0)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(COLUMN, ROW * max(len(data), 3) + 1.0), layout="constrained")
        panels = figure.subplots(1, len(PANELS), sharey=True)
        for ax, (column, label) in zip(panels, PANELS.items(), strict=True):
            values = data[column].to_numpy(float, copy=True)
            logarithmic = column in LOGARITHMIC
            none = np.flatnonzero(np.abs(values) < NEGLIGIBLE) if logarithmic else np.empty(0, int)
            values[none] = np.nan
            shown = values[np.isfinite(values)]
            ax.set_xlabel(label)
            ax.grid(axis="y", color="0.92", linewidth=0.5)
            ax.tick_params(axis="y", length=0)
            if shown.size:  # the layout takes an empty line for a point in the corner
                ax.plot(values, range(len(data)), "o", color=PALETTE[1], markersize=3.5, clip_on=False, zorder=3)
            if not logarithmic:
                ax.set(xlim=(0.0, 1.0), xticks=[0.0, 1.0])
            elif shown.size:
                low, high = np.floor(np.log10(shown.min())), np.ceil(np.log10(shown.max()))
                ax.set(xscale="log", xlim=(10.0**low, 10.0 ** max(high, low + 1.0)))
                ax.xaxis.set_major_locator(LogLocator(numticks=3))
                ax.xaxis.set_minor_locator(NullLocator())
                if none.size:
                    ax.plot(np.full(none.size, 10.0**low), none, "<", color=GREY, markersize=3.5, clip_on=False)
        panels[0].set(ylim=(max(len(data), 1) - 0.4, -0.6), yticks=range(len(data)))
        panels[0].set_yticklabels([plain(str(encoder)) for encoder in data["encoder"]])
        title = plain(str(data["problem"].iloc[0])) if len(data) else "no encoder was fitted on designs"
        figure.suptitle(title, fontweight="bold")
    return figure, data
