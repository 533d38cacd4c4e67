"""Samplers of Optuna in a study: ask, evaluate, tell."""

from __future__ import annotations

import math
import warnings
from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from bench.optimisers import optuna_storage
from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.parameters import at_least

if TYPE_CHECKING:
    import optuna


class Study(Optimiser):
    """A sampler of Optuna within the box, which it never leaves; it knows the start.

    Parameters
    ----------
    startup : int
        Random points before the model is used, including the start.
    storage : str
        URL of a database in which each study is saved when its search ends, such as "sqlite:///studies.db" in the
        current directory; empty for none. It changes no result except the optimiser's seconds, which include writing.
    """

    libraries: tuple[str, ...] = ("optuna",)
    unrecorded = ("storage",)

    def __init__(self, startup: int = 10, storage: str = "") -> None:
        at_least(1, startup=startup)
        if storage:
            optuna_storage.refuse_unusable(storage)
        self.startup = startup
        self.storage = storage

    @abstractmethod
    def _sampler(self, seed: int) -> optuna.samplers.BaseSampler:
        """Make the sampler."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Ask and tell, a point at a time, until the budget is spent."""
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        name = optuna_storage.name_of(type(self).__name__, objective, rng)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = self._sampler(int(rng.integers(2**31)))
        study = optuna.create_study(sampler=sampler)
        kinds = objective.variables or ("real",) * objective.dim
        space: dict[str, optuna.distributions.BaseDistribution] = {
            f"z{i}": _distribution(kind, low, high)
            for i, (kind, (low, high)) in enumerate(zip(kinds, objective.bounds.T.tolist(), strict=True))
        }
        start = {
            variable: value if kind == "real" else round(value)
            for variable, kind, value in zip(space, kinds, objective.start.tolist(), strict=True)
        }
        study.add_trial(optuna.create_trial(params=start, distributions=space, value=objective.start_value))
        try:
            while True:
                trial = study.ask(space)
                params = trial.params  # a deep copy at each access
                study.tell(trial, float(objective(np.array([[float(params[variable]) for variable in space]]))[0]))
        finally:
            if self.storage:
                optuna_storage.keep(study, self.storage, name)


def _distribution(kind: str, low: float, high: float) -> optuna.distributions.BaseDistribution:
    """What a variable of a kind may be, between two bounds."""
    from optuna import distributions

    if kind == "real":
        return distributions.FloatDistribution(low, high)
    first, last = math.ceil(low), math.floor(high)
    if kind == "integer":
        return distributions.IntDistribution(first, last)
    return distributions.CategoricalDistribution(tuple(range(first, last + 1)))


class TPE(Study):
    """The tree-structured Parzen estimator, each variable modelled on its own or all jointly.

    Parameters
    ----------
    multivariate : bool
        Whether the variables are modelled jointly. Otherwise each is modelled alone, which is much slower in many
        dimensions.
    startup : int
        Random points before the model is used, including the start.
    storage : str
        See `Study`.

    References
    ----------
    Bergstra et al. 2011; Watanabe 2023, 2304.11127.
    """

    def __init__(self, multivariate: bool = True, startup: int = 10, storage: str = "") -> None:
        super().__init__(startup, storage)
        self.multivariate = multivariate

    def _sampler(self, seed: int) -> optuna.samplers.BaseSampler:
        import optuna

        return optuna.samplers.TPESampler(n_startup_trials=self.startup, multivariate=self.multivariate, seed=seed)


class GaussianProcess(Study):
    """Bayesian optimisation by Optuna: a Gaussian process and the logarithm of expected improvement.

    Parameters
    ----------
    startup : int
        Random points before the model is used, including the start.
    storage : str
        See `Study`.
    """

    libraries = ("optuna", "torch", "scipy.optimize")

    def _sampler(self, seed: int) -> optuna.samplers.BaseSampler:
        import optuna

        return optuna.samplers.GPSampler(n_startup_trials=self.startup, deterministic_objective=True, seed=seed)
