"""Designs of an experiment that are better than the best on record."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.experiments.registry import resolve
from bench.quantities import significant
from bench.searching.instance import problem_of
from bench.store.completion import completed

TOLD = {"optimum", "best_known", "best_known_displayed", "best", "quantity"}
"""What a row must have beside its design; that of a run which broke early may lack it."""


@dataclass(frozen=True)
class Find:
    """A verified design that is better than what its problem knew when it ran.

    Attributes
    ----------
    problem : str
        Label.
    text : str
        What was found and what was known, in words.
    entry : str or None
        What to add to the problem's table of best known designs, where it keeps one.
    """

    problem: str
    text: str
    entry: str | None


def better_than_known(rows: Iterable[dict[str, Any]]) -> list[Find]:
    """Find the best design of every problem and task whose optimum is not known, if it betters the best known one."""
    best: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        objective = row.get("best_objective", math.nan)
        of = str(completed(row)["task_spec"]), row.get("task", "")  # what differs in its data is one problem here
        if row.get("design") is None or not row.keys() >= TOLD or math.isnan(objective):
            continue
        if not math.isnan(row["optimum"]) or objective >= row["best_known"]:
            continue
        if of not in best or objective < best[of]["best_objective"]:
            best[of] = row
    finds = (_find(row) for row in best.values())
    return [find for find in finds if find is not None]


def _find(row: dict[str, Any]) -> Find | None:
    found = f"latentbench {row['experiment']}, {row['arm']}, replicate {row['replicate']}, seed {row['seed']}"
    spec = json.loads(row["problem_spec"])
    try:
        problem = problem_of(resolve("problems", spec["name"], spec["params"]), row["seed"], row["replicate"])
        entry = problem.best_known_entry(np.array(row["design"], dtype=float), found)
    except Exception:  # the plug-in or its data are gone since, or what is on record is no design of it
        entry = None
    unknown = math.isnan(row["best_known"])
    if unknown and entry is None:
        return None
    known = "none is on record" if unknown else f"the best known has {significant(row['best_known_displayed'], 8)}"
    return Find(row["problem"], f"{row['quantity']} = {significant(row['best'], 8)} by {row['arm']}; {known}", entry)
