from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from bench.store.directory import Store
from bench.store.frames import Columns

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(["a", "", "σ"]),
    "number": st.floats(),
    "whole": st.integers(-9, 9),
    "answer": st.booleans(),
    "several": st.none() | st.lists(st.floats(allow_nan=False), max_size=3),
}


ROWS = st.lists(st.fixed_dictionaries({"run": st.just("x")}, optional=VALUES), max_size=6)


@given(st.lists(ROWS).filter(any))
def test_columns_are_those_that_pandas_makes_of_rows(packs: list[list[dict[str, Any]]]) -> None:
    columns = Columns()
    for each in packs:
        columns.extend(each)
    rows = list(chain.from_iterable(packs))
    pd.testing.assert_frame_equal(columns.frame(), pd.DataFrame(rows))


def test_what_is_not_wanted_is_left_out_and_nothing_else(tiny_run: Path) -> None:
    runs, traces = Store(tiny_run).load()
    some, same = Store(tiny_run).load(without=("design", "never there"))
    pd.testing.assert_frame_equal(some, runs.drop(columns="design"))
    pd.testing.assert_frame_equal(same, traces)
