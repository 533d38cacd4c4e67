"""A problem of latentbench as one of EngiBench, if that is installed; none of its code is here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, field, make_dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from bench.experiments.registry import make_encoder, make_optimiser
from bench.searching.evaluation import evaluate
from bench.searching.objective import search
from bench.searching.training_data import splits
from problems.base import FEASIBILITY_TOLERANCE

if TYPE_CHECKING:
    from problems.base import Problem

BUDGET = 200
"""Evaluations of `optimize`, by default."""
DESIGNS = 200
"""Of the data set, in all splits."""


def as_engibench(problem: Problem, n_designs: int = DESIGNS, seed: int = 0) -> Any:
    """Give a problem as an object of EngiBench's class `Problem`: `simulate`, `optimize`, `random_design`, `dataset`.

    Designs have the shape of the problem's layout. What `simulate` returns is the displayed value. Conditions are the
    problem's, and may be given in a config; so may the `budget` of `optimize`, which searches the raw vector, with
    gradients where there are some. latentbench makes the data set; nothing is downloaded.

    Parameters
    ----------
    problem : Problem
    n_designs : int
        Size of the data set, in all splits together.
    seed : int
        Seed of the random draws of designs.

    Raises
    ------
    ImportError
        If engibench is not installed.
    """
    from engibench import constraint
    from engibench.core import ObjectiveDirection, OptiStep
    from engibench.core import Problem as Base
    from gymnasium import spaces

    shape = (problem.dim,) if problem.layout is None else tuple(problem.layout.shape)
    box = _box(problem)
    parts = () if problem.conditions is None else problem.conditions.parts
    values = [] if problem.task is None else problem.task.tolist()
    fields: list[Any] = [
        (part.name, Annotated[float, constraint.bounded(lower=part.low, upper=part.high)], field(default=value))
        for part, value in zip(parts, values, strict=True)
    ]
    conditions = make_dataclass("Conditions", fields)
    configuration = make_dataclass("Config", [("budget", int, field(default=BUDGET))], bases=(conditions,))

    def under(config: dict[str, Any] | None) -> Problem:
        """The problem under the conditions of a config."""
        if not parts:
            return problem
        given = asdict(conditions()) | (config or {})
        return problem.at(np.array([given[part.name] for part in parts], dtype=float))

    def rule(number: int, name: str) -> Callable[..., None]:
        def check(design: np.ndarray, **config: Any) -> None:
            value = evaluate(under(config), np.asarray(design, dtype=float).reshape(1, -1)).constraints[0, number]
            assert value <= FEASIBILITY_TOLERANCE, f"{name} is {value:.3g}, and must be at most 0"

        check.__name__ = name
        return check

    errors = [kind for kind in problem.constraint_kinds if kind.severity == "error"]

    class Ours(Base):  # type: ignore[misc]
        version = int(problem.version) if problem.version.isdecimal() else 0
        objectives = (
            (
                problem.quantity,
                ObjectiveDirection.MAXIMIZE if problem.larger_is_better else ObjectiveDirection.MINIMIZE,
            ),
        )
        Conditions, Config = conditions, configuration
        design_space = spaces.Box(box[0].reshape(shape), box[1].reshape(shape), shape, np.float64)
        design_constraints = tuple(
            constraint.Constraint(
                rule(number, kind.name),
                constraint.THEORY if kind.category == "physics" else constraint.IMPL,
            )
            for number, kind in enumerate(errors)
        )
        dataset_id = ""
        container_id = None

        def __init__(self, seed: int = seed) -> None:
            super().__init__(seed=seed)
            self.conditions, self.config = conditions(), configuration()

        @cached_property
        def dataset(self) -> Any:
            from datasets import Dataset, DatasetDict

            frames = splits(problem, n_designs, seed)
            return DatasetDict({name: Dataset.from_pandas(frame) for name, frame in frames.items()})

        def simulate(self, design: np.ndarray, config: dict[str, Any] | None = None) -> np.ndarray:
            here = under(config)
            found = evaluate(here, here.repair(np.asarray(design, dtype=float).reshape(1, -1)))
            return np.asarray(here.display(found.objective), dtype=float)

        def optimize(
            self, starting_point: np.ndarray, config: dict[str, Any] | None = None
        ) -> tuple[np.ndarray, list[Any]]:
            here = under(config)
            optimiser = make_optimiser("l-bfgs" if here.differentiable else "cma-es")
            start = here.repair(np.asarray(starting_point, dtype=float).reshape(1, -1))[0]
            raw = make_encoder("raw")
            if here.bounds is None:  # a step needs a unit: that of designs
                raw.fit(here.reference(DESIGNS, self.np_random), self.np_random)  # type: ignore[arg-type]
            budget = int((config or {}).get("budget", BUDGET))
            ledger = search(here, raw, optimiser, start, budget, self.np_random)
            better = [row for row in ledger.rows if row["verified"]]
            shown = here.display(np.array([row["objective"] for row in better]))
            steps = [OptiStep(np.array([y]), int(row["evaluations"])) for y, row in zip(shown, better, strict=True)]
            best = start if ledger.best is None else ledger.best
            return best.reshape(shape), steps

        def random_design(self) -> tuple[np.ndarray, int]:
            rows = self.dataset["train"]
            number = int(self.np_random.integers(len(rows)))
            return np.array(rows[number]["optimal_design"], dtype=float).reshape(shape), number

        def render(self, design: np.ndarray, *, open_window: bool = False) -> Any:
            import matplotlib.pyplot as plt

            figure, ax = plt.subplots()
            problem.draw(np.asarray(design, dtype=float).ravel(), ax)
            if open_window:
                plt.show()
            return figure

    Ours.__name__ = Ours.__qualname__ = type(problem).__name__
    return Ours()


def _box(problem: Problem) -> np.ndarray:
    """Bounds (2, d) that bind; those where starts are drawn alone do not."""
    if problem.bounds is not None:
        low, high = problem.bounds
        moved = problem.repair(np.array([2 * low - high, 2 * high - low]))
        if (moved >= low).all() and (moved <= high).all():
            return problem.bounds
    return np.array([[-np.inf] * problem.dim, [np.inf] * problem.dim])
