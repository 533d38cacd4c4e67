"""Bayesian optimisation by BoTorch: what all have in common, and expected improvement over the whole box."""

from __future__ import annotations

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


class BayesianOptimiser(Optimiser):
    """What all have in common: start-up points, a model of all losses so far, and next points where it says so.

    The model gets ranks of losses, as quantiles of a normal distribution, since penalties are orders of magnitude
    larger than the differences that matter. The search stays within the box.

    Parameters
    ----------
    startup : int
        Samples of the prior that are evaluated before there is a model, including the start.

    References
    ----------
    Balandat et al. 2020 (BoTorch); Eriksson & Poloczek 2021, 2002.08526 (the copula transform).
    """

    libraries: tuple[str, ...] = (
        "botorch",
        "gpytorch",
        "botorch.models",
        "botorch.acquisition",
        "botorch.generation",
        "scipy.stats",
    )
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
        Samples of the prior that are evaluated before there is a model, including the start.

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
            with own_randomness(rng) as seed:
                known, values = torch.tensor(points), quantiles(losses)
                acquisition = LogExpectedImprovement(fitted(known, values), values.min(), maximize=False)
                options: dict[str, Any] = {"sample_around_best": True, "seed": seed}
                chosen, _ = optimize_acqf(acquisition, cube, 1, RESTARTS, RAW_SAMPLES, options=options)
            point = chosen.detach().numpy()
            losses = np.concatenate([losses, objective(low + (high - low) * point)])
            points = np.vstack([points, point])


def fitted(points: Tensor, values: Tensor, kernel: Any = None) -> Any:
    """Fit BoTorch's Gaussian process to points (n, k) and values (n,), by default with its own kernel and priors."""
    from botorch.models import SingleTaskGP

    return most_likely(SingleTaskGP(points, values[:, None], covar_module=kernel))


def most_likely(model: Any, **options: Any) -> Any:
    """Set a model's hyperparameters to the likeliest, given its priors where it has some; options are L-BFGS-B's."""
    from botorch.fit import fit_gpytorch_mll
    from gpytorch.mlls import ExactMarginalLogLikelihood

    settings: dict[str, Any] = {"optimizer_kwargs": {"options": options}} if options else {}
    fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model), **settings)
    return model


def quantiles(losses: np.ndarray) -> Tensor:
    """Ranks of losses (n,), those of failed evaluations the last, as quantiles of a standard normal distribution."""
    import torch
    from scipy.stats import norm, rankdata

    return torch.tensor(norm.ppf((rankdata(losses) - 0.5) / len(losses)))


@contextmanager
def own_randomness(rng: np.random.Generator) -> Iterator[int]:
    """Seed Torch's global generator from ours, and leave it as it was; BoTorch draws from it, and warns a lot."""
    import torch

    seed = int(rng.integers(2**31))
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        yield seed
