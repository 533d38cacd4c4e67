"""Verification of the records of an experiment: each best design is evaluated again from its vertices."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from bench.errors import BadInput, reason
from bench.experiments.experiment import run_key
from bench.experiments.plugins import Kind
from bench.experiments.registry import from_record
from bench.experiments.sources import changes, sources
from bench.quantities import significant
from bench.searching.evaluation import evaluate
from bench.searching.instance import problem_of
from bench.store.directory import Store
from problems.base import FEASIBILITY_TOLERANCE

if TYPE_CHECKING:
    from bench.store.records import Fitted
    from problems.base import Problem

TOLERANCE = 1e-9
"""How far a value may be from the recorded one, as a share of it: other processors and batches round otherwise."""


@dataclass(frozen=True)
class Examined:
    """What was found of one record or encoder.

    Attributes
    ----------
    what : str
        Its file or folder, and which run it is.
    objections : tuple of str
        Why it is not believed; none if it is.
    remarks : tuple of str
        Plug-ins of other code than what is here, and constraints of the severity "warning" that its best design breaks;
        it is believed all the same.
    """

    what: str
    objections: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def examined(store: Store, trusted: Collection[str] = (), remeasured: bool = False) -> Iterator[Examined]:
    """Check every record and every encoder of an experiment directory, without changing anything.

    A record is believed if its file is whole, its key is the hash of its settings, its trace keeps to its budget and
    leads to its best value, and its best design, evaluated again, has that value, is feasible and verified.

    Parameters
    ----------
    store : Store
    trusted : collection of str
        Modules that may be imported because the directory names them.
    remeasured : bool
        Whether best designs are also measured by slow and independent means, `Problem.remeasure`, where there are any.

    Raises
    ------
    BadInput
        If the directory holds no experiment.
    """
    plan = store.plan()
    unreadable: list[Examined] = []

    def doubt(path: Path, why: str) -> None:
        unreadable.append(Examined(str(path.relative_to(store.path)), (why,)))

    make = lru_cache(maxsize=64)(partial(_problem, trusted=tuple(trusted)))
    for row, trace in store.records(doubt):
        name = (
            f"run {row['run']} ({row['problem']}: {row['arm']}, replicate {row['replicate']}, search {row['search']})"
        )
        objections = tuple(_objections(row, trace, plan.trace, make, remeasured))
        other = tuple(_other_code(row, trusted))
        remarks = () if objections else (*other, *_remarks(row, make))
        yield Examined(name, objections and (*objections, *other), remarks)
    reaches = store.reaches(doubt)
    for key in store.encoders():
        fitted = store.fitted(key, doubt)
        if fitted is not None:
            yield Examined(f"encoders/{key}", tuple(_encoder(fitted, plan.seed)))
            if key in reaches:
                spec = json.dumps(fitted.info.get("problem"), sort_keys=True)
                of = {"problem_spec": spec, "seed": plan.seed, "replicate": fitted.info.get("replicate")}
                yield Examined(f"encoders/{key}/reach.json", tuple(_of_reach(reaches[key] | of, make)))
    yield from unreadable


def _objections(
    row: dict[str, Any], trace: dict[str, np.ndarray], mode: Any, make: Any, remeasured: bool
) -> Iterator[str]:
    spec, arm = json.loads(row["problem_spec"]), json.loads(row["arm_spec"])
    names = (row["seed"], spec, row["replicate"], arm, row["search"], row["budget"], mode)
    if run_key(*names) != row["run"]:
        yield "its key is not that of its settings"
    if row["status"] == "skipped":
        return
    try:
        if len(trace["evaluations"]):
            yield from _of_trace(row, trace)
    except KeyError as error:
        yield f"it lacks its {error.args[0]}"
    yield from _of_best(row, make, remeasured)


def _of_reach(reached: dict[str, Any], make: Any) -> Iterator[str]:
    found = {"best_objective": reached["objective"], "best": reached["displayed"], "quantity": "the value"}
    yield from _of_best(reached | found, make)


def _of_best(row: dict[str, Any], make: Any, remeasured: bool = False) -> Iterator[str]:
    try:
        if row.get("design") is not None:
            problem = make(row["problem_spec"], row["seed"], row["replicate"])
            if row.get("problem_version", str(problem.version)) != str(problem.version):
                yield f"it is of version {row['problem_version']} of its problem, which is at version {problem.version}"
            yield from _of_design(problem, row)
            if remeasured:
                yield from _by_other_means(problem, row)
    except KeyError as error:
        yield f"it lacks its {error.args[0]}"
    except BadInput as error:
        yield f"its design cannot be evaluated: {error}"
    except Exception as error:  # a plug-in may raise anything
        yield f"its design cannot be evaluated: {reason(error)}"


def _of_trace(row: dict[str, Any], trace: dict[str, np.ndarray]) -> Iterator[str]:
    price = trace["evaluations"]
    if price[0] != 1 or (np.diff(price) <= 0).any() or (price != trace["n_f"] + trace["n_g"]).any():
        yield "the evaluations of its trace do not count up from the start"
    if price[-1] > row["budget"] or price[-1] != row["n_f"] + row["n_g"]:
        yield f"its trace ends at {price[-1]} evaluations, with a budget of {row['budget']}"
    verified = trace["objective"][trace["verified"]]
    best = verified.min() if len(verified) else math.nan
    if not _equal(best, row["best_objective"]):
        yield f"its best objective is {row['best_objective']!r}, in its trace {best!r}"


def _of_design(problem: Problem, row: dict[str, Any]) -> Iterator[str]:
    design = np.array(row["design"], dtype=float)
    evaluation = evaluate(problem, design[None])
    objective = float(evaluation.objective[0])
    displayed = float(problem.display(evaluation.objective)[0])
    verification = problem.verify(design)
    if not _equal(objective, row["best_objective"]):
        yield f"its design has the objective {objective!r}, not {row['best_objective']!r}"
    if not _equal(displayed, row["best"]):
        yield f"its design has {row['quantity']} = {displayed!r}, not {row['best']!r}"
    if not evaluation.feasible[0]:
        yield f"its design is not feasible: {_worst(problem, evaluation.constraints[0])}"
    if not np.allclose(problem.repair(design[None])[0], design, rtol=TOLERANCE, atol=TOLERANCE):
        yield "its design is beyond the problem's bounds"
    for sentence in verification.reasons:
        yield f"its design fails verification: {sentence}"
    if verification.value is not None and not _equal(verification.value, row["best"]):
        yield f"its design has {row['quantity']} = {verification.value!r} by other means, not {row['best']!r}"
    if problem.optimum is not None and objective < problem.optimum - TOLERANCE:
        yield f"its design is better than the optimum, {problem.optimum!r}"


def _remarks(row: dict[str, Any], make: Any) -> Iterator[str]:
    if row.get("design") is None:
        return
    problem = make(row["problem_spec"], row["seed"], row["replicate"])
    kinds = [kind for kind in problem.constraint_kinds if kind.severity == "warning"]
    try:
        values = problem.warnings(np.array(row["design"], dtype=float)[None])[0]
    except Exception as error:  # a plug-in may raise anything
        yield f"what warns of its design cannot be told: {reason(error)}"
        return
    for kind, value in zip(kinds, values, strict=False):
        if not value <= FEASIBILITY_TOLERANCE:
            yield f"its design breaks {kind.name} ({kind.category}), which is {significant(value, 3)}"


def _other_code(row: dict[str, Any], trusted: Collection[str]) -> Iterator[str]:
    """Plug-ins whose code was other code when the run was made, as far as they may be looked at."""
    told = json.loads(row.get("provenance") or "{}").get("plugins", {})
    stages = json.loads(row["arm_spec"])["stages"]
    named = [("problems", json.loads(row["problem_spec"]))]
    named += [(f"{kind}s", stage[kind]) for stage in stages for kind in ("encoder", "optimiser")]
    for kind, identity in named:
        try:
            here = sources([from_record(identity, trusted, cast(Kind, kind))])
        except BadInput:  # that it cannot be looked at is told with its design
            continue
        for plugin in changes([{"plugins": told}], here):
            yield f"the code of {plugin} was another when it was made"


def _worst(problem: Problem, constraints: np.ndarray) -> str:
    kinds = [kind for kind in problem.constraint_kinds if kind.severity == "error"]
    worst = int(np.argmax(constraints)) if len(constraints) else 0
    called = f"{kinds[worst].name} ({kinds[worst].category})" if len(kinds) == len(constraints) > 0 else "a constraint"
    return f"{called} is {significant(constraints.max(initial=-math.inf), 3)}"


def _by_other_means(problem: Problem, row: dict[str, Any]) -> Iterator[str]:
    measured = problem.remeasure(np.array(row["design"], dtype=float))
    if measured is not None and not abs(measured[0] - row["best"]) <= measured[1]:
        value, error = (significant(part, 6) for part in measured)
        yield f"its design has {row['quantity']} = {value} ± {error} by other means, not {row['best']!r}"


def _encoder(fitted: Fitted, seed: int) -> Iterator[str]:
    if not fitted.is_of(seed):
        yield "its key is not that of its settings"


def _problem(spec: str, seed: int, replicate: int, trusted: tuple[str, ...]) -> Problem:
    return problem_of(from_record(json.loads(spec), trusted), seed, replicate)


def _equal(one: float, other: float) -> bool:
    return bool(np.isclose(one, other, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True))
