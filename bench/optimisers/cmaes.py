"""The covariance matrix adaptation evolution strategy, by pycma."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace


class CMAES(Optimiser):
    """CMA-ES from the start point, unbounded: it may leave the box. Stops when pycma says that it has converged.

    It also gives up where a whole generation of evaluations fails.

    Parameters
    ----------
    sigma : float
        Initial step size, in units of the search space's scale.
    covariance : {"full", "diagonal"}
        "diagonal" is separable CMA-ES, linear in the dimension.
    population : int or None
        Points a generation; None is pycma's 4 + ⌊3 ln k⌋.

    References
    ----------
    Hansen 2016, 1604.00772; Ros & Hansen 2008 (separable).
    """

    libraries = ("cma",)

    def __init__(
        self,
        sigma: float = 0.3,
        covariance: Literal["full", "diagonal"] = "full",
        population: int | None = None,
    ) -> None:
        if not (sigma > 0 and math.isfinite(sigma)):
            raise ValueError(f"sigma: {sigma} must be positive and finite")
        if population is not None and population < 2:
            raise ValueError(f"population: {population} must be at least 2")
        self.sigma = sigma
        self.covariance = covariance
        self.population = population

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Ask and tell until pycma stops."""
        import cma

        # pycma would seed NumPy's global generator; given its own source of normal numbers it leaves that alone
        options = {
            "randn": lambda *shape: rng.standard_normal(shape),
            "seed": math.nan,
            "CMA_diagonal": self.covariance == "diagonal",
            "verbose": -9,
        }
        if self.population is not None:
            options["popsize"] = self.population
        strategy = cma.CMAEvolutionStrategy(np.zeros(objective.dim), self.sigma, options)
        while not _stopped(strategy):
            steps = strategy.ask()
            losses = objective(objective.start + objective.scale * np.asarray(steps))
            with np.errstate(invalid="ignore"):
                strategy.tell(steps, losses)


def _stopped(strategy: Any) -> bool:
    with np.errstate(invalid="ignore"):  # pycma subtracts infinities where all of a generation has failed
        return bool(strategy.stop())
