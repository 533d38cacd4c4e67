"""What the recorded runs achieved: targets hit, expected running time, normalised gap, convergence.

Every function is pure and takes the frames as they are loaded, in any row order. An evaluation is priced
N_f + N_g: a value is one, a gradient is one. Only *completed* runs enter a statistic. A run that failed (a plug-in
crashed) has no defined outcome: it is left out of the statistics, and the efficiency table counts and names it. Failed
evaluations within a run, infeasible designs and duplicates have been charged to that run like any other.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

CONFIDENCE = 0.95
TEXTS = ["run", "problem", "arm", "encoder", "optimiser", "status", "reason", "quantity"]
OTHERS = ["raw", "replicate", "search", "targets", "larger_is_better"]
NUMBERS = [
    *("n_f", "n_g", "seconds_decode", "seconds_optimiser", "fit_seconds", "start", "best", "optimum", "reference"),
    *("n_designs", "data_best", "data_median", "prior_mean", "prior_best"),
    *("data_best_objective", "prior_mean_objective", "prior_best_objective"),
]


def regular(runs: pd.DataFrame) -> pd.DataFrame:
    """Give all the columns used here, of the same type whatever the records hold: nothing, or only skipped runs."""
    whole = runs.reindex(columns=[*TEXTS, *NUMBERS, *OTHERS])
    return whole.astype({**dict.fromkeys(TEXTS, object), **dict.fromkeys(NUMBERS, float)})


def completed(runs: pd.DataFrame) -> pd.DataFrame:
    """Completed runs, with their whole ``price`` N_f + N_g added."""
    done = regular(runs[runs["status"] == "completed"])
    return done.assign(price=done["n_f"] + done["n_g"])


def verified(traces: pd.DataFrame) -> pd.DataFrame:
    """Pick the verified designs of the traces: run, evaluations, objective, displayed."""
    numbers = ["evaluations", "objective", "displayed"]
    whole = traces.reindex(columns=["run", *numbers, "verified"])
    return whole.loc[whole["verified"].eq(True), ["run", *numbers]].astype(
        {"run": object, **dict.fromkeys(numbers, float)}
    )


def direction(frame: pd.DataFrame) -> NDArray[np.float64]:
    """1 where a smaller displayed value is better, -1 where a larger one is; by row."""
    return np.where(frame["larger_is_better"].eq(True), -1.0, 1.0)


def hits(runs: pd.DataFrame, traces: pd.DataFrame) -> pd.DataFrame:
    """First verified design of every completed run that meets each target of its problem.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: a row a run, a row a logged evaluation.

    Returns
    -------
    DataFrame
        A row per (completed run, target): run, problem, arm, optimiser, raw, replicate, search, target (displayed
        units), ``evaluations`` (price at the first hit, inf without one), ``spent`` (price up to the hit, or of the
        whole run) and ``success``.
    """
    pairs = completed(runs).rename(columns={"targets": "target"}).explode("target").dropna(subset="target")
    pairs = pairs.astype({"target": float})
    seen = pairs[["run", "target", "larger_is_better"]].merge(verified(traces), on="run")
    met = seen[direction(seen) * seen["displayed"] <= direction(seen) * seen["target"]]
    first = met.groupby(["run", "target"], as_index=False)["evaluations"].min()

    pairs = pairs.merge(first, on=["run", "target"], how="left")
    success = pairs["evaluations"].notna()
    pairs = pairs.assign(
        success=success,
        spent=pairs["evaluations"].where(success, pairs["price"]),
        evaluations=pairs["evaluations"].fillna(np.inf),
        raw=pairs["raw"].astype(bool),
    )
    labels = ["run", "problem", "arm", "optimiser", "raw", "replicate", "search"]
    return pairs[[*labels, "target", "evaluations", "spent", "success"]]


def ert(spent: ArrayLike, success: ArrayLike) -> NDArray[np.float64]:
    """Compute the expected running time: evaluations spent by all runs per success.

    Parameters
    ----------
    spent : array_like, shape (..., n)
        Price each run paid up to its success, or to its end.
    success : array_like of bool, shape (..., n)
        Whether each run reached the target.

    Returns
    -------
    ndarray, shape (...)
        inf where no run succeeded, NaN where there is no run.

    References
    ----------
    Hansen, Auger, Brockhoff, Tušar (2022), Anytime performance assessment, 10.1109/TEVC.2022.3210897.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.sum(spent, axis=-1, dtype=float) / np.sum(success, axis=-1, dtype=float))


