from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from bench.store import records
from bench.store.directory import Store
from bench.store.records import read_parquet
from fuzz.forge import analyse, read, record


def first(copy: Path) -> Path:
    return min((copy / "records").iterdir())


def test_a_record_that_would_grow_a_thousandfold_is_refused_before_it_does(copy: Path) -> None:
    row, _ = read(first(copy))
    table = read_parquet(record(row))[1]
    columns = {name: table[name] for name in records.FIXED}
    for name, kind in records._trace_types(pa).items():
        values = pa.nulls(1_000_000, kind) if name == "latent" else pa.repeat(pa.scalar(0).cast(kind), 1_000_000)
        columns[name] = pa.ListArray.from_arrays([0, len(values)], values)
    bomb = records.to_parquet(pa.table(columns, schema=records._schema(pa)))
    usual, watched = pa.default_memory_pool(), pa.proxy_memory_pool(pa.default_memory_pool())
    pa.set_memory_pool(watched)
    try:
        with pytest.raises(ValueError, match="bomb"):
            read_parquet(bomb)
    finally:
        pa.set_memory_pool(usual)
    assert watched.max_memory() < 2**20


def test_a_long_trace_of_real_numbers_is_no_bomb(copy: Path) -> None:
    row, _ = read(first(copy))
    length = 500_000  # most of its columns always hold the same, and take no room
    trace: dict[str, Any] = {name: [0] * length for name in ("n_g", "stage", "violation")}
    trace |= {name: [True] * length for name in ("feasible", "verified")} | {"latent": [[0.0]] * length}
    trace |= {name: range(length) for name in ("evaluations", "n_f")}
    numbers = np.random.default_rng(0).uniform(size=(5, length)).cumsum(axis=1)
    trace |= dict(
        zip(("objective", "displayed", "seconds", "seconds_objective", "seconds_decode"), numbers, strict=True)
    )
    _, table = read_parquet(record(row, trace))
    assert records.traces(table).num_rows == length


ROWS = {
    "a number of a million digits": ('"budget": 30', '"budget": 1' + "0" * 10**6),
    "a number of 4,000 digits": ('"n_f": ', '"n_f": 1' + "0" * 4000),
    "deep nesting": ('"targets": [', '"targets": [' + "[" * 10**5 + "]" * 10**5 + ", "),
    "a long text": ('"reason": "', '"reason": "' + "x" * 10**5),
    "many targets": ('"targets": [', '"targets": [' + ", ".join(map(str, range(2, 3000))) + ", "),
    "many columns": ('"status"', ", ".join(f'"column {n}": 0' for n in range(10**4)) + ', "status"'),
    "half a character": ('"quantity": "', '"quantity": "\\ud800'),
    "an infinite target": ('"targets": [', '"targets": [Infinity, '),
}


@pytest.mark.parametrize("bomb", ROWS)
def test_a_row_that_is_too_much_is_left_out(copy: Path, bomb: str) -> None:
    victim, (old, new) = first(copy), ROWS[bomb]
    row, trace = read(victim)
    text = json.dumps(row)
    assert old in text
    victim.write_bytes(record(text.replace(old, new, 1), trace, row["run"]))
    with pytest.warns(UserWarning, match="is left out") as said:
        assert len(Store(copy).load()[0]) == 9
    assert len(said) == 1
    assert len(str(said[0].message)) < 500


@pytest.mark.skipif(os.name != "posix", reason="makes a pipe")
@pytest.mark.parametrize("kind", ["pipe", "sparse", "device", "folder", "loop"])
def test_what_would_be_read_for_ever_is_left_out(copy: Path, kind: str) -> None:
    victim = first(copy)
    victim.unlink()
    match kind:
        case "pipe":
            os.mkfifo(victim)
        case "sparse":
            with victim.open("wb") as file:
                file.truncate(2**42)
        case "device":
            victim.symlink_to("/dev/zero")
        case "folder":
            victim.mkdir()
        case "loop":
            victim.symlink_to(victim.name)
    assert analyse(copy) == 9


def test_a_run_that_a_pack_holds_twice_is_refused(copy: Path) -> None:
    table = read_parquet(first(copy).read_bytes())[1]
    with pytest.raises(ValueError, match="twice"):
        read_parquet(records.to_parquet(records.concatenate([table, table])))
