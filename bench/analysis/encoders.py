"""The table of encoders: measurements of each before any search, medians over replicates."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bench.analysis import writers
from bench.analysis.frames import gap, stages
from bench.analysis.records import Records
from bench.analysis.writers import Writer
from bench.quantities import displayed, percent, significant, small, whole

MEDIANS = [
    *("latent_dim", "active_units", "collapsed", "rmse", "value_error", "rebuilt_valid"),
    *("prior_valid", "prior_distance", "prior_spread", "between_valid", "between_length"),
    *("fit_seconds", "n_parameters", "n_designs", "data_best", "data_median", "prior_mean", "prior_best"),
    *("reachable", "representation_gap", "reach_evaluations"),
]
COLUMNS = ["problem", "encoder", "fits", "quantity", *MEDIANS]
LEGEND = (
    "Medians over the fits of all replicates. k: latent dimensions, and how many of them are in use; an encoder has "
    "collapsed, in a share of its fits, where half of them or more are not. RMSE: of a coordinate of held-out designs "
    "after encoding and decoding; beside it the median error of their value, and the share of them that still is "
    "valid: satisfies the constraints. Numbers: all that the fit has left. Reachable: the best verified design that a "
    "long search through the decoder, or any run, has found, and its representation gap Δ. Prior: of 1,000 samples, "
    "the share that is valid, and mean distance and deviation of the value as shares of the training designs'. "
    "Between: on straight ways between the latents of two held-out designs, the share that is valid, and the length "
    "of the way over the distance of its ends."
)


def reachable(runs: pd.DataFrame) -> pd.DataFrame:
    """The best that is known to be reachable through the encoder of each run.

    Parameters
    ----------
    runs : DataFrame
        Records, one row per run.

    Returns
    -------
    DataFrame
        With the index of ``runs``: ``objective`` and ``displayed`` of the best of a reach search and all runs through
        the same fitted encoder, NaN without a reach search or for an arm of several stages; ``evaluations`` of it.
    """
    return Records(runs).reachable


def encoder_table(runs: pd.DataFrame) -> pd.DataFrame:
    """Measurements of each encoder before any search.

    Parameters
    ----------
    runs : DataFrame
        Records, one row per run; of each fit, one is looked at, and arms of several stages are not.

    Returns
    -------
    DataFrame
        One row per (problem, encoder), with `COLUMNS`: ``fits``, and medians over these. ``collapsed`` is the share of
        fits that collapsed. See results/README.md for the others.
    """
    return table(Records(runs))


def table(records: Records) -> pd.DataFrame:
    """Like `encoder_table`."""
    there = records.runs[records.runs["status"].ne("skipped")]
    one = stages(there) == 1
    reach = records.reachable[records.runs["status"].ne("skipped")]
    there = there.reindex(columns=[*COLUMNS, "replicate", "optimum", "best_known", "reference"])
    known = there["optimum"].astype(float).fillna(there["best_known"].astype(float))
    there["reachable"], there["reach_evaluations"] = reach["displayed"], reach["evaluations"]
    reference = there["reference"].astype(float)
    there["representation_gap"] = gap(reach["objective"], known.where(known < reference), reference)
    single = there[one & there["rmse"].notna()]
    fits = single.drop_duplicates(["problem", "encoder", "replicate"])
    groups = fits.groupby(["problem", "encoder"], sort=False)
    found = groups[MEDIANS].median().join(groups["quantity"].first())
    found["collapsed"] = groups["collapsed"].mean()
    found["fits"] = groups.size()
    return found.reset_index()[COLUMNS]


def render(table: pd.DataFrame, fmt: str = "text") -> str:
    """Write what `encoder_table` gives for people; see `bench.analysis.writers.render`."""
    return writers.render(table, _page, fmt)


def _page(table: pd.DataFrame, write: Writer) -> Iterator[str]:
    for problem, rows in table.groupby("problem", sort=False):
        yield write.heading(str(problem))
        yield write.table("What it has learned", _learned(rows))
        yield write.table("What lies in its latent space", _latent_space(rows))
    yield write.paragraph(LEGEND if len(table) else "No encoder was fitted on designs.")


def _learned(rows: pd.DataFrame) -> pd.DataFrame:
    quantity = rows["quantity"].iloc[0]
    cells = pd.DataFrame(
        {
            "encoder": rows["encoder"],
            "k used": [f"{significant(used, 6)}/{whole(k)}" for k, used in _each(rows, "latent_dim", "active_units")],
            "collapsed": rows["collapsed"].map(percent),
            "RMSE": rows["rmse"].map(small),
            f"{quantity} error": rows["value_error"].map(small),
            "rebuilt valid": rows["rebuilt_valid"].map(percent),
            "fit, s": rows["fit_seconds"].map(small),
            "numbers": rows["n_parameters"].map(whole),
            "fits": rows["fits"].map(str),
        }
    )
    if rows["reachable"].notna().any():
        cells[f"reachable {quantity}"] = rows["reachable"].map(displayed)
        cells["gap"] = rows["representation_gap"].map(small)
    return cells


def _latent_space(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "encoder": rows["encoder"],
            "prior valid": rows["prior_valid"].map(percent),
            "prior distance": rows["prior_distance"].map(small),
            f"prior {rows['quantity'].iloc[0]} spread": rows["prior_spread"].map(small),
            "between valid": rows["between_valid"].map(percent),
            "between length": rows["between_length"].map(small),
        }
    )


def _each(rows: pd.DataFrame, *columns: str) -> Iterator[tuple[float, ...]]:
    return rows[list(columns)].itertuples(index=False)
