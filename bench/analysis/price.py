"""The total cost of a search at a price of an evaluation: the measured one, or the declared one of a simulator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from bench.analysis import writers
from bench.analysis.compare import target_text
from bench.analysis.cost import REUSES, work
from bench.analysis.cost import table as cost_table
from bench.analysis.records import Records
from bench.analysis.writers import Writer
from bench.quantities import duration, expected

COLUMNS = [
    *("problem", "target", "evaluation", "declared", "arm", "raw", "successes", "searches", "ert"),
    *(f"work_{m}" for m in REUSES),
    *("quantity", "larger_is_better"),
]
LEGEND = (
    "W = (t_fit + D t_f)/M + t_refit + N (t_f + o), as in the cost ledger, for a price t_f of an evaluation; M "
    "searches share an encoder and the data. The price is what was measured, unless it is declared, by the problem "
    "(seconds_per_evaluation) or by whoever reads (--seconds): nothing sleeps, and nothing is run again. Least: "
    "{told}, without a test. ∞: never reached."
)


def table(records: Records, seconds: Sequence[float] = ()) -> pd.DataFrame:
    """Seconds of a search with each arm to each target.

    Parameters
    ----------
    records : Records
    seconds : sequence of float
        Prices of an evaluation; without any, what each problem declares, or else the median that was measured.

    Returns
    -------
    DataFrame
        One row per (problem, target, price, arm), with `COLUMNS`: ``evaluation`` is the price in seconds, ``declared``
        whether it was not measured, ``work_*`` the seconds W of a search where so many share an encoder.
    """
    costs = cost_table(records)
    parts = []
    for problem, rows in costs.groupby("problem", sort=False):
        prices = [(price, True) for price in seconds] or [_own(records.tried[records.tried["problem"] == problem])]
        for _, at in rows.groupby("target", sort=False):
            for price, declared in prices:
                spent = {f"work_{m}": work(at, price, m) for m in REUSES}
                parts.append(at.assign(evaluation=price, declared=declared, **spent))
    return pd.concat(parts, ignore_index=True)[COLUMNS] if parts else pd.DataFrame(columns=COLUMNS)


def _own(runs: pd.DataFrame) -> tuple[float, bool]:
    """The price that a problem declares, or else the median second an evaluation of its runs."""
    said = pd.to_numeric(runs.get("evaluation_seconds", pd.Series(np.nan, runs.index))).dropna()
    if len(said):
        return float(said.median()), True
    return measured(runs), False


def measured(runs: pd.DataFrame) -> float:
    """Seconds of the objective for an evaluation, N_f + N_g: the median over attempted runs of one problem."""
    price = runs["price"].astype(float)
    return float((runs["seconds_objective"].astype(float) / price.where(price > 0)).median())


def render(table: pd.DataFrame, fmt: str = "text") -> str:
    """Write what `table` gives for people; see `bench.analysis.writers.render`."""
    return writers.render(table, _page, fmt)


def _page(table: pd.DataFrame, write: Writer) -> Iterator[str]:
    for problem, rows in table.groupby("problem", sort=False):
        yield write.heading(str(problem))
        for _, at in rows.groupby(["target", "evaluation"], sort=False, dropna=False):
            price, said = float(at["evaluation"].iloc[0]), "declared" if at["declared"].iloc[0] else "measured"
            title = f"Cost of a search to {target_text(at.iloc[0])}, an evaluation taking {duration(price)} ({said})"
            yield write.table(title, *_cells(at))
    legend = LEGEND.format(told=write.marks["best"].told)
    yield write.paragraph(legend if len(table) else "No run has a target to reach.")


def _cells(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    reached = zip(rows["successes"], rows["searches"], strict=True)
    cells = pd.DataFrame(
        {
            "arm": rows["arm"],
            "reached": [f"{successes}/{searches}" for successes, searches in reached],
            "N": rows["ert"].map(expected),
        }
    )
    marked = pd.DataFrame("", index=cells.index, columns=cells.columns)
    for m in REUSES:
        spent, name = rows[f"work_{m}"].astype(float), f"W, M = {m}"
        cells[name] = [duration(each) if np.isfinite(each) else expected(each) for each in spent]
        marked[name] = np.where(np.isfinite(spent) & (spent == spent.min()), "best", "")
    return cells, marked
