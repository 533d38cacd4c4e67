"""What each arm of each problem did, targets aside, and why some of its runs did not complete."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.analysis.frames import direction, regular
from bench.quantities import whole


def summarise(runs: pd.DataFrame, tried: pd.DataFrame) -> pd.DataFrame:
    """Describe each arm of each problem; see `Records.arms`."""
    runs, arm, data = regular(runs), ["problem", "arm"], ["n_designs", "data_best", "data_median"]
    problems = runs.groupby("problem")[["quantity", "larger_is_better", "targets"]].first()
    problems = problems.fillna({"quantity": "value"}).assign(larger_is_better=problems["larger_is_better"].eq(True))
    replicates = runs.groupby(["problem", "replicate"])[data].median()
    problems = problems.join(replicates.groupby("problem").median())

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
        encoder=("encoder", "first"),
        optimiser=("optimiser", "first"),
        raw=("raw", "any"),
        stages=("stages", "max"),
        failed=("failed", "sum"),
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
    for (problem, arm), files in runs.dropna(subset="imported").groupby(["problem", "arm"])["imported"]:
        lines.append((problem, arm, f"imported from {', '.join(sorted(set(files)))}: not counted by latentbench"))
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
