"""Optimality criteria, the classical engineering method for densities."""

from __future__ import annotations

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.density_steps import MARGIN, multiplier, walk
from bench.optimisers.parameters import positive


class OptimalityCriteria(Optimiser):
    """Multiply each variable by the square root of its use, x ← x √(use/Λ), with steps no larger than ``move``.

    If the problem itself fixes the volume of densities, only differences of slopes are known. Then use is measured from
    the least useful variable, whose slope is taken as zero, like that of a void, and Λ keeps the sum. If the objective
    depends on the sum, each variable moves against its slope as far as allowed. Moves shrink after a step that made the
    objective worse.

    Parameters
    ----------
    move : float
        The largest step, as a share of the box.

    References
    ----------
    Bendsøe 1995; Sigmund 2001, A 99 line topology optimization code.
    """

    needs_gradient = True
    converges = True

    def __init__(self, move: float = 0.2) -> None:
        positive(move=move)
        self.move = move

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Step until the moves are nothing or the budget is spent."""
        for _ in walk(objective, self.move, _step):
            pass


def _step(point: np.ndarray, slopes: np.ndarray, move: float, held: bool) -> np.ndarray:
    low, high = np.maximum(point - move, MARGIN), np.minimum(point + move, 1 - MARGIN)
    if not held:
        return np.clip(point - move * np.sign(slopes), low, high)
    wanted = point * np.sqrt(slopes.max() - slopes)
    size = np.log(wanted.max() + 1e-300)

    def moved(logarithm: float) -> np.ndarray:
        return np.clip(wanted * np.exp(-logarithm), low, high)

    return multiplier(moved, float(point.sum()), size - 30, size + 30)
