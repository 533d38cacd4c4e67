"""What one frame of records says row by row: regular columns, attempted runs, verified designs, hits, gaps.

Each function is pure and takes a frame in any row order. An evaluation is priced N_f + N_g: a value is one, a gradient
is one. Every run that was *attempted* enters every statistic. A run that failed (a plug-in crashed) is charged what it
spent; what it had found and verified by then counts, else it is unsuccessful. The efficiency table counts and names it
besides. Only skipped runs, of pairs that cannot work, are left out. Failed evaluations within a run, infeasible designs
and duplicates have been charged to that run like any other.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

TEXTS = ["run", "problem", "arm", "encoder", "optimiser", "status", "reason", "quantity", "imported"]
OTHERS = ["raw", "replicate", "search", "targets", "larger_is_better", "design", "switched_at", "switched_why"]
NUMBERS = [
    *(
        "budget",
        "n_f",
        "n_g",
        "seconds_decode",
        "seconds_optimiser",
        "fit_seconds",
        "start",
        "best",
        "optimum",
        "reference",
    ),
    *("n_designs", "data_best", "data_median", "prior_mean", "prior_best"),
    *("data_best_objective", "prior_mean_objective", "prior_best_objective", "best_objective"),
    *("best_known", "best_known_displayed", "bound", "bound_displayed"),
]
HIT = ["run", "problem", "arm", "optimiser", "raw", "replicate", "search"]
OF_PROBLEM = ["targets", "larger_is_better", "optimum", "reference"]
"""Columns that are the same in all runs of a problem."""
TRACE = ["run", "evaluations", "objective", "displayed", "verified"]
"""The columns of the traces that are read here."""


def regular(runs: pd.DataFrame) -> pd.DataFrame:
    """Give all the columns used here, of the same type whatever the records hold.

    They may hold nothing, only skipped runs, or be older than a column, which is NaN then.
    """
    whole = runs.reindex(columns=[*TEXTS, *NUMBERS, *OTHERS])
    whole = whole.astype({**dict.fromkeys(TEXTS, object), **dict.fromkeys(NUMBERS, float)})
    return whole.assign(stages=stages(runs))


def attempted(runs: pd.DataFrame) -> pd.DataFrame:
    """All runs but the skipped ones, with their whole ``price`` N_f + N_g added: 0 where nothing was evaluated.

    A run may fail before it knows what is `OF_PROBLEM`, or that it is raw: other runs of the problem, or of the arm,
    tell.
    """
    tried = regular(runs[runs["status"] != "skipped"])
    told = tried.groupby("problem")[OF_PROBLEM].transform("first")
    tried[OF_PROBLEM] = tried[OF_PROBLEM].where(tried[OF_PROBLEM].notna(), told)
    raw = tried.assign(raw=tried["raw"].eq(True)).groupby(["problem", "arm"])["raw"].transform("any")
    return tried.assign(raw=raw, price=tried["n_f"].fillna(0.0) + tried["n_g"].fillna(0.0))


def verified(traces: pd.DataFrame) -> pd.DataFrame:
    """Pick the verified designs of the traces: run (categorical), evaluations, objective, displayed."""
    whole = traces.reindex(columns=TRACE)
    numbers = ["evaluations", "objective", "displayed"]
    kept = whole.loc[whole["verified"].eq(True), ["run", *numbers]]
    return kept.astype({"run": "category", **dict.fromkeys(numbers, float)})


def direction(frame: pd.DataFrame) -> NDArray[np.float64]:
    """1 where a smaller displayed value is better, -1 where a larger one is; by row."""
    return np.where(frame["larger_is_better"].eq(True), -1.0, 1.0)


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


def first_hits(tried: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """First verified design of every attempted run that meets each target of its problem; see `Records.hits`."""
    pairs = (
        tried[[*HIT, "targets", "larger_is_better", "price"]]
        .rename(columns={"targets": "target"})
        .explode("target")
        .dropna(subset="target")
    )
    pairs = pairs.astype({"target": float})
    pairs = pairs.drop_duplicates(["run", "target"], ignore_index=True)
    pairs["evaluations"] = _prices(pairs.assign(cost=direction(pairs) * pairs["target"]), found)
    success = pairs["evaluations"].notna()
    pairs = pairs.assign(
        success=success,
        spent=pairs["evaluations"].where(success, pairs["price"]),
        evaluations=pairs["evaluations"].fillna(np.inf),
    )
    return pairs[[*HIT, "target", "evaluations", "spent", "success"]]


def _prices(pairs: pd.DataFrame, found: pd.DataFrame) -> pd.Series[float]:
    """Price of the first design that costs no more than a target, for each pair of a run and a target; else NaN."""
    sign = pd.Series(direction(pairs), index=pairs["run"]).groupby(level=0).first()
    cost = found["displayed"] * found["run"].map(sign).astype(float)
    first = []
    for _, each in pairs.groupby(pairs.groupby("run").cumcount()):  # every run at most once
        limit = found["run"].map(each.set_index("run")["cost"]).astype(float)
        price = found.loc[cost <= limit].groupby("run", observed=True)["evaluations"].min()
        first.append(each["run"].map(price.set_axis(price.index.astype(object))))
    return pd.concat([pd.Series(dtype=float), *first])


def best_known(tried: pd.DataFrame) -> pd.DataFrame:
    """Best value that is known of every attempted problem; see `Records.known`."""
    furthest = tried.assign(
        best_known_displayed=direction(tried) * tried["best_known_displayed"],
        bound_displayed=direction(tried) * tried["bound_displayed"],
    )
    known = ["optimum", "reference", "best_known", "best_known_displayed", "bound_displayed"]
    least = furthest.groupby("problem")[known].min()
    towards = np.where(tried.groupby("problem")["larger_is_better"].first().eq(True), -1.0, 1.0)
    f_star = least["optimum"].fillna(least["best_known"])
    return pd.DataFrame(
        {
            "f_star": f_star.where(f_star < least["reference"]),
            "exact": least["optimum"].notna(),
            "reference": least["reference"],
            "best_known": towards * least["best_known_displayed"],
            "bound": towards * least["bound_displayed"],
        }
    )


def improving(found: pd.DataFrame) -> pd.DataFrame:
    """Verified designs that were at least as good as all before them in their run, by evaluations."""
    found = found.sort_values(["evaluations", "objective"])
    least = found.groupby("run", observed=True)["objective"].cummin()
    return found[found["objective"] == least].astype({"run": object})


def reachable(runs: pd.DataFrame) -> pd.DataFrame:
    """The best that is known to be reachable through the encoder of each run; see `Records.reachable`."""
    keys, numbers = (
        ["problem", "encoder", "replicate"],
        ["best_objective", "best", "reach_objective", "reach_displayed"],
    )
    there = runs.reindex(columns=[*keys, *numbers, "reach_evaluations"])
    there = there.astype(dict.fromkeys(keys, object) | dict.fromkeys([*numbers, "reach_evaluations"], float))
    ranked = there.sort_values("best_objective").drop_duplicates(keys).set_index(keys)[["best_objective", "best"]]
    best = there[keys].join(ranked, on=keys)
    beaten = best["best_objective"] < there["reach_objective"]
    found = pd.DataFrame(
        {
            "objective": best["best_objective"].where(beaten, there["reach_objective"]),
            "displayed": best["best"].where(beaten, there["reach_displayed"]),
            "evaluations": there["reach_evaluations"],
        }
    )
    return found.where(there["reach_objective"].notna() & (stages(runs) == 1))


def stages(runs: pd.DataFrame) -> pd.Series[float]:
    """How many stages the arm of each run has: one where nothing is said."""
    return runs.reindex(columns=["stages"])["stages"].astype(float).fillna(1.0)
