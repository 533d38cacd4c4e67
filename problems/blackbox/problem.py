"""What problems with test functions of other suites have in common."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from problems.base import Evaluation, Problem
from problems.blackbox.visited import SIBLINGS, Losses, visited
from problems.data import DataSettings, Drawn, Sample, TrainingData


class BlackBox(Problem):
    """A test function minus its optimum; its training data are points that CMA-ES visits on other instances.

    Its bounds contain the optimum and the starts, but a search may leave them: as in its suite, it has values
    everywhere. A latent space is learned from points on other instances. So it knows what instances have in common, but
    not where the optimum of this one is. Each of these points costs an evaluation, which the cost ledger charges.

    Parameters
    ----------
    function, dimension, instance : int
        Numbers as in the suite.
    data : DataSettings
        How many points, or a file of points.

    Raises
    ------
    ValueError
        If there is no such function, or the suite's library is not installed.
    """

    quantity = "f − f*"
    targets = (1.0, 1e-2, 1e-4, 1e-6, 1e-8)

    def __init__(self, function: int, dimension: int, instance: int, data: DataSettings) -> None:
        for name, value in {"function": function, "dimension": dimension, "instance": instance}.items():
            if value < 1:
                raise ValueError(f"{name}: {value} must be at least 1")
        if data.source is not None:
            raise ValueError(f"data.source: {data.source} cannot be read; points of other instances are the data")
        self.dim, self._own = dimension, instance
        told = f"drawn: points that CMA-ES visits on {SIBLINGS} other instances"
        self._data = TrainingData(Drawn(told, self._visited, self._anywhere, price=1.0), data.withhold)
        self.n_designs, self.data_facts = data.n, self._data.facts

    def repair(self, x: np.ndarray) -> np.ndarray:
        """Leave designs where they are: moved into the box, the function would be flat outside of it."""
        return x

    @abstractmethod
    def losses(self, instance: int) -> Losses:
        """What a search on another instance minimises."""

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n points that were visited on other instances."""
        return self._data.draw(n, rng, self)[0]

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n points of the box; starts come from here."""
        return self._data.reference(n, rng)

    def _visited(self, n: int, rng: np.random.Generator) -> Sample:
        assert self.bounds is not None
        return visited(self.losses, self._own, n, self.bounds, rng), None

    def _anywhere(self, n: int, rng: np.random.Generator) -> Sample:
        assert self.bounds is not None
        return rng.uniform(self.bounds[0], self.bounds[1], size=(n, self.dim)), None


def unconstrained(values: np.ndarray) -> Evaluation:
    """Make the evaluation of objective values (n,) without constraints."""
    return Evaluation(values, np.empty((len(values), 0)))


def one_by_one(function: object, x: np.ndarray) -> np.ndarray:
    """Values (n,) of a function that takes one point; NaN for points that are not finite, which it may not bear."""
    assert callable(function)
    return np.array([function(row) if np.isfinite(row).all() else np.nan for row in x], dtype=float).reshape(len(x))
