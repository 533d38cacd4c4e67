"""Optimisers that break one promise each; `NOTICED` says what must be noticed."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace


class Walk(Optimiser):
    """A random walk that keeps what is better; it conforms."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        best, value = objective.start, objective.start_value
        while True:
            step = self.step(objective, rng)
            (found,) = objective((best + step)[None])
            if found < value:
                best, value = best + step, found

    def step(self, objective: SearchSpace, rng: np.random.Generator) -> np.ndarray:
        return 0.3 * objective.scale * rng.normal(size=objective.dim)


class Relentless(Optimiser):
    """Goes on whatever happens."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        while True:
            try:
                objective(objective.start[None])
            except Exception:
                continue


class Deaf(Optimiser):
    """Goes on whatever happens, interrupts included."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        while True:
            try:
                objective(objective.start[None])
            except:  # noqa: E722 - that is what is bad about it
                continue


class Stubborn(Walk):
    """Goes on where evaluations fail."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        failing = not np.isfinite(objective.start_value)
        for _ in itertools.count():
            try:
                super().minimise(objective, rng)
            except Exception:
                if not failing:
                    raise


class Thief(Optimiser):
    """Evaluates behind the ledger's back."""

    def minimise(self, objective: Any, rng: np.random.Generator) -> None:
        points = objective.start + rng.normal(size=(100, objective.dim))
        values = objective._ledger.problem.evaluate(points).objective
        objective(points[[values.argmin()]])


class Wasteful(Walk):
    """Needs a library that nobody has."""

    libraries = ("library_of_nowhere",)


class Idle(Optimiser):
    """Does nothing."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        pass


class Plane(Walk):
    """Knows of two variables at most."""

    def step(self, objective: SearchSpace, rng: np.random.Generator) -> np.ndarray:
        return super().step(objective, rng) * (objective.dim < 3)


class Restless(Walk):
    """Draws from nowhere."""

    def step(self, objective: SearchSpace, rng: np.random.Generator) -> np.ndarray:
        return super().step(objective, np.random.default_rng())


class Learning(Walk):
    """Remembers how many steps it has made, and makes the next ones shorter."""

    steps = 0

    def step(self, objective: SearchSpace, rng: np.random.Generator) -> np.ndarray:
        self.steps += 1
        return super().step(objective, rng) / self.steps**0.1


class Moving(Walk):
    """Walks with the objective's own start."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        objective.start += 0.3
        super().minimise(objective, rng)


class Resizing(Walk):
    """Scales the objective's own scale."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        objective.scale = 0.5 * objective.scale
        super().minimise(objective, rng)


class Widening(Walk):
    """Widens the objective's own bounds."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        objective.bounds[1] += 1
        super().minimise(objective, rng)


class Secretive(Optimiser):
    """Does not say that it needs gradients."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        best = objective.start.copy()
        while True:
            best -= 0.1 * objective.value_and_gradient(best)[1]


class Lost(Walk):
    """Asks for what is not a number, first of all."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        objective(np.full((1, objective.dim), np.nan))
        super().minimise(objective, rng)


class Nervous(Walk):
    """Raises where an evaluation has failed."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        if not np.isfinite(objective.start_value):
            raise ArithmeticError("no place to start from")
        super().minimise(objective, rng)


class Superstitious(Walk):
    """Depends on the hash seed of its process."""

    def step(self, objective: SearchSpace, rng: np.random.Generator) -> np.ndarray:
        return super().step(objective, rng) * (1 + (hash("superstitious") % 1000) / 1000)


class Worldly(Walk):
    """Draws from NumPy's global generator, and hides it."""

    def step(self, objective: SearchSpace, rng: np.random.Generator) -> np.ndarray:
        np.random.rand()  # noqa: NPY002
        return super().step(objective, rng)


class Reseeding(Walk):
    """Always begins with the same seed of NumPy's global generator, so that all its searches are one."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        np.random.seed(0)  # noqa: NPY002
        super().minimise(objective, rng)


class Told(Walk):
    """Gives an array for a setting, which JSON does not have."""

    def settings(self, dim: int) -> dict[str, Any]:
        return {"weights": np.ones(dim)}


GOOD = (Walk,)

NOTICED = {
    Relentless: "it goes on after BudgetSpent, at a budget of 1",
    Deaf: "does not return: its search went on and on after its budget was spent",
    Stubborn: "it goes on after BudgetSpent, where all evaluations fail",
    Thief: "designs, of which 1 are counted",
    Wasteful: "No module named 'library_of_nowhere'",
    Idle: "no improvement on the start, in dimension 1",
    Plane: "no improvement on the start, in dimension 5",
    Restless: "visit different points",
    Learning: "an optimiser keeps nothing between searches",
    Moving: "it changes the objective's start",
    Resizing: "it changes the objective's scale",
    Widening: "it changes the objective's bounds",
    Secretive: "though needs_gradient is False",
    Lost: "points that are not finite",
    Nervous: "raised ArithmeticError: no place to start from",
    Superstitious: "another PYTHONHASHSEED, its points differ",
    Worldly: "global generator",
    Reseeding: "global generator",
    Told: "it must be a dictionary of texts, numbers and lists of such",
}
