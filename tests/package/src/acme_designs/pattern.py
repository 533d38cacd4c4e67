"""Pattern search."""

from __future__ import annotations

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace


class Pattern(Optimiser):
    """Looks up and down along random axes, in shorter steps where that does not help."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Search until the budget is spent."""
        best, value, step = objective.start, objective.start_value, objective.scale
        while True:
            axis = step * np.eye(objective.dim)[rng.integers(objective.dim)]
            trials = np.array([best + axis, best - axis])
            losses = objective(trials)
            if losses.min() < value:
                best, value = trials[losses.argmin()], losses.min()
            else:
                step = 0.9 * step
