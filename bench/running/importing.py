"""Runs of a user's own loop, from a file, as an experiment directory; nobody of us has counted their evaluations."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from bench.errors import BadInput
from bench.experiments.experiment import run_key
from bench.experiments.plan import Plan
from bench.running import provenance, run_files
from bench.running.recording import facts
from bench.searching import instance
from bench.searching.evaluation import evaluate
from bench.store import layouts
from bench.store.columns import IN_RECORDS
from bench.store.designs import told
from bench.store.directory import Store
from bench.store.merging import new
from bench.store.records import Record
from bench.studies.diagnostics import displayed

if TYPE_CHECKING:
    import pandas as pd

    from bench.experiments.registry import Spec
    from problems.base import Problem

SEED = 0
TRACE = "all"
TOLERANCE = 1e-6
"""How far a value may be from what the problem gives at its design, as a share of it: files round."""


def take_in(file: Path, out: Path, problem: Spec | str) -> Store:
    """Make an experiment directory of a file of runs, a row an evaluation.

    Parameters
    ----------
    file : Path
        CSV or Parquet, with the columns that `bench.running.run_files` names
    out : Path
        A directory that is not there yet.
    problem : Spec or str
        What was searched. If it is known, values are its objective; designs, where the file has them, are evaluated and
        verified again wherever they are better than those before them. Else it is a label: values, to be minimised, are
        taken as they are.

    Raises
    ------
    BadInput
        If the file is no table of runs, a value is not what the problem gives at its design, or is better than its
        optimum.
    """
    if out.exists():
        raise BadInput(f"{out}: is there already; name a new directory")
    frame = run_files.read(file)
    taken = _Imported(file.name, frame, problem)
    digest = sha256(file.read_bytes()).hexdigest()
    entry = {"started": provenance.now(), **provenance.collect(), "imported": {file.name: f"sha256 {digest}"}}
    with new(out) as store:
        described = {} if isinstance(problem, str) else layouts.of({problem.name: problem})
        store.declare(taken.identity, described, [entry])
        for record in taken.records():
            store.append(record)
        store.pack()
    return Store(out)


@dataclass
class _Imported:
    """Runs of a file, told as an experiment's."""

    source: str
    frame: pd.DataFrame
    problem: Spec | str

    def __post_init__(self) -> None:
        named = {"name": self.problem, "params": {}} if isinstance(self.problem, str) else self.problem.identity()
        self.label = str(named["name"])
        arms = [
            {"label": arm, **_parts(arm), "budget": budget, "stages": [_stage(self.source, **_parts(arm))]}
            for arm, budget in _budgets(self.frame).items()
        ]
        self.identity = {
            "name": Path(self.source).stem,
            "seed": SEED,
            "replicates": int(self.frame["replicate"].max()) + 1,
            "searches": int(self.frame["search"].max()) + 1,
            "trace": TRACE,
            "problems": [{"label": self.label, **named}],
            "arms": arms,
        }
        self.plan = Plan.read(self.identity)
        self.reference = math.nan

    def records(self) -> Iterator[Record]:
        """A record a run, in the order of arms and replicates."""
        made: Problem | None = None
        if not isinstance(self.problem, str):
            made = self.problem.make()
            if made.designs(2, np.random.default_rng(SEED)) is not None:
                self.reference = instance.reference_of(self.problem).value
        for order, (names, rows) in enumerate(self.frame.groupby(["arm", "replicate", "search"], sort=False)):
            arm, replicate, search = cast("tuple[str, int, int]", names)
            if not isinstance(self.problem, str):
                made = instance.problem_of(self.problem, SEED, int(replicate))
            yield self._record(order, arm, int(replicate), int(search), rows, made)

    def _record(
        self, order: int, label: str, replicate: int, search: int, rows: pd.DataFrame, problem: Problem | None
    ) -> Record:
        arm = next(each for each in self.plan.arms if each.label == label)
        (named,) = self.plan.problems
        price = rows["evaluation"].to_numpy()
        if price[0] != 1 or (np.diff(price) <= 0).any():
            raise BadInput(f"{self.source}: {label}, replicate {replicate}: evaluation must rise from 1, row by row")
        values = rows["value"].to_numpy(copy=True)
        accepted = self._accepted(rows, values, problem)
        display = (lambda objective: objective) if problem is None else problem.display
        best = float(values[accepted.which].min()) if accepted.which.any() else math.nan
        spec = json.loads(arm.spec)
        row: dict[str, Any] = {
            "run": run_key(SEED, named.identity(), replicate, spec, search, arm.budget, TRACE),
            "order": order,
            "experiment": self.plan.name,
            "problem": self.label,
            "arm": label,
            "encoder": arm.encoder,
            "optimiser": arm.optimiser,
            "replicate": replicate,
            "search": search,
            "seed": SEED,
            "budget": arm.budget,
            "stages": 1,
            "fit": "",
            "problem_spec": json.dumps(named.identity(), sort_keys=True),
            "arm_spec": arm.spec,
            "status": "completed",
            "reason": "",
            "raw": arm.encoder == "raw",
            "imported": self.source,
            "reference": self.reference,
            "n_f": int(price[-1]),
            "n_g": 0,
            "n_failed": int((~np.isfinite(values)).sum()),
            "n_refused": accepted.refused,
            "start": displayed(display, values[0]),
            "best": displayed(display, best),
            "best_objective": best,
            "design": accepted.design,
        }
        row |= _unknown() if problem is None else facts(problem)
        row |= dict.fromkeys((column.name for column in IN_RECORDS if "seconds" in column.name), math.nan) | row
        row |= {"data_source": "", "data_identity": "", "data_withheld": math.nan, "data_left_out": ""}
        shown = np.asarray(display(values), dtype=float)
        n, nothing = len(rows), [math.nan] * len(rows)
        trace = {
            "evaluations": price.tolist(),
            "n_f": price.tolist(),
            "n_g": [0] * n,
            "objective": values.tolist(),
            "displayed": shown.tolist(),
            "violation": nothing,
            "feasible": (rows["feasible"].to_numpy(dtype=bool) & np.isfinite(values)).tolist(),
            "verified": accepted.which.tolist(),
            "stage": [0] * n,
            "latent": [None] * n,
            "seconds": nothing,
            "seconds_objective": nothing,
            "seconds_decode": nothing,
        }
        return Record(row, trace)

    def _accepted(self, rows: pd.DataFrame, values: np.ndarray, problem: Problem | None) -> _Accepted:
        variables = [*run_files.variables(rows)]
        designs = rows[variables].to_numpy(dtype=float)
        if problem is not None and variables and len(variables) != problem.dim:
            raise BadInput(
                f"{self.source}: designs have {len(variables)} variables, and '{self.label}' has {problem.dim}"
            )
        promising = rows["feasible"].to_numpy(dtype=bool) & np.isfinite(values)
        found = _Accepted(np.zeros(len(rows), dtype=bool))
        best = math.inf
        for i in np.flatnonzero(promising):
            if values[i] >= best:
                continue
            where = f"{self.source}: row {rows['row'].iloc[i]}: value {values[i]!r}"
            if problem is not None and problem.optimum is not None and values[i] < problem.optimum - TOLERANCE:
                raise BadInput(f"{where} is better than the optimum, {problem.optimum!r}")
            if problem is not None and variables:
                measured = _measured(designs[i], problem)
                if measured is None:
                    found.refused += 1
                    continue
                if not math.isclose(measured, values[i], rel_tol=TOLERANCE, abs_tol=TOLERANCE):
                    raise BadInput(f"{where}, and '{self.label}' gives {measured!r} at its design")
                values[i], found.design = measured, told(designs[i])
            found.which[i], best = True, values[i]
        return found


