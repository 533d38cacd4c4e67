"""Search coarse details first, since a search with few variables has fewer local optima."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

import numpy as np

from bench.optimisers.augmented_lagrangian import AugmentedLagrangian
from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.parameters import at_least, positive
from bench.optimisers.views import AllowanceSpent, Subspace
from bench.optimisers.wrappers import Wrapper


class CoarseToFine(Wrapper):
    """Search the coarsest variables, then finer ones too, until all are free; repeat until the budget is spent.

    The search space says how coarse each variable is: modes of a layout by their frequency, principal components by
    their number. If it does not say so, all variables are free from the start.

    Parameters
    ----------
    optimiser : Optimiser, optional
        Called once per level; by default an augmented Lagrangian with one unit for all variables and a high penalty.
    levels : sequence of float
        Rising: the largest fineness of free variables at each level, before all are free.
    price : int
        The evaluations of a level, at most.
    last : int
        The factor by which the last level may cost more.
    jitter : float
        Standard deviation of the noise that is added to the free variables of a level, in units of their scale. Without
        it a symmetric start stays symmetric.

    References
    ----------
    Désidéri & Janka 2004 (multilevel shape parameterisation for aerodynamic optimisation).
    """

    def __init__(
        self,
        optimiser: Optimiser | None = None,
        levels: Sequence[float] = (2, 3, 4, 6, 10, 16),
        price: int = 200,
        last: int = 4,
        jitter: float = 0.02,
    ) -> None:
        super().__init__(_usual() if optimiser is None else optimiser)
        if not all(a < b for a, b in pairwise(levels)):
            raise ValueError(f"levels: {list(levels)} must rise")
        at_least(1, price=price, last=last)
        positive(jitter=jitter)
        self.levels = tuple(levels)
        self.price = price
        self.last = last
        self.jitter = jitter

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Pass from coarse to fine, and begin anew as long as that can be paid for; with the rest, polish the best."""
        everything = np.arange(objective.dim)
        coarse = self._free(objective.fineness)
        while coarse and objective.remaining >= self.price * (len(coarse) + self.last):
            point = objective.start
            for active in coarse:
                point = self._search(objective, point, active, self.price, rng)
            self._search(objective, point, everything, self.last * self.price, rng)
        while objective.remaining:
            self._search(objective, objective.best, everything, objective.remaining, rng)

    def settings(self, dim: int) -> dict[str, Any]:
        """What those of the wrapped optimiser come to."""
        return self.optimiser.settings(dim)

    def _free(self, fineness: np.ndarray | None) -> list[np.ndarray]:
        if fineness is None:
            return []
        free = [np.flatnonzero(fineness <= level) for level in self.levels]
        return [active for active in free if 0 < len(active) < len(fineness)]

    def _search(
        self, objective: SearchSpace, point: np.ndarray, active: np.ndarray, price: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Where it ends, a search from a point (k,) disturbed in its active variables."""
        start = point.copy()
        start[active] += self.jitter * objective.scale[active] * rng.standard_normal(len(active))
        value = float(objective(start[None])[0])
        space = Subspace(objective, start, value, active, price - 1)
        with suppress(AllowanceSpent):
            self.optimiser.minimise(space, rng)
        return space.latest


def _usual() -> Optimiser:
    return AugmentedLagrangian(units="common", penalty=3.0, iterations=80)
