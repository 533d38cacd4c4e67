"""Limited-memory BFGS, by SciPy."""

from __future__ import annotations

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace


class LBFGS(Optimiser):
    """L-BFGS from the start point, unbounded: it may leave the box. Stops when SciPy says that it has converged.

    The search runs in units of the search space's scale.

    Parameters
    ----------
    memory : int
        Curvature pairs kept.
    tolerance : float
        Relative decrease of the loss below which it stops.

    References
    ----------
    Liu & Nocedal 1989; Zhu et al. 1997 (L-BFGS-B).
    """

    needs_gradient = True
    libraries = ("scipy.optimize",)

    def __init__(self, memory: int = 10, tolerance: float = 1e-12) -> None:
        if memory < 1:
            raise ValueError(f"memory: {memory} must be at least 1")
        if not tolerance >= 0:
            raise ValueError(f"tolerance: {tolerance} must be at least 0")
        self.memory = memory
        self.tolerance = tolerance

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """One descent; the start is evaluated again, for its gradient."""
        from scipy.optimize import minimize

        def scaled(step: np.ndarray) -> tuple[float, np.ndarray]:
            value, gradient = objective.value_and_gradient(objective.start + objective.scale * step)
            return value, objective.scale * gradient

        unlimited = objective.remaining + 1
        options = {
            "maxcor": self.memory,
            "ftol": self.tolerance,
            "gtol": 0.0,
            "maxiter": unlimited,
            "maxfun": unlimited,
        }
        minimize(scaled, np.zeros(objective.dim), jac=True, method="L-BFGS-B", options=options)
