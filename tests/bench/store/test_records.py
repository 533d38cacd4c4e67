from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pytest

from bench.store.records import Record, concatenate, read_parquet, to_parquet, traces


def record(number: int, logged: int = 3) -> Record:
    trace: dict[str, list[Any]] = {name: list(range(logged)) for name in ("evaluations", "n_f", "n_g", "stage")}
    trace |= {name: [0.1 * i for i in range(logged)] for name in ("objective", "displayed", "violation")}
    trace |= {name: [True] * logged for name in ("feasible", "verified")}
    trace |= {name: [0.5] * logged for name in ("seconds", "seconds_objective", "seconds_decode")}
    texts = ("experiment", "problem", "arm", "encoder", "optimiser", "problem_spec", "arm_spec", "reason")
    numbers = dict.fromkeys(("order", "replicate", "search", "seed", "budget"), number)
    row = dict.fromkeys(texts, "any") | numbers | {"status": "completed", "raw": True, "best": 1.5}
    return Record(row | {"run": f"{number:020x}", "design": [0.25] * 8}, trace | {"latent": [[1.0, 2.0]] * logged})


def test_records_come_back_as_they_were_alone_or_packed() -> None:
    records = [record(number, logged) for number, logged in enumerate((3, 0, 5))]
    alone = [read_parquet(each.to_parquet()) for each in records]
    rows, table = read_parquet(to_parquet(concatenate([table for _, table in alone])))
    assert rows == [each.row for each in records] == [row for (row,), _ in alone]
    flat = traces(table)
    assert flat["run"].to_pylist() == [records[0].row["run"]] * 3 + [records[2].row["run"]] * 5
    for name, values in records[0].trace.items():
        assert flat[name].to_pylist()[:3] == values


@pytest.mark.parametrize("number", [1, 20])
def test_a_changed_byte_is_noticed(number: int) -> None:
    data = to_parquet(concatenate([read_parquet(record(i).to_parquet())[1] for i in range(number)]))
    for position in range(len(data)):
        harmed = bytearray(data)
        harmed[position] ^= 1 << position % 8
        with pytest.raises(ValueError, match="no whole record"):
            read_parquet(bytes(harmed))
    assert len(read_parquet(data)[0]) == number


def test_a_record_is_a_parquet_file_that_anyone_can_read() -> None:
    frame = pd.read_parquet(io.BytesIO(record(1).to_parquet()))
    assert list(frame["run"]) == [record(1).row["run"]]
    assert list(frame["objective"][0]) == record(1).trace["objective"]
