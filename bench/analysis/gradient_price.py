"""Speed-ups if a gradient costs more than a value."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from bench.analysis import frames, writers
from bench.analysis.compare import DRAWS, STRONGEST, SpeedUp, compare_arms, target_text
from bench.analysis.records import Records
from bench.analysis.writers import Writer
from bench.quantities import expected, percent, significant

PRICES: dict[str, float | None] = {"adjoint": 1.0, "reverse": 4.0, "differences": None}
"""Values that a gradient costs: an adjoint solve, generic reverse mode; None for finite differences, which take k."""
DEAREST = 4.0
"""Up to which price bands of S go, from 1."""
TITLES = {"adjoint": "c = 1", "reverse": "c = 4", "differences": "c = k"}
KEYS = ["problem", "target", "arm"]
NUMBERS = ["ert", *STRONGEST]
LABELS = ["problem", "arm", "raw", "quantity", "larger_is_better"]
COLUMNS = [
    *("problem", "target", "arm", "raw", "latent_dim", "gradients", "successes", "quantity", "larger_is_better"),
    *(f"{name}_{kind}" for kind in PRICES for name in NUMBERS),
]
LEGEND = (
    "Evaluations are priced N_f + c N_g: c = 1 for an adjoint solve, 4 for generic reverse mode, k for finite "
    "differences (k: the dimensions that are searched, those of the last stage where there are several). S is against "
    "the strongest raw arm at the same c, with its 95 % interval. Gradients: their share of N_f + N_g. Budgets were "
    "spent at c = 1: no search is run anew at another price. – says that there is nothing to compare, or that the "
    "records of the problem do not tell gradients from values."
)


def repriced(runs: pd.DataFrame, traces: pd.DataFrame, gradient: float | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give records in which a gradient costs so many values.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: one row per run, one row per logged evaluation.
    gradient : float or None
        Price c of a gradient; None for k of the run's arm.

    Returns
    -------
    runs, traces : DataFrame
        With ``n_g`` of a run and ``evaluations`` of a trace so that prices are N_f + c N_g; of the traces, verified
        designs alone. Problems of which that cannot be told, since a run with gradients lacks k, or its trace ``n_g``,
        are left out, all their arms alike.
    """
    runs = runs[runs["status"] != "skipped"]
    facts = runs.reindex(columns=["run", "problem", "arm", "n_g", "latent_dim"])
    facts = facts.astype({"run": object, "n_g": float, "latent_dim": float})
    n_g = facts["n_g"].fillna(0.0)
    each = dimensions(facts) if gradient is None else pd.Series(gradient, index=facts.index)
    each = each.where(n_g > 0.0, 1.0)
    rows = traces.reindex(columns=[*frames.TRACE, "n_g"])
    rows = rows[rows["verified"].eq(True) & rows["run"].isin(facts["run"])]
    more = rows["run"].astype(object).map(pd.Series((each - 1.0).to_numpy(), index=facts["run"])).astype(float)
    more = (more * rows["n_g"].astype(float)).where(more != 0.0, 0.0)
    untold = facts["run"].isin(rows.loc[more.isna(), "run"]) | each.isna()
    kept = ~facts["problem"].isin(facts.loc[untold, "problem"])
    return runs.assign(n_g=n_g * each)[kept], rows.assign(evaluations=rows["evaluations"].astype(float) + more)


def dimensions(runs: pd.DataFrame) -> pd.Series[float]:
    """Dimensions searched by each run; where it failed before it knew, those of its arm."""
    told = runs.groupby(["problem", "arm"])["latent_dim"].transform("first").astype(float)
    return runs["latent_dim"].astype(float).fillna(told)


def gradient_table(runs: pd.DataFrame, traces: pd.DataFrame, draws: int = DRAWS) -> pd.DataFrame:
    """Running time and speed-up of every arm at every target, by what a gradient costs.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: one row per run, one row per logged evaluation.
    draws : int
        Bootstrap draws for the intervals; 0 for none.

    Returns
    -------
    DataFrame
        One row per (problem, target, arm), with `COLUMNS`: ``latent_dim`` (median over runs), ``gradients`` (share of
        N_g in all that was spent), ``successes``; and, for each of `PRICES`, ert_* and speed_up_strongest_* with its
        low, high and relation, as from `compare.compare_arms`; NaN where the records do not tell.
    """
    return table(Records(runs, traces), draws)


