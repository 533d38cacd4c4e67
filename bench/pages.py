"""What the pages of a Parquet file will hold once they are read; a small file may hold more than fits in memory.

Its footer says so, but is free to lie, for readers go by the headers of the pages. Both are in Thrift's compact protocol
and read here: pyarrow gives no headers of pages, and ends the process over some footers if asked for what is in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MAGIC = b"PAR1"
ROW_GROUPS, COLUMNS, METADATA, COMPRESSED, FIRST_PAGE, DICTIONARY = 4, 1, 3, 7, 9, 11
"""Fields of the footer, of a row group, of a chunk of a column, and of its metadata."""
KIND, SIZE, STORED, VALUES = 1, 2, 3, 1
"""Fields of the header of a page: its kind, its bytes once read and in the file; and how many values it has."""
DATA_PAGES = {0: 5, 3: 8}
"""Kind of a page that holds values -> field of its header that tells of them; of the two versions of such pages."""
ENCODING = {5: 2, 8: 4}
PLAIN, RLE = 0, 3
"""Encodings in which no value takes less room in the file than once it is read, but for those counted below."""
WIDEST = 8
"""Bytes of a value; a boolean, or a missing value, may take next to none in the file."""
DEEPEST = 12
"""Structures and lists within each other."""


def size(data: bytes) -> int:
    """Count the bytes that all pages of a file hold once they are read.

    Raises
    ------
    ValueError
        If it is no Parquet file, or has pages of other kinds than `bench.records` writes.
    """
    begin = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    if data[-4:] != MAGIC or begin < 0:
        raise ValueError("is no Parquet file")
    try:
        footer, _ = _structure(data, begin)
        chunks = [chunk[METADATA] for group in footer[ROW_GROUPS] for chunk in group[COLUMNS]]
        return sum(page for chunk in chunks for page in _pages(chunk, data))
    except (IndexError, KeyError, TypeError):
        raise ValueError("has other fields than a Parquet file") from None


def _pages(chunk: dict[int, Any], data: bytes) -> Iterator[int]:
    """Sizes of the pages of a chunk of a column, as readers go through them."""
    at, end = chunk[FIRST_PAGE], chunk[FIRST_PAGE] + chunk[COMPRESSED]
    if DICTIONARY in chunk or not 0 <= at <= end <= len(data):
        raise ValueError("has pages elsewhere than it should")
    while at < end:
        header, at = _structure(data, at)
        of_values = DATA_PAGES[header[KIND]]
        values = header[of_values]
        if values[ENCODING[of_values]] not in (PLAIN, RLE) or min(header[SIZE], header[STORED], values[VALUES]) < 0:
            raise ValueError("has pages of other kinds than it should")
        yield max(header[SIZE], WIDEST * values[VALUES])
        at += header[STORED]


def _structure(data: bytes, at: int, levels: int = DEEPEST) -> tuple[dict[int, Any], int]:
    """Fields of a structure by number, and where it ends."""
    fields: dict[int, Any] = {}
    number = 0
    while True:
        step, kind = divmod(data[at], 16)
        at += 1
        if not kind:
            return fields, at
        if step:
            number += step
        else:
            number, at = _integer(data, at)
        if number in fields:  # readers might take the other
            raise ValueError("has a field twice")
        if kind in (1, 2):
            fields[number] = kind == 1
        else:
            fields[number], at = _value(data, at, kind, levels)


def _value(data: bytes, at: int, kind: int, levels: int) -> tuple[Any, int]:
    """Give a value of a kind, None for bytes and the like, and where it ends."""
    match kind:
        case 1 | 2 | 3:  # a boolean in a list, a byte
            return data[at], at + 1
        case 4 | 5 | 6:
            return _integer(data, at)
        case 7:
            return None, at + 8
        case 8:  # bytes
            length, at = _varint(data, at)
            return None, at + length
        case 9 if levels:
            many, inner = divmod(data[at], 16)
            at += 1
            if many == 15:
                many, at = _varint(data, at)
            values = []
            for _ in range(many):
                value, at = _value(data, at, inner, levels - 1)
                values.append(value)
            return values, at
        case 12 if levels:
            return _structure(data, at, levels - 1)
    raise ValueError("has fields of an unknown kind")


def _integer(data: bytes, at: int) -> tuple[int, int]:
    value, at = _varint(data, at)
    return value >> 1 ^ -(value & 1), at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Give a number without a sign, and where it ends."""
    value = shift = 0
    while shift < 64:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("has a number that is too large")
