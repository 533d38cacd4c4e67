"""The account of one run: what it has spent and found, and what of that is on record."""

from __future__ import annotations

import math
import time
from typing import Any, Literal

import numpy as np

from bench.searching.allowance import Allowance
from bench.searching.losses import Merit, penalised
from bench.searching.trace import Trace
from problems.base import FEASIBILITY_TOLERANCE, Evaluation, Problem

LATENT_LIMIT = 16
"""Latents of more dimensions are not kept in the trace."""
NONE = np.empty(0)


class Account:
    """Counts and times what evaluations cost, and remembers the best of them.

    The price of a run is n_f + n_g: a value costs 1, a value with its gradient 2. A design counts as a success only if
    it is feasible and passes the problem's verification, for which the clocks stop.

    Parameters
    ----------
    problem : Problem
    budget : int
        The price that may be spent.
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
    archive : list of (ndarray, ndarray), or None
        Designs (m, d) and shared losses (m,) of each batch, where they are kept.
    stage_best : ndarray, shape (k,), or None
        The latent of least shared loss that the stage has evaluated.
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
        self.seconds = {"objective": 0.0, "decode": 0.0, "verify": 0.0, "refit": 0.0}
        self.archive: list[tuple[np.ndarray, np.ndarray]] | None = [] if archive else None
        self.stage_best: np.ndarray | None = None
        self._best_feasible = self._least_loss = self._stage_loss = math.inf
        self._least_loss_design: np.ndarray | None = None
        self._last: tuple[np.ndarray, float, np.ndarray, float] | None = None
        self._trace = Trace(trace)
        self._allowance = Allowance(budget)
        self._started = time.perf_counter()

    @property
    def price(self) -> int:
        """What has been spent, n_f + n_g."""
        return self.n_f + self.n_g

    @property
    def remaining(self) -> int:
        """What the stage may still spend, unless progress prolongs its patience."""
        return max(0, self._allowance.end - self.n_f - self.n_g)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The trace."""
        return self._trace.rows

    @property
    def stage(self) -> int:
        """Which stage is open, from 0."""
        return self._allowance.stage

    @property
    def switches(self) -> list[tuple[int, str]]:
        """The price at which each stage but the first began, and why the one before it had ended."""
        return self._allowance.switches

    @property
    def incumbent(self) -> np.ndarray | None:
        """The best verified design, or while there is none the one of least loss; where a next stage starts."""
        return self.best if self.best is not None else self._least_loss_design

    def open_stage(self, until: float | None = None, stagnation: int | None = None) -> None:
        """Begin the next stage, which ends at a share of the budget, or after a price without progress.

        Progress is a better verified or feasible design, or a smaller shared loss.
        """
        self._allowance.open_stage(self.price, until, stagnation)
        self._stage_loss, self.stage_best = math.inf, None

    def close(self) -> None:
        """Log the last evaluation, so that a trace tells how far the run went."""
        if self._last is not None and self.rows[-1]["evaluations"] < self.price:
            z, objective, constraints, loss = self._last
            violation = float(constraints.max(initial=0.0))
            self._trace.log(self._row(z, objective, violation, _is_feasible(loss, violation)))

    def total_seconds(self) -> float:
        """Seconds since the ledger was opened, verification and refits apart."""
        return time.perf_counter() - self._started - self.seconds["verify"] - self.seconds["refit"]

    def enter(
        self,
        x: np.ndarray,
        z: np.ndarray,
        evaluation: Evaluation,
        merit: Merit | None,
        shown: np.ndarray | None = None,
    ) -> np.ndarray:
        """Account for designs; give losses, or merits, which may be shown other constraints than the maxima."""
        objective, constraints = evaluation.objective, evaluation.constraints
        if constraints.shape[1]:
            losses, last = penalised(self.problem, objective, constraints), constraints[-1].copy()
        else:
            losses, last = objective.copy(), NONE
        objectives, shared = objective.tolist(), losses.tolist()
        if self.n_f + self.n_g + len(shared) < self._trace.due and self._gains_nothing(objectives, shared):
            self.n_f += len(shared)
        else:
            violations = constraints.max(axis=1, initial=0.0).tolist() if constraints.shape[1] else [0.0] * len(shared)
            self._enter_each(x, z, objectives, violations, shared)
            losses = np.array(shared)
        if self.archive is not None:
            self.archive.append((x.copy(), losses.copy()))
        self._last = (z[-1], objectives[-1], last, shared[-1])
        if merit is None:
            return losses
        own = np.array(merit(objective, constraints if shown is None else shown), dtype=float)
        return np.where(np.isfinite(losses) & ~np.isnan(own), own, math.inf)

    def _gains_nothing(self, objectives: list[float], losses: list[float]) -> bool:
        """Whether none of a batch fails or improves anything; if in doubt, it is looked at more closely."""
        if len(losses) == 1:
            return self._stage_loss <= losses[0] < math.inf and self.best_objective <= objectives[0] < math.inf
        return (
            min(losses) >= self._stage_loss
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
                    self._allowance.prolong(self.price)
            feasible = _is_feasible(losses[i], violation)
            promising = feasible and objective < self.best_objective
            if promising or self.n_f + self.n_g >= self._trace.due:
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
            self._allowance.prolong(self.price)
        if improved or self.price >= self._trace.due:
            self._trace.log(self._row(z, objective, violation, feasible, verified))

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


def _is_feasible(loss: float, violation: float) -> bool:
    """Whether an evaluation did not fail, which its loss tells, and satisfies all constraints."""
    return loss < math.inf and violation <= FEASIBILITY_TOLERANCE
