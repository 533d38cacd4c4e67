"""What optimisers ask of their parameters, and the words in which they refuse them."""

from __future__ import annotations

import math


def positive(**given: float) -> None:
    """Raise `ValueError` for a parameter that is not positive and finite."""
    for name, value in given.items():
        if not (value > 0 and math.isfinite(value)):
            raise ValueError(f"{name}: {value} must be positive and finite")


def at_least(least: float, **given: float) -> None:
    """Raise `ValueError` for a parameter that is smaller, or not a number."""
    for name, value in given.items():
        if not value >= least:
            raise ValueError(f"{name}: {value} must be at least {least}")
