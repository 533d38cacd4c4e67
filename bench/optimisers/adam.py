"""Adam, the usual optimiser of deep learning."""

from __future__ import annotations

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.parameters import at_least, positive

FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-8


class Adam(Optimiser):
    """Adam on the shared loss, unbounded, with a rate that decreases as a cosine; it restarts from the best point.

    Its steps are in units of each coordinate's scale, and of about equal size in all coordinates.

    Parameters
    ----------
    rate : float
        The first step, in units of the search space's scale.
    cycle : int
        Steps until the rate is zero and the search starts again.

    References
    ----------
    Kingma & Ba 2015, 1412.6980; Loshchilov & Hutter 2017, 1608.03983 (warm restarts).
    """

    needs_gradient = True

    def __init__(self, rate: float = 0.1, cycle: int = 500) -> None:
        positive(rate=rate)
        at_least(1, cycle=cycle)
        self.rate = rate
        self.cycle = cycle

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Step until the budget is spent."""
        point = objective.start
        while True:
            first, second = np.zeros(objective.dim), np.zeros(objective.dim)
            for step in range(1, self.cycle + 1):
                _, gradient = objective.value_and_gradient(point)
                slope = objective.scale * gradient
                first = FIRST * first + (1 - FIRST) * slope
                second = SECOND * second + (1 - SECOND) * slope**2
                direction = first / (1 - FIRST**step) / (np.sqrt(second / (1 - SECOND**step)) + EPSILON)
                rate = self.rate * (1 + np.cos(np.pi * (step - 1) / self.cycle)) / 2
                point = point - rate * objective.scale * direction
            point = objective.best
