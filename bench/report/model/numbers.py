"""Numbers as JSON takes little room for."""

from __future__ import annotations

from math import isfinite
from typing import SupportsFloat

import numpy as np
from numpy.typing import ArrayLike

DIGITS = 5
"""Significant ones: as many as tables show of a design's value."""


def number(value: SupportsFloat | None, digits: int = DIGITS) -> float | int | None:
    """Round to significant digits; None for what is not finite, which JSON cannot say."""
    value = float("nan" if value is None else value)
    if not isfinite(value):
        return None
    rounded = float(f"{value:.{digits}g}")
    if not isfinite(rounded):  # the largest ones, rounded up
        return value
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def numbers(values: ArrayLike, digits: int = DIGITS) -> list[float | int | None]:
    """Do the same to many."""
    return [number(value, digits) for value in np.asarray(values, dtype=float).ravel().tolist()]


def infinite(value: SupportsFloat, digits: int = DIGITS) -> float | int | str | None:
    """Round likewise, with "inf" for what is infinite: an expected running time, or the end of an interval."""
    value = float(value)
    return "inf" if value == float("inf") else number(value, digits)


def changes(values: ArrayLike) -> list[float | int | None]:
    """Write a series that changes seldom: the place of each change and what follows, one after the other.

    What is not finite stands at its start alone, and is left out.
    """
    series = numbers(values)
    found: list[float | int | None] = []
    last = None
    for place, value in enumerate(series):
        if value != last:
            found += [place, value]
            last = value
    return found
