"""What a design problem is: the one file that the author of a problem reads.

A problem is put together of parts: what designs are, where training designs come from, formulas, constraints. Here the
roundest outline of at least unit area, of what outlines share, with one formula and one constraint:

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
        Why there is one: nature has it so, nobody could make the design, or no formula or solver could be trusted.
    severity : {"error", "warning"}
        Whether a design that breaks it is infeasible, or counts all the same and is told of.
    """

    name: str
    category: Literal["physics", "manufacturing", "numerics"] = "physics"
    severity: Literal["error", "warning"] = "error"


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


@dataclass(frozen=True)
class DataFacts:
    """What is on record of a problem's training data; see `problems.data`.

    Attributes
    ----------
    source : str
        Where they come from, in words: what is drawn, or the name of a file.
    identity : str
        What other data would have another of: the SHA-256 of a file, say.
    withheld : float
        The share of the best, in [0, 1), that training does not see.
    price_each : float
        Evaluations that one design took to make.
    left_out : str
        How many designs of the source cannot be used, and why; empty where all can.
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
        """Evaluations that n training designs cost in all, those included that were thrown away.

        Where some are withheld, each had to be evaluated once more, to tell the better ones.
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
        As in an experiment file.
    version : str
        Of its formulas: another one where a design has another value. It is on record, and `latentbench verify` tells
        where the record's is not the present one.
    dim : int
        The number d of design variables.
    bounds : ndarray, shape (2, d), or None
        Lower and upper bounds of the raw design vector, which bind: what a search asks for beyond them is moved to them
        before it is evaluated (`repair`), whatever the optimiser. A problem has bounds or designs, or both.
    variables : tuple of {"real", "integer", "categorical"}
        The kind of each variable; empty where all are real. Those that are not are whole numbers within whole bounds,
        which the problem then must have: a category is its number. What a search asks for in between is moved to the
        nearest of them (`repair`), and of two to the even one.
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
    constraint_kinds : tuple of Constraint
        What constraints stand for: first those of `evaluate`, by columns, which are errors; then those of `warnings`.
        Empty where there are none, or nothing is said.
    differentiable : bool
        Whether objective and constraints can be differentiated (see `DifferentiableProblem`).
    quantity : str
        The name of the displayed value, for axes and table headings.
    larger_is_better : bool
        Whether a good design has a large displayed value.
    n_designs : int
        How many training designs an experiment draws.
    n_reference : int or None
        How many designs a start is looked for among, the reference value is the median of, and an encoder is tried on,
        at most, each of which is evaluated beside all budgets; None for as many as is usual, 256 to 1,000 each. A
        problem whose evaluation takes seconds sets 16, say.
    seconds_per_evaluation : float or None
        What one evaluation takes of the simulator that the problem stands for, a declared price: nothing waits, tables
        of costs count with it. None for what was measured.
    layout : Layout or None
        What a design is the coordinates of (see `problems.layouts`); None where there is nothing to say.
    data_facts : DataFacts or None
        Where they come from, what of them is withheld and what they cost; None says nothing, which an audit tells.
    conditions : Conditions or None
        What varies between its sibling tasks, for which training designs were made (see `problems.conditions`).
    task : ndarray, shape (c,), or None
        The values of these of the problem itself; a replicate may have others (`instance`).
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
        """Move designs (n, d) to the nearest allowed ones, which searches evaluate.

        By default those are within the bounds, and whole numbers where variables are integer or categorical.
        """
        # for one design, faster than `clip`
        within = x if self.bounds is None else np.minimum(np.maximum(x, self.bounds[0]), self.bounds[1])
        return np.where(self.whole, np.rint(within), within) if self.variables else within

    @abstractmethod
    def evaluate(self, x: np.ndarray) -> Evaluation:
        """Evaluate designs of shape (n, d), n = 0 included. A value that is not finite is a failed evaluation."""

    def warnings(self, x: np.ndarray) -> np.ndarray:
        """Signed values (n, w) of constraints that only warn, of designs (n, d); broken above 0. By default none."""
        return np.empty((len(x), 0))

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """Draw n training designs, shape (n, d); None where the problem has none."""
        return None

    def labels(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """Class names, shape (n,), of what `designs` draws with an equal generator; None where there are no classes."""
        return None

    def tasks(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """The tasks (n, c) of what `designs` draws with an equal generator; None where it was made for none."""
        return None

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """Draw n designs from all that the problem knows, whatever `designs` withholds; starts come from here."""
        return self.designs(n, rng)

    def instance(self, rng: np.random.Generator) -> Self:
        """The problem as one replicate sees it: with an alignment of its designs, say, or under conditions of its own.

        Where it has no conditions, the objective is the same.
        """
        return self

    def at(self, task: np.ndarray) -> Self:
        """The problem under other conditions, shape (c,); to be written where it has some."""
        raise NotImplementedError(f"problem '{self.name}' has no conditions")

    def display(self, objective: np.ndarray) -> np.ndarray:
        """Turn objective values into what people read; monotone."""
        return objective

    def best_known_entry(self, x: np.ndarray, found: str) -> str | None:
        """Write what to add to the problem's table of best known designs for a better one; None without a table."""
        return None

    def draw(self, x: np.ndarray, ax: Axes) -> None:
        """Draw one design, shape (d,), on Matplotlib axes; by default as its layout is drawn."""
        from problems.layouts.drawing import draw

        draw(self.layout, x, ax)

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

    def remeasure(self, x: np.ndarray) -> tuple[float, float] | None:
        """Measure one design, shape (d,), by slow and independent means, in displayed units.

        Returns
        -------
        (float, float) or None
            The value, and how far apart it and that of `evaluate` may be by the errors of both; None where there are no
            such means. For `latentbench verify --fem`; no search waits for it.
        """
        return None


class DifferentiableProblem(Problem):
    """A problem whose formulas are written once, in Torch; values and exact gradients both come from them."""

    differentiable = True

    @abstractmethod
    def objective(self, x: Tensor) -> Tensor:
        """Objective, shape (n,), of float64 designs, shape (n, d)."""

    def constraints(self, x: Tensor) -> Tensor:
        """Signed constraints, shape (n, m), of float64 designs, shape (n, d); by default none."""
        return x.new_zeros((len(x), 0))

    def constraint_field(self, x: Tensor) -> Tensor:
        """All constraints (n, M) before the maxima that `constraints` are of, of the same sign and scale.

        With one multiplier each, a method that has multipliers sees every place that is broken, and not the worst
        alone. By default the constraints themselves.
        """
        return self.constraints(x)

    def linearise_field(self, x: np.ndarray) -> tuple[Evaluation, np.ndarray, Pullback]:
        """Like `linearise`, with the constraint field (n, M), of which the pullback takes the weights."""
        if type(self).constraint_field is DifferentiableProblem.constraint_field:
            evaluation, pullback = self.linearise(x)
            return evaluation, evaluation.constraints, pullback
        return (self.evaluate(x), *self._differentiated(x, self.constraint_field)[1:])

    def linearise(self, x: np.ndarray) -> tuple[Evaluation, Pullback]:
        """Evaluate designs of shape (n, d), and give the function that differentiates any sum of what was found.

        Override it, together with `evaluate`, where gradients are written out or come from a solver; the default asks
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
