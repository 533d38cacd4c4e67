"""The gap of each arm in two parts: what its encoder cannot represent, and what its search did not find."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from bench.analysis import frames, writers
from bench.analysis.records import Records
from bench.analysis.writers import Writer
from bench.quantities import displayed, small, stated, whole

COLUMNS = [
    *("problem", "arm", "encoder", "optimiser", "searches", "representation_gap", "search_gap", "total_gap"),
    *("reachable", "reach_evaluations", "beyond", "note", "quantity", "larger_is_better"),
]
SEVERAL = "several stages: no one encoder bounds what it can reach"
NO_REACH = "no reach search was made through its encoder"
NO_OPTIMUM = "neither an optimum nor a best-known value is on record"
NO_RUN = "no search was attempted"
LEGEND = (
    "Normalised gaps Δ, medians over searches: in all = representation + search. Representation: of the best verified "
    "design that is known to be reachable through the encoder, found by a reach search of so many evaluations or by "
    "any arm through the same fitted encoder: an upper bound on the true one. Search: what the arm lacks of it. "
    "Targets beyond it were not reached by as many evaluations, and count as failures of the arm. An arm half of "
    "whose searches found no verified design lacks ∞."
)


def gap_decomposition(runs: pd.DataFrame) -> pd.DataFrame:
    """Split the gap of every arm into a representation gap and a search gap.

    Parameters
    ----------
    runs : DataFrame
        Records, one row per run.

    Returns
    -------
    DataFrame
        One row per (problem, arm), with `COLUMNS`: ``representation_gap``, ``search_gap`` and ``total_gap``, which is
        their sum, of medians over the searches through an encoder that a reach search was made through (``searches``
        of them); ``reachable`` (displayed) and ``reach_evaluations``, medians; ``beyond``, the targets (displayed)
        that are better than reachable. Where they cannot be told they are NaN, and ``note`` says why.
    """
    return table(Records(runs))


def table(records: Records) -> pd.DataFrame:
    """Like `gap_decomposition`."""
    arms = records.arms
    parts = _gaps(records)
    used = parts.dropna(subset=["total_gap", "representation_gap"])
    names = ["representation_gap", "total_gap", "reachable", "reach_evaluations"]
    groups = used.groupby(["problem", "arm"])
    # "midpoint" is the usual median, and unlike linear interpolation never subtracts one infinity from another
    medians = groups[names].quantile(0.5, interpolation="midpoint").join(groups.size().rename("used"))
    split = arms.join(medians, on=["problem", "arm"])
    split["search_gap"] = split["total_gap"] - split["representation_gap"]
    split["beyond"] = [_beyond(row) for _, row in split.iterrows()]
    known = records.optima["f_star"].notna()
    exact = split["problem"].map(known).eq(True)
    split["note"] = [_note(row, has) for (_, row), has in zip(split.iterrows(), exact, strict=True)]
    split["searches"] = split["used"].fillna(0.0).astype(int)
    return split.reindex(columns=COLUMNS)


def _gaps(records: Records) -> pd.DataFrame:
    """Per attempted run, its gap and that of what is reachable through its encoder."""
    known = records.optima[["f_star", "reference"]]
    tried = records.tried[["run", "problem", "arm", "best_objective"]].join(known, on="problem")
    reach = records.reachable[records.runs["status"] != "skipped"]
    tried["reachable"], tried["reach_evaluations"] = reach["displayed"], reach["evaluations"]
    told = tried["f_star"].where(reach["objective"].notna())
    best = tried["best_objective"].fillna(np.inf)
    tried["total_gap"] = frames.gap(best, told, tried["reference"])
    tried["representation_gap"] = frames.gap(reach["objective"], told, tried["reference"])
    return tried


def _beyond(row: pd.Series) -> list[float]:
    if np.isnan(row["reachable"]) or not isinstance(row["targets"], list | np.ndarray):
        return []
    sign = -1.0 if row["larger_is_better"] else 1.0
    return [float(target) for target in row["targets"] if sign * target < sign * row["reachable"]]


def _note(row: pd.Series, has_optimum: bool) -> str:
    if not row["searches"]:
        return NO_RUN
    if row["stages"] > 1:
        return SEVERAL
    if not has_optimum:
        return NO_OPTIMUM
    if np.isnan(row["representation_gap"]):
        return NO_REACH
    left = row["searches"] - int(row["used"])
    return f"{left} of {row['searches']} searches are left out: {NO_REACH}" if left else ""


def render(table: pd.DataFrame, fmt: str = "text") -> str:
    """Write what `gap_decomposition` gives for people; see `bench.analysis.writers.render`."""
    return writers.render(table, _page, fmt)


def _page(table: pd.DataFrame, write: Writer) -> Iterator[str]:
    for problem, rows in table.groupby("problem"):
        yield write.heading(str(problem))
        told = rows[rows["representation_gap"].notna()]
        if len(told):
            yield write.table("Normalised gap Δ: what cannot be represented, and what was not found", _cells(told))
        for note, arms in rows[rows["note"] != ""].groupby("note", sort=False)["arm"]:
            yield write.paragraph(f"{', '.join(arms)}: {note}.")
    split = table["representation_gap"].notna().any()
    yield write.paragraph(LEGEND if split else "No gap could be split." if len(table) else "No runs.")


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    quantity = rows["quantity"].iloc[0]
    return pd.DataFrame(
        {
            "arm": rows["arm"],
            "representation": rows["representation_gap"].map(small),
            "search": rows["search_gap"].map(small),
            "in all": rows["total_gap"].map(small),
            f"reachable {quantity}": rows["reachable"].map(displayed),
            "reach evaluations": rows["reach_evaluations"].map(whole),
            "targets beyond": [", ".join(stated(target) for target in beyond) or "none" for beyond in rows["beyond"]],
            "searches": rows["searches"].map(str),
        }
    )
