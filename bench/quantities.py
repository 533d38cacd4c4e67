"""How numbers are written for people: the only place that chooses digits.

A missing value is a dash, a target that no search reached is ∞, and numbers with many zeros have an exponent.
"""

from __future__ import annotations

from decimal import Decimal
from math import isinf, isnan
from typing import SupportsFloat

MISSING, INFINITE = "–", "∞"
NEGLIGIBLE = 1e-6
"""What is smaller is nothing, where only its size matters."""
PLAIN = (Decimal("1e-4"), Decimal("1e7"))
"""From the first size up to the second, numbers have no exponent."""
UNITS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))


def significant(number: SupportsFloat, digits: int) -> str:
    """So many significant digits, less trailing zeros: ``18200``, ``0.00012``, ``2.8e-14``, ``–`` or ``∞``."""
    number = float(number)
    if isnan(number):
        return MISSING
    if isinf(number):
        return INFINITE if number > 0 else f"-{INFINITE}"
    rounded = Decimal(f"{number:.{digits - 1}e}").normalize()
    if not rounded:
        return "0"
    if PLAIN[0] <= abs(rounded) < PLAIN[1]:
        return f"{rounded:f}"
    mantissa, exponent = f"{rounded:e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def displayed(value: SupportsFloat) -> str:
    """A design's value, as a problem displays it."""
    return significant(value, 5)


def caption(value: SupportsFloat) -> str:
    """The same where there is little room; a dash for a design that has none."""
    return MISSING if isinf(value) else significant(value, 4)


def stated(number: SupportsFloat) -> str:
    """What a person has set, such as a target, in full."""
    return significant(number, 10)


def expected(evaluations: SupportsFloat) -> str:
    """An expected running time."""
    return significant(evaluations, 3)


def rough(number: SupportsFloat) -> str:
    """What is known to two digits at best: a ratio, a gap, seconds."""
    return significant(number, 2)


def small(number: SupportsFloat) -> str:
    """The same, and ``0`` for what is negligible."""
    return "0" if abs(float(number)) < NEGLIGIBLE else rough(number)


def whole(number: SupportsFloat) -> str:
    """A count, or a mean or median of counts."""
    return fixed(number, 0)


def fixed(number: SupportsFloat, decimals: int) -> str:
    """So many decimals, to be compared down a column."""
    return MISSING if isnan(number) else f"{float(number):.{decimals}f}"


def percent(share: SupportsFloat, decimals: int = 0) -> str:
    """A share of 1."""
    return MISSING if isnan(share) else f"{float(share):.{decimals}%}"


def interval(number: str, low: str, high: str) -> str:
    """What is written of a number and of the ends of its interval, as one."""
    return f"{number} [{low}, {high}]"


def duration(seconds: SupportsFloat) -> str:
    """Two significant digits and a unit, from days to microseconds; ``0`` for nothing."""
    seconds = float(seconds)
    if isnan(seconds) or seconds == 0.0:
        return MISSING if isnan(seconds) else "0"
    unit, name = next(((unit, name) for unit, name in UNITS if seconds >= unit), UNITS[-1])
    return f"{rough(seconds / unit)} {name}"
