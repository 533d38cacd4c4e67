"""An arm: an encoder and an optimiser, or several of them in stages, as an experiment file asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.errors import BadInput, unknown
from bench.experiments import schema
from bench.experiments.registry import Spec, resolve


@dataclass(frozen=True)
class Stage:
    """An encoder, an optimiser, and when the stage ends: at a share of the budget, or after a price without progress.

    With `refit`, the encoder is fitted again when the stage begins, on the designs found so far.
    """

    encoder: Spec
    optimiser: Spec
    until: float | None = None
    stagnation: int | None = None
    refit: bool = False

    @property
    def searcher(self) -> str:
        """The name of the optimiser, or of the one that is restarted."""
        inner = self.optimiser.params.get("optimiser") if self.optimiser.name == "restarts" else None
        return str(inner["name"] if inner else self.optimiser.name)

    def identity(self) -> dict[str, Any]:
        """Everything that the stage does, as plain data."""
        named = {
            "encoder": self.encoder.identity(),
            "optimiser": self.optimiser.identity(),
            "until": self.until,
            "stagnation": self.stagnation,
        }
        # seeds hang on this: a stage that refits nothing is what it was before there were refits
        return named | ({"refit": True} if self.refit else {})


@dataclass(frozen=True)
class Arm:
    """One or more stages on one budget, and what tables call it, its encoder and its optimiser."""

    label: str
    encoder: str
    optimiser: str
    stages: tuple[Stage, ...]
    budget: int

    def identity(self) -> dict[str, Any]:
        """Everything that the arm does, as plain data, without its names and its budget."""
        return {"stages": [stage.identity() for stage in self.stages]}


def arms_of(table: schema.ExperimentTable) -> Iterator[Arm]:
    """The arms that an experiment file asks for: those of the grid, then those of several stages.

    Raises
    ------
    BadInput
        If an arm names something that the file does not have, or its stages cannot follow each other.
    """
    encoders = {factor.title: resolve("encoders", factor.name, factor.params) for factor in table.encoders}
    optimisers = {factor.title: _optimiser(factor) for factor in table.optimisers}
    budgets = {factor.title: factor.budget or table.budget for factor in table.optimisers}
    partners = {factor.title: factor.encoders or list(encoders) for factor in table.optimisers}
    for optimiser, named in partners.items():
        if (missing := next((name for name in named if name not in encoders), None)) is not None:
            raise unknown(f"optimiser '{optimiser}': encoders", missing, encoders)
    for encoder in encoders:
        for optimiser in (name for name in optimisers if encoder in partners[name]):
            stages = (Stage(encoders[encoder], optimisers[optimiser]),)
            yield Arm(f"{encoder}/{optimiser}", encoder, optimiser, stages, budgets[optimiser])
    for arm in table.arms:
        shares = [0.0, *(stage.until for stage in arm.stages if stage.until is not None)]
        if shares != sorted(set(shares)):
            raise BadInput(f"arm '{arm.label}': until: {shares[1:]} must increase from stage to stage")
        for stage in arm.stages:
            if stage.encoder not in encoders:
                raise unknown(f"arm '{arm.label}': encoder", stage.encoder, encoders)
            if stage is arm.stages[0] and stage.refit:
                raise BadInput(
                    f"arm '{arm.label}': refit: the first stage has no designs yet to fit its encoder on anew"
                )
            if stage.optimiser not in optimisers:
                raise unknown(f"arm '{arm.label}': optimiser", stage.optimiser, optimisers)
        yield Arm(
            arm.label,
            " → ".join(stage.encoder for stage in arm.stages),
            " → ".join(stage.optimiser for stage in arm.stages),
            tuple(
                Stage(encoders[s.encoder], optimisers[s.optimiser], s.until, s.stagnation, s.refit) for s in arm.stages
            ),
            arm.budget or table.budget,
        )


def _optimiser(factor: schema.OptimiserFactor) -> Spec:
    """The optimiser of a factor, within restarts where it may converge before its budget is spent."""
    spec = resolve("optimisers", factor.name, factor.params)
    if not (factor.restart and spec.make().converges):
        return spec
    return resolve("optimisers", "restarts", {"optimiser": {"name": factor.name, **factor.params}})
