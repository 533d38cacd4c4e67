"""A problem and an encoder as a plain function of latents with bounds, for optimisers of other libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from bench.searching import arguments
from bench.searching.ledger import Ledger
from bench.searching.objective import Objective
from encoders.base import Encoder
from problems.base import Problem

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

ENDLESS = 2**53


class Function:
    """A function to be minimised: a point, shape (k,), to its loss, or points (m, k) to losses (m,).

    The loss is objective + ρ Σ max(g, 0), infinite if an evaluation failed. A ledger counts and verifies everything as
    in a search, without a budget. The start is evaluated when the function is made.

    Attributes
    ----------
    bounds : list of (float, float)
        Bounds of each variable, as `scipy.optimize.minimize` takes them.
    lower, upper, start : ndarray, shape (k,)
    ledger : Ledger
        ``ledger.best``, ``ledger.price`` and the trace.
    """

    def __init__(self, problem: Problem, encoder: Encoder, start: ArrayLike) -> None:
        arguments.made(problem=(Problem, problem), encoder=(Encoder, encoder))
        design = arguments.start(start, problem, encoder)
        self.ledger = Ledger(problem, ENDLESS)
        self.ledger.open_stage()
        self._encoder = encoder
        self._objective = Objective(self.ledger, encoder, design)
        self.lower, self.upper = self._objective.bounds
        self.start = self._objective.start.copy()
        self.bounds = list(zip(self.lower.tolist(), self.upper.tolist(), strict=True))

    def __call__(self, z: np.ndarray) -> float | np.ndarray:
        """Loss of a point, or losses of a batch."""
        points = np.asarray(z, dtype=float)
        losses = self._objective(np.atleast_2d(points))
        return float(losses[0]) if points.ndim == 1 else losses

    def value_and_gradient(self, z: np.ndarray) -> tuple[float, np.ndarray]:
        """Loss and gradient (k,) of a point, for ``jac=True``; counted as two."""
        return self._objective.value_and_gradient(np.asarray(z, dtype=float))

    def as_ioh(self, name: str = "latentbench") -> Any:
        """The function as a problem of IOHprofiler (extra interop), to which its loggers can be attached.

        Parameters
        ----------
        name : str
            Where another function was given the same, it takes its place.
        """
        import ioh

        wrapped = ioh.wrap_problem(lambda z: float(self(np.asarray(z))), name=name, dimension=len(self.bounds))
        wrapped.bounds.lb, wrapped.bounds.ub = self.lower, self.upper
        return wrapped

    def design(self, z: np.ndarray) -> np.ndarray:
        """The design (d,) of a point, as it is evaluated."""
        with torch.no_grad():
            decoded = self._encoder.decode(torch.as_tensor(np.atleast_2d(z), dtype=torch.float64)).numpy()
        return np.asarray(self.ledger.problem.repair(decoded)[0])


def as_function(problem: Problem, encoder: Encoder, start: ArrayLike) -> Function:
    """Turn a problem and an encoder into a function of latents, with bounds.

    Parameters
    ----------
    problem : Problem
    encoder : Encoder
        Fitted, or in need of no designs.
    start : ndarray, shape (d,)
        A design to begin from; ``function.start`` is its latent.
    """
    return Function(problem, encoder, start)
