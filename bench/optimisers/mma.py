"""The method of moving asymptotes."""

from __future__ import annotations

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.density_steps import MARGIN, multiplier, walk
from bench.optimisers.parameters import positive

START, WIDEN, NARROW = 0.5, 1.2, 0.7
"""Distance of the asymptotes at first, as a share of the box; by how much it grows where a variable goes on as it went,
and where it turns back."""
NEAREST, FURTHEST = 0.01, 10.0
"""Limits of that distance."""
WITHIN = 0.9
"""How far towards an asymptote a variable may go."""
CURVED = 1e-5
"""Curvature of variables without slope, as a share of the largest slope."""


class MMA(Optimiser):
    """Minimise one convex separable model after another, each with a pole on either side of every variable.

    The poles move nearer if a variable oscillates, and away if it keeps its direction. If the objective does not depend
    on the variables' sum, as with densities whose volume the problem fixes, the sum is a constraint of the model.

    Parameters
    ----------
    move : float
        The largest step, as a share of the box.

    References
    ----------
    Svanberg 1987, The method of moving asymptotes.
    """

    needs_gradient = True
    converges = True

    def __init__(self, move: float = 0.5) -> None:
        positive(move=move)
        self.move = move

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Step until the moves are nothing or the budget is spent."""
        for _ in walk(objective, self.move, _Poles(objective.dim).step):
            pass


class _Poles:
    """The asymptotes of one search, and the last two points that they follow from."""

    def __init__(self, dim: int) -> None:
        self._distance = np.full(dim, START)
        self._before: list[np.ndarray] = []

    def step(self, point: np.ndarray, slopes: np.ndarray, move: float, held: bool) -> np.ndarray:
        """The minimum of the model at a point."""
        if len(self._before) == 2:
            swing = (point - self._before[1]) * (self._before[1] - self._before[0])
            factor = np.where(swing > 0, WIDEN, np.where(swing < 0, NARROW, 1.0))
            self._distance = np.clip(self._distance * factor, NEAREST, FURTHEST)
        self._before = [*self._before[-1:], point]
        reach = self._distance
        low = np.maximum.reduce([point - move, point - WITHIN * reach, np.full_like(point, MARGIN)])
        high = np.minimum.reduce([point + move, point + WITHIN * reach, np.full_like(point, 1 - MARGIN)])
        curved = CURVED * np.abs(slopes).max() + 1e-300

        def moved(price: float) -> np.ndarray:
            slope = slopes + price
            up, down = np.sqrt(np.maximum(slope, 0.0) + curved), np.sqrt(np.maximum(-slope, 0.0) + curved)
            return np.clip(point + reach * (down - up) / (up + down), low, high)

        if not held:
            return moved(0.0)
        most = 2 * float(np.abs(slopes).max())
        return multiplier(moved, float(point.sum()), -most, most)
