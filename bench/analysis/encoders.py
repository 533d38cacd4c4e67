"""The table of encoders: what each is worth before any search, over the replicates that it was fitted in."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

import pandas as pd

from bench.analysis import writers
from bench.analysis.compare import significant
from bench.analysis.writers import Writer

MEDIANS = [
    *("latent_dim", "active_units", "collapsed", "rmse", "value_error", "rebuilt_valid"),
    *("prior_valid", "prior_distance", "prior_spread", "between_valid", "between_length"),
    *("fit_seconds", "n_parameters", "n_designs", "data_best", "data_median", "prior_mean", "prior_best"),
]
COLUMNS = ["problem", "encoder", "fits", "quantity", *MEDIANS]
NEGLIGIBLE = 1e-6
LEGEND = (
    "Medians over the fits of all replicates. k: latent dimensions, and how many of them are in use; an encoder has "
    "collapsed, in a share of its fits, where half of them or more are not. RMSE: of a coordinate of held-out designs "
    "after encoding and decoding; beside it the median error of their value, and the share of them that still satisfies "
    "the constraints. Prior: of 1,000 samples, the share that satisfies the constraints, and mean distance and "
    "deviation of the value as shares of the training designs'. Between: on straight ways between the latents of two "
    "held-out designs, the share that satisfies the constraints, and the length of the way over the distance of its "
    "ends. Numbers: all that the fit has left."
)


def encoder_table(runs: pd.DataFrame) -> pd.DataFrame:
    """What is known of each encoder before any search.

    Parameters
    ----------
    runs : DataFrame
        Records, a row a run; of each fit, one is looked at, and arms of several stages are not.

    Returns
    -------
    DataFrame
        A row per (problem, encoder), with `COLUMNS`: ``fits``, and medians over these. ``collapsed`` is the share of
        fits that collapsed. See results/README.md for the others.
    """
    there = runs[runs["status"].ne("skipped")].reindex(columns=[*COLUMNS, "replicate", "arm_spec"])
    single = there[~there["encoder"].astype(str).str.contains(" → ") & there["rmse"].notna()]
    fits = single.drop_duplicates(["problem", "encoder", "replicate"])
    groups = fits.groupby(["problem", "encoder"], sort=False)
    table = groups[MEDIANS].median().join(groups["quantity"].first())
    table["collapsed"] = groups["collapsed"].mean()
    table["fits"] = groups.size()
    return table.reset_index()[COLUMNS]


def render(table: pd.DataFrame, fmt: str = "text") -> str:
    """Write what `encoder_table` gives for people; see `bench.analysis.writers.render`."""
    return writers.render(table, _page, fmt)


def _page(table: pd.DataFrame, write: Writer) -> Iterator[str]:
    for problem, rows in table.groupby("problem", sort=False):
        yield write.heading(str(problem))
        yield write.table("Encoders", _cells(rows))
    yield write.paragraph(LEGEND if len(table) else "No encoder was fitted on designs.")


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    quantity = rows["quantity"].iloc[0]
    return pd.DataFrame(
        {
            "encoder": rows["encoder"],
            "k used": [f"{used:g}/{k:.0f}" for k, used in _each(rows, "latent_dim", "active_units")],
            "collapsed": rows["collapsed"].map(_percent),
            "RMSE": rows["rmse"].map(_short),
            f"{quantity} error": rows["value_error"].map(_short),
            "rebuilt valid": rows["rebuilt_valid"].map(_percent),
            "prior valid": rows["prior_valid"].map(_percent),
            "distance": rows["prior_distance"].map(_short),
            f"{quantity} spread": rows["prior_spread"].map(_short),
            "between valid": rows["between_valid"].map(_percent),
            "length": rows["between_length"].map(_short),
            "fit, s": rows["fit_seconds"].map(_short),
            "numbers": rows["n_parameters"].map("{:.0f}".format),
            "fits": rows["fits"].map(str),
        }
    )


def _each(rows: pd.DataFrame, *columns: str) -> Iterator[tuple[float, ...]]:
    return rows[list(columns)].itertuples(index=False)


def _short(value: float) -> str:
    return "0" if abs(value) < NEGLIGIBLE else significant(value, 2)


def _percent(share: float) -> str:
    return "–" if isnan(share) else f"{share:.0%}"
