"""Conduction: the body that stays coolest, of those that can be made of so much material."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import torch

from problems import shapes
from problems.base import Evaluation, Pullback, Verification
from problems.conduction import boundary, closed
from problems.geometry import vertices
from problems.manufacturable import ROUNDED, ManufacturableProblem
from problems.shapes import RoundedShapeData

if TYPE_CHECKING:
    from torch import Tensor

    from problems.conduction.solver import Heat

Objective = Literal["mean", "max"]
LEAST_BIOT, MOST_BIOT = 1e-4, 1e3
MOST_VERTICES = 1000
"""Of a dense matrix, which is made for every design."""
SHARES = (0.4, 0.6, 0.9)
"""Where targets lie, on the way from the disc to the bound."""

SMOOTHED = 0.03
"""Relative error of the smooth maximum."""


def own_error(biot: float) -> float:
    """Relative error of the discretisation on designs that can be made, of 100 vertices."""
    return 0.002 if biot <= 10 else 0.01


class Conduction(ManufacturableProblem):
    """Cool a body that heats itself evenly through its boundary; heat-dispersion is the limit of Bi → 0.

    Design space
        N vertices in the plane, d = 2N, unbounded. Invariant to translation, rotation and scale.
    Objective
        log(ū/ū_disc), to be minimised, ū the mean temperature (or the largest) of a body with −Δu = 1 inside and
        ∂u/∂n + Bi u = 0 on its outline, the area being 1. Displayed is how many times better it cools than the disc,
        ū_disc/ū. No optimum is known: there are a nominal bound and the best verified design so far
        (problems/conduction/best_known.toml).
    Constraints
        Those of heat-dispersion.
    Verification
        That of heat-dispersion; `remeasure` by finite elements.

    Parameters
    ----------
    n_vertices, r, h, R_c, data
        See `problems.manufacturable.ManufacturableProblem`.
    biot : float
        The Biot number Bi = h √A / k, from 10⁻⁴ to 10³: the resistance of conduction within to that of the boundary.
    objective : {"mean", "max"}
        Which temperature counts.
    seconds_per_evaluation : float or None
        The price of an evaluation of your own simulator, for which this one stands in; see `problems.base.Problem`.
    """

    name = "conduction"
    quantity = "cooling"
    larger_is_better = True
    n_reference = 128  # each is a system of equations, beside all budgets
    unrecorded = ("seconds_per_evaluation",)
    table = Path(__file__).with_name("best_known.toml")
    _formulas_are_known = True

    def __init__(
        self,
        n_vertices: int = 100,
        r: float = 0.135,
        h: float = 0.09,
        R_c: float = 1.0,  # noqa: N803
        biot: float = 1.0,
        objective: Objective = "mean",
        data: RoundedShapeData = ROUNDED,
        seconds_per_evaluation: float | None = None,
    ) -> None:
        if n_vertices > MOST_VERTICES:
            raise ValueError(f"n_vertices: {n_vertices} must be at most {MOST_VERTICES}")
        if not LEAST_BIOT <= biot <= MOST_BIOT:
            raise ValueError(f"biot: {biot} must be at least {LEAST_BIOT:g} and at most {MOST_BIOT:g}")
        if objective not in get_args(Objective):
            raise ValueError(f"objective: '{objective}' must be one of {', '.join(get_args(Objective))}")
        if not 0 <= (seconds_per_evaluation or 0.0) < math.inf:
            raise ValueError(f"seconds_per_evaluation: {seconds_per_evaluation} must be at least 0 and finite")
        self.seconds_per_evaluation = seconds_per_evaluation
        self.biot, self.largest = biot, objective == "max"
        super().__init__(n_vertices, r, h, R_c, data)
        self.of_disc = closed.disc(biot, self.largest)
        longest = 2 * math.sqrt(math.pi) * self.tools.bound
        self.bound = math.log(closed.coolest(longest, r, biot) / self.of_disc)
        self.least = closed.isothermal(math.sqrt(4 * math.pi / self.tools.least_quotient), biot)
        ahead = math.exp(-self.bound) - 1
        self.targets = tuple(round(1 + share * ahead, 2) for share in SHARES)
        self.known_design = self._known_design
        if self.known is not None:
            self.best_known = -math.log(self.known.value)

    def _key(self) -> str:
        return f"{super()._key()} Bi={self.biot:g} {'max' if self.largest else 'mean'}"

    @cached_property
    def heat(self) -> Heat:
        """What is asked of the solver."""
        from problems.conduction.solver import Heat

        near = self.tools.near(self.n_vertices) if self.largest else None
        return Heat(self.biot, self.tools.least_quotient, near)

    def objective(self, x: Tensor) -> Tensor:
        """log(ū/ū_disc), shape (n,), of no less than the coldest temperature that there can be."""
        outline = boundary.scaled(vertices(x), self.tools.least_quotient)
        found = boundary.temperatures(outline, self.biot)
        value = found.mean
        if self.largest:
            value = boundary.largest(outline, found, self.tools.near(self.n_vertices), self.biot)
        return torch.log(value.clamp(min=self.least) / self.of_disc)

    def evaluate(self, x: np.ndarray) -> Evaluation:
        """Evaluate designs of shape (n, d), in compiled code."""
        compiled = shapes._compiled() if self._formulas_are_known else None
        if compiled is None:
            return super().evaluate(x)
        points = np.ascontiguousarray(x, dtype=float).reshape(len(x), self.n_vertices, 2)
        constraints = compiled.constraints(points, *self._compiled_tools)[1]
        return Evaluation(self._logarithm(points, slopes=False)[0], constraints)

    def _linearised(
        self, points: np.ndarray, tools: tuple[float, float, float, float, int], compiled: Any
    ) -> tuple[Evaluation, np.ndarray, Pullback, np.ndarray]:
        _, constraints, field, places = compiled.constraints(points, *tools)
        objective, slope = self._logarithm(points, slopes=True)

        def pullback(f: np.ndarray, g: np.ndarray) -> np.ndarray:
            found = compiled.constraint_gradients(points, np.zeros(len(points)), g, *tools)
            return (found + f[:, None, None] * slope).reshape(len(points), self.dim)

        return Evaluation(objective, constraints), field, pullback, places

    def _logarithm(self, points: np.ndarray, slopes: bool) -> tuple[np.ndarray, np.ndarray | None]:
        from problems.conduction.solver import temperatures

        value, slope = temperatures(points, self.heat, slopes)
        if slope is not None:
            inverse = np.where(value >= self.least, 1 / np.where(value >= self.least, value, 1.0), 0.0)
            slope = slope * np.where(np.isnan(value), np.nan, inverse)[:, None, None]
        return np.log(np.maximum(value, self.least) / self.of_disc), slope

    def display(self, objective: np.ndarray) -> np.ndarray:
        """ū_disc/ū of objective values: how many times better a body cools than the disc."""
        with np.errstate(over="ignore"):
            return np.exp(-np.asarray(objective, dtype=float))

    def explorer_formulas(self) -> None:
        """None: a page does not solve equations."""

    def verify(self, x: np.ndarray) -> Verification:
        """Check as heat-dispersion does; σ is not what is displayed, so that no value is told."""
        return replace(super().verify(x), value=None)

    def remeasure(self, x: np.ndarray) -> tuple[float, float]:
        """Measure how much better the body cools than the disc by finite elements (extra ``fem``)."""
        from problems.conduction.finite_elements import temperatures

        value, error = temperatures(x, self.biot, self.largest)
        cooling = self.of_disc / value
        return cooling, cooling * (error / value + (SMOOTHED if self.largest else 0.0) + own_error(self.biot))

    def best_known_entry(self, x: np.ndarray, found: str) -> str:
        """Write the line for problems/conduction/best_known.toml."""
        return self._entry(x, found)
