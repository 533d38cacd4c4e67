"""The two things that an experiment leaves behind: fitted encoders and run records, each to and from bytes."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic_core import from_json

from bench.experiments.experiment import Fit, fit_key
from bench.experiments.registry import from_record
from bench.store import designs, rows

if TYPE_CHECKING:
    from encoders.base import Encoder

SCHEMA = "latentbench-2"
FIXED = ("run", "row")
"""Columns of a file of records before those of the traces."""
SEAL, UNSEALED = b"latentbench-sha256:", b"0" * 64
"""What stands before the checksum of a file, and in its place while that is computed."""
INFLATION, HEADROOM = 100, 2**24
"""What a file holds may be so many times its own size, and so many bytes more; it would be a bomb otherwise."""


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

    def is_of(self, seed: int) -> bool:
        """Whether its key is that of its settings, in an experiment with this seed."""
        problem, replicate, encoder = (self.info.get(name) for name in ("problem", "replicate", "encoder"))
        return isinstance(replicate, int) and fit_key(seed, problem, replicate, encoder) == self.key

    def fit(self, seed: int, trusted: Collection[str] = ()) -> Fit:
        """Say what was fitted on what; it must be `is_of` the seed.

        Raises
        ------
        BadInput
            If it names a plug-in that is not there, or a module that is not trusted.
        """
        problem = from_record(self.info["problem"], trusted)
        return Fit(seed, problem, from_record(self.info["encoder"], trusted, "encoders"), self.info["replicate"])

    def unpack(self, fit: Fit) -> tuple[Encoder, np.ndarray]:
        """Give back the encoder and the start; what is made depends on `fit` alone, never on the bytes.

        Raises
        ------
        ValueError
            If the bytes are not those of an encoder. What `restore` makes of an encoder unlike its own is its affair.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            arrays = load(self.arrays)
        except (SafetensorError, KeyError, TypeError) as error:
            raise ValueError(f"the encoder cannot be read: {error}") from None
        encoder = fit.encoder.make()
        encoder.restore({name.removeprefix("state."): a for name, a in arrays.items() if name.startswith("state.")})
        for name in _GEOMETRY:
            setattr(encoder, name, arrays.get(name))
        if "start" not in arrays or any(not _is_float(arrays.get(name), n) for name, n in _DIMENSIONS.items()):
            raise ValueError("the encoder lacks its start, or has other arrays than it should")
        return encoder, arrays["start"]


def _is_float(array: np.ndarray | None, dimensions: int) -> bool:
    return array is None or (array.dtype.kind == "f" and array.ndim == dimensions and bool(np.isfinite(array).all()))


_GEOMETRY = ("centre", "scale", "bounds")
_DIMENSIONS = {"centre": 1, "scale": 1, "bounds": 2, "start": 1}


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

        fixed = {"run": [self.row["run"]], "row": [json.dumps(self.row, sort_keys=True, default=designs.packed)]}
        trace = {name: [self.trace.get(name, [])] for name in _trace_types(pa)}
        return to_parquet(pa.table(fixed | trace, schema=_schema(pa)))


def to_parquet(table: Any) -> bytes:
    """One Parquet file of a pyarrow Table of records, a row each, with the checksum of the whole in its metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    sealed = table.combine_chunks().replace_schema_metadata({"latentbench": SCHEMA, "seal": (SEAL + UNSEALED).decode()})
    pq.write_table(sealed, sink, compression="zstd", use_dictionary=False, write_statistics=False)
    data = bytes(sink.getvalue())
    before, _, after = data.rpartition(SEAL + UNSEALED)  # the last, as it is looked for; a row may hold any text
    return b"".join((before, SEAL, sha256(data).hexdigest().encode(), after))


def _is_whole(data: bytes) -> bool:
    """Whether the file has the checksum that it names; readers of Parquet crash over some files that are damaged."""
    before, seal, after = data.rpartition(SEAL)
    digest, after = after[: len(UNSEALED)], after[len(UNSEALED) :]
    return bool(seal) and sha256(b"".join((before, seal, UNSEALED, after))).hexdigest().encode() == digest


def read_parquet(data: bytes, columns: Collection[str] | None = None) -> tuple[list[dict[str, Any]], Any]:
    """Read what `to_parquet` wrote.

    Parameters
    ----------
    data : bytes
    columns : collection of str, optional
        Columns of the trace that are wanted; all by default.

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

    schema = _schema(pa, columns)
    if not _is_whole(data):
        raise ValueError("is no whole record")
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
        if sum(group.total_byte_size for group in groups) > INFLATION * len(data) + HEADROOM:
            raise ValueError("is no record, but a bomb")
        table = file.read(list(schema.names), use_threads=False)
    except (OSError, pa.ArrowException) as error:
        raise ValueError(f"is no whole record ({type(error).__name__})") from error
    named = (table.schema.metadata or {}).get(b"latentbench")
    if not table.schema.equals(schema) or named != SCHEMA.encode():
        raise ValueError(f"is no record of schema {SCHEMA}")
    trace = schema.names[len(FIXED) :]
    lengths = [pc.list_value_length(table[name]) for name in trace]
    if any(length.null_count or not length.equals(lengths[0]) for length in lengths):
        raise ValueError("is no whole record (its trace has columns of different lengths)")
    if any(pc.list_flatten(table[name]).null_count for name in trace if name != "latent"):
        raise ValueError("is no whole record (its trace has gaps)")
    read = []
    for run, text in zip(*(table[name].to_pylist() for name in FIXED), strict=True):
        try:
            row = dict(from_json(text))  # several times as fast as the `loads` of Python
            if "design" in row:
                row["design"] = designs.unpacked(row["design"])
        except (TypeError, ValueError, RecursionError):
            raise ValueError(f"is no record of schema {SCHEMA}") from None
        if wrong := rows.complaint(row):
            raise ValueError(f"is no record of schema {SCHEMA} (a row {wrong})")
        if row["run"] != run:
            raise ValueError("is the record of another run or experiment")
        read.append(row)
    if len({row["run"] for row in read}) < len(read):
        raise ValueError("holds a run twice")
    return read, table


def traces(table: Any) -> Any:
    """The traces of a table of records as one pyarrow Table, a row a logged evaluation, its run in column `run`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    owners = pc.list_parent_indices(table[table.column_names[len(FIXED)]].combine_chunks())
    runs = pa.DictionaryArray.from_arrays(owners.cast(pa.int32()), table["run"].combine_chunks())
    names = table.column_names[len(FIXED) :]
    return pa.table({"run": runs} | {name: pc.list_flatten(table[name].combine_chunks()) for name in names})


def concatenate(tables: list[Any]) -> Any:
    """One pyarrow Table of several."""
    import pyarrow as pa

    return pa.concat_tables(tables)


def _schema(pa: Any, columns: Collection[str] | None = None) -> Any:
    trace = _trace_types(pa).items()
    kinds = {name: _list(pa, kind) for name, kind in trace if columns is None or name in columns}
    return pa.schema([*((name, pa.string()) for name in FIXED), *kinds.items()])


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
