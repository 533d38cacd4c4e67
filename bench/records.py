"""The two things that an experiment leaves behind: fitted encoders and run records, each to and from bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from bench.experiment import Fit
    from encoders.base import Encoder

SCHEMA = "latentbench-1"


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
        """One Parquet file: the trace as its table, the row as JSON in its metadata."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.table({name: pa.array(self.trace.get(name, []), kind) for name, kind in _trace_types(pa).items()})
        text = json.dumps({"schema": SCHEMA, "row": self.row}, sort_keys=True)
        sink = pa.BufferOutputStream()
        pq.write_table(table.replace_schema_metadata({"latentbench": text}), sink, write_page_checksum=True)
        return bytes(sink.getvalue())


def read_parquet(data: bytes) -> tuple[dict[str, Any], Any]:
    """Row and trace, the latter as a pyarrow Table, of what `Record.to_parquet` wrote.

    Raises
    ------
    ValueError
        If the bytes are not a whole record of this schema.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True).read(use_threads=False)
        content = json.loads((table.schema.metadata or {})[b"latentbench"])
        row = dict(content["row"])
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"is no whole record ({type(error).__name__})") from error
    expected = _trace_types(pa)
    if content.get("schema") != SCHEMA or {f.name: f.type for f in table.schema} != expected or "run" not in row:
        raise ValueError(f"is no record of schema {SCHEMA}")
    return row, table


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
        "latent": pa.list_(pa.float64()),
        "seconds": pa.float64(),
        "seconds_objective": pa.float64(),
        "seconds_decode": pa.float64(),
    }
