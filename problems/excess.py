"""By how much a bound is exceeded, as constraints count it; compiled by Numba."""

from __future__ import annotations

import math

from numba import njit


@njit(cache=True, error_model="numpy")
def compressed(excess: float) -> float:
    """An excess whose large values are pressed together, so that one hopeless vertex does not drown all others."""
    return math.log1p(excess) if excess > 0 else excess


@njit(cache=True, error_model="numpy")
def compressed_slope(excess: float) -> float:
    """The derivative of `compressed`."""
    return 1 / (1 + excess) if excess > 0 else 1.0
