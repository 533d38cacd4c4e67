from __future__ import annotations

from pathlib import Path

from bench.analysis import encoders, frames
from bench.store import rows
from bench.store.columns import BY_NAME, OF_A_FIT, RUNS, markdown

README = Path(__file__).parents[3] / "results" / "README.md"


def test_the_documents_list_these_columns_with_these_meanings_and_no_others() -> None:
    listed = README.read_text(encoding="utf-8").partition("## runs")[2].partition("## traces")[0]
    assert markdown() in listed
    assert listed.count("\n| `") == len(RUNS) == len(BY_NAME)


def test_a_fact_of_a_fit_is_a_number_and_may_stand_in_its_info_and_in_a_row() -> None:
    for name in OF_A_FIT:
        assert rows.misfit({name: 0.5}, rows.INFO) is None
        assert rows.misfit({name: 0.5}, rows.COLUMNS) is None
        assert rows.misfit({name: "0.5"}, rows.COLUMNS) is not None


def test_what_is_found_by_a_reach_search_stands_beside_the_records_and_in_none() -> None:
    assert rows.misfit({"reach_objective": 0.5}, rows.COLUMNS) is not None


def test_tables_read_no_column_that_there_is_not() -> None:
    made = {"reachable", "representation_gap"}
    assert {*frames.TEXTS, *frames.NUMBERS, *frames.OTHERS, *encoders.MEDIANS} - made <= BY_NAME.keys()
