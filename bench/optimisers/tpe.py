"""The tree-structured Parzen estimator, by Optuna."""

from __future__ import annotations

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace


class TPE(Optimiser):
    """Optuna's TPE within the box, which it never leaves; it is told the start.

    Parameters
    ----------
    multivariate : bool
        Whether the variables are modelled jointly, or each on its own (in many dimensions the slower by far).
    startup : int
        Random points before the model is used, the start among them.

    References
    ----------
    Bergstra et al. 2011; Watanabe 2023, 2304.11127.
    """

    libraries = ("optuna",)

    def __init__(self, multivariate: bool = True, startup: int = 10) -> None:
        if startup < 1:
            raise ValueError(f"startup: {startup} must be at least 1")
        self.multivariate = multivariate
        self.startup = startup

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Ask and tell, a point at a time, until the budget is spent."""
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        sampler = optuna.samplers.TPESampler(
            n_startup_trials=self.startup, multivariate=self.multivariate, seed=int(rng.integers(2**31))
        )
        study = optuna.create_study(sampler=sampler)
        space: dict[str, optuna.distributions.BaseDistribution] = {
            f"z{i}": optuna.distributions.FloatDistribution(low, high)
            for i, (low, high) in enumerate(objective.bounds.T)
        }
        start = dict(zip(space, objective.start.tolist(), strict=True))
        study.add_trial(optuna.create_trial(params=start, distributions=space, value=objective.start_value))
        while True:
            trial = study.ask(space)
            params = trial.params  # a deep copy at each access
            study.tell(trial, float(objective(np.array([[params[name] for name in space]]))[0]))
