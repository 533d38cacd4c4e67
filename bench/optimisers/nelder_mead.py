"""The downhill simplex of Nelder and Mead, by SciPy."""

from __future__ import annotations

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.parameters import positive


class NelderMead(Optimiser):
    """Nelder–Mead from the start point, unbounded, with coefficients for its dimension. Stops when it has shrunk.

    Parameters
    ----------
    step : float
        Length of the edges of the first simplex, in units of the search space's scale.
    tolerance : float
        It stops when the size of the simplex, in the same units, and the range of its losses are below this.

    References
    ----------
    Nelder & Mead 1965; Gao & Han 2012 (coefficients).
    """

    libraries = ("scipy.optimize",)
    converges = True

    def __init__(self, step: float = 0.3, tolerance: float = 1e-8) -> None:
        positive(step=step, tolerance=tolerance)
        self.step = step
        self.tolerance = tolerance

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """One descent of the simplex."""
        from scipy.optimize import minimize

        def loss(step: np.ndarray) -> float:
            return float(objective((objective.start + objective.scale * step)[None])[0])

        origin, unlimited = np.zeros(objective.dim), objective.remaining + 1
        options = {
            "initial_simplex": np.vstack([origin, self.step * np.eye(objective.dim)]),
            "adaptive": True,
            "xatol": self.tolerance,
            "fatol": self.tolerance,
            "maxiter": unlimited,
            "maxfev": unlimited,
        }
        with np.errstate(invalid="ignore"):  # SciPy subtracts losses that may be infinite
            minimize(loss, origin, method="Nelder-Mead", options=options)
