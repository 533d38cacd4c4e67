"""A derivative-free trust region, by SciPy's COBYQA."""

from __future__ import annotations

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.parameters import positive

FAILED = 1e30
"""Stands for the loss of a failed evaluation, of which quadratics can be made."""


class TrustRegion(Optimiser):
    """Minimise quadratic models of the loss in a trust region around the best point, within the box.

    It searches around the start, and stops when the region is too small.

    Parameters
    ----------
    radius : float
        Radius of the first region, in units of the search space's scale.
    least : float
        Radius of the last region.

    References
    ----------
    Ragonneau & Zhang 2024 (COBYQA); Conn, Scheinberg & Vicente 2009.
    """

    libraries = ("scipy.optimize",)
    converges = True

    def __init__(self, radius: float = 0.3, least: float = 1e-6) -> None:
        positive(radius=radius, least=least)
        if least > radius:
            raise ValueError(f"least: {least} must be at most the radius, {radius}")
        self.radius = radius
        self.least = least

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Model and step until the region is too small."""
        from scipy.optimize import Bounds, minimize

        def loss(step: np.ndarray) -> float:
            return min(float(objective((objective.start + objective.scale * step)[None])[0]), FAILED)

        low, high = (objective.bounds - objective.start) / objective.scale
        unlimited = objective.remaining + 1
        options = {
            "initial_tr_radius": self.radius,
            "final_tr_radius": self.least,
            "maxfev": unlimited,
            "maxiter": unlimited,
        }
        bounds = Bounds(low, high)
        minimize(loss, np.zeros(objective.dim), method="COBYQA", bounds=bounds, options=options)
