from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from bench.analysis import contents, fixed, frames
from bench.analysis.contents import TABLES, Table
from bench.analysis.records import Records


@pytest.fixture
def two(records: SimpleNamespace) -> Records:
    """Two problems, an arm that is skipped in one of them, and a run that failed."""
    run, undone = records.run, records.undone
    return Records(
        *records.experiment(
            run("raw/cma-es", 100, (1, 1.5), (50, 1.04)),
            run("vae-8/cma-es", 100, (1, 1.4), (10, 1.01), replicate=1),
            undone("vae-8/l-bfgs", "skipped", "it needs gradients"),
            run("raw/cma-es", 90, (1, 1.5), (80, 1.2), problem="square", targets=[1.3, 1.1]),
            undone("vae-8/cma-es", "failed", "it broke", problem="square"),
        )
    )


@pytest.mark.parametrize("name", ["hits", "compared", "arms"])
def test_what_is_said_of_one_problem_is_what_all_records_say_of_it(two: Records, name: str) -> None:
    for problem, part in two.parts.items():
        alone = Records(two.runs[two.runs["problem"] == problem], two.traces)
        said, expected = (frame.astype(object).fillna("none") for frame in (getattr(part, name), getattr(alone, name)))
        assert_frame_equal(said, expected)


def test_each_thing_is_made_once(two: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for name in ("attempted", "verified", "first_hits"):
        whole = getattr(frames, name)
        monkeypatch.setattr(frames, name, lambda *given, whole=whole, name=name: made.append(name) or whole(*given))
    for name in ("efficiency", "tests", "cost", "aocc"):
        TABLES[name].made(two)
    assert sorted(made) == ["attempted", "first_hits", "verified"]


def test_a_run_that_was_skipped_is_not_among_those_that_were_tried_and_no_column_is_lost(two: Records) -> None:
    assert "skipped" not in set(two.tried["status"])
    assert set(two.tried.columns) == {*two.runs.columns, *frames.regular(two.runs).columns, "price"}
    assert len(two.raw) + len(two.latent) == len(two.tried) == 4


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_table_has_no_row_of_no_records_and_says_so(table: Table) -> None:
    made = table.made(Records(pd.DataFrame(columns=["run", "status"]), pd.DataFrame(columns=["run"])))
    assert made.empty
    assert "No" in table.written(made, "text")


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_table_is_written_in_every_format(two: Records, table: Table) -> None:
    for form in ("text", "markdown", "latex", "html", "csv"):
        assert table.text(two, form)


def test_stages_are_a_column_and_a_label_is_free_to_hold_an_arrow() -> None:
    assert list(frames.stages(pd.DataFrame({"encoder": ["a → b", "c"], "stages": [None, 2]}))) == [1, 2]
    assert list(frames.stages(pd.DataFrame({"encoder": ["a → b"]}))) == [1]


def test_commands_load_the_columns_of_traces_that_tables_read() -> None:
    assert {*frames.TRACE, *fixed.TRACE} <= {"run", *contents.TRACE}
