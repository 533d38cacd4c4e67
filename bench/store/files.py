"""Files of a directory: read as what may come from anywhere, written whole or not at all."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

Doubt = Callable[[Path, str], None]
"""What is told of a file that cannot be believed: its path and the reason."""

LARGEST_RECORDS, LARGEST_TEXT = 2**32, 2**25
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


def write(target: Path, data: bytes) -> None:
    """Write a file whole, in the place of what is there, a link included.

    Raises
    ------
    OSError
        That names the file.
    """
    temporary = target.with_name(f".{target.name}.part")
    try:
        temporary.unlink(missing_ok=True)  # it may be a link
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        _sync(target.parent)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise


def _sync(folder: Path) -> None:
    """See that a renaming within a folder outlives a power cut, where the system offers that."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def ignore(path: Path, reason: str) -> None:
    """Pass over what cannot be believed."""


def free(path: Path, suffix: str) -> Path:
    """Find the first path of the form NAME.suffix-1 that is free."""
    names = (path.with_name(f"{path.name}.{suffix}-{number}") for number in count(1))
    return next(name for name in names if not name.exists())
