"""An optimiser; replace the loop by yours. The whole interface is in bench/optimisers/base.py."""

from __future__ import annotations

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace


class Skeleton(Optimiser):
    """Random steps around the best point, shortened after each failure."""

    def __init__(self, shrink: float = 0.9) -> None:  # parameters are set in an experiment file, and are on record
        if not 0 < shrink < 1:
            raise ValueError(f"shrink: {shrink} must be between 0 and 1")
        self.shrink = shrink

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Ask for values until the budget is spent, which ends the loop by an exception: let it pass."""
        best, value = objective.start, objective.start_value  # paid for already
        step = np.array(objective.scale, dtype=float)
        while True:
            trial = best + step * rng.normal(size=objective.dim)
            found = objective(trial[None])[0]
            if found < value:
                best, value = trial, found
            else:
                step = np.maximum(self.shrink * step, 1e-3 * objective.scale)
