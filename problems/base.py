"""The interface of design problems: the only file that the author of a problem needs to read.

A problem is composed of parts: what designs are, where training designs come from, formulas, constraints. The example
looks for the roundest outline of at least unit area. It uses what outlines share, one formula and one constraint:

>>> import numpy as np, torch
>>> from problems.geometry import isoperimetric_quotient, signed_area, vertices
>>> from problems.shapes import ShapeData, ShapeProblem
>>> class Roundest(ShapeProblem):
...     '''The roundest outline of at least unit area.'''
...     name, targets = "roundest", (1.05, 1.01)
...     def objective(self, x):
...         return 1 - isoperimetric_quotient(vertices(x))
...     def quotient(self, objective):  # so that people read the ratio of surface to volume
...         return 1 - objective
...     def constraints(self, x):  # satisfied where it is at most 0
...         return 1 - signed_area(vertices(x))[:, None]
>>> problem = Roundest(n_vertices=40, data=ShapeData(classes=("square", "star"), withhold=0.5))
>>> designs = problem.designs(8, np.random.default_rng(0))
>>> designs.shape, problem.evaluate(1.1 * designs).feasible.all(), problem.evaluate(0.9 * designs).feasible.any()
((8, 80), np.True_, np.False_)
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from torch import Tensor

    from problems.conditions import Conditions
    from problems.layouts.base import Layout

Pullback = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Gradients (n, d) of weights (n,) times objectives plus weights (n, m) times constraints."""
Variable = Literal["real", "integer", "categorical"]
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
class Constraint:
    """What a constraint stands for.

    Attributes
    ----------
    name : str
    category : {"physics", "manufacturing", "numerics"}
        Why there is one: a law of nature, the design could not be made, or a formula or solver would not be valid.
    severity : {"error", "warning"}
        Whether a design that violates it is infeasible, or still counts and is reported.
    """

    name: str
    category: Literal["physics", "manufacturing", "numerics"] = "physics"
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True)
class Verification:
    """The result of an independent check of one design.

    Attributes
    ----------
    ok : bool
        Whether there is no objection.
    reasons : tuple of str
        The objections, as sentences.
    value : float or None
        Its displayed value (`Problem.display`), measured by the same independent means, if there are any.
    """

    ok: bool
    reasons: tuple[str, ...] = ()
    value: float | None = None


@dataclass(frozen=True)
class DataFacts:
    """What records say about a problem's training data; see `problems.data`.

    Attributes
    ----------
    source : str
        Where the data come from, in words: what is drawn, or the name of a file.
    identity : str
        Different data have different identities; for example the SHA-256 of a file.
    withheld : float
        The share of the best designs, in [0, 1), that training does not see.
    price_each : float
        Evaluations that it took to make one design.
    left_out : str
        How many designs of the source cannot be used, and why; empty if all can.
    """

    source: str
    identity: str
    withheld: float = 0.0
    price_each: float = 0.0
    left_out: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.withheld < 1:
            raise ValueError(f"withheld: {self.withheld} must be at least 0 and less than 1")
        if not 0 <= self.price_each < math.inf:
            raise ValueError(f"price_each: {self.price_each} must be at least 0 and finite")

    def price(self, n: float) -> float:
        """Evaluations that n training designs cost in all, including the designs that were withheld.

        If some are withheld, each design was evaluated once more, to find the better ones.
        """
        if not self.withheld:
            return float(n * self.price_each)
        return float(np.ceil(n / (1 - self.withheld)) * (self.price_each + 1))


