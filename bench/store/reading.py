"""Reading files of a directory that may come from anywhere."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

LARGEST_RECORDS, LARGEST_TEXT = 2**32, 2**24
"""Bytes of a file that are read at most; more would be no file of ours, and might not fit in memory."""
DEEPEST = 50
"""Levels of nested JSON."""


def content(path: Path, most: int) -> bytes:
    """Read a file.

    Raises
    ------
    ValueError
        For what is no plain file, such as a pipe, of which the reading might never end, and for what is too large.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("is no plain file")
    if status.st_size > most:
        raise ValueError(f"has more than {most} bytes")
    return path.read_bytes()


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises
    ------
    ValueError
        For what `content` refuses, for what is no JSON, and for what is nested so deeply that it could not be written.
    """
    try:
        value = json.loads(content(path, LARGEST_TEXT).decode())
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    if not _is_shallow(value, DEEPEST):
        raise ValueError("is nested too deeply")
    return value


def _is_shallow(value: Any, levels: int) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels > 0 and all(_is_shallow(part, levels - 1) for part in parts)
