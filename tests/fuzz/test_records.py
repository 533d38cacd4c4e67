from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from bench.store.directory import Store
from bench.store.records import read_parquet
from fuzz.cases import cases
from fuzz.forge import alone, analyse, read, record
from fuzz.mutate import ALIKE, WEIRD, edited, mutated, twisted

FACTS = ["optimum", "reference", "best_known", "best_known_displayed", "bound_displayed", "start", "fit_seconds"]


def paths(small: Path) -> list[Path]:
    return sorted((small.parent / "out" / "records").iterdir())


@pytest.fixture(scope="module")
def seeds(small: Path) -> list[bytes]:
    """Records, one of them of several runs."""
    with alone(small.parent / "out") as directory:
        Store(directory).pack()
        (pack,) = (directory / "records").iterdir()
        return [pack.read_bytes(), *(path.read_bytes() for path in paths(small))]


@cases(40, st.data())
def test_a_mutated_file_is_refused(seeds: list[bytes], data: st.DataObject) -> None:
    content = data.draw(mutated(seeds))
    if content not in seeds:
        with pytest.raises(ValueError, match="is no whole record"):
            read_parquet(content)


@cases(10, st.data())
def test_forged_rows_are_left_out_or_can_be_analysed(small: Path, data: st.DataObject) -> None:
    victims = data.draw(st.lists(st.sampled_from(paths(small)), min_size=1, max_size=6, unique=True))
    with alone(small.parent / "out") as directory:
        for victim in victims:
            row, trace = read(victim)
            forged = data.draw(st.one_of(edited(row), twisted(row)))
            (directory / "records" / victim.name).write_bytes(record(forged, trace, row["run"]))
        assert analyse(directory) >= len(paths(small)) - len(victims)


TRACES: dict[str, st.SearchStrategy[Any]] = {
    "evaluations": st.sampled_from([0, -1, 1, 2, 30, 2**53, 2**63 - 1, -(2**63)]),
    "objective": ALIKE[float],
    "displayed": ALIKE[float],
    "violation": ALIKE[float],
    "feasible": st.booleans(),
    "verified": st.booleans(),
}


@cases(6, st.data())
def test_forged_traces_are_left_out_or_can_be_analysed(small: Path, data: st.DataObject) -> None:
    with alone(small.parent / "out") as directory:
        for victim in data.draw(st.lists(st.sampled_from(paths(small)), min_size=1, max_size=6, unique=True)):
            row, trace = read(victim)
            length = data.draw(st.integers(0, 6))
            trace = {name: data.draw(st.lists(some, min_size=length, max_size=length)) for name, some in TRACES.items()}
            trace |= {name: [1] * length for name in ("n_f", "n_g", "stage")} | {"latent": [None] * length}
            trace |= {name: [0.0] * length for name in ("seconds", "seconds_objective", "seconds_decode")}
            row |= {name: data.draw(ALIKE[float]) for name in data.draw(st.sets(st.sampled_from(FACTS)))}
            (directory / "records" / victim.name).write_bytes(record(row, trace))
        assert analyse(directory) == len(paths(small))


@cases(30, WEIRD)
def test_a_row_of_any_shape_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="record"):
        read_parquet(record(json.dumps(value), run="0"))
