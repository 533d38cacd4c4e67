"""Search coarse details first: a landscape has fewer local optima where there are fewer ways to bend a design."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.optimisers.augmented_lagrangian import AugmentedLagrangian
from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.parameters import at_least, positive
from bench.optimisers.views import AllowanceSpent, Subspace
from bench.optimisers.wrappers import Wrapper


class CoarseToFine(Wrapper):
    """Search the coarsest variables, then finer ones too, until all are free; then from the best again, disturbed.

    Which variables are how coarse the search space says: modes of a layout by their frequency, principal components by
    their number. Where it says nothing, all are free from the beginning.

    Parameters
    ----------
    optimiser : Optimiser, optional
        Called once a level; by default an augmented Lagrangian that begins with a high penalty.
    levels : sequence of float
        Rising; how fine variables may be that are free, level by level, before all are.
    price : int
        Evaluations that a level may cost; the last may have all that are left.
    jitter : float
        Deviation of the noise that is added to the free variables of a level, in units of their scale; without it, a
        symmetric start keeps its symmetry.

    References
    ----------
    Multilevel shape optimisation: Désidéri & Janka 2004; Chapelier & Lemaréchal's multiscale parameterisations.
    """

    def __init__(
        self,
        optimiser: Optimiser | None = None,
        levels: Sequence[float] = (2, 3, 4, 6, 10, 16),
        price: int = 400,
        jitter: float = 0.02,
    ) -> None:
        super().__init__(AugmentedLagrangian(penalty=10.0, iterations=40) if optimiser is None else optimiser)
        if not all(a < b for a, b in zip(levels, levels[1:], strict=False)):
            raise ValueError(f"levels: {list(levels)} must rise")
        at_least(1, price=price)
        positive(jitter=jitter)
        self.levels = tuple(levels)
        self.price = price
        self.jitter = jitter

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Search level by level, and the last again and again."""
        point = objective.start
        for active in self._free(objective.fineness):
            self._search(objective, point, active, self.price, rng)
            point = objective.best
        everything = np.arange(objective.dim)
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
    ) -> None:
        start = point.copy()
        start[active] += self.jitter * objective.scale[active] * rng.standard_normal(len(active))
        value = float(objective(start[None])[0])
        try:
            self.optimiser.minimise(Subspace(objective, start, value, active, price), rng)
        except AllowanceSpent:
            pass
