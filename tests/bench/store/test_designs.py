"""Long designs are kept to the last bit in a fraction of the time and room, and what only looks packed is refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from bench.store.designs import LONG, packed, told, unpacked
from bench.store.records import Record, read_parquet


def row(design: Any) -> dict[str, Any]:
    texts = ("experiment", "problem", "arm", "encoder", "optimiser", "problem_spec", "arm_spec", "reason")
    numbers = dict.fromkeys(("order", "replicate", "search", "seed", "budget"), 0)
    return (
        dict.fromkeys(texts, "any")
        | numbers
        | {"run": "0" * 20, "status": "completed", "raw": True}
        | {"design": design}
    )


@pytest.mark.parametrize("n", [1, LONG, LONG + 1, 20_000])
def test_a_design_comes_back_to_the_last_bit_and_short_ones_can_be_read_in_the_file(n: int) -> None:
    design = np.random.default_rng(0).normal(size=n)
    design[0] = -5e-324
    ((read,), table) = read_parquet(Record(row(told(design)), {}).to_parquet())
    assert np.array_equal(np.asarray(read["design"]).view(np.int64), design.view(np.int64))
    assert isinstance(json.loads(table["row"][0].as_py())["design"], list if n <= LONG else dict)


def test_a_long_design_that_an_older_version_has_listed_is_still_read() -> None:
    design = np.random.default_rng(0).normal(size=2 * LONG)
    ((read,), _) = read_parquet(Record(row(design.tolist()), {}).to_parquet())
    assert read["design"] == design.tolist()


def test_packed_designs_are_smaller_than_listed_ones() -> None:
    design = np.random.default_rng(0).normal(size=2 * LONG)
    listed, kept = (Record(row(each), {}).to_parquet() for each in (design.tolist(), told(design)))
    assert len(kept) < 0.95 * len(listed)


WHOLE = packed(np.arange(10.0))


@pytest.mark.parametrize(
    "forged",
    [
        WHOLE | {"variables": 9},
        WHOLE | {"variables": 11},
        WHOLE | {"variables": 2**60},
        WHOLE | {"variables": True},
        WHOLE | {"variables": None},
        WHOLE | {"zlib": WHOLE["zlib"][:-8]},
        WHOLE | {"zlib": "é"},
        WHOLE | {"zlib": 5},
        WHOLE | {"more": 1},
        {"variables": 1},
        {},
    ],
)
def test_what_only_looks_packed_is_refused(forged: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="design"):
        unpacked(forged)
    with pytest.raises(ValueError, match="is no record"):
        read_parquet(Record(row(forged), {}).to_parquet())


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_packed_design_with_values_that_are_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="as its design"):
        read_parquet(Record(row(np.full(2 * LONG, value)), {}).to_parquet())
