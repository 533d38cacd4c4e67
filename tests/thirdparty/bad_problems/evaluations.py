"""Problems with one thing wrong each: evaluation; `NOTICED` says what."""

from __future__ import annotations

import numpy as np

from problems.base import Constraint, Evaluation, Verification
from thirdparty.bad_problems.good import Valley


class Single(Valley):
    """Computes in float32."""

    def evaluate(self, x: np.ndarray) -> Evaluation:
        whole = super().evaluate(x)
        return Evaluation(whole.objective.astype(np.float32), whole.constraints)


class Unprepared(Valley):
    """Cannot evaluate an empty batch."""

    def evaluate(self, x: np.ndarray) -> Evaluation:
        x.max()
        return super().evaluate(x)


class Relative(Valley):
    """Compares the designs of a batch with one another."""

    def evaluate(self, x: np.ndarray) -> Evaluation:
        whole = super().evaluate(x)
        return Evaluation(whole.objective - whole.objective.sum(), whole.constraints)


class Ordered(Valley):
    """Gives later designs of a batch a handicap."""

    def evaluate(self, x: np.ndarray) -> Evaluation:
        whole = super().evaluate(x)
        return Evaluation(whole.objective + (np.arange(len(x)) > 3), whole.constraints)


class Tiring(Valley):
    """Counts its verifications, and holds them against the next designs."""

    calls = 0

    def verify(self, x: np.ndarray) -> Verification:
        self.calls += 1
        return super().verify(x)

    def evaluate(self, x: np.ndarray) -> Evaluation:
        whole = super().evaluate(x)
        return Evaluation(whole.objective + self.calls, whole.constraints)


class Careless(Valley):
    """Scales the designs that it is given in place."""

    def evaluate(self, x: np.ndarray) -> Evaluation:
        x *= 0.5
        return super().evaluate(x)


class Centring(Valley):
    """Moves the design that it verifies in place."""

    def verify(self, x: np.ndarray) -> Verification:
        x -= x.mean()
        return super().verify(x)


class Recycling(Valley):
    """Writes all its results into one array."""

    def __init__(self) -> None:
        self.memory = np.zeros(1000)

    def evaluate(self, x: np.ndarray) -> Evaluation:
        whole = super().evaluate(x)
        self.memory[: len(x)] = whole.objective
        return Evaluation(self.memory[: len(x)], whole.constraints)


class Contagious(Valley):
    """Lets one bad design spoil the batch."""

    def evaluate(self, x: np.ndarray) -> Evaluation:
        whole = super().evaluate(x)
        broken = not np.isfinite(x).all()
        return Evaluation(np.full(len(x), np.nan) if broken else whole.objective, whole.constraints)


class Promising(Valley):
    """Tells of two constraints, and has one."""

    constraint_kinds = (Constraint("room"), Constraint("reach", "manufacturing"))


class Unwarned(Valley):
    """Tells of a constraint that warns, and never says what it is worth."""

    constraint_kinds = (Constraint("room"), Constraint("price", "manufacturing", "warning"))


NOTICED = {
    Single: "objective of float32",
    Unprepared: "raised ValueError: zero-size array",
    Relative: "for a design alone than among 8",
    Ordered: "in another order",
    Tiring: "after other calls",
    Careless: "evaluate changes the arrays that it is given",
    Centring: "verify changes the arrays that it is given",
    Recycling: "writes into arrays that it has returned before",
    Contagious: "changes the values of others",
    Promising: "are error, error; evaluate gives 1",
    Unwarned: "warnings gives (8, 0)",
}
