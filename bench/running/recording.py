"""What a run leaves on record: its names, the facts of its problem and its fits, what it cost and found, its trace."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from bench.experiments.experiment import Run
from bench.running import provenance
from bench.searching.evaluation import PluginError
from bench.searching.ledger import Ledger
from bench.store.columns import OF_A_FIT
from bench.store.designs import told
from bench.store.records import Fitted, Record
from bench.studies.diagnostics import displayed
from problems.base import Problem

Display = Callable[[np.ndarray], np.ndarray]


def names(run: Run, order: int, experiment: str) -> dict[str, Any]:
    """What a run has on record before it is made."""
    return {
        "run": run.key,
        "order": order,
        "experiment": experiment,
        "problem": run.problem_label,
        "arm": run.arm.label,
        "encoder": run.arm.encoder,
        "stages": len(run.arm.stages),
        "fit": run.fits[0].key,
        "optimiser": run.arm.optimiser,
        "replicate": run.replicate,
        "search": run.search,
        "seed": run.seed,
        "budget": run.arm.budget,
        "problem_spec": json.dumps(run.problem.identity(), sort_keys=True),
        "arm_spec": json.dumps(run.arm.identity(), sort_keys=True),
        "status": "",
        "reason": "",
        "raw": False,
        "started": provenance.now(),
        "provenance": "",
    }


def facts(problem: Problem) -> dict[str, Any]:
    """What a run has on record of its problem."""
    known, bound = (math.nan if value is None else float(value) for value in (problem.best_known, problem.bound))
    data = problem.data_facts
    names = () if problem.conditions is None else problem.conditions.names
    return {
        "task": "" if problem.task is None else json.dumps(dict(zip(names, problem.task.tolist(), strict=True))),
        "problem_version": str(problem.version),
        "constraints": json.dumps([asdict(kind) for kind in problem.constraint_kinds]),
        "dim": int(problem.dim),
        "quantity": str(problem.quantity),
        "larger_is_better": bool(problem.larger_is_better),
        "targets": [float(target) for target in problem.targets],
        "optimum": math.nan if problem.optimum is None else float(problem.optimum),
        "best_known": known,
        "bound": bound,
        "best_known_displayed": displayed(problem.display, known),
        "bound_displayed": displayed(problem.display, bound),
        "evaluation_seconds": math.nan
        if problem.seconds_per_evaluation is None
        else float(problem.seconds_per_evaluation),
        "data_source": "" if data is None else str(data.source),
        "data_identity": "" if data is None else str(data.identity),
        "data_withheld": math.nan if data is None else float(data.withheld),
        "data_left_out": "" if data is None else str(data.left_out),
    }


def fit_facts(fitted: Sequence[Fitted]) -> dict[str, Any]:
    """What the first stage's fit says, but the seconds of all distinct fits together."""
    info = fitted[0].info
    seconds = {f.key: float(f.info["fit_seconds"]) for f in fitted}
    return {name: info.get(name, math.nan) for name in OF_A_FIT} | {"fit_seconds": sum(seconds.values())}


def closed(row: dict[str, Any], ledger: Ledger | None, display: Display) -> Record:
    """Close a run: what it cost and found, and its trace, as far as it came."""
    if ledger is None or not ledger.rows:
        return Record(row, {})
    best = math.nan if ledger.best is None else ledger.best_objective
    total = ledger.total_seconds()
    trace = {name: [logged[name] for logged in ledger.rows] for name in ledger.rows[0]}
    shown = np.asarray(display(np.array(trace["objective"])), dtype=float)
    if shown.shape != (len(ledger.rows),):
        raise PluginError(f"display returned shape {shown.shape} for {len(ledger.rows)} objectives")
    trace["displayed"] = shown.tolist()
    account = {
        "n_f": ledger.n_f,
        "n_g": ledger.n_g,
        "n_failed": ledger.n_failed,
        "failure": ledger.failure,
        "n_refused": ledger.n_refused,
        "start": trace["displayed"][0],
        "best": displayed(display, best),
        "best_objective": best,
        "design": told(ledger.best),
        "switched_at": [float(price) for price, _ in ledger.switches],
        "switched_why": "; ".join(why for _, why in ledger.switches),
        "seconds": total,
        "seconds_optimiser": total - ledger.seconds["objective"] - ledger.seconds["decode"],
    }
    if "fit_seconds" in row:
        account["fit_seconds"] = row["fit_seconds"] + ledger.seconds["refit"]
    return Record(row | account | {f"seconds_{part}": spent for part, spent in ledger.seconds.items()}, trace)


def undisplayed(objective: np.ndarray) -> np.ndarray:
    """Stand in for the display of a problem that may be what failed."""
    return np.full(len(objective), math.nan)