def ert_lower_bound(spent: ArrayLike) -> float:
    """95 % lower bound on the expected running time of an arm none of whose n runs succeeded.

    With success probability p, n failures in a row have probability (1 - p)^n, so p ≤ 1 - 0.05^(1/n) at 95 % and
    the expected running time is at least B / (1 - 0.05^(1/n)). A run may stop before its budget B, so the mean price
    really paid, which is never more, stands in its place.

    Parameters
    ----------
    spent : array_like, shape (n,)
        Price of each whole run.

    Returns
    -------
    float
        Evaluations; NaN where there is no run.
    """
    paid = np.asarray(spent, dtype=float)
    if paid.size == 0:
        return float("nan")
    return float(paid.mean() / (1.0 - (1.0 - CONFIDENCE) ** (1.0 / paid.size)))


def gap(objective: ArrayLike, optimum: ArrayLike, reference: ArrayLike) -> NDArray[np.float64]:
    """Normalised gap Δ = (f - f*) / (f_ref - f*), clipped at 0 where f betters a best-known f*.

    Raises
    ------
    ValueError
        If a reference is not worse (larger) than its optimum.
    """
    best, scale = np.asarray(optimum, dtype=float), np.asarray(reference, dtype=float)
    if np.any(scale <= best):
        raise ValueError("gap: the reference objective must be larger than the optimum")
    return np.asarray(np.maximum((np.asarray(objective, dtype=float) - best) / (scale - best), 0.0))


def best_so_far(runs: pd.DataFrame, traces: pd.DataFrame, points: int = 100) -> pd.DataFrame:
    """Best verified design of every completed run, on a log-spaced grid of evaluations.

    Parameters
    ----------
    runs, traces : DataFrame
        Records.
    points : int
        Length of the grid, which runs from 1 to the largest price paid in the problem and is rounded to whole
        evaluations (equal ones merge).

    Returns
    -------
    DataFrame
        A row per (run, grid point): run, evaluations, objective, displayed. Before its first verified design a run
        counts as infinitely bad; after its last evaluation it keeps its best.
    """
    done = completed(runs)
    last = done.groupby("problem")["price"].max().clip(lower=1.0)
    grids = {name: np.unique(np.geomspace(1.0, price, points).round()) for name, price in last.items()}
    grid = done[["run", "larger_is_better"]].assign(evaluations=done["problem"].map(grids)).explode("evaluations")

    found = verified(traces).sort_values(["evaluations", "objective"])
    improved = found[found["objective"] == found.groupby("run")["objective"].cummin()]
    best = pd.merge_asof(
        grid.astype({"evaluations": float}).sort_values("evaluations"),
        improved,
        on="evaluations",
        by="run",
    )
    best["displayed"] = best["displayed"].where(best["objective"].notna(), direction(best) * np.inf)
    best["objective"] = best["objective"].fillna(np.inf)
    return best[["run", "evaluations", "objective", "displayed"]].sort_values(["run", "evaluations"], ignore_index=True)


