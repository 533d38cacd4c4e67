"""Problems with one thing wrong each: display and verification; `NOTICED` says what."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from problems.base import Evaluation, Verification
from thirdparty.bad_problems.good import Valley


class Upside(Valley):
    """Displays the loss, and calls it a gain."""

    larger_is_better = True


class Monosyllabic(Valley):
    """Displays one value only."""

    def display(self, objective: np.ndarray) -> np.ndarray:
        return objective[:1]


class Speechless(Valley):
    """Displays roots of negative numbers."""

    def display(self, objective: np.ndarray) -> np.ndarray:
        return np.sqrt(objective - 2)


class Laconic(Valley):
    """Says yes and no."""

    def verify(self, x: np.ndarray) -> bool:  # type: ignore[override]
        return bool(np.isfinite(x).all())


class Timid(Valley):
    """Raises where a design is degenerate."""

    def verify(self, x: np.ndarray) -> Verification:
        if not x.any():
            raise ZeroDivisionError("a design without extent")
        return super().verify(x)


class Moody(Valley):
    """Verifies every other design."""

    mood = True

    def verify(self, x: np.ndarray) -> Verification:
        self.mood = not self.mood
        return Verification(self.mood and bool(np.isfinite(x).all()))


class Forgiving(Valley):
    """Takes what is not a number for nought."""

    def evaluate(self, x: np.ndarray) -> Evaluation:
        return super().evaluate(np.nan_to_num(x))

    def verify(self, x: np.ndarray) -> Verification:
        return super().verify(np.nan_to_num(x))


class Gifted(Valley):
    """Says that what its data cost is a text."""

    @property
    def data_facts(self) -> object:  # type: ignore[override]
        return SimpleNamespace(source="a", identity="a", withheld=0.0, price_each="none", left_out="")


class Loose(Valley):
    """Has bounds that are no array."""

    bounds = ((-1.0, -1.0), (1.0, 1.0))  # type: ignore[assignment]


class Doubled(Valley):
    """Names a target twice."""

    targets = (0.1, 0.1)


NOTICED = {
    Upside: "rank designs as the objective does",
    Monosyllabic: "it must be of shape (58,)",
    Speechless: "not a number for a finite objective",
    Laconic: "must be a Verification",
    Timid: "raised ZeroDivisionError: a design without extent",
    Moody: "something else at a second call",
    Gifted: "data_facts: price_each: 'none' must be at least 0",
    Loose: "bounds: tuple must be a float64 array",
    Doubled: "targets must be different",
    Forgiving: "verify lets a design pass that is not a number",
}
