"""What an experiment directory holds and what its records were computed with, in words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from bench.experiments.plan import Named, Plan, PlannedArm
from bench.quantities import fixed
from bench.store.directory import Store


def describe(store: Store) -> str:
    """Say what the experiment is, how far it has come, what failed, and with which versions on which machines.

    Raises
    ------
    BadInput
        If the directory holds no experiment.
    """
    plan = store.plan()
    rows = list(store.rows())
    parts = {
        "experiment": [_experiment(plan)],
        "problems": [line for problem in plan.problems for line in _problem(problem, rows)],
        "arms": [_arm(arm) for arm in plan.arms],
        "runs": list(_progress(rows, plan.runs)),
        "computed with": list(_provenance(rows)),
        "started with": [_entry(entry) for entry in store.provenance()],
    }
    return "\n".join(f"{title}\n" + "".join(f"  {line}\n" for line in lines) for title, lines in parts.items() if lines)


def _experiment(plan: Plan) -> str:
    return f"{plan.name}: seed {plan.seed}, replicates {plan.replicates}, searches {plan.searches} each"


def _plugin(named: Named) -> str:
    settings = ", ".join(f"{key} = {json.dumps(value)}" for key, value in named.params.items())
    return f"{named.label}: {named.name}({settings})" if named.label != named.name else f"{named.name}({settings})"


def _problem(problem: Named, rows: list[dict[str, Any]]) -> Iterator[str]:
    """Its settings, and what its runs have on record of its versions and constraints."""
    yield _plugin(problem)
    of_it = [row for row in rows if row["problem"] == problem.label]
    if versions := sorted({row["problem_version"] for row in of_it if row.get("problem_version")}):
        yield f"  version {' and '.join(versions)}"
    for text in sorted({row["constraints"] for row in of_it if row.get("constraints")}):
        if kinds := _kinds(text):
            yield f"  constraints: {'; '.join(kinds)}"


def _kinds(text: str) -> list[str]:
    try:
        return [f"{kind['name']} ({kind['category']}, {kind['severity']})" for kind in json.loads(text)]
    except (ValueError, TypeError, KeyError, RecursionError):  # a record may come from anywhere
        return []


def _arm(arm: PlannedArm) -> str:
    stages = [
        f"{_plugin(stage.encoder)} with {_plugin(stage.optimiser)}"
        + (f" until {stage.until} of the budget" if stage.until is not None else "")
        + (f" until {stage.stagnation} evaluations in vain" if stage.stagnation is not None else "")
        for stage in arm.stages
    ]
    return f"{arm.label}: budget {arm.budget}: " + ", then ".join(stages)


def _progress(rows: list[dict[str, Any]], expected: int) -> Iterator[str]:
    status = Counter(row["status"] for row in rows)
    counts = ", ".join(f"{number} {name}" for name, number in sorted(status.items()))
    yield f"{len(rows)} of {expected}" + (f": {counts}" if counts else "")
    started = sorted(row["started"] for row in rows if row["status"] != "skipped" and "started" in row)
    if started:
        hours = sum(row.get("seconds_worker", 0.0) for row in rows) / 3600
        yield f"started from {started[0]} to {started[-1]}; {fixed(hours, 2)} hours of workers"
    reasons = Counter((row["status"], row["reason"]) for row in rows if row["reason"])
    for (what, why), number in reasons.most_common():
        yield f"{what}: {number} × {why}"


def _provenance(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for text, number in Counter(row["provenance"] for row in rows if row.get("provenance")).most_common():
        yield f"{number} runs: {_recorded(text)}"


def _recorded(text: str) -> str:
    try:
        return _entry(dict(json.loads(text)))
    except (ValueError, TypeError, RecursionError):
        return "what they were computed with cannot be read"


def _entry(entry: dict[str, Any]) -> str:
    """One line of the plain data that `bench.running.provenance` collects."""
    said = []
    for name, value in entry.items():
        if isinstance(value, dict):
            said += [f"{key} {part}" for key, part in value.items() if part is not None]
        elif value is not None:
            said.append(f"{name} {value}")
    return ", ".join(said)
