"""What arms have found at given budgets, and the calls that they need to a given gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from math import isnan

import numpy as np
import pandas as pd

from bench.analysis import frames, writers
from bench.analysis.records import Records
from bench.analysis.writers import Writer
from bench.quantities import MISSING, expected, interval, percent, significant, stated

TRACE = [*frames.TRACE, "n_f"]
"""The columns of the traces that are read here."""
QUARTILES = {"low": 0.25, "median": 0.5, "high": 0.75}
"""Each a value that was observed, the worse one where it falls between two."""


def budget_table(runs: pd.DataFrame, traces: pd.DataFrame, budgets: Sequence[int]) -> pd.DataFrame:
    """Best verified design of every arm after so many evaluations.

    Returns
    -------
    DataFrame
        One row per (problem, arm, budget): ``searches``; ``feasible``, the share that had a verified design better than
        their start; ``low``, ``median`` and ``high``, the quartiles of the best verified displayed value, a search
        without one being infinitely bad; ``bound``; ``still``, the share of searches that had not ended by then;
        ``quantity`` and ``larger_is_better``; ``gap_low``, ``gap_median`` and ``gap_high``, the quartiles of the
        normalised gap: inf without a verified design, NaN where neither an optimum nor a best-known value is on record.
    """
    return at(Records(runs, traces), budgets)


def at(records: Records, budgets: Sequence[int]) -> pd.DataFrame:
    """Like `budget_table`."""
    tried = records.tried.join(records.optima["f_star"], on="problem")
    sign = pd.Series(frames.direction(tried), index=tried["run"].to_numpy())
    found = records.verified
    found = found.assign(cost=found["displayed"] * found["run"].map(sign).astype(float))
    parts = []
    for budget in budgets:
        least = found[found["evaluations"] <= budget].groupby("run", observed=True)[["cost", "objective"]].min()
        least = least.set_axis(least.index.astype(object)).reindex(tried["run"]).astype(float).fillna(np.inf)
        so_far = tried.assign(at=budget, cost=least["cost"].to_numpy(), going=tried["price"] >= budget)
        so_far["gap"] = frames.gap(least["objective"], tried["f_star"], tried["reference"])
        so_far["better"] = so_far["cost"] < frames.direction(tried) * tried["start"].astype(float)
        parts.append(so_far)
    whole = pd.concat(parts)
    groups = whole.groupby(["problem", "arm", "at"])
    table = groups.agg(searches=("cost", "size"), feasible=("better", "mean"), still=("going", "mean"))
    told = groups[["quantity", "larger_is_better"]].first()
    towards = frames.direction(told)
    for name, share in QUARTILES.items():
        cost = groups["cost"].quantile(share, interpolation="higher")
        table[name] = towards * cost.where(np.isfinite(cost))
        table[f"gap_{name}"] = groups["gap"].quantile(share, interpolation="higher")
    larger = towards < 0
    table.loc[larger, ["low", "high"]] = table.loc[larger, ["high", "low"]].to_numpy()
    table = table.join(told).reset_index().rename(columns={"at": "budget"})
    return table.join(records.optima[["bound"]], on="problem")


def gap_table(runs: pd.DataFrame, traces: pd.DataFrame, gap: float) -> pd.DataFrame:
    """Calls and evaluations that arms need to a normalised gap.

    A call is a value, with its gradient or without; the start is one. Evaluations are priced N_f + N_g.

    Returns
    -------
    DataFrame
        One row per (problem, arm): ``successes``, ``searches``, ``low``, ``median`` and ``high``, the quartiles of the
        calls up to the first verified design with so small a gap (inf where it was not reached), and ``ert``.
    """
    return calls(Records(runs, traces), gap)


def calls(records: Records, gap: float) -> pd.DataFrame:
    """Like `gap_table`."""
    tried = records.tried.join(records.optima["f_star"], on="problem")
    rows = records.traces.reindex(columns=TRACE)
    rows = rows[rows["verified"].eq(True)].assign(run=lambda frame: frame["run"].astype(object))
    rows = rows.merge(tried[["run", "f_star", "reference"]], on="run")
    near = rows[frames.gap(rows["objective"], rows["f_star"], rows["reference"]) <= gap]
    first = near.groupby("run")[["n_f", "evaluations"]].min()
    tried = tried.join(first.rename(columns={"n_f": "calls", "evaluations": "hit"}), on="run")
    tried["success"], tried["calls"] = tried["calls"].notna(), tried["calls"].astype(float).fillna(np.inf)
    tried["paid"] = tried["hit"].where(tried["success"], tried["price"])
    groups = tried.groupby(["problem", "arm"])
    table = groups.agg(successes=("success", "sum"), searches=("success", "size"), paid=("paid", "sum"))
    for name, share in QUARTILES.items():
        table[name] = groups["calls"].quantile(share, interpolation="higher")
    reached = table["successes"] > 0
    table["ert"] = (table["paid"] / table["successes"].where(reached)).fillna(np.inf)
    return table.drop(columns="paid").reset_index()


def render_budgets(table: pd.DataFrame, fmt: str = "text") -> str:
    """Write what `budget_table` gives for people."""
    return writers.render(table, _budget_page, fmt)


def render_gap(table: pd.DataFrame, gap: float, fmt: str = "text") -> str:
    """Write what `gap_table` gives for people."""
    return writers.render(table, partial(_gap_page, gap=gap), fmt)


def _budget_page(table: pd.DataFrame, write: Writer) -> Iterator[str]:
    for problem, rows in table.groupby("problem"):
        yield write.heading(str(problem))
        arms = rows.drop_duplicates("arm").set_index("arm")
        cells = pd.DataFrame(index=arms.index)
        quantity = arms["quantity"].iloc[0]
        for budget, at in rows.set_index("arm").groupby("budget"):
            cells[f"{quantity} at {budget}"] = at.apply(_quartiles, axis=1)
            if arms["bound"].notna().any():
                cells[f"of bound at {budget}"] = (at["median"] / at["bound"]).map(partial(percent, decimals=1))
        last = rows.groupby("arm")["budget"].idxmax()
        cells["improved"] = rows.loc[last].set_index("arm")["feasible"].map(partial(percent, decimals=1))
        cells["searches"] = arms["searches"].map(str)
        yield write.table("Best verified, median [quartiles]", cells.reset_index())
        if rows["gap_median"].notna().any():
            yield write.table("Normalised gap Δ, median [quartiles]", _gaps(rows, arms.index))
    yield write.paragraph(
        "An asterisk stands where all searches of an arm had ended before. Improved: searches that found a feasible, "
        "verified design better than their start."
        if len(table)
        else "No runs."
    )


def _gap_page(table: pd.DataFrame, write: Writer, gap: float) -> Iterator[str]:
    for problem, rows in table.groupby("problem"):
        yield write.heading(str(problem))
        cells = pd.DataFrame(
            {
                "arm": rows["arm"],
                "reached": [f"{reached}/{n}" for reached, n in zip(rows["successes"], rows["searches"], strict=True)],
                "calls": rows.apply(_quartiles, axis=1),
                "evaluations (ERT)": rows["ert"].map(expected),
            }
        )
        yield write.table(f"Calls to a normalised gap of {stated(gap)}, median [quartiles]", cells)
    yield write.paragraph(
        "A call is a value, with its gradient or without; the start is one." if len(table) else "No runs."
    )


def _gaps(rows: pd.DataFrame, arms: pd.Index) -> pd.DataFrame:
    cells = pd.DataFrame(index=arms)
    for budget, at in rows.set_index("arm").groupby("budget"):
        told = at[["still"]].assign(**{name: at[f"gap_{name}"] for name in QUARTILES})
        cells[f"Δ at {budget}"] = told.apply(_quartiles, axis=1, digits=3)
    return cells.reset_index()


def _quartiles(row: pd.Series, digits: int = 5) -> str:
    low, median, high = (significant(row[name], digits) for name in QUARTILES)
    ended = "*" if row.get("still", 1.0) == 0.0 else ""
    return MISSING if isnan(row["median"]) else interval(median, low, high) + ended
