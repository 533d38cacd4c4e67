"""Limited-memory BFGS, by SciPy."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.parameters import at_least, positive


class LBFGS(Optimiser):
    """L-BFGS from the start point, unbounded: it may leave the box. Stops when SciPy says that it has converged.

    Parameters
    ----------
    units : {"common", "each"}
        "common": all coordinates have one unit, the root mean square of the search space's scale, so that only the
        choice of coordinates preconditions. "each": each coordinate has its own scale as its unit, which preconditions
        too.
    step : float
        Length of the first step, in these units and per coordinate: in k coordinates it is √k times as long.
    memory : int
        Curvature pairs kept.
    tolerance : float
        Relative decrease of the loss below which it stops.

    References
    ----------
    Liu & Nocedal 1989; Zhu et al. 1997 (L-BFGS-B).
    """

    needs_gradient = True
    converges = True
    libraries = ("scipy.optimize",)

    def __init__(
        self,
        units: Literal["common", "each"] = "common",
        step: float = 0.3,
        memory: int = 10,
        tolerance: float = 1e-12,
    ) -> None:
        positive(step=step)
        at_least(1, memory=memory)
        at_least(0, tolerance=tolerance)
        self.units = units
        self.step = step
        self.memory = memory
        self.tolerance = tolerance

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """One descent; the start is evaluated again, for its gradient."""
        # SciPy's first step has length 1
        unit = self.step * math.sqrt(objective.dim) * units_of(objective, self.units)
        limit = objective.remaining + 1
        descend(objective.value_and_gradient, objective.start, unit, limit, self.memory, self.tolerance)


def units_of(objective: SearchSpace, units: Literal["common", "each"]) -> np.ndarray:
    """Give the unit of each coordinate, shape (k,)."""
    scale = objective.scale
    return scale if units == "each" else np.full_like(scale, np.sqrt(np.mean(scale**2)))


def descend(
    function: Callable[[np.ndarray], tuple[float, np.ndarray]],
    start: np.ndarray,
    unit: np.ndarray,
    limit: int,
    memory: int,
    tolerance: float,
) -> None:
    """Descend on a function with gradient by SciPy's L-BFGS-B, from a start (k,), in a unit, for so many iterations."""
    from scipy.optimize import minimize

    def scaled(step: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = function(start + unit * step)
        return value, unit * gradient

    options = {"maxcor": memory, "ftol": tolerance, "gtol": 0.0, "maxiter": limit, "maxfun": 2 * limit}
    minimize(scaled, np.zeros(len(start)), jac=True, method="L-BFGS-B", options=options)
