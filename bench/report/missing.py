"""Which runs of an experiment are missing: those that were planned and are not on record."""

from __future__ import annotations

import pandas as pd

from bench.experiments.plan import Plan

MOST = 12
"""Sentences, after which it is said how many more there are."""


def sentences(plan: Plan, runs: pd.DataFrame) -> list[str]:
    """Say how much of an unfinished experiment is done, and of which arms runs are missing; nothing if it is complete.

    Parameters
    ----------
    plan : Plan
    runs : DataFrame
        Records: one row per run.
    """
    if len(runs) >= plan.runs:
        return []
    each = plan.replicates * plan.searches
    there = runs.groupby(["problem", "arm"]).size() if len(runs) else pd.Series(dtype=int)
    counts = {
        (problem.label, arm.label): int(there.get((problem.label, arm.label), 0))
        for problem in plan.problems
        for arm in plan.arms
    }
    short = {pair: number for pair, number in counts.items() if number < each}
    said = [f"{problem}: {arm}: {number} of {each} runs are there" for (problem, arm), number in short.items()]
    more = [f"and {len(said) - MOST} more"] if len(said) > MOST else []
    return [
        f"{plan.name} is unfinished: {len(runs)} of {plan.runs} runs are there. This page leaves out what is missing; "
        "`latentbench run` continues the experiment",
        *said[:MOST],
        *more,
    ]
