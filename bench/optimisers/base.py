"""The interface of optimisers: the only file that the author of an optimiser needs to read.

Optimisers are combined. Here one optimiser restarts another, and two of them share a budget as stages of an arm:

>>> import bench, numpy as np
>>> from bench.searching.ledger import Ledger
>>> from bench.searching.objective import search_stage
>>> rng = np.random.default_rng(0)
>>> problem = bench.make_problem("isoperimetric", n_vertices=20)
>>> designs = problem.designs(200, rng)
>>> pca, raw = (bench.make_encoder(name).fit(designs, rng) for name in ("pca", "raw"))
>>> simplex = bench.make_optimiser("restarts", optimiser={"name": "nelder-mead"})
>>> ledger = Ledger(problem, budget=300)
>>> search_stage(ledger, pca, simplex, designs[0], rng, until=0.5)  # 150 evaluations in eight dimensions, ...
>>> search_stage(ledger, raw, bench.make_optimiser("l-bfgs"), ledger.incumbent, rng)  # ... then all 40
>>> ledger.close()
>>> bool(problem.display(ledger.best_objective) < 1.01), ledger.price <= 300
(True, True)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np


class SearchSpace(Protocol):
    """All that an optimiser gets: a function to minimise, and where and in what units to search.

    Attributes
    ----------
    dim : int
        The number k of variables.
    bounds : ndarray, shape (2, k)
        A box that contains `start`. An optimiser may leave it, unless its documentation says otherwise.
    scale : ndarray, shape (k,)
        A natural step in each variable; step sizes are stated in units of it.
    start : ndarray, shape (k,)
        Where to begin.
    start_value : float
        The value there; it is already evaluated and counted.
    centre : ndarray, shape (k,)
        The mean of the encoded designs, or the middle of the box.
    fineness : ndarray, shape (k,), or None
        How fine the details are that each variable changes, at least 0; None if variables have no such order.
    variables : tuple of {"real", "integer", "categorical"}
        The kind of each variable; empty if all are real. Integer and categorical variables are whole numbers within
        whole bounds; a value in between is evaluated at the nearest whole number.
    known : tuple of ndarray
        Points (n, k) of designs that earlier stages have evaluated, and their losses (n,); no points if these are not
        kept.
    """

    dim: int
    bounds: np.ndarray
    scale: np.ndarray
    start: np.ndarray
    start_value: float
    centre: np.ndarray
    fineness: np.ndarray | None
    variables: tuple[str, ...]
    known: tuple[np.ndarray, np.ndarray]

    @property
    def best(self) -> np.ndarray:
        """The point (k,) of least shared loss so far in this search, also if it was evaluated with another merit."""

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Points (n, k) drawn from the prior of designs; this costs no evaluation."""

    @property
    def remaining(self) -> int:
        """Evaluations left."""

    def __call__(self, z: np.ndarray, merit: Callable[..., Any] | None = None) -> np.ndarray:
        """Losses (m,) of points (m, k), each counted as 1; infinite if an evaluation failed.

        Parameters
        ----------
        z : ndarray, shape (m, k)
        merit : callable, optional
            Another loss than objective + ρ Σ max(g, 0): a function of objective (m,) and constraints (m, c), in
            operations that NumPy arrays and Torch tensors share. A merit with a method ``slopes`` gets only arrays;
            ``slopes`` gives the derivatives by both, (m,) and (m, c), which takes less time than Torch.

        Raises
        ------
        BudgetSpent
            As soon as the budget is spent; do not catch it.
        """

    def value_and_gradient(
        self, z: np.ndarray, merit: Callable[..., Any] | None = None, field: bool = False
    ) -> tuple[float, np.ndarray]:
        """Loss and gradient (k,) at one point (k,), counted as 2; raises like a call.

        With ``field``, a merit gets every constraint before the maxima (1, M); see
        `problems.base.DifferentiableProblem.constraint_field`.
        """


class Optimiser(ABC):
    """A search that minimises an objective. It stores no results: the objective records every point.

    Attributes
    ----------
    needs_gradient : bool
        Whether it calls `value_and_gradient`.
    converges : bool
        Whether `minimise` may return before the budget is spent; experiments then restart it, unless told not to.
    libraries : tuple of str
        Modules that `minimise` needs. They are imported before the clock starts.
    extra : str
        The extra of latentbench that installs them; empty if they are always installed.
    unrecorded : tuple of str
        Parameters on which no result depends, such as the place of a log. They are in no seed and no record.
    """

    needs_gradient: bool = False
    converges: bool = False
    libraries: tuple[str, ...] = ()
    extra: str = ""
    unrecorded: tuple[str, ...] = ()

    def settings(self, dim: int) -> dict[str, Any]:
        """Give the values that parameters have for so many variables, if the parameters themselves do not say."""
        return {}

    def why_not(self, dim: int) -> str | None:
        """Say why it cannot search so many variables, as a predicate of its name; None if it can."""
        return None

    @abstractmethod
    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Search until converged or `BudgetSpent` is raised; every random draw comes from `rng`."""
