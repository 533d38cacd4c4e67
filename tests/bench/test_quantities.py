from math import inf, isfinite, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import quantities
from bench.quantities import caption, duration, fixed, percent, significant, small


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (18234.0, 3, "18200"),
        (1.00016, 5, "1.0002"),
        (0.000123, 2, "0.00012"),
        (2.8422e-14, 5, "2.8422e-14"),
        (0.99999e-4, 2, "0.0001"),
        (-12345678.0, 3, "-1.23e7"),
        (1e300, 3, "1e300"),
        (0.0, 2, "0"),
        (-0.0, 2, "0"),
        (inf, 2, "∞"),
        (-inf, 2, "-∞"),
        (nan, 2, "–"),
    ],
)
def test_significant_digits(value: float, digits: int, text: str) -> None:
    assert significant(value, digits) == text


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 12))
def test_what_is_written_is_the_number_and_short(value: float, digits: int) -> None:
    text = significant(value, digits)
    if isfinite(float(text)):  # rounding up may leave the range
        assert float(text) == pytest.approx(value, rel=0.51 * 10.0 ** (1 - digits), abs=0)
    assert len(text) <= digits + len("-0.000") + len("e-308")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (nan, "–"),
        (0.0, "0"),
        (2e-7, "0.2 µs"),
        (0.0042, "4.2 ms"),
        (42.0, "42 s"),
        (90.0, "1.5 min"),
        (172800.0, "2 d"),
    ],
)
def test_durations_read_in_a_table(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    "write",
    [
        *(quantities.displayed, quantities.stated, quantities.expected, quantities.rough, quantities.whole),
        *(caption, small, percent, duration, lambda number: fixed(number, 2)),
    ],
)
def test_what_is_missing_is_a_dash_everywhere(write) -> None:
    assert write(nan) == "–"


def test_what_is_negligible_is_nothing_and_a_design_without_value_a_dash() -> None:
    assert [small(1e-9), small(-1e-9), small(0.0123)] == ["0", "0", "0.012"]
    assert [caption(inf), caption(1.23456)] == ["–", "1.235"]
    assert [percent(0.125), percent(0.125, 1)] == ["12%", "12.5%"]
