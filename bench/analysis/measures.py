"""What the recorded runs achieved: targets hit, normalised gap, convergence.

Every function is pure and takes the frames as they are loaded, in any row order. An evaluation is priced
N_f + N_g: a value is one, a gradient is one. Every run that was *attempted* enters every statistic. A run that failed
(a plug-in crashed) is charged what it spent; what it had found and verified by then counts, else it is unsuccessful.
The efficiency table counts and names it besides. Only skipped runs, of pairs that cannot work, are left out. Failed
evaluations within a run, infeasible designs and duplicates have been charged to that run like any other.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from bench.quantities import whole

TEXTS = ["run", "problem", "arm", "encoder", "optimiser", "status", "reason", "quantity"]
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
FACTS = ["targets", "larger_is_better", "optimum", "reference"]


def regular(runs: pd.DataFrame) -> pd.DataFrame:
    """Give all the columns used here, of the same type whatever the records hold.

    They may hold nothing, only skipped runs, or be older than a column, which is NaN then.
    """
    whole = runs.reindex(columns=[*TEXTS, *NUMBERS, *OTHERS])
    return whole.astype({**dict.fromkeys(TEXTS, object), **dict.fromkeys(NUMBERS, float)})


def attempted(runs: pd.DataFrame) -> pd.DataFrame:
    """All runs but the skipped ones, with their whole ``price`` N_f + N_g added: 0 where nothing was evaluated.

    A run may fail before it knows its problem's `FACTS`, or that it is raw: other runs of the problem, or of the arm,
    tell.
    """
    tried = regular(runs[runs["status"] != "skipped"])
    told = tried.groupby("problem")[FACTS].transform("first")
    tried[FACTS] = tried[FACTS].where(tried[FACTS].notna(), told)
    raw = tried.assign(raw=tried["raw"].eq(True)).groupby(["problem", "arm"])["raw"].transform("any")
    return tried.assign(raw=raw, price=tried["n_f"].fillna(0.0) + tried["n_g"].fillna(0.0))


TRACE = ["run", "evaluations", "objective", "displayed", "verified"]
"""The columns of the traces that are read here."""


def verified(traces: pd.DataFrame) -> pd.DataFrame:
    """Pick the verified designs of the traces: run (categorical), evaluations, objective, displayed."""
    whole = traces.reindex(columns=TRACE)
    numbers = ["evaluations", "objective", "displayed"]
    kept = whole.loc[whole["verified"].eq(True), ["run", *numbers]]
    return kept.astype({"run": "category", **dict.fromkeys(numbers, float)})


def direction(frame: pd.DataFrame) -> NDArray[np.float64]:
    """1 where a smaller displayed value is better, -1 where a larger one is; by row."""
    return np.where(frame["larger_is_better"].eq(True), -1.0, 1.0)


def hits(runs: pd.DataFrame, traces: pd.DataFrame) -> pd.DataFrame:
    """First verified design of every attempted run that meets each target of its problem.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: a row a run, a row a logged evaluation.

    Returns
    -------
    DataFrame
        A row per (attempted run, target): run, problem, arm, optimiser, raw, replicate, search, target (displayed
        units), ``evaluations`` (price at the first hit, inf without one), ``spent`` (price up to the hit, or of the
        whole run) and ``success``.
    """
    pairs = attempted(runs).rename(columns={"targets": "target"}).explode("target").dropna(subset="target")
    pairs = pairs.astype({"target": float})
    pairs = pairs.drop_duplicates(["run", "target"], ignore_index=True)
    pairs["evaluations"] = _first_hits(pairs.assign(cost=direction(pairs) * pairs["target"]), verified(traces))
    success = pairs["evaluations"].notna()
    pairs = pairs.assign(
        success=success,
        spent=pairs["evaluations"].where(success, pairs["price"]),
        evaluations=pairs["evaluations"].fillna(np.inf),
    )
    labels = ["run", "problem", "arm", "optimiser", "raw", "replicate", "search"]
    return pairs[[*labels, "target", "evaluations", "spent", "success"]]


def _first_hits(pairs: pd.DataFrame, found: pd.DataFrame) -> pd.Series[float]:
    """Price of the first design that costs no more than a target, for each pair of a run and a target; else NaN."""
    sign = pd.Series(direction(pairs), index=pairs["run"]).groupby(level=0).first()
    cost = found["displayed"] * found["run"].map(sign).astype(float)
    first = []
    for _, each in pairs.groupby(pairs.groupby("run").cumcount()):  # every run at most once
        limit = found["run"].map(each.set_index("run")["cost"]).astype(float)
        price = found.loc[cost <= limit].groupby("run", observed=True)["evaluations"].min()
        first.append(each["run"].map(price.set_axis(price.index.astype(object))))
    return pd.concat([pd.Series(dtype=float), *first])


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


def optima(runs: pd.DataFrame) -> pd.DataFrame:
    """Best value that is known of every attempted problem: f* of the gap, and what people read beside it.

    Returns
    -------
    DataFrame
        A row a problem: ``f_star``, the optimum where it is known, else the least best-known value of the records
        (objective units; NaN without either, or where it is no better than the reference); ``exact``, whether it is the
        optimum; ``reference`` (objective units); ``best_known`` and ``bound`` (displayed units), the furthest of the
        records, for a record on file may have been bettered since a run was made.
    """
    tried = attempted(runs)
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


def improvements(traces: pd.DataFrame) -> pd.DataFrame:
    """Verified designs that were at least as good as all before them in their run, by evaluations."""
    found = verified(traces).sort_values(["evaluations", "objective"])
    least = found.groupby("run", observed=True)["objective"].cummin()
    return found[found["objective"] == least].astype({"run": object})


def best_so_far(runs: pd.DataFrame, traces: pd.DataFrame, points: int = 100) -> pd.DataFrame:
    """Best verified design of every attempted run, on a log-spaced grid of evaluations.

    Parameters
    ----------
    runs, traces : DataFrame
        Records.
    points : int
        Length of an arm's grid, which runs from 1 to the largest price that a run of the arm paid in the problem, and
        is rounded to whole evaluations (equal ones merge).

    Returns
    -------
    DataFrame
        A row per (run, grid point): run, evaluations, objective, displayed. Before its first verified design a run
        counts as infinitely bad; after its last evaluation it keeps its best. An arm that evaluated nothing has no row.
    """
    tried = attempted(runs)
    last = tried.groupby(["problem", "arm"])["price"].transform("max")
    grids = {price: np.unique(np.geomspace(1.0, price, points).round()) for price in last[last > 0.0].unique()}
    grid = tried[["run", "larger_is_better"]].assign(evaluations=last.map(grids)).explode("evaluations")

    best = pd.merge_asof(
        grid.astype({"evaluations": float}).dropna(subset="evaluations").sort_values("evaluations"),
        improvements(traces),
        on="evaluations",
        by="run",
    )
    best["displayed"] = best["displayed"].where(best["displayed"].notna(), direction(best) * np.inf)
    best["objective"] = best["objective"].fillna(np.inf)
    return best[["run", "evaluations", "objective", "displayed"]].sort_values(["run", "evaluations"], ignore_index=True)


def convergence(runs: pd.DataFrame, traces: pd.DataFrame, points: int = 100) -> pd.DataFrame:
    """Median and quartiles, over an arm's runs, of the best verified value against evaluations.

    The value is the normalised gap where the problem's optimum is known exactly, else the displayed value, since a
    best-known value may yet be bettered; the ``measure`` column says which. A run without a verified design counts as
    infinitely bad, so the median is finite only once half of the runs have one. A curve ends with the longest of its
    arm's runs, at that run's price.

    Returns
    -------
    DataFrame
        A row per (problem, arm, grid point): problem, arm, encoder, optimiser, measure ("gap" or "displayed"),
        evaluations, low, median, high.
    """
    labels = attempted(runs)[["run", "problem", "arm", "encoder", "optimiser"]].join(optima(runs), on="problem")
    best = best_so_far(runs, traces, points).merge(labels, on="run")
    known = best["exact"].eq(True) & best["f_star"].notna()
    gaps = gap(best["objective"], best["f_star"].where(known), best["reference"])
    best["measure"] = np.where(known, "gap", "displayed")
    best["value"] = best["displayed"].where(~known, gaps)
    arms = best.groupby(["problem", "arm", "encoder", "optimiser", "measure", "evaluations"])["value"]
    # "midpoint" is the usual median, and unlike linear interpolation never subtracts one infinity from another
    quartiles = {"low": 0.25, "median": 0.5, "high": 0.75}
    return pd.DataFrame(
        {name: arms.quantile(q, interpolation="midpoint") for name, q in quartiles.items()}
    ).reset_index()


def best_designs(runs: pd.DataFrame) -> pd.DataFrame:
    """Best verified design of every pair of an encoder and an optimiser that was attempted.

    Returns
    -------
    DataFrame
        A row per (problem, encoder, optimiser): problem, encoder, optimiser, run, replicate, best (displayed units) and
        design, shape (d,); the last two are NaN and None where no run found one.
    """
    pair = ["problem", "encoder", "optimiser"]
    # equally good ones are told apart by the run's name, so that the order of rows does not matter
    best = attempted(runs).sort_values([*pair, "best_objective", "run"]).drop_duplicates(pair, ignore_index=True)
    best["design"] = best["design"].where(best["best_objective"].notna(), None)
    return best[[*pair, "run", "replicate", "best", "design"]]


def summarise(runs: pd.DataFrame) -> pd.DataFrame:
    """Describe what each arm of each problem did, targets aside; arms that never ran are there too.

    Returns
    -------
    DataFrame
        A row per (problem, arm), raw arms first: problem, arm, encoder, optimiser, raw; ``searches`` (attempted
        runs), ``failed`` (those of them that failed), ``note`` (why runs failed or were skipped, else empty);
        ``best_median`` and ``best`` (displayed; a run without a verified design counts as infinitely bad, and NaN
        stands for such a run), ``start_median``, ``fit_seconds`` (median), ``budget_least`` and ``budget`` (smallest
        and largest of a run), ``price`` (median a run), ``spent`` (evaluations of all runs), ``overhead`` (seconds
        an evaluation outside the objective, median over runs); and the problem's quantity, larger_is_better, targets
        and, as medians over replicates, n_designs, data_best, data_median.
    """
    runs, arm, data = regular(runs), ["problem", "arm"], ["n_designs", "data_best", "data_median"]
    problems = runs.groupby("problem")[["quantity", "larger_is_better", "targets"]].first()
    problems = problems.fillna({"quantity": "value"}).assign(larger_is_better=problems["larger_is_better"].eq(True))
    replicates = runs.groupby(["problem", "replicate"])[data].median()
    problems = problems.join(replicates.groupby("problem").median())

    tried = attempted(runs)
    cost = (direction(tried) * tried["best"]).fillna(np.inf)
    seconds = tried["seconds_decode"] + tried["seconds_optimiser"]
    tried = tried.assign(cost=cost, overhead=seconds / tried["price"].where(tried["price"] > 0.0))
    achieved = tried.groupby(arm).agg(
        searches=("run", "size"),
        best_median=("cost", "median"),
        best=("cost", "min"),
        start_median=("start", "median"),
        fit_seconds=("fit_seconds", "median"),
        budget_least=("budget", "min"),
        budget=("budget", "max"),
        price=("price", "median"),
        spent=("price", "sum"),
        overhead=("overhead", "median"),
    )

    # what did not complete may not know that it is raw
    runs = runs.assign(failed=runs["status"] == "failed", raw=runs["raw"].eq(True))
    table = runs.groupby(arm).agg(
        encoder=("encoder", "first"), optimiser=("optimiser", "first"), raw=("raw", "any"), failed=("failed", "sum")
    )
    table = table.join(_notes(runs)).join(achieved).reset_index().join(problems, on="problem")
    for column in ("best_median", "best"):
        table[column] = (direction(table) * table[column]).where(np.isfinite(table[column]))
    table = table.fillna({"searches": 0, "note": ""}).astype({"searches": int})
    table["latent"] = ~table["raw"]
    order = ["problem", "latent", "encoder", "optimiser", "arm"]
    return table.sort_values(order, key=_as_people_count, ignore_index=True).drop(columns="latent")


def _as_people_count(labels: pd.Series) -> pd.Series:
    """Sort keys by which vae-8 comes before vae-16."""
    return labels if labels.dtype == bool else labels.str.replace(r"\d+", lambda number: number[0].zfill(9), regex=True)


def _notes(runs: pd.DataFrame) -> pd.Series[str]:
    """Per (problem, arm), how many runs failed or were skipped, and why, and when one stage gave way to the next."""
    undone = runs[runs["status"] != "completed"].fillna({"reason": "no reason given"})
    lines = []
    for (problem, arm, status), reasons in undone.groupby(["problem", "arm", "status"])["reason"]:
        told = "; ".join(sorted({" ".join(reason.split()) for reason in reasons}))
        lines.append((problem, arm, f"{len(reasons)} {status}: {told}"))
    for (problem, arm, stage), begun in switches(runs).groupby(["problem", "arm", "stage"]):
        whys = ", ".join(f"{why} ({n})" for why, n in begun["why"].value_counts().items())
        lines.append((problem, arm, f"stage {stage} began at {whole(begun['evaluations'].median())}: {whys}"))
        if broke := int((begun["evaluations"] >= begun["budget"]).sum()):
            lines.append((problem, arm, f"no budget was left for stage {stage} in {broke} of {len(begun)} runs"))
    notes = pd.DataFrame(lines, columns=["problem", "arm", "note"])
    return notes.groupby(["problem", "arm"])["note"].agg(". ".join)


def switches(runs: pd.DataFrame) -> pd.DataFrame:
    """Where one stage of an arm gave way to the next.

    Returns
    -------
    DataFrame
        A row per run and switch: ``problem``, ``arm``, ``budget``, ``stage`` (the one that began, from 2),
        ``evaluations`` (the price at which it did) and ``why``.
    """
    found = []
    if "switched_at" in runs:
        told = runs[["problem", "arm", "budget", "switched_at", "switched_why"]].dropna()
        for problem, arm, budget, prices, whys in told.itertuples(index=False, name=None):
            for stage, (price, why) in enumerate(zip(prices, whys.split("; "), strict=False), 2):
                found.append((problem, arm, budget, stage, price, why))
    return pd.DataFrame(found, columns=["problem", "arm", "budget", "stage", "evaluations", "why"])
