"""Differential evolution, by SciPy."""

from __future__ import annotations

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.parameters import at_least, positive

LEAST = 5
"""Members of a population, fewer than which SciPy refuses."""


class DifferentialEvolution(Optimiser):
    """SciPy's differential evolution within the box, which it never leaves. Stops when the population has become one.

    The first population is the start and, around it, normal points in units of the search space's scale.

    Parameters
    ----------
    population : int
        Number of members.
    spread : float
        Standard deviation of the first population, in units of the scale.
    recombination : float
        Share of coordinates that come from the mutant.

    References
    ----------
    Storn & Price 1997.
    """

    libraries = ("scipy.optimize",)
    converges = True

    def __init__(self, population: int = 30, spread: float = 1.0, recombination: float = 0.7) -> None:
        at_least(LEAST, population=population)
        positive(spread=spread)
        if not 0 <= recombination <= 1:
            raise ValueError(f"recombination: {recombination} must be between 0 and 1")
        self.population = population
        self.spread = spread
        self.recombination = recombination

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Evolve, a generation at a time."""
        from scipy.optimize import differential_evolution

        low, high = objective.bounds
        noise = rng.standard_normal((self.population - 1, objective.dim))
        members = np.vstack([objective.start, objective.start + self.spread * objective.scale * noise])
        with np.errstate(invalid="ignore"):  # SciPy compares losses that may be infinite
            differential_evolution(
                lambda z: objective(z.T),
                list(zip(low, high, strict=True)),
                init=np.clip(members, low, high),
                recombination=self.recombination,
                maxiter=objective.remaining + 1,
                tol=0.0,
                polish=False,
                updating="deferred",
                vectorized=True,
                rng=rng,
            )
