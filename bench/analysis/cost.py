"""The cost ledger: seconds that a search costs in all, and the cost of one evaluation from which an arm pays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from bench.analysis import writers
from bench.analysis.compare import break_even, cost_text, target_text
from bench.analysis.records import Records
from bench.analysis.writers import Writer
from bench.quantities import duration, expected, whole

REUSES = (1, 10, 100)
"""Searches that share one fitted encoder, M."""
COLUMNS = [
    *("problem", "target", "arm", "raw", "successes", "searches", "ert"),
    *("data_evaluations", "beside_evaluations", "fit_seconds", "refit_seconds", "overhead"),
    *("strongest_raw", "ert_raw", "least_raw", "ert_raw_bound"),
    *(f"break_even_{m}{ending}" for m in REUSES for ending in ("", "_relation")),
    *("quantity", "larger_is_better"),
]
LEGEND = (
    "A search costs W = (t_fit + D t_f)/M + t_refit + N (t_f + o): N is the ERT in evaluations N_f + N_g of cost t_f, "
    "each of infeasible designs included; o the seconds an evaluation costs beside (decoding, optimiser); t_fit "
    "trains the encoder, shared by M searches; t_refit trains it anew within a search, shared by none. D counts what "
    "training designs took to make, and to tell the better ones where those were withheld, thrown away ones included; "
    "it is charged to raw arms too where their box is that of the data, not where the problem has a box of its own; in "
    "break-even counts what an arm pays beyond the raw one. Not charged: drawing "
    "designs, their geometric constraints, verification, and what measures an encoder. Break-even is the t_f beyond "
    "which W is less than that of the strongest raw arm, or a bound on it where no raw arm succeeded: any, where it is "
    "at every t_f; never, where at none. –: nothing to compare."
)
BESIDE = (
    "E counts the evaluations of one replicate that no budget has and W does not charge: for its start and to value "
    "its data, which all arms share, and to measure the arm's encoder; those of the reference sample are made once for "
    "all."
)


def work(costs: pd.DataFrame, evaluation: ArrayLike, reuse: ArrayLike = 1) -> NDArray[np.float64]:
    """Seconds that one search costs in all, W = (t_fit + D t_f)/M + t_refit + N (t_f + o).

    Parameters
    ----------
    costs : DataFrame
        Rows of `cost_table`, n of them.
    evaluation : array_like, shape (...)
        Seconds of one evaluation, t_f.
    reuse : array_like, shape (...)
        Searches that share one fitted encoder, M.

    Returns
    -------
    ndarray, shape (..., n)
        Seconds; inf where the target was never reached.
    """
    t_f, m = np.asarray(evaluation, dtype=float)[..., None], np.asarray(reuse, dtype=float)[..., None]
    fit, refit, data, ert, overhead = (
        costs[name].to_numpy(float) for name in ("fit_seconds", "refit_seconds", "data_evaluations", "ert", "overhead")
    )
    total = (fit + data * t_f) / m + refit + np.where(np.isinf(ert), 0.0, ert) * (t_f + overhead)
    return np.asarray(np.where(np.isinf(ert), np.inf, total))


def cost_table(runs: pd.DataFrame, traces: pd.DataFrame) -> pd.DataFrame:
    """What a search with each arm costs, by item, and from which cost of an evaluation it pays.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: one row per run, one row per logged evaluation.

    Returns
    -------
    DataFrame
        One row per (problem, target, arm), with `COLUMNS`: ``ert`` (evaluations N_f + N_g); ``data_evaluations``,
        that the training designs cost; ``beside_evaluations``, on no budget, NaN where they are not on record;
        ``fit_seconds`` (refits apart), ``refit_seconds`` and ``overhead``
        (seconds an evaluation outside the objective), medians over runs; those of `compare.compare_arms` on the raw
        arms; and ``break_even_*`` in seconds with its relation for each of `REUSES`, as from `compare.break_even`,
        both sides charged their fits.
    """
    return table(Records(runs, traces))


def table(records: Records) -> pd.DataFrame:
    """Like `cost_table`."""
    paid = items(records)
    arms = records.arms.drop(columns=["overhead", "fit_seconds", "targets"]).join(paid, on=["problem", "arm"])
    costs = arms.merge(records.compared, on=["problem", "arm"])
    rival = costs["strongest_raw"].where(costs["strongest_raw"].notna(), costs["least_raw"])
    faced = pd.MultiIndex.from_arrays([costs["problem"], rival])
    of_raw = ["fit_seconds", "refit_seconds", "overhead", "data_evaluations"]
    raw = paid[of_raw].reindex(faced).set_axis(costs.index)
    for m in REUSES:
        training = [(each["fit_seconds"] + m * each["refit_seconds"]).astype(float) for each in (costs, raw)]
        costs[f"break_even_{m}"], costs[f"break_even_{m}_relation"] = break_even(
            training[0] - training[1],
            *(costs["overhead"], raw["overhead"], costs["ert"], costs["ert_raw"], costs["ert_raw_bound"]),
            reuse=m,
            data=(costs["data_evaluations"] - raw["data_evaluations"].fillna(0.0)).to_numpy(float),
        )
    return costs.reindex(columns=COLUMNS)


def items(records: Records) -> pd.DataFrame:
    """What a search with each arm pays beside its evaluations, medians over its runs.

    Returns
    -------
    DataFrame
        By (problem, arm): ``fit_seconds`` (refits apart), ``refit_seconds``, ``data_evaluations``,
        ``beside_evaluations`` and ``overhead`` (seconds an evaluation outside the objective).
    """
    arms = records.arms.set_index(["problem", "arm"])[["overhead"]]
    return arms.join(_fits(records.runs)).join(_evaluations(records.runs))


def _fits(runs: pd.DataFrame) -> pd.DataFrame:
    """Per (problem, arm), medians of the seconds of training before a search, and within it."""
    tried = runs[runs["status"] != "skipped"].reindex(columns=["problem", "arm", "fit_seconds", "seconds_refit"])
    seconds = tried.astype({"problem": object, "arm": object, "fit_seconds": float, "seconds_refit": float})
    # the records count refits among the fits, and older ones know none
    refit = seconds["seconds_refit"].fillna(0.0)
    seconds["fit_seconds"], seconds["refit_seconds"] = (seconds["fit_seconds"] - refit).clip(lower=0.0), refit
    return seconds.groupby(["problem", "arm"])[["fit_seconds", "refit_seconds"]].median()


def _evaluations(runs: pd.DataFrame) -> pd.DataFrame:
    """Per (problem, arm), evaluations that its training designs cost, 0 where nothing is known, and beside budgets."""
    numbers = ["data_price", "beside_replicate", "beside_fit"]
    told = runs.reindex(columns=["problem", "arm", *numbers])
    told = told.astype({"problem": object, "arm": object} | dict.fromkeys(numbers, float))
    told["beside_evaluations"] = told["beside_replicate"] + told["beside_fit"]
    found = told.groupby(["problem", "arm"])[["data_price", "beside_evaluations"]].median()
    return found.fillna({"data_price": 0.0}).rename(columns={"data_price": "data_evaluations"})


def render(table: pd.DataFrame, fmt: str = "text") -> str:
    """Write what `cost_table` gives for people; see `bench.analysis.writers.render`."""
    return writers.render(table, _page, fmt)


def _page(table: pd.DataFrame, write: Writer) -> Iterator[str]:
    for problem, rows in table.groupby("problem"):
        yield write.heading(str(problem))
        for _, at in rows.groupby("target", sort=False):
            yield write.table(f"Cost of a search to {target_text(at.iloc[0])}", _cells(at))
    yield write.paragraph(LEGEND if len(table) else "No run has a target to reach.")
    if table["beside_evaluations"].notna().any():
        yield write.paragraph(BESIDE)


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    reached = zip(rows["successes"], rows["searches"], strict=True)
    cells = {
        "arm": rows["arm"],
        "reached": [f"{successes}/{searches}" for successes, searches in reached],
        "N": rows["ert"].map(expected),
        "D": rows["data_evaluations"].map(whole),
        **({"E": beside.map(whole)} if (beside := rows["beside_evaluations"]).notna().any() else {}),
        "fit": rows["fit_seconds"].map(duration),
        "refit": rows["refit_seconds"].map(duration),
        "overhead o": rows["overhead"].map(duration),
    }
    for m in REUSES:
        numbers = rows[[f"break_even_{m}", f"break_even_{m}_relation"]].itertuples(index=False)
        cells[f"break-even, M = {m}"] = [cost_text(*row) for row in numbers]
    return pd.DataFrame(cells)
