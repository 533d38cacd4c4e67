"""The covariance matrix adaptation evolution strategy, by pycma."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Literal

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.parameters import at_least, positive

MOST_COVARIANCES = 1500
"""Variables up to which a full covariance matrix is kept: a decomposition takes their cube."""


class CMAES(Optimiser):
    """CMA-ES from the start point, unbounded: it may leave the box.

    It ends, or restarts, if pycma says that it has converged, or if all evaluations of a generation fail.
    Integer variables keep a minimum step (pycma's integer handling). Categories are searched by their numbers, as if
    they had an order.

    Parameters
    ----------
    sigma : float
        Initial step size, in units of the search space's scale.
    covariance : {"full", "diagonal", "vkd"}
        "diagonal" is separable CMA-ES, linear in the dimension; "vkd" is a diagonal and as many vectors as it needs.
    population : int or None
        Points a generation; None is pycma's 4 + ⌊3 ln k⌋.
    restarts : {"none", "ipop", "bipop"}
        "ipop": from a random draw of the prior, with a population twice as large as the largest so far.
        "bipop": either so, or with a small population and a small step, whichever has cost less so far.

    References
    ----------
    Hansen 2016, 1604.00772; Ros & Hansen 2008 (separable); Akimoto & Hansen 2016 (VkD); Hansen 2009,
    10.1145/1570256.1570333 (BIPOP); Auger & Hansen 2005, 10.1109/CEC.2005.1554902 (IPOP).
    """

    libraries = ("cma", "cma.restricted_gaussian_sampler")

    def __init__(
        self,
        sigma: float = 0.3,
        covariance: Literal["full", "diagonal", "vkd"] = "full",
        population: int | None = None,
        restarts: Literal["none", "ipop", "bipop"] = "none",
    ) -> None:
        positive(sigma=sigma)
        if population is not None:
            at_least(2, population=population)
        self.sigma = sigma
        self.covariance = covariance
        self.population = population
        self.restarts = restarts
        self.converges = restarts == "none"

    def settings(self, dim: int) -> dict[str, Any]:
        """The population."""
        return {"population": self.population or 4 + math.floor(3 * math.log(dim))}

    def why_not(self, dim: int) -> str | None:
        """Too many variables for a full covariance matrix."""
        if self.covariance != "full" or dim <= MOST_COVARIANCES:
            return None
        return (
            f"keeps a full covariance matrix, and that of {dim} variables is too dear to decompose; "
            f"at most {MOST_COVARIANCES} are searched so, and more by 'sep-cma-es' or 'vkd-cma-es'"
        )

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Search until the budget is spent, or once where there are no restarts."""
        smallest = self.settings(objective.dim)["population"]
        self._search(objective, objective.start, smallest, self.sigma, rng)
        large, spent = smallest, {"large": 0, "small": 0}
        while self.restarts != "none" and objective.remaining:
            regime, population, sigma = "large", 2 * large, self.sigma
            if self.restarts == "bipop" and spent["small"] < spent["large"]:
                regime = "small"
                population = max(2, int(smallest * (large / smallest / 2) ** (rng.uniform() ** 2)))
                sigma = self.sigma * 10 ** (-2 * rng.uniform())
            large = max(large, population)
            before = objective.remaining
            self._search(objective, objective.sample(1, rng)[0], population, sigma, rng)
            spent[regime] += before - objective.remaining

    def _search(
        self, objective: SearchSpace, start: np.ndarray, population: int, sigma: float, rng: np.random.Generator
    ) -> None:
        """Ask and tell until pycma stops."""
        import cma

        # pycma would seed NumPy's global generator; given its own source of normal numbers it leaves that alone
        options = {
            "randn": lambda *shape: rng.standard_normal(shape),
            "seed": math.nan,
            "CMA_diagonal": self.covariance == "diagonal",
            "verbose": -9,
            "popsize": population,
        }
        if self.covariance == "vkd":
            from cma.restricted_gaussian_sampler import GaussVkDSampler

            options = GaussVkDSampler.extend_cma_options(options)
            options["CMA_sampler_options"] = {"randn": options["randn"]}
        scale = objective.scale
        whole = np.array([kind != "real" for kind in objective.variables])
        if whole.any():  # their steps are counted from a whole number and in ones, so that pycma can round them
            options |= {"integer_variables": np.flatnonzero(whole).tolist(), "CMA_stds": np.where(whole, scale, 1.0)}
            start, scale = np.where(whole, np.rint(start), start), np.where(whole, 1.0, scale)
        strategy = cma.CMAEvolutionStrategy(np.zeros(objective.dim), sigma, options)
        while not _stopped(strategy):
            steps = strategy.ask()
            losses = objective(start + scale * np.asarray(steps))
            with np.errstate(invalid="ignore"), _untouched() if whole.any() else nullcontext():
                strategy.tell(steps, losses)


@contextmanager
def _untouched() -> Iterator[None]:
    """Leave NumPy's global generator as it is: pycma's integer handling draws from it when to assert, and no more."""
    state = np.random.get_state()  # noqa: NPY002 - to put it back
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def _stopped(strategy: Any) -> bool:
    with np.errstate(invalid="ignore"):  # pycma subtracts infinities where all of a generation has failed
        return bool(strategy.stop())
