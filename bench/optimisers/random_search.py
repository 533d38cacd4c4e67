"""Random search, the simplest baseline."""

from __future__ import annotations

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.parameters import at_least


class RandomSearch(Optimiser):
    """Uniform random points in the box, which it never leaves.

    Parameters
    ----------
    batch : int
        Points evaluated at a time; it does not change the points.
    """

    def __init__(self, batch: int = 100) -> None:
        at_least(1, batch=batch)
        self.batch = batch

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Draw and evaluate until the budget is spent."""
        whole = [kind != "real" for kind in objective.variables or ["real"] * objective.dim]
        # half a step further out, the first and the last of whole numbers are as likely as the others
        low, high = objective.bounds + np.array([[-0.5], [0.5]]) * whole
        while True:
            objective(rng.uniform(low, high, size=(self.batch, objective.dim)))
