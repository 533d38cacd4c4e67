"""The ledger: the design-space account of one run, and the only way to evaluate designs in it."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from bench.errors import reason
from bench.searching.account import Account
from bench.searching.endings import refuse
from bench.searching.evaluation import PluginError, all_finite, checked, failed, one_by_one
from bench.searching.losses import Merit, slopes
from problems.base import Evaluation

if TYPE_CHECKING:
    from torch import Tensor

    from problems.base import DifferentiableProblem


class Ledger(Account):
    """Evaluates designs as far as the budget goes, and enters them into the account; no evaluation goes past it.

    What is evaluated are designs as the problem repairs them, so that its bounds bind every optimiser alike. See
    `Account` for parameters and attributes. At the budget `BudgetSpent` is raised.
    """

    _refused = 0

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
        if self.n_f + self.n_g + len(x) <= self._allowance.end:
            return self._charged(x, z, merit)
        parts = []
        while len(x) > (affordable := self.remaining):
            if not affordable:
                self._refuse()
            parts.append(self._charged(x[:affordable], z[:affordable], merit))
            x, z = x[affordable:], z[affordable:]
        return np.concatenate([*parts, self._charged(x, z, merit)])

    def _charged(self, x: np.ndarray, z: np.ndarray, merit: Merit | None) -> np.ndarray:
        begun = time.perf_counter()
        try:
            evaluation = checked(self.problem, x)
        except PluginError:
            raise
        except Exception as error:  # a plug-in may raise anything
            evaluation = self._saved(x, error)
        self.seconds["objective"] += time.perf_counter() - begun
        return self.enter(x, z, evaluation, merit)

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
        if self._allowance.end - self.n_f - self.n_g < 2:
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
            gradient = pullback(*slopes(problem, evaluation.objective, shown, merit))
        except Exception as error:  # as above
            evaluation, gradient = self._raised(error, 1), np.zeros(x.shape)
            shown = evaluation.constraints
        self.seconds["objective"] += time.perf_counter() - begun
        self.n_g += 1
        loss = float(self.enter(repaired, z, evaluation, merit, shown)[0])
        within = repaired is asked or (repaired == asked).all()
        # beyond a bound nothing changes
        slope = gradient[0].copy() if within else np.where(repaired[0] == asked[0], gradient[0], 0.0)
        if math.isfinite(loss) and all_finite(slope):
            return loss, slope
        self.n_failed += math.isfinite(loss)  # the value was counted as failed where it is what failed
        return math.inf, np.zeros(x.shape[1])

    def _refuse(self) -> NoReturn:
        self._refused += 1
        refuse(self._refused)

    def _saved(self, x: np.ndarray, error: Exception) -> Evaluation:
        """What can be had of designs over which something was raised."""
        raised: list[Exception] = []
        try:
            evaluation = one_by_one(self.problem, x, error, raised)
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
