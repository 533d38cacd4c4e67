"""What an optimiser is: the one file that the author of an optimiser reads.

Optimisers are combined, not configured. Here one restarts another, and two of them share a budget as stages of an arm:

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
    """All that an optimiser is given: a function to minimise, and where and in what units to search.

    Attributes
    ----------
    dim : int
        The number k of variables.
    bounds : ndarray, shape (2, k)
        A box that holds `start`; an optimiser may leave it unless it says otherwise.
    scale : ndarray, shape (k,)
        A natural step in each variable; step sizes are stated in units of it.
    start : ndarray, shape (k,)
        Where to begin.
    start_value : float
        The value there, evaluated and charged already.
    centre : ndarray, shape (k,)
        The middle of what is known to be good: of encoded designs, or of the box.
    fineness : ndarray, shape (k,), or None
        How fine the details are that each variable changes, at least 0; None where variables have no such order.
    variables : tuple of {"real", "integer", "categorical"}
        The kind of each variable; empty where all are real. Those that are not are whole numbers from one whole bound
        to the other, and what lies in between is evaluated at the nearest.
    known : tuple of ndarray
        Points (n, k) that stand for designs which earlier stages have paid for, and their losses (n,); none where
        nothing of them is kept.
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
        """The point (k,) of least shared loss so far in this search, whatever merit it was evaluated with."""

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Points (n, k) drawn from what is known of designs, at no charge: nothing is evaluated."""

    @property
    def remaining(self) -> int:
        """Evaluations left."""

    def __call__(self, z: np.ndarray, merit: Callable[..., Any] | None = None) -> np.ndarray:
        """Losses (m,) of points (m, k), each charged 1; infinite where an evaluation failed.

        Parameters
        ----------
        z : ndarray, shape (m, k)
        merit : callable, optional
            Another loss than objective + ρ Σ max(g, 0): a function of objective (m,) and constraints (m, c), in
            operations that NumPy arrays and Torch tensors share. One with a method ``slopes`` sees arrays alone: that
            gives the derivatives by both, (m,) and (m, c), and saves the time of Torch.

        Raises
        ------
        BudgetSpent
            As soon as the budget is gone; let it pass.
        """

    def value_and_gradient(
        self, z: np.ndarray, merit: Callable[..., Any] | None = None, field: bool = False
    ) -> tuple[float, np.ndarray]:
        """Loss and gradient (k,) at one point (k,), charged 2; raises like a call.

        With ``field``, a merit is given every constraint before the maxima (1, M); see
        `problems.base.DifferentiableProblem.constraint_field`.
        """


class Optimiser(ABC):
    """A search that minimises an objective and keeps nothing: the objective remembers every point.

    Attributes
    ----------
    needs_gradient : bool
        Whether it calls `value_and_gradient`.
    converges : bool
        Whether `minimise` may return before the budget is spent; experiments then restart it, unless told not to.
    libraries : tuple of str
        Modules that `minimise` imports, and that are imported before the clock starts.
    extra : str
        The extra of this distribution that brings them; empty where the suite always has them.
    unrecorded : tuple of str
        Parameters on which no result depends, such as where a log is kept: neither seeds nor records know them.
    """

    needs_gradient: bool = False
    converges: bool = False
    libraries: tuple[str, ...] = ()
    extra: str = ""
    unrecorded: tuple[str, ...] = ()

    def settings(self, dim: int) -> dict[str, Any]:
        """Give what the parameters come to in so many variables, where that cannot be read from themselves."""
        return {}

    def why_not(self, dim: int) -> str | None:
        """Say why it cannot search so many variables, as a predicate of its name; None where it can."""
        return None

    @abstractmethod
    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Search until converged or `BudgetSpent` is raised; every random draw comes from `rng`."""