@dataclass
class _Accepted:
    """Which rows of a run are successes, how many designs were refused, and the best design where there are any."""

    which: np.ndarray
    refused: int = 0
    design: Any = None


def _measured(x: np.ndarray, problem: Problem) -> float | None:
    """Its objective, as we find it; None for a design that is not feasible, not within bounds, or not verified."""
    evaluation = evaluate(problem, x[None])
    good = evaluation.feasible[0] and np.array_equal(problem.repair(x[None])[0], x) and problem.verify(x).ok
    return float(evaluation.objective[0]) if good else None


def _budgets(frame: pd.DataFrame) -> dict[str, int]:
    most = frame.groupby("arm", sort=False)["evaluation"].max()
    return {str(arm): int(price) for arm, price in most.items()}


def _parts(arm: str) -> dict[str, str]:
    """The encoder and the optimiser of a label; raw search where it names no encoder."""
    encoder, slash, optimiser = arm.partition("/")
    return {"encoder": encoder, "optimiser": optimiser} if slash else {"encoder": "raw", "optimiser": arm}


def _stage(source: str, encoder: str, optimiser: str) -> dict[str, Any]:
    """A stage that is no plug-in of ours, whatever its names are."""
    params = {"imported": source}
    return {
        "encoder": {"name": encoder, "params": params},
        "optimiser": {"name": optimiser, "params": params},
        "until": None,
        "stagnation": None,
    }


def _unknown() -> dict[str, Any]:
    nothing = ("optimum", "best_known", "bound", "best_known_displayed", "bound_displayed", "evaluation_seconds")
    return {"quantity": "value", "larger_is_better": False, "targets": [], **dict.fromkeys(nothing, math.nan)}