class Problem(ABC):
    """A design problem: minimise an objective over x in R^d under constraints g(x) <= 0.

    A subclass sets the attributes and writes `evaluate`; everything else has a default. No call changes a problem's
    state, and every random draw comes from the generator that is passed in.

    Attributes
    ----------
    name : str
        Its name in an experiment file.
    version : str
        Version of its formulas. It changes if the value of a design changes. It is on record, and `latentbench verify`
        says if a record has another version.
    dim : int
        The number d of design variables.
    bounds : ndarray, shape (2, d), or None
        Lower and upper bounds of the raw design vector. They hold for every optimiser: a design outside is moved to
        them before it is evaluated (`repair`). A problem has bounds or designs, or both.
    variables : tuple of {"real", "integer", "categorical"}
        The kind of each variable; empty if all are real. Integer variables, and categories by their number, are whole
        numbers within whole bounds, which the problem then must have. A value in between is moved to the nearest whole
        number (`repair`); of two equally near ones, to the even one.
    optimum : float or None
        The least feasible objective value, if it is known exactly.
    optimal_design : ndarray, shape (d,), or None
        A design that attains the optimum, if one is known.
    known_design : ndarray, shape (d,), or None
        The optimal design, or else the best verified one on record. It is for studies; no search sees it.
    best_known : float or None
        The objective of the best verified design on record, if the optimum is not known.
    bound : float or None
        A lower bound on the objective of ideal designs; it may not be attained.
    targets : tuple of float
        Targets of the efficiency table, in displayed units.
    penalty : float
        The factor ρ of the shared loss: objective + ρ Σ max(g, 0).
    constraint_kinds : tuple of Constraint
        What the constraints stand for: first those of `evaluate`, by columns, which are errors; then those of
        `warnings`. Empty if there are none, or if this is not declared.
    differentiable : bool
        Whether objective and constraints can be differentiated (see `DifferentiableProblem`).
    quantity : str
        The name of the displayed value, for axes and table headings.
    larger_is_better : bool
        Whether a good design has a large displayed value.
    n_designs : int
        How many training designs an experiment draws.
    n_reference : int or None
        How many designs are evaluated, at most, to find a start, to compute the reference value, and to diagnose an
        encoder. These evaluations are on no budget. None for the usual numbers, 256 to 1,000 each. A problem whose
        evaluation takes seconds may set 16.
    seconds_per_evaluation : float or None
        The declared price of an evaluation: how long the simulator takes that the problem stands for. Nothing waits;
        tables of costs use it. None for the measured time.
    layout : Layout or None
        Of what a design is the coordinates (see `problems.layouts`); None if it has no layout.
    data_facts : DataFacts or None
        Where training designs come from, which are withheld and what they cost. None if unknown; the audit then says
        so.
    conditions : Conditions or None
        What varies between the tasks that training designs were made for (see `problems.conditions`).
    task : ndarray, shape (c,), or None
        The values of these conditions for the problem itself; a replicate may have others (`instance`).
    """

    name: str
    version: str = "1"
    dim: int
    layout: Layout | None = None
    bounds: np.ndarray | None = None
    variables: tuple[Variable, ...] = ()
    optimum: float | None = None
    optimal_design: np.ndarray | None = None
    known_design: np.ndarray | None = None
    best_known: float | None = None
    bound: float | None = None
    targets: tuple[float, ...] = ()
    penalty: float = 10.0
    constraint_kinds: tuple[Constraint, ...] = ()
    differentiable: bool = False
    quantity: str = "objective"
    larger_is_better: bool = False
    n_designs: int = 2000
    n_reference: int | None = None
    seconds_per_evaluation: float | None = None
    data_facts: DataFacts | None = None
    conditions: Conditions | None = None
    task: np.ndarray | None = None

    @property
    def whole(self) -> np.ndarray:
        """Which variables (d,) are whole numbers: integers, and the numbers of categories."""
        return np.array([kind != "real" for kind in self.variables or ["real"] * self.dim])

    def repair(self, x: np.ndarray) -> np.ndarray:
        """Move designs (n, d) to the nearest allowed ones, which are then evaluated.

        By default these are within the bounds, with whole numbers for integer and categorical variables.
        """
        # for one design, faster than `clip`
        within = x if self.bounds is None else np.minimum(np.maximum(x, self.bounds[0]), self.bounds[1])
        return np.where(self.whole, np.rint(within), within) if self.variables else within

    @abstractmethod
    def evaluate(self, x: np.ndarray) -> Evaluation:
        """Evaluate designs of shape (n, d); n may be 0. A value that is not finite is a failed evaluation."""

    def warnings(self, x: np.ndarray) -> np.ndarray:
        """Values (n, w) of constraints that only warn, for designs (n, d); violated above 0. By default none."""
        return np.empty((len(x), 0))

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """Draw n training designs, shape (n, d); None if the problem has none."""
        return None

    def labels(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """Class names (n,) of the designs that `designs` draws with an equal generator; None without classes."""
        return None

    def tasks(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """The tasks (n, c) of the designs that `designs` draws with an equal generator; None if they have no tasks."""
        return None

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """Draw n designs from all that the problem knows, also those that `designs` withholds; used to find starts."""
        return self.designs(n, rng)

    def instance(self, rng: np.random.Generator) -> Self:
        """The problem of one replicate, for example with its own alignment of designs or its own conditions.

        Without conditions, the objective is the same for all replicates.
        """
        return self

    def at(self, task: np.ndarray) -> Self:
        """The problem under other conditions, shape (c,); a problem with conditions must write it."""
        raise NotImplementedError(f"problem '{self.name}' has no conditions")

    def display(self, objective: np.ndarray) -> np.ndarray:
        """Turn objective values into displayed values; monotone."""
        return objective

    def best_known_entry(self, x: np.ndarray, found: str) -> str | None:
        """Write the entry of a better design for the problem's table of best known designs; None without a table."""
        return None

    def draw(self, x: np.ndarray, ax: Axes) -> None:
        """Draw one design, shape (d,), on Matplotlib axes; by default as its layout is drawn."""
        from problems.layouts.drawing import draw

        draw(self.layout, x, ax)

    def explorer_formulas(self) -> tuple[Path, dict[str, Any]] | None:
        """Name a JavaScript file that evaluates designs in the explorer's page, and the facts that it needs.

        The file defines ``measure(x)`` and ``constraintsOf(x, tools)``, as problems/outlines.js does. By default there
        is none, and the page shows values that Python has computed on a grid of latents.
        """
        return None

    def verify(self, x: np.ndarray) -> Verification:
        """Check one design, shape (d,), by means that share no code with `evaluate`; by default that it is finite."""
        ok = bool(np.isfinite(x).all())
        return Verification(ok, () if ok else ("a coordinate is not finite",))

    def remeasure(self, x: np.ndarray) -> tuple[float, float] | None:
        """Measure one design, shape (d,), by slow and independent means, in displayed units.

        Returns
        -------
        (float, float) or None
            The value, and how much it and that of `evaluate` may differ by the errors of both; None if there are no
            such means. Used by `latentbench verify --fem`, never by a search.
        """
        return None


class DifferentiableProblem(Problem):
    """A problem whose formulas are written once, in Torch; they give values and exact gradients."""

    differentiable = True

    @abstractmethod
    def objective(self, x: Tensor) -> Tensor:
        """Objective, shape (n,), of float64 designs, shape (n, d)."""

    def constraints(self, x: Tensor) -> Tensor:
        """Signed constraints, shape (n, m), of float64 designs, shape (n, d); by default none."""
        return x.new_zeros((len(x), 0))

    def constraint_field(self, x: Tensor) -> Tensor:
        """All constraints (n, M) before the maxima in `constraints`, of the same sign and scale.

        A method with a multiplier for each of them sees every place that is violated, not only the worst. By default
        the constraints themselves.
        """
        return self.constraints(x)

    def linearise_field(self, x: np.ndarray) -> tuple[Evaluation, np.ndarray, Pullback]:
        """Like `linearise`, with the constraint field (n, M); the pullback takes weights for all M."""
        if type(self).constraint_field is DifferentiableProblem.constraint_field:
            evaluation, pullback = self.linearise(x)
            return evaluation, evaluation.constraints, pullback
        return (self.evaluate(x), *self._differentiated(x, self.constraint_field)[1:])

    def linearise(self, x: np.ndarray) -> tuple[Evaluation, Pullback]:
        """Evaluate designs of shape (n, d), and give a function for the gradients of any weighted sum of the results.

        Override it, together with `evaluate`, if gradients are hand-written or come from a solver. The default uses
        Torch.
        """
        objective, constraints, pullback = self._differentiated(x, self.constraints)
        return Evaluation(objective, constraints), pullback

    def _differentiated(
        self, x: np.ndarray, constrain: Callable[[Tensor], Tensor]
    ) -> tuple[np.ndarray, np.ndarray, Pullback]:
        import torch

        leaf = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        objective, constraints = self.objective(leaf), constrain(leaf)

        def pullback(of_objective: np.ndarray, of_constraints: np.ndarray) -> np.ndarray:
            weighted = (objective * torch.from_numpy(of_objective)).sum()
            if constraints.shape[1]:
                weighted = weighted + (constraints * torch.from_numpy(of_constraints)).sum()
            return torch.autograd.grad(weighted, leaf, retain_graph=True)[0].numpy()

        return objective.detach().numpy(), constraints.detach().numpy(), pullback

    def evaluate(self, x: np.ndarray) -> Evaluation:
        """Evaluate designs of shape (n, d) without recording gradients."""
        import torch

        with torch.no_grad():
            points = torch.as_tensor(x, dtype=torch.float64)
            return Evaluation(self.objective(points).numpy(), self.constraints(points).numpy())
