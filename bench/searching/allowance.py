"""What the stages of a run may spend: each a share of the budget, or as long as it gets on."""

from __future__ import annotations

import math


class Allowance:
    """Says at which price the open stage ends.

    Parameters
    ----------
    budget : int

    Attributes
    ----------
    end : int
        The price at which the stage ends, unless progress prolongs its patience.
    stage : int
        Which stage is open, from 0.
    switches : list of (int, str)
        The price at which each stage but the first began, and why the one before it had ended.
    """

    def __init__(self, budget: int) -> None:
        self.budget = self.end = self._limit = self._patience = budget
        self.stage = -1
        self.switches: list[tuple[int, str]] = []

    def open_stage(self, price: int, until: float | None, stagnation: int | None) -> None:
        """Begin the next stage, which ends at a share of the budget, or after a price without progress."""
        if self.stage >= 0:
            self.switches.append((price, self._why_ended(price)))
        self.stage += 1
        self._limit = self.budget if until is None else math.floor(until * self.budget)
        self._patience = self.budget if stagnation is None else stagnation
        self.prolong(price)

    def prolong(self, price: int) -> None:
        """Let the stage's patience begin anew, since there is progress at this price."""
        self.end = min(self._limit, price + self._patience)

    def _why_ended(self, price: int) -> str:
        if price >= self.budget:
            return "the budget is spent"
        if price >= self._limit:
            return "its share is spent"
        return "no progress" if price >= self.end else "converged"
