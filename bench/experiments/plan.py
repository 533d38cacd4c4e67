"""The content of an experiment.json, without importing a plug-in: names, numbers and parameters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

SHAPE = {"name": str, "seed": int, "problems": list, "arms": list, "replicates": int, "searches": int}
"""What it must at least hold."""
LARGEST = 2**63
"""Integers must be smaller, so that every library can hold them."""


@dataclass(frozen=True)
class Named:
    """A plug-in as it is named: what it is called here, its name, its parameters."""

    label: str
    name: str
    params: dict[str, Any]

    def identity(self) -> dict[str, Any]:
        """What `Spec.identity` gives."""
        return {"name": self.name, "params": self.params}


@dataclass(frozen=True)
class PlannedStage:
    """A stage of an arm, its switches as they stand there."""

    encoder: Named
    optimiser: Named
    until: Any
    stagnation: Any
    refit: bool


@dataclass(frozen=True)
class PlannedArm:
    """An arm: its labels, its budget, its stages, and all parameters of these as JSON, as its runs have them."""

    label: str
    encoder: str
    optimiser: str
    budget: int
    stages: tuple[PlannedStage, ...]
    spec: str


@dataclass(frozen=True)
class Plan:
    """An experiment as it was defined. Nothing of it is imported, since it may come from anywhere.

    Attributes
    ----------
    name, seed, replicates, searches, trace
        As of the `Experiment`.
    problems : tuple of Named
    arms : tuple of PlannedArm
    """

    name: str
    seed: int
    replicates: int
    searches: int
    trace: Any
    problems: tuple[Named, ...]
    arms: tuple[PlannedArm, ...]

    @classmethod
    def read(cls, identity: Any) -> Plan:
        """Read what `Experiment.identity` gave.

        Raises
        ------
        ValueError
            If it has another shape.
        """
        _require(identity, **SHAPE)
        if not all(0 < identity[key] < LARGEST for key in ("replicates", "searches")):
            raise ValueError("replicates and searches must be at least 1")
        for problem in identity["problems"]:
            _require(problem, label=str)
        return cls(
            **{name: identity[name] for name in ("name", "seed", "replicates", "searches")},
            trace=identity.get("trace", ""),
            problems=tuple(_named(problem) for problem in identity["problems"]),
            arms=tuple(map(_arm, identity["arms"])),
        )

    @property
    def runs(self) -> int:
        """How many runs the complete experiment has."""
        return len(self.problems) * len(self.arms) * self.replicates * self.searches

    def holds(self, row: dict[str, Any]) -> bool:
        """Whether a record's row is of one of its runs, or of one that it has outgrown, whatever its labels were."""
        arm = self._arm(row)
        return (
            row["problem_spec"] in self._problems
            and arm is not None
            and row["budget"] <= arm.budget
            and (row["experiment"], row["seed"]) == (self.name, self.seed)
            and row["replicate"] in range(self.replicates)
            and row["search"] in range(self.searches)
        )

    def outgrown(self, row: dict[str, Any]) -> bool:
        """Whether the run of a row is done again with a larger budget; its record is kept, and read no more."""
        arm = self._arm(row)
        return arm is not None and bool(row["budget"] < arm.budget)

    def labels(self, row: dict[str, Any]) -> dict[str, str]:
        """What the problem and the arm of a row that it holds are called here; they may have been renamed."""
        arm = self._arm(row)
        assert arm is not None
        problem = self._problems[row["problem_spec"]]
        return {"problem": problem, "arm": arm.label, "encoder": arm.encoder, "optimiser": arm.optimiser}

    def _arm(self, row: dict[str, Any]) -> PlannedArm | None:
        """The arm of a row: of those that do the same, the one of its label, or else of its budget."""
        same = self._arms.get(row["arm_spec"], [])
        return max(same, key=lambda arm: (arm.label == row["arm"], arm.budget == row["budget"]), default=None)

    @cached_property
    def _problems(self) -> dict[str, str]:
        return {json.dumps(each.identity(), sort_keys=True): each.label for each in self.problems}

    @cached_property
    def _arms(self) -> dict[str, list[PlannedArm]]:
        found: dict[str, list[PlannedArm]] = {}
        for arm in self.arms:
            found.setdefault(arm.spec, []).append(arm)
        return found


def _require(part: Any, **kinds: type) -> None:
    if not isinstance(part, dict) or any(type(part.get(key)) is not kind for key, kind in kinds.items()):
        raise ValueError(f"{part!r:.80} must have {', '.join(kinds)}")


def _named(part: Any) -> Named:
    _require(part, name=str, params=dict)
    return Named(part.get("label", part["name"]), part["name"], part["params"])


def _arm(arm: Any) -> PlannedArm:
    _require(arm, label=str, encoder=str, optimiser=str, budget=int, stages=list)
    return PlannedArm(
        label=arm["label"],
        encoder=arm["encoder"],
        optimiser=arm["optimiser"],
        budget=arm["budget"],
        stages=tuple(map(_stage, arm["stages"])),
        spec=json.dumps({"stages": arm["stages"]}, sort_keys=True),
    )


def _stage(stage: Any) -> PlannedStage:
    _require(stage, encoder=dict, optimiser=dict)
    encoder, optimiser = _named(stage["encoder"]), _named(stage["optimiser"])
    return PlannedStage(encoder, optimiser, stage.get("until"), stage.get("stagnation"), stage.get("refit") is True)
