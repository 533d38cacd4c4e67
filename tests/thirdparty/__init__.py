"""Plug-ins as a third party would write them, good and bad; named in experiment files as "thirdparty:Class"."""

from __future__ import annotations

import ctypes
import math
import os
import signal
import sys
import threading
import time
import uuid
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace
from encoders.identity import Identity
from problems.base import Evaluation, Problem
from problems.data import DataSettings, File, TrainingData, read_array
from problems.isoperimetric import Isoperimetric


class Plain(Problem):
    """A problem with bounds alone: no gradient, no designs, no known optimum, no targets."""

    name, dim, bounds = "plain", 4, np.array([[-1.0] * 4, [3.0] * 4])

    def evaluate(self, x: np.ndarray) -> Evaluation:
        """Sum of absolute values, of which the first must not be negative."""
        return Evaluation(np.abs(x).sum(axis=1), -x[:, :1])


class Stocked(Plain):
    """Has four numbers a design from a file, each found by thirty evaluations of something else."""

    bounds = None

    def __init__(self, data: DataSettings) -> None:
        read = partial(read_array, str(data.source))
        self.training = TrainingData(File(str(data.source), data.digest, read, price=30.0), data.withhold)
        self.n_designs, self.data_facts = data.n, self.training.facts

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.training.draw(n, rng, self)[0]

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.training.reference(n, rng)


class Sick(Plain):
    """Gives something other than a number for most designs."""

    def evaluate(self, x: np.ndarray) -> Evaluation:
        whole = super().evaluate(x)
        return Evaluation(np.where(x[:, 1] > 0, np.nan, whole.objective), whole.constraints)


class Crooked(Plain):
    """Returns the wrong shape."""

    def evaluate(self, x: np.ndarray) -> Evaluation:
        return Evaluation(np.zeros((len(x), 2)), np.zeros((len(x), 0)))


class Mute(Plain):
    """Cannot display what it found."""

    def display(self, objective: np.ndarray) -> np.ndarray:
        raise LookupError("no words")


class Dimensionless(Problem):
    """Forgets to say how many variables it has."""

    name = "dimensionless"

    def evaluate(self, x: np.ndarray) -> Evaluation:
        return Evaluation(x.sum(axis=1), np.zeros((len(x), 0)))


class Explosive(Plain):
    """Cannot even be made."""

    def __init__(self) -> None:
        raise KeyError("fuse")


class Limitless(Plain):
    """Has a default that JSON has no word for."""

    def __init__(self, limit: float = math.inf) -> None:
        self.limit = limit


class Patchy(Plain):
    """Has designs some of which cannot be evaluated."""

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return rng.uniform(0, 1, (n, 4))

    def evaluate(self, x: np.ndarray) -> Evaluation:
        whole = super().evaluate(x)
        return Evaluation(np.where(x[:, 1] > 0.95, np.nan, whole.objective), whole.constraints)


class Homeless(Plain):
    """Has neither designs nor bounds."""

    bounds = None


class Raising(Optimiser):
    """Raises in the middle of its search."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        objective(objective.start[None])
        raise ArithmeticError("lost\nmy way")


class Unspeakable(Exception):
    """Raises when asked what it says."""

    def __str__(self) -> str:
        raise RuntimeError("no")


class Speechless(Optimiser):
    """Raises what cannot be shown."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        raise Unspeakable


class Quitting(Optimiser):
    """Wants to end the process."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        sys.exit(3)


class Lethal(Optimiser):
    """Ends its process in one way or another, after one evaluation."""

    def __init__(self, way: Literal["segfault", "exit", "kill", "hang", "hang in C", "interrupt"]) -> None:
        self.way = way

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        objective(objective.start[None])
        match self.way:
            case "segfault":
                ctypes.string_at(0)
            case "exit":
                os._exit(3)
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "hang":
                threading.Event().wait()
            case "hang in C":  # with the interpreter locked: no thread of Python runs any more
                ctypes.PyDLL(None).pause()
            case "interrupt":
                raise KeyboardInterrupt


class Unlucky(Optimiser):
    """Has its process killed the first time, as the system does when memory is short."""

    def __init__(self, marks: str) -> None:
        self.marks = marks

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        mark = Path(self.marks, repr(float(objective.start_value)))
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        objective(objective.start[None])


class Brittle(Identity):
    """Crashes when fitted."""

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        ctypes.string_at(0)


class Counting(Identity):
    """Leaves a mark each time it is fitted."""

    def __init__(self, marks: str) -> None:
        super().__init__()
        self.marks = marks

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        Path(self.marks, uuid.uuid4().hex).touch()
        super()._fit(designs, rng)


class Unfittable(Identity):
    """Cannot be fitted."""

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        raise FloatingPointError("the loss is nan")


class Slow(Isoperimetric):
    """Takes its time, and says in a file beside the experiment that it has begun."""

    def evaluate(self, x: np.ndarray) -> Evaluation:
        if log := os.environ.get("SLOW_LOG"):
            with Path(log).open("a") as file:
                file.write(".")
        time.sleep(0.02)
        return super().evaluate(x)
