"""What varies between related tasks of a problem: named numbers, and the distance of two tasks.

A problem declares `Conditions` if its training data were made for other tasks than its own; see `problems.base`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Condition:
    """One number in which related tasks differ.

    Attributes
    ----------
    name : str
    low, high : float
        Its range.
    unit : float
        What counts as one in a distance.
    cyclic : bool
        Whether `low` and `high` are the same, as with angles.
    step : float
        The grid that it is drawn from, so that a task has an exact name.
    """

    name: str
    low: float
    high: float
    unit: float
    cyclic: bool = False
    step: float = 0.01

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"{self.name}: the range from {self.low} to {self.high} must not be empty")
        if not (self.unit > 0 and self.step > 0):
            raise ValueError(f"{self.name}: unit {self.unit} and step {self.step} must be positive")


@dataclass(frozen=True)
class Conditions:
    """All the numbers in which related tasks differ; tasks are rows of their values, shape (n, c)."""

    parts: tuple[Condition, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(part.name for part in self.parts)

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n tasks, shape (n, c), uniformly."""
        columns = []
        for part in self.parts:
            steps = round((part.high - part.low) / part.step)
            columns.append(part.low + (part.high - part.low) * rng.integers(steps + (not part.cyclic), size=n) / steps)
        return np.round(np.stack(columns, axis=1), 9)

    def distance(self, tasks: np.ndarray, own: np.ndarray) -> np.ndarray:
        """How far tasks (n, c) are from one (c,): the largest of their differences, each in its unit, shape (n,)."""
        apart = np.abs(tasks - own)
        for column, part in enumerate(self.parts):
            if part.cyclic:
                period = part.high - part.low
                apart[:, column] = np.abs((apart[:, column] + period / 2) % period - period / 2)
        return np.asarray((apart / [part.unit for part in self.parts]).max(axis=1))

    def features(self, tasks: np.ndarray) -> np.ndarray:
        """Inputs of a network for tasks (n, c): numbers (n, f) of order one, similar for similar tasks."""
        columns = []
        for part, values in zip(self.parts, tasks.T, strict=True):
            share = (values - part.low) / (part.high - part.low)
            turn = 2 * np.pi * share
            columns += [np.cos(turn), np.sin(turn)] if part.cyclic else [2 * share - 1]
        return np.stack(columns, axis=1)
