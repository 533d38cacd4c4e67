"""The ledger: the design-space account of one run."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import numpy as np

from bench.errors import reason
from bench.searching.evaluation import PluginError as PluginError
from bench.searching.evaluation import evaluate as evaluate
from bench.searching.evaluation import failed
from problems.base import FEASIBILITY_TOLERANCE, Evaluation

if TYPE_CHECKING:
    from torch import Tensor

    from problems.base import DifferentiableProblem, Problem

CHECKPOINTS_PER_DECADE = 10
LATENT_LIMIT = 16
"""Latents of more dimensions are not kept in the trace."""

PATIENCE = 1000
"""How often a search may ask for more once its budget is spent, before it is broken off."""
DEAF = 86
"""Exit code of a process that ends itself, since nothing that is raised ends the search in it."""

Merit = Callable[[Any, Any], Any]


class BudgetSpent(Exception):
    """The budget of the run or of its stage is gone; optimisers let it pass, the runner catches it."""


class Unheard(BaseException):
    """Breaks off a search that has caught `BudgetSpent` again and again, and with it every `Exception`."""


def end_process() -> NoReturn:
    """End this process: the last resort against a search that catches whatever is raised, interrupts included."""
    print("a search goes on and on after its budget, whatever is raised: its process is ended", file=sys.stderr)
    sys.stderr.flush()
    os._exit(DEAF)


def next_checkpoint(price: int) -> int:
    """Find the least price above this one that is logged come what may: ten a decade, evenly on a log scale."""
    steps = math.floor(CHECKPOINTS_PER_DECADE * math.log10(price))
    candidates = (math.ceil(10 ** ((steps + k) / CHECKPOINTS_PER_DECADE)) for k in range(3))
    return next(candidate for candidate in candidates if candidate > price)


def _is_feasible(loss: float, violation: float) -> bool:
    """Whether an evaluation did not fail, which its loss tells, and satisfies all constraints."""
    return loss < math.inf and violation <= FEASIBILITY_TOLERANCE


class Ledger:
    """Evaluates designs, counts and times what they cost, and remembers the best; no evaluation goes past it.

    What is evaluated are designs as the problem repairs them, so that its bounds bind every optimiser alike. The price
    of a run is n_f + n_g: a value costs 1, a value with its gradient 2. A design counts as a success only if
    it is feasible and passes the problem's verification, for which the clocks stop.

    Parameters
    ----------
    problem : Problem
    budget : int
        The price at which `BudgetSpent` is raised.
    trace : {"improvements", "all"}
        Whether improvements and log-spaced checkpoints are logged, or every evaluation.
    archive : bool
        Whether every design is kept, for a stage that learns from them.

    Attributes
    ----------
    n_f, n_g : int
        Values and gradients so far.
    n_failed : int
        Evaluations whose value or gradient is not finite; charged like all.
    failure : str
        What the problem raised first, over a design beyond the start; empty where it never did.
    n_refused : int
        Feasible designs that would have been the best but did not pass verification.
    best : ndarray, shape (d,), or None
        The best verified design.
    best_objective : float
        Its objective; infinite while there is none.
    rows : list of dict
        The trace.
    archive : list of (ndarray, ndarray), or None
        Designs (m, d) and shared losses (m,) of each batch, where they are kept.
    stage : int
        Which stage is open, from 0.
    stage_best : ndarray, shape (k,), or None
        The latent of least shared loss that the stage has evaluated.
    switches : list of (int, str)
        The price at which each stage but the first began, and why the one before it had ended.
    seconds : dict
        Spent in the "objective", by the encoder in "decode", in "verify", and on encoders in "refit"; the second and
        the last are entered from there.
    """

    def __init__(
        self,
        problem: Problem,
        budget: int,
        trace: Literal["improvements", "all"] = "improvements",
        archive: bool = False,
    ) -> None:
        self.problem = problem
        self.budget = budget
        self.n_f = self.n_g = self.n_failed = self.n_refused = 0
        self.failure = ""
        self.best: np.ndarray | None = None
        self.best_objective = math.inf
        self.rows: list[dict[str, Any]] = []
        self.seconds = {"objective": 0.0, "decode": 0.0, "verify": 0.0, "refit": 0.0}
        self.stage = -1
        self.switches: list[tuple[int, str]] = []
        self.archive: list[tuple[np.ndarray, np.ndarray]] | None = [] if archive else None
        self._log_all = trace == "all"
        self._best_feasible = math.inf
        self._least_loss = math.inf
        self._least_loss_design: np.ndarray | None = None
        self._stage_loss = math.inf
        self.stage_best: np.ndarray | None = None
        self._last: tuple[np.ndarray, float, np.ndarray, float] | None = None
        self._checkpoint = 1
        self._limit = budget
        self._patience = budget
        self._progress = 0
        self._refused = 0
        self._started = time.perf_counter()

    @property
    def price(self) -> int:
        """What has been spent, n_f + n_g."""
        return self.n_f + self.n_g

    @property
    def remaining(self) -> int:
        """What the stage may still spend, unless progress prolongs its patience."""
        price = self.n_f + self.n_g
        left, patience = self._limit - price, self._patience - price + self._progress
        return max(0, left if left < patience else patience)

    @property
    def incumbent(self) -> np.ndarray | None:
        """The best verified design, or while there is none the one of least loss; where a next stage starts."""
        return self.best if self.best is not None else self._least_loss_design

    def open_stage(self, until: float | None = None, stagnation: int | None = None) -> None:
        """Begin the next stage, which ends at a share of the budget, or after a price without progress.

        Progress is a better verified or feasible design, or a smaller shared loss.
        """
        if self.stage >= 0:
            self.switches.append((self.price, self._why_ended()))
        self.stage += 1
        self._limit = self.budget if until is None else math.floor(until * self.budget)
        self._patience = self.budget if stagnation is None else stagnation
        self._progress = self.price
        self._stage_loss, self.stage_best = math.inf, None

    def _why_ended(self) -> str:
        if self.price >= self.budget:
            return "the budget is spent"
        if self.price >= self._limit:
            return "its share is spent"
        return "no progress" if self.remaining == 0 else "converged"

    def penalised(self, objective: Any, constraints: Any) -> Any:
        """The shared loss, objective + ρ Σ max(g, 0), of arrays or tensors."""
        if not constraints.shape[1]:
            return objective
        with np.errstate(invalid="ignore"):  # an infinite constraint makes a failed evaluation
            return objective + self.problem.penalty * (constraints * (constraints > 0)).sum(-1)

    def evaluate(self, x: np.ndarray, z: np.ndarray, merit: Merit | None = None) -> np.ndarray:
        """Losses (m,) of designs x (m, d) decoded from z (m, k); infinite where a value is not finite.

        Raises
        ------
        BudgetSpent
            If less than m is left; the designs that the budget allows are evaluated first.
        PluginError
            If the problem returns other shapes than it should.
        """
        if not len(x):
            return np.empty(0)
        x = self.problem.repair(x)
        parts = []
        while len(x) > (affordable := self.remaining):
            if not affordable:
                self._refuse()
            parts.append(self._charged(x[:affordable], z[:affordable], merit))
            x, z = x[affordable:], z[affordable:]
        last = self._charged(x, z, merit)
        return np.concatenate([*parts, last]) if parts else last

    def _charged(self, x: np.ndarray, z: np.ndarray, merit: Merit | None) -> np.ndarray:
        begun = time.perf_counter()
        evaluation = self._evaluated(x)
        self.seconds["objective"] += time.perf_counter() - begun
        return self._enter(x, z, evaluation, merit)

    def differentiate(
        self, x: Tensor, z: np.ndarray, merit: Merit | None = None, field: bool = False
    ) -> tuple[float, np.ndarray]:
        """Loss and its gradient (d,) at one design x (1, d) decoded from z (1, k); (inf, 0) where not finite.

        A merit is given the constraint field instead of the constraints, if that is asked for.

        Raises
        ------
        BudgetSpent
            If less than 2 is left; where 1 is left, the value is evaluated first.
        """
        if self.remaining < 2:
            self.evaluate(x.numpy(), z)
            self._refuse()
        problem: DifferentiableProblem = self.problem  # type: ignore[assignment]
        begun = time.perf_counter()
        asked = x.detach().numpy()
        repaired = problem.repair(asked)
        try:
            if field:
                evaluation, shown, pullback = problem.linearise_field(repaired)
            else:
                evaluation, pullback = problem.linearise(repaired)
                shown = evaluation.constraints
            gradient = pullback(*self._weights(evaluation.objective, shown, merit))
        except Exception as error:  # a plug-in may raise anything
            evaluation, gradient = self._raised(error, 1), np.zeros(x.shape)
            shown = evaluation.constraints
        self.seconds["objective"] += time.perf_counter() - begun
        self.n_g += 1
        loss = float(self._enter(repaired, z, evaluation, merit, shown)[0])
        slope = np.where(repaired[0] == asked[0], gradient[0], 0.0)  # beyond a bound nothing changes
        if math.isfinite(loss) and np.isfinite(slope).all():
            return loss, slope
        self.n_failed += math.isfinite(loss)  # the value was counted as failed where it is what failed
        return math.inf, np.zeros(x.shape[1])

    def _weights(
        self, objective: np.ndarray, constraints: np.ndarray, merit: Merit | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Derivatives of the loss or of a merit, by Torch if need be, by objective (n,) and constraints (n, m)."""
        if merit is None:
            return np.ones_like(objective), self.problem.penalty * (constraints > 0)
        if (slopes := getattr(merit, "slopes", None)) is not None:
            return slopes(objective, constraints)
        import torch

        leaves = torch.tensor(objective, requires_grad=True), torch.tensor(constraints, requires_grad=True)
        found = torch.autograd.grad(merit(*leaves).sum(), leaves, allow_unused=True)
        of_objective, of_constraints = (
            torch.zeros_like(leaf) if slope is None else slope for leaf, slope in zip(leaves, found, strict=True)
        )
        return of_objective.numpy(), of_constraints.numpy()

    def _refuse(self) -> NoReturn:
        self._refused += 1
        if self._refused >= 2 * PATIENCE:  # `Unheard` has been caught too
            end_process()
        raise BudgetSpent if self._refused < PATIENCE else Unheard

    def _evaluated(self, x: np.ndarray) -> Evaluation:
        raised: list[Exception] = []
        try:
            evaluation = evaluate(self.problem, x, raised)
        except PluginError:
            raise
        except Exception as error:  # as above
            return self._raised(error, len(x))
        if raised and not self.failure:
            self.failure = reason(raised[0])
        return evaluation

    def _raised(self, error: Exception, n: int) -> Evaluation:
        """Failed evaluations; but what is raised over the start, which once could be evaluated, ends the run."""
        if self._last is None:
            raise error
        self.failure = self.failure or reason(error)
        return failed(n, len(self._last[2]))

    def close(self) -> None:
        """Log the last evaluation, so that a trace tells how far the run went."""
        if self._last is not None and self.rows[-1]["evaluations"] < self.price:
            z, objective, constraints, loss = self._last
            violation = float(constraints.max(initial=0.0))
            self.rows.append(self._row(z, objective, violation, _is_feasible(loss, violation)))

    def total_seconds(self) -> float:
        """Seconds since the ledger was opened, verification and refits apart."""
        return time.perf_counter() - self._started - self.seconds["verify"] - self.seconds["refit"]

    def _enter(
        self,
        x: np.ndarray,
        z: np.ndarray,
        evaluation: Evaluation,
        merit: Merit | None,
        shown: np.ndarray | None = None,
    ) -> np.ndarray:
        """Account for designs; give losses, or merits, which may be shown other constraints than the maxima."""
        objectives, constraints = evaluation.objective.tolist(), evaluation.constraints
        shared = self.penalised(evaluation.objective, constraints).tolist()
        if self._is_plain(objectives, shared):
            self.n_f += len(shared)
        else:
            self._enter_each(x, z, objectives, constraints.max(axis=1, initial=0.0).tolist(), shared)
        if self.archive is not None:
            self.archive.append((x.copy(), np.array(shared)))
        self._last = (z[-1], objectives[-1], constraints[-1].copy(), shared[-1])
        losses = np.array(shared)
        if merit is None:
            return losses
        own = np.array(merit(evaluation.objective, constraints if shown is None else shown), dtype=float)
        return np.where(np.isfinite(losses) & ~np.isnan(own), own, math.inf)

    def _is_plain(self, objectives: list[float], losses: list[float]) -> bool:
        """Whether none of a batch fails, improves anything or is due to be logged; if in doubt, it is not plain."""
        return (
            not self._log_all
            and self.n_f + self.n_g + len(losses) < self._checkpoint
            and min(losses) >= self._stage_loss
            and min(objectives) >= self.best_objective
            and -math.inf < sum(losses) + sum(objectives) < math.inf  # false where there is a NaN, which `min` may miss
        )

    def _enter_each(
        self, x: np.ndarray, z: np.ndarray, objectives: list[float], violations: list[float], losses: list[float]
    ) -> None:
        least = nearest = None
        # a plain loop: for the small batches of most optimisers it is faster than array operations
        for i, (loss, objective, violation) in enumerate(zip(losses, objectives, violations, strict=True)):
            self.n_f += 1
            if not (math.isfinite(objective) and math.isfinite(loss)):
                self.n_failed += 1
                losses[i] = math.inf
            elif loss < self._stage_loss:
                self._stage_loss, nearest = loss, i
                if loss < self._least_loss:
                    self._least_loss, least = loss, i
                    self._progress = self.price
            feasible = _is_feasible(losses[i], violation)
            promising = feasible and objective < self.best_objective
            if promising or self._log_all or self.n_f + self.n_g >= self._checkpoint:
                self._note(x[i], z[i], objective, violation, feasible, promising)
        if least is not None:
            self._least_loss_design = x[least].copy()
        if nearest is not None:
            self.stage_best = z[nearest].copy()

    def _note(
        self, x: np.ndarray, z: np.ndarray, objective: float, violation: float, feasible: bool, promising: bool
    ) -> None:
        verified = promising and self._verify(x)
        if verified:
            self.best, self.best_objective = x.copy(), objective
        improved = verified or (feasible and objective < self._best_feasible)
        if improved:
            self._best_feasible = min(self._best_feasible, objective)
            self._progress = self.price
        if improved or self._log_all or self.price >= self._checkpoint:
            self.rows.append(self._row(z, objective, violation, feasible, verified))
            self._checkpoint = next_checkpoint(self.price)

    def _row(
        self, z: np.ndarray, objective: float, violation: float, feasible: bool, verified: bool = False
    ) -> dict[str, Any]:
        return {
            "evaluations": self.price,
            "n_f": self.n_f,
            "n_g": self.n_g,
            "objective": objective,
            "violation": violation,
            "feasible": feasible,
            "verified": verified,
            "stage": self.stage,
            "latent": z.tolist() if len(z) <= LATENT_LIMIT else None,
            "seconds": self.total_seconds(),
            "seconds_objective": self.seconds["objective"],
            "seconds_decode": self.seconds["decode"],
        }

    def _verify(self, x: np.ndarray) -> bool:
        begun = time.perf_counter()
        ok = bool(self.problem.verify(x).ok)
        self.seconds["verify"] += time.perf_counter() - begun
        self.n_refused += not ok
        return ok