def table(records: Records, draws: int = DRAWS) -> pd.DataFrame:
    """Like `gradient_table`."""
    arms = records.arms[LABELS].join(_gradients(records), on=["problem", "arm"])
    reached = records.hits.groupby(KEYS)["success"].sum().rename("successes").reset_index()
    whole = arms.merge(reached, on=["problem", "arm"])
    for kind, gradient in PRICES.items():
        compared = _compared(records, gradient, draws)[[*KEYS, *NUMBERS]]
        whole = whole.merge(compared.rename(columns={name: f"{name}_{kind}" for name in NUMBERS}), on=KEYS, how="left")
    relations = [f"{STRONGEST[-1]}_{kind}" for kind in PRICES]
    return whole.fillna(dict.fromkeys(relations, "")).reindex(columns=COLUMNS)


def ranges(records: Records) -> pd.DataFrame:
    """Rows of `table`, with the ``low`` and ``high`` of `band`; none where no run took a gradient."""
    prices = table(records)
    if not (prices["gradients"] > 0.0).any():
        return prices.head(0).assign(low=[], high=[])
    return prices.merge(band(records), on=KEYS, how="left")


def speed_up_band(runs: pd.DataFrame, traces: pd.DataFrame, points: int = 5) -> pd.DataFrame:
    """Least and greatest speed-up of every arm while the price of a gradient goes from 1 to 4.

    Parameters
    ----------
    runs, traces : DataFrame
        Records.
    points : int
        Prices tried, log-spaced: where the strongest raw arm changes between, S may be greatest there.

    Returns
    -------
    DataFrame
        One row per (problem, target, arm) that has an S: ``low`` and ``high`` (bounds where S is one).
    """
    return band(Records(runs, traces), points)


def band(records: Records, points: int = 5) -> pd.DataFrame:
    """Like `speed_up_band`."""
    parts = [
        _compared(records, price, draws=0)[[*KEYS, STRONGEST[0]]]
        for price in np.geomspace(1.0, DEAREST, points).tolist()
    ]
    groups = pd.concat(parts).dropna(subset=STRONGEST[0]).groupby(KEYS)[STRONGEST[0]]
    return groups.agg(low="min", high="max").reset_index()


def _compared(records: Records, gradient: float | None, draws: int) -> pd.DataFrame:
    """Every arm beside the raw arms at another price of a gradient, each price once."""
    if gradient == 1.0:  # as it was paid
        return records.compared if draws in (0, DRAWS) else compare_arms(records.hits, draws)
    return records.once((_compared, gradient, draws), lambda whole: compare_arms(_hits(whole, gradient), draws))


def _hits(records: Records, gradient: float | None) -> pd.DataFrame:
    """Hits at another price of a gradient, each price once."""
    return records.once((_hits, gradient), lambda whole: Records(*repriced(whole.runs, whole.traces, gradient)).hits)


def _gradients(records: Records) -> pd.DataFrame:
    told = records.runs.reindex(columns=["problem", "arm", "latent_dim"])
    tried = records.tried.assign(latent_dim=dimensions(told))
    groups = tried.groupby(["problem", "arm"])
    spent = groups["price"].sum()
    share = groups["n_g"].sum() / spent.where(spent > 0.0)
    return pd.DataFrame({"latent_dim": groups["latent_dim"].median(), "gradients": share})


def render(table: pd.DataFrame, fmt: str = "text") -> str:
    """Write what `gradient_table` gives for people; see `bench.analysis.writers.render`."""
    return writers.render(table, _page, fmt)


def _page(table: pd.DataFrame, write: Writer) -> Iterator[str]:
    for problem, rows in table.groupby("problem"):
        yield write.heading(str(problem))
        for _, at in rows.groupby("target", sort=False):
            yield write.table(f"Evaluations N_f + c N_g, and S, to {target_text(at.iloc[0])}", _cells(at))
    yield write.paragraph(LEGEND if len(table) else "No run has a target to reach.")


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    cells = pd.DataFrame(
        {
            "arm": rows["arm"],
            "k": rows["latent_dim"].map(partial(significant, digits=4)),
            "gradients": rows["gradients"].map(percent),
        }
    )
    for kind, title in TITLES.items():
        cells[f"ERT, {title}"] = rows[f"ert_{kind}"].map(expected)
    for kind, title in TITLES.items():
        numbers = rows[[f"{name}_{kind}" for name in STRONGEST]]
        cells[f"S, {title}"] = [str(SpeedUp(*row)) for row in numbers.itertuples(index=False)]
    return cells
