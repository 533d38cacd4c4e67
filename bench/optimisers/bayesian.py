"""Bayesian optimisation by BoTorch: a Gaussian process over the whole box, or over a trust region in it."""

from __future__ import annotations

import math
import warnings
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.parameters import at_least

if TYPE_CHECKING:
    from torch import Tensor

RESTARTS, RAW_SAMPLES = 4, 128
"""Of the acquisition function's own optimisation."""
LONGEST, SHORTEST, FIRST_LENGTH = 1.6, 0.5**7, 0.8
"""Sides of TuRBO's trust region, in sides of the box (Eriksson et al. 2019)."""
SUCCESSES = 3
"""In a row, after which the trust region grows."""
CANDIDATES = 2000
"""Points among which TuRBO's next are drawn."""


class BayesianOptimiser(Optimiser):
    """What both have in common: start-up points, a model of all losses so far, and next points where it says so.

    The model sees ranks of losses as quantiles of a normal distribution, since penalties are orders of magnitude larger
    than the differences that matter. Within the box.

    Parameters
    ----------
    startup : int
        Samples of the prior that are evaluated before there is a model, the start among them.

    References
    ----------
    Balandat et al. 2020 (BoTorch); Eriksson & Poloczek 2021, 2002.08526 (the copula transform).
    """

    libraries = ("botorch", "gpytorch", "botorch.models", "botorch.acquisition", "botorch.generation", "scipy.stats")
    extra = "bo"

    def __init__(self, startup: int = 10) -> None:
        at_least(2, startup=startup)
        self.startup = startup

    def _begin(self, objective: SearchSpace, start: np.ndarray | None, rng: np.random.Generator) -> tuple[Any, Any]:
        """Points (n, k) in the unit cube and losses (n,) to begin with; the start is known already."""
        low, high = objective.bounds
        drawn = np.clip(objective.sample(self.startup - (start is not None), rng), low, high)
        losses = objective(drawn)
        if start is not None:
            drawn, losses = np.vstack([start, drawn]), np.concatenate([[objective.start_value], losses])
        return (drawn - low) / (high - low), losses

    @abstractmethod
    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Model and evaluate until the budget is spent."""


class LogEI(BayesianOptimiser):
    """A Gaussian process with dimension-scaled length scales, and the logarithm of expected improvement.

    Parameters
    ----------
    startup : int
        Samples of the prior that are evaluated before there is a model, the start among them.

    References
    ----------
    Hvarfner, Hellsten & Nardi 2024, 2402.02229 (length scales); Ament et al. 2023, 2310.20708 (LogEI).
    """

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Fit, maximise the acquisition function, evaluate."""
        import torch
        from botorch.acquisition.analytic import LogExpectedImprovement
        from botorch.optim.optimize import optimize_acqf

        low, high = objective.bounds
        points, losses = self._begin(objective, objective.start, rng)
        cube = torch.stack([torch.zeros(objective.dim), torch.ones(objective.dim)]).double()
        while True:
            with _own_randomness(rng) as seed:
                known, values = torch.tensor(points), _quantiles(losses)
                acquisition = LogExpectedImprovement(_fitted(known, values), values.min(), maximize=False)
                options: dict[str, Any] = {"sample_around_best": True, "seed": seed}
                chosen, _ = optimize_acqf(acquisition, cube, 1, RESTARTS, RAW_SAMPLES, options=options)
            point = chosen.detach().numpy()
            losses = np.concatenate([losses, objective(low + (high - low) * point)])
            points = np.vstack([points, point])


class TuRBO(BayesianOptimiser):
    """TuRBO-1: Thompson sampling from a Gaussian process in one trust region, which grows, shrinks and starts anew.

    Parameters
    ----------
    startup : int
        Samples of the prior that are evaluated before there is a model, the start among them.
    batch : int
        Points evaluated between two models.

    References
    ----------
    Eriksson, Pearce, Gardner, Turner & Poloczek 2019, 1910.01739.
    """

    def __init__(self, startup: int = 10, batch: int = 4) -> None:
        super().__init__(startup)
        at_least(1, batch=batch)
        self.batch = batch

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Search in one region after another."""
        start: np.ndarray | None = objective.start
        while True:
            self._region(objective, start, rng)
            start = None

    def _region(self, objective: SearchSpace, start: np.ndarray | None, rng: np.random.Generator) -> None:
        import torch

        low, high = objective.bounds
        points, losses = self._begin(objective, start, rng)
        patience = math.ceil(max(4.0, objective.dim) / self.batch)
        length, successes, failures = FIRST_LENGTH, 0, 0
        while length >= SHORTEST:
            with _own_randomness(rng) as seed:
                chosen = self._thompson(torch.tensor(points), _quantiles(losses), length, seed).numpy()
            found = objective(low + (high - low) * chosen)
            better = found.min() < losses.min()
            successes, failures = (successes + 1, 0) if better else (0, failures + 1)
            if successes == SUCCESSES:
                length, successes = min(2 * length, LONGEST), 0
            elif failures == patience:
                length, failures = length / 2, 0
            points, losses = np.vstack([points, chosen]), np.concatenate([losses, found])

    def _thompson(self, points: Tensor, values: Tensor, length: float, seed: int) -> Tensor:
        """Draw the next points (batch, k) where samples of the posterior are least."""
        import torch
        from botorch.generation.sampling import MaxPosteriorSampling
        from gpytorch.constraints import Interval
        from gpytorch.kernels import MaternKernel, ScaleKernel

        dim = points.shape[1]
        matern = MaternKernel(nu=2.5, ard_num_dims=dim, lengthscale_constraint=Interval(0.005, 4.0))
        model = _fitted(points, -values, ScaleKernel(matern))
        best = points[values.argmin()]
        weights = matern.lengthscale.detach().squeeze(0)
        weights = weights / weights.log().mean().exp()
        low, high = (best - weights * length / 2).clamp(0, 1), (best + weights * length / 2).clamp(0, 1)
        sobol = torch.quasirandom.SobolEngine(dim, scramble=True, seed=seed)
        drawn = low + (high - low) * sobol.draw(CANDIDATES, dtype=points.dtype)
        moved = torch.rand(CANDIDATES, dim) <= min(20 / dim, 1)
        moved[torch.arange(CANDIDATES), torch.randint(dim, (CANDIDATES,))] = True
        candidates = torch.where(moved, drawn, best)
        with torch.no_grad():
            return MaxPosteriorSampling(model=model, replacement=False)(candidates, num_samples=self.batch)


def _fitted(points: Tensor, values: Tensor, kernel: Any = None) -> Any:
    """Fit a Gaussian process to points (n, k) and values (n,) by its marginal likelihood."""
    from botorch.fit import fit_gpytorch_mll
    from botorch.models import SingleTaskGP
    from gpytorch.mlls import ExactMarginalLogLikelihood

    model = SingleTaskGP(points, values[:, None], covar_module=kernel)
    fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
    return model


def _quantiles(losses: np.ndarray) -> Tensor:
    """Ranks of losses (n,), those of failed evaluations the last, as quantiles of a standard normal distribution."""
    import torch
    from scipy.stats import norm, rankdata

    return torch.tensor(norm.ppf((rankdata(losses) - 0.5) / len(losses)))


@contextmanager
def _own_randomness(rng: np.random.Generator) -> Iterator[int]:
    """Seed Torch's global generator from ours, and leave it as it was; BoTorch draws from it, and warns a lot."""
    import torch

    seed = int(rng.integers(2**31))
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        yield seed
