"""Optimisers around another one: they change where it starts, how often, or how far it may go."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.parameters import at_least, positive
from bench.optimisers.views import Ball, View


class Wrapper(Optimiser):
    """An optimiser around another one, which it may call several times.

    Parameters
    ----------
    optimiser : Optimiser
        In an experiment file a table: a name, and any parameters.
    """

    def __init__(self, optimiser: Optimiser) -> None:
        self.optimiser = optimiser
        self.needs_gradient = optimiser.needs_gradient
        self.libraries = optimiser.libraries
        self.extra = optimiser.extra

    def settings(self, dim: int) -> dict[str, Any]:
        """What those of the wrapped optimiser come to."""
        return self.optimiser.settings(dim)

    def why_not(self, dim: int) -> str | None:
        """Why the wrapped optimiser cannot search so many variables."""
        return self.optimiser.why_not(dim)


class Restarts(Wrapper):
    """Start the optimiser again when it has converged, until the budget is spent: iterated local search.

    Each new start is the best point so far, with normal noise.

    Parameters
    ----------
    optimiser : Optimiser
    step : float
        Standard deviation of the noise, in units of the search space's scale.

    References
    ----------
    Lourenço, Martin & Stützle 2003; Wales & Doye 1997 (basin hopping).
    """

    def __init__(self, optimiser: Optimiser, step: float = 0.1) -> None:
        super().__init__(optimiser)
        positive(step=step)
        self.step = step

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Search, move, and search again."""
        self.optimiser.minimise(objective, rng)
        while objective.remaining:
            start = objective.best + self.step * objective.scale * rng.standard_normal(objective.dim)
            value = float(objective(start[None])[0])
            self.optimiser.minimise(View(objective, start, value), rng)


class Multistart(Wrapper):
    """Evaluate samples of the prior, and start the optimiser at the best one; repeat when it has converged.

    Parameters
    ----------
    optimiser : Optimiser
    samples : int
        Samples that are evaluated, and counted, before each start.
    """

    def __init__(self, optimiser: Optimiser, samples: int = 100) -> None:
        super().__init__(optimiser)
        at_least(1, samples=samples)
        self.samples = samples

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Sample and search until the budget is spent; the first time, the given start is a candidate too."""
        points, losses = objective.start[None], np.array([objective.start_value])
        while objective.remaining:
            drawn = objective.sample(self.samples, rng)
            points, losses = np.concatenate([points, drawn]), np.concatenate([losses, objective(drawn)])
            least = int(np.argmin(losses))
            self.optimiser.minimise(View(objective, points[least], float(losses[least])), rng)
            points, losses = points[:0], losses[:0]


class DensityBound(Wrapper):
    """Keep the optimiser near the designs: within an ellipsoid that contains a share of a normal prior.

    Parameters
    ----------
    optimiser : Optimiser
    coverage : float
        The share of a normal distribution with the encoded designs' centre and scale.

    References
    ----------
    Griffiths & Hernández-Lobato 2020, 1709.05501 (decoders fail far from their training designs).
    """

    def __init__(self, optimiser: Optimiser, coverage: float = 0.99) -> None:
        super().__init__(optimiser)
        if not 0 < coverage < 1:
            raise ValueError(f"coverage: {coverage} must be between 0 and 1")
        self.coverage = coverage
        self.converges = optimiser.converges
        self.libraries = (*optimiser.libraries, "scipy.stats")

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Search in coordinates that end at the ellipsoid's surface."""
        self.optimiser.minimise(Ball(objective, self._radius(objective.dim)), rng)

    def settings(self, dim: int) -> dict[str, Any]:
        """The radius, in units of the scale, too."""
        return {**super().settings(dim), "radius": self._radius(dim)}

    def _radius(self, dim: int) -> float:
        from scipy.stats import chi2

        return float(math.sqrt(chi2.ppf(self.coverage, dim)))