def convergence(runs: pd.DataFrame, traces: pd.DataFrame, points: int = 100) -> pd.DataFrame:
    """Median and quartiles, over an arm's runs, of the best verified value against evaluations.

    The value is the normalised gap where the problem's optimum is known, else the displayed value; the ``measure``
    column says which. A run without a verified design counts as infinitely bad, so the median is finite only once
    half of the runs have one. A curve ends with the longest of its arm's runs.

    Returns
    -------
    DataFrame
        A row per (problem, arm, grid point): problem, arm, encoder, optimiser, measure ("gap" or "displayed"),
        evaluations, low, median, high.
    """
    facts = completed(runs)[["run", "problem", "arm", "encoder", "optimiser", "optimum", "reference"]]
    best = best_so_far(runs, traces, points).merge(facts, on="run")
    known = best["optimum"].notna() & best["reference"].notna()
    best["measure"] = np.where(known, "gap", "displayed")
    best["value"] = best["displayed"].where(~known, gap(best["objective"], best["optimum"], best["reference"]))
    arms = best.groupby(["problem", "arm", "encoder", "optimiser", "measure", "evaluations"])["value"]
    # "midpoint" is the usual median, and unlike linear interpolation never subtracts one infinity from another
    quartiles = {"low": 0.25, "median": 0.5, "high": 0.75}
    return pd.DataFrame(
        {name: arms.quantile(q, interpolation="midpoint") for name, q in quartiles.items()}
    ).reset_index()


def summarise(runs: pd.DataFrame) -> pd.DataFrame:
    """Describe what each arm of each problem did, targets aside; arms that never ran are there too.

    Returns
    -------
    DataFrame
        A row per (problem, arm), raw arms first: problem, arm, encoder, optimiser, raw; ``searches`` (completed
        runs), ``failed`` (failed runs), ``note`` (why runs failed or were skipped, else empty); ``best_median`` and
        ``best`` (displayed; a run without a verified design counts as infinitely bad, and NaN stands for such a
        run), ``start_median``, ``fit_seconds`` (median), ``price`` (evaluations of all completed runs), ``overhead``
        (seconds an evaluation outside the objective); and the problem's quantity, larger_is_better, targets and,
        as medians over replicates, n_designs, data_best, data_median.
    """
    runs, arm, data = regular(runs), ["problem", "arm"], ["n_designs", "data_best", "data_median"]
    problems = runs.groupby("problem")[["quantity", "larger_is_better", "targets"]].first()
    problems = problems.fillna({"quantity": "value"}).assign(larger_is_better=problems["larger_is_better"].eq(True))
    replicates = runs.groupby(["problem", "replicate"])[data].median()
    problems = problems.join(replicates.groupby("problem").median())

    done = completed(runs)
    cost = (direction(done) * done["best"]).fillna(np.inf)
    done = done.assign(cost=cost, overhead=done["seconds_decode"] + done["seconds_optimiser"])
    achieved = done.groupby(arm).agg(
        searches=("run", "size"),
        best_median=("cost", "median"),
        best=("cost", "min"),
        start_median=("start", "median"),
        fit_seconds=("fit_seconds", "median"),
        price=("price", "sum"),
        overhead=("overhead", "sum"),
    )
    achieved["overhead"] /= achieved["price"]

    # what did not complete may not know that it is raw
    runs = runs.assign(failed=runs["status"] == "failed", raw=runs["raw"].eq(True))
    table = runs.groupby(arm).agg(
        encoder=("encoder", "first"), optimiser=("optimiser", "first"), raw=("raw", "any"), failed=("failed", "sum")
    )
    table = table.join(_notes(runs)).join(achieved).reset_index().join(problems, on="problem")
    for column in ("best_median", "best"):
        table[column] = (direction(table) * table[column]).where(np.isfinite(table[column]))
    table = table.fillna({"searches": 0, "note": ""}).astype({"searches": int})
    order = ["problem", "raw", "encoder", "optimiser", "arm"]
    return table.sort_values(order, ascending=[True, False, True, True, True], ignore_index=True)


def _notes(runs: pd.DataFrame) -> pd.Series[str]:
    """Per (problem, arm), how many runs failed or were skipped, and why: ``2 failed: ValueError: no such mode``."""
    undone = runs[runs["status"] != "completed"].fillna({"reason": "no reason given"})
    lines = []
    for (problem, arm, status), reasons in undone.groupby(["problem", "arm", "status"])["reason"]:
        told = "; ".join(sorted({" ".join(reason.split()) for reason in reasons}))
        lines.append((problem, arm, f"{len(reasons)} {status}: {told}"))
    notes = pd.DataFrame(lines, columns=["problem", "arm", "note"])
    return notes.groupby(["problem", "arm"])["note"].agg(". ".join)
