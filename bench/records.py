"""The two things that an experiment leaves behind: fitted encoders and run records, each to and from bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from bench.experiment import Fit
    from encoders.base import Encoder

SCHEMA = "latentbench-2"


@dataclass(frozen=True)
class Fitted:
    """An encoder fitted on one replicate's designs, and what came to light on the way.

    Attributes
    ----------
    key : str
        Of the `Fit`.
    arrays : bytes
        Safetensors: the encoder's state, its centre, scale and bounds, and the replicate's start.
    info : dict
        Plain data for tables: fit seconds, what the training designs contain, and so on.
    """

    key: str
    arrays: bytes
    info: dict[str, Any]

    @classmethod
    def pack(cls, key: str, encoder: Encoder, start: np.ndarray, info: dict[str, Any]) -> Fitted:
        """Turn a fitted encoder into bytes."""
        from safetensors.numpy import save

        arrays = {f"state.{name}": array for name, array in encoder.state().items()} | {"start": start}
        arrays |= {name: getattr(encoder, name) for name in _GEOMETRY if getattr(encoder, name) is not None}
        return cls(key, save({name: np.ascontiguousarray(array) for name, array in arrays.items()}), info)

    def unpack(self, fit: Fit) -> tuple[Encoder, np.ndarray]:
        """Give back the encoder and the start; what is made depends on `fit` alone, never on the bytes."""
        from safetensors.numpy import load

        arrays = load(self.arrays)
        encoder = fit.encoder.make()
        encoder.restore({name.removeprefix("state."): a for name, a in arrays.items() if name.startswith("state.")})
        for name in _GEOMETRY:
            setattr(encoder, name, arrays.get(name))
        return encoder, arrays["start"]


_GEOMETRY = ("centre", "scale", "bounds")


@dataclass(frozen=True)
class Record:
    """What is kept of one run.

    Attributes
    ----------
    row : dict
        Plain data, one value a column of the runs' table; see results/README.md.
    trace : dict of str to list
        Columns of equal length, a row a logged evaluation.
    """

    row: dict[str, Any]
    trace: dict[str, list[Any]]

    def to_parquet(self) -> bytes:
        """One Parquet file of one row."""
        import pyarrow as pa

        text = json.dumps(self.row, sort_keys=True)
        fixed = {"run": [self.row["run"]], "row": [text], "sha256": [sha256(text.encode()).hexdigest()]}
        trace = {name: [self.trace.get(name, [])] for name in _trace_types(pa)}
        return to_parquet(pa.table(fixed | trace, schema=_schema(pa)))


def to_parquet(table: Any) -> bytes:
    """One Parquet file of a pyarrow Table of records, a row each."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    settings = {"compression": "zstd", "use_dictionary": False, "write_statistics": False}
    pq.write_table(table.combine_chunks(), sink, write_page_checksum=True, **settings)
    return bytes(sink.getvalue())


def read_parquet(data: bytes) -> tuple[list[dict[str, Any]], Any]:
    """Read what `to_parquet` wrote.

    Returns
    -------
    rows : list of dict
        Of all records in the file.
    table : pyarrow Table
        The same with their traces, a row a record; see `traces`.

    Raises
    ------
    ValueError
        If the bytes are not whole records of this schema.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True).read(use_threads=False)
    except (OSError, pa.ArrowException) as error:
        raise ValueError(f"is no whole record ({type(error).__name__})") from error
    if not table.schema.equals(_schema(pa), check_metadata=True):
        raise ValueError(f"is no record of schema {SCHEMA}")
    lengths = [pc.list_value_length(table[name]) for name in _trace_types(pa)]
    if any(length.null_count or not length.equals(lengths[0]) for length in lengths):
        raise ValueError("is no whole record (its trace has columns of different lengths)")
    rows = []
    for run, text, digest in zip(*(table[name].to_pylist() for name in ("run", "row", "sha256")), strict=True):
        if text is None or sha256(text.encode()).hexdigest() != digest:
            raise ValueError("is no whole record (its row is not what was written)")
        try:
            rows.append(dict(json.loads(text)))
        except (TypeError, ValueError, RecursionError):
            raise ValueError(f"is no record of schema {SCHEMA}") from None
        if rows[-1].get("run") != run:
            raise ValueError("is the record of another run or experiment")
    return rows, table


def traces(table: Any) -> Any:
    """The traces of a table of records as one pyarrow Table, a row a logged evaluation, its run in column `run`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    owners = pc.list_parent_indices(table["evaluations"].combine_chunks())
    runs = pa.DictionaryArray.from_arrays(owners.cast(pa.int32()), table["run"].combine_chunks())
    columns = {name: pc.list_flatten(table[name].combine_chunks()) for name in _trace_types(pa)}
    return pa.table({"run": runs} | columns)


def concatenate(tables: list[Any]) -> Any:
    """One pyarrow Table of several."""
    import pyarrow as pa

    return pa.concat_tables(tables)


def _schema(pa: Any) -> Any:
    fixed = {name: pa.string() for name in ("run", "row", "sha256")}
    columns = fixed | {name: _list(pa, kind) for name, kind in _trace_types(pa).items()}
    return pa.schema(list(columns.items()), metadata={"latentbench": SCHEMA})


def _list(pa: Any, kind: Any) -> Any:
    return pa.list_(pa.field("element", kind))  # as Parquet calls it


def _trace_types(pa: Any) -> dict[str, Any]:
    return {
        "evaluations": pa.int64(),
        "n_f": pa.int64(),
        "n_g": pa.int64(),
        "objective": pa.float64(),
        "displayed": pa.float64(),
        "violation": pa.float64(),
        "feasible": pa.bool_(),
        "verified": pa.bool_(),
        "stage": pa.int64(),
        "latent": _list(pa, pa.float64()),
        "seconds": pa.float64(),
        "seconds_objective": pa.float64(),
        "seconds_decode": pa.float64(),
    }
