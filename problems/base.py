"""What a design problem is: the one file that the author of a problem reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from torch import Tensor

FEASIBILITY_TOLERANCE = 1e-6
"""A design is feasible when every constraint is at most this."""


@dataclass(frozen=True)
class Evaluation:
    """Objective and constraints of a batch of designs.

    Attributes
    ----------
    objective : ndarray, shape (n,)
        To be minimised.
    constraints : ndarray, shape (n, m)
        Signed and scale-free; ``g <= 0`` is satisfied.
    """

    objective: np.ndarray
    constraints: np.ndarray

    @property
    def feasible(self) -> np.ndarray:
        """Which designs, shape (n,), have a finite objective and satisfy all constraints."""
        return np.isfinite(self.objective) & (self.constraints <= FEASIBILITY_TOLERANCE).all(axis=1)


@dataclass(frozen=True)
class Verification:
    """What an independent check says of one design.

    Attributes
    ----------
    ok : bool
        Whether nothing speaks against it.
    reasons : tuple of str
        The sentences that do.
    value : float or None
        Its value as people read it (`Problem.display`), measured by the same independent means, where there are any.
    """

    ok: bool
    reasons: tuple[str, ...] = ()
    value: float | None = None


class Problem(ABC):
    """A design problem: minimise an objective over x in R^d under constraints g(x) <= 0.

    A subclass sets the attributes and writes `evaluate`; everything else has a default. No call changes a problem's
    state, and every random draw comes from the generator that is passed in.

    Attributes
    ----------
    name : str
        As in an experiment file.
    dim : int
        The number d of design variables.
    bounds : ndarray, shape (2, d), or None
        Lower and upper bounds of the raw design vector. A problem has bounds or designs, or both.
    optimum : float or None
        The least feasible objective value, where it is known exactly.
    optimal_design : ndarray, shape (d,), or None
        A design that attains the optimum, where one is known.
    known_design : ndarray, shape (d,), or None
        The optimal design, or else the best verified one on record; for studies, no search sees it.
    best_known : float or None
        The objective of the best verified design on record, where the optimum is not known.
    bound : float or None
        An objective value that no ideal design betters, whether or not one attains it.
    targets : tuple of float
        What the efficiency table asks for, in displayed units.
    penalty : float
        The factor ρ of the shared loss: objective + ρ Σ max(g, 0).
    differentiable : bool
        Whether objective and constraints can be differentiated (see `DifferentiableProblem`).
    quantity : str
        The name of the displayed value, for axes and table headings.
    larger_is_better : bool
        Whether a good design has a large displayed value.
    n_designs : int
        How many training designs an experiment draws.
    """

    name: str
    dim: int
    bounds: np.ndarray | None = None
    optimum: float | None = None
    optimal_design: np.ndarray | None = None
    known_design: np.ndarray | None = None
    best_known: float | None = None
    bound: float | None = None
    targets: tuple[float, ...] = ()
    penalty: float = 10.0
    differentiable: bool = False
    quantity: str = "objective"
    larger_is_better: bool = False
    n_designs: int = 2000

    @abstractmethod
    def evaluate(self, x: np.ndarray) -> Evaluation:
        """Evaluate designs of shape (n, d), n = 0 included. A value that is not finite is a failed evaluation."""

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """Draw n training designs, shape (n, d); None where the problem has none."""
        return None

    def labels(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """Class names, shape (n,), of what `designs` draws with an equal generator; None where there are no classes."""
        return None

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """Draw n designs from all that the problem knows, whatever `designs` withholds; starts come from here."""
        return self.designs(n, rng)

    def instance(self, rng: np.random.Generator) -> Self:
        """The problem as one replicate sees it (an alignment of its designs, say); the objective is the same."""
        return self

    def display(self, objective: np.ndarray) -> np.ndarray:
        """Turn objective values into what people read; monotone."""
        return objective

    def best_known_entry(self, x: np.ndarray, found: str) -> str | None:
        """Write what to add to the problem's table of best known designs for a better one; None without a table."""
        return None

    def draw(self, x: np.ndarray, ax: Axes) -> None:
        """Draw one design, shape (d,), on Matplotlib axes; by default its coordinates as a line."""
        ax.plot(x)

    def explorer_formulas(self) -> tuple[Path, dict[str, Any]] | None:
        """Name a JavaScript file that measures designs in the explorer's page, and the facts that it needs.

        It defines ``measure(x)`` and ``constraintsOf(x, tools)``, as problems/outlines.js does. By default there is
        none, and the page shows what Python has computed on a grid of latents.
        """
        return None

    def verify(self, x: np.ndarray) -> Verification:
        """Check one design, shape (d,), by means that share no code with `evaluate`; by default that it is finite."""
        ok = bool(np.isfinite(x).all())
        return Verification(ok, () if ok else ("a coordinate is not finite",))


class DifferentiableProblem(Problem):
    """A problem whose formulas are written once, in Torch; values and exact gradients both come from them."""

    differentiable = True

    @abstractmethod
    def objective(self, x: Tensor) -> Tensor:
        """Objective, shape (n,), of float64 designs, shape (n, d)."""

    def constraints(self, x: Tensor) -> Tensor:
        """Signed constraints, shape (n, m), of float64 designs, shape (n, d); by default none."""
        return x.new_zeros((len(x), 0))

    def evaluate(self, x: np.ndarray) -> Evaluation:
        """Evaluate designs of shape (n, d) without recording gradients."""
        import torch

        with torch.no_grad():
            points = torch.as_tensor(x, dtype=torch.float64)
            return Evaluation(self.objective(points).numpy(), self.constraints(points).numpy())
