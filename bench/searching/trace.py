"""The trace of a run: its improvements, and what is logged come what may, ten times a decade of the price."""

from __future__ import annotations

import math
from typing import Any, Literal

PER_DECADE = 10


class Trace:
    """What a run has logged, and what is due to be.

    Parameters
    ----------
    what : {"improvements", "all"}
        Improvements and log-spaced checkpoints, or every evaluation.

    Attributes
    ----------
    rows : list of dict
    due : int
        The price from which on the next evaluation is logged, improvement or not.
    """

    def __init__(self, what: Literal["improvements", "all"]) -> None:
        self.rows: list[dict[str, Any]] = []
        self.due = 0 if what == "all" else 1

    def log(self, row: dict[str, Any]) -> None:
        """Add a row, which has its price as ``evaluations``."""
        self.rows.append(row)
        if 0 < self.due <= row["evaluations"]:
            self.due = next_checkpoint(row["evaluations"])


def next_checkpoint(price: int) -> int:
    """Find the least price above this one that is due to be logged, evenly on a log scale."""
    steps = math.floor(PER_DECADE * math.log10(price))
    candidates = (math.ceil(10 ** ((steps + k) / PER_DECADE)) for k in range(3))
    return next(candidate for candidate in candidates if candidate > price)
