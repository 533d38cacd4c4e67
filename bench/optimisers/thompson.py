"""Batches of points drawn by Thompson sampling from a Gaussian process: over the whole box, or in a trust region."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.optimisers.base import SearchSpace
from bench.optimisers.bayesian import BayesianOptimiser, fitted, own_randomness, quantiles
from bench.optimisers.parameters import at_least

if TYPE_CHECKING:
    from torch import Tensor

LONGEST, SHORTEST, FIRST_LENGTH = 1.6, 0.5**7, 0.8
"""Sides of TuRBO's trust region, in sides of the box (Eriksson et al. 2019)."""
SUCCESSES = 3
"""In a row, after which the trust region grows."""
CANDIDATES = 2000
"""Points among which the next are drawn."""
MOVED = 20
"""Coordinates that a candidate changes of the best point, on average; all where there are no more."""


class Thompson(BayesianOptimiser):
    """A model of all losses so far; the next points are the minima of samples of its posterior.

    Candidates differ from the best point in some coordinates, over the whole box.

    Parameters
    ----------
    startup : int
        Samples of the prior that are evaluated before there is a model, including the start.
    batch : int
        Points evaluated between two models.
    """

    def __init__(self, startup: int = 10, batch: int = 4) -> None:
        super().__init__(startup)
        at_least(1, batch=batch)
        self.batch = batch

    @abstractmethod
    def _model(self, points: Tensor, goodness: Tensor) -> Any:
        """Fit BoTorch's model of goodness (n,), which is to be large, to points (n, k) of the unit cube."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Model, draw, evaluate."""
        import torch

        low, high = objective.bounds
        points, losses = self._begin(objective, objective.start, rng)
        whole = torch.zeros(objective.dim).double(), torch.ones(objective.dim).double()
        while True:
            with own_randomness(rng) as seed:
                known, values = torch.tensor(points), quantiles(losses)
                best = known[values.argmin()]
                chosen = self._drawn(self._model(known, -values), best, *whole, seed).numpy()
            points = np.vstack([points, chosen])
            losses = np.concatenate([losses, objective(low + (high - low) * chosen)])

    def _drawn(self, model: Any, best: Tensor, low: Tensor, high: Tensor, seed: int) -> Tensor:
        """Draw points (batch, k) of a box about the best one, where samples of the posterior are best."""
        import torch
        from botorch.generation.sampling import MaxPosteriorSampling

        dim = len(best)
        sobol = torch.quasirandom.SobolEngine(dim, scramble=True, seed=seed)
        drawn = low + (high - low) * sobol.draw(CANDIDATES, dtype=best.dtype)
        moved = torch.rand(CANDIDATES, dim) <= min(MOVED / dim, 1)
        moved[torch.arange(CANDIDATES), torch.randint(dim, (CANDIDATES,))] = True
        candidates = torch.where(moved, drawn, best)
        with torch.no_grad():
            return MaxPosteriorSampling(model=model, replacement=False)(candidates, num_samples=self.batch)


class TuRBO(Thompson):
    """TuRBO-1: Thompson sampling from a Gaussian process in one trust region, which grows, shrinks and restarts.

    Parameters
    ----------
    startup : int
        Samples of the prior that are evaluated before there is a model, including the start.
    batch : int
        Points evaluated between two models.

    References
    ----------
    Eriksson, Pearce, Gardner, Turner & Poloczek 2019, 1910.01739.
    """

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Search in one region after another."""
        low, high = objective.bounds
        start: np.ndarray | None = objective.start
        while True:
            points, losses = self._begin(objective, start, rng)
            self._region(lambda chosen: objective(low + (high - low) * chosen), points, losses, rng)
            start = None

    def _region(
        self,
        evaluate: Callable[[np.ndarray], np.ndarray],
        points: np.ndarray,
        losses: np.ndarray,
        rng: np.random.Generator,
        patience: float | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Search the unit cube, from what is known of it, until the region is too small; give all that is known then.

        Patience is how many evaluations may fail to improve before the region shrinks, by default one a dimension.
        """
        import torch

        tolerated = math.ceil(max(4.0, points.shape[1] if patience is None else patience) / self.batch)
        length, successes, failures = FIRST_LENGTH, 0, 0
        while length >= SHORTEST:
            with own_randomness(rng) as seed:
                known, values = torch.tensor(points), quantiles(losses)
                model = self._model(known, -values)
                best, reach = known[values.argmin()], self._sides(model) * length / 2
                chosen = self._drawn(model, best, (best - reach).clamp(0, 1), (best + reach).clamp(0, 1), seed).numpy()
            found = evaluate(chosen)
            better = found.min() < losses.min()
            successes, failures = (successes + 1, 0) if better else (0, failures + 1)
            if successes == SUCCESSES:
                length, successes = min(2 * length, LONGEST), 0
            elif failures == tolerated:
                length, failures = length / 2, 0
            points, losses = np.vstack([points, chosen]), np.concatenate([losses, found])
        return points, losses

    def _model(self, points: Tensor, goodness: Tensor) -> Any:
        from gpytorch.constraints import Interval
        from gpytorch.kernels import MaternKernel, ScaleKernel

        matern = MaternKernel(nu=2.5, ard_num_dims=points.shape[1], lengthscale_constraint=Interval(0.005, 4.0))
        return fitted(points, goodness, ScaleKernel(matern))

    def _sides(self, model: Any) -> Tensor:
        """Sides (k,) of the region, in proportion to length scales and with a geometric mean of 1."""
        lengths: Tensor = model.covar_module.base_kernel.lengthscale.detach().squeeze(0)
        return lengths / lengths.log().mean().exp()
