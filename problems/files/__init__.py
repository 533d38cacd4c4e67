"""Designs from files, as people write them: a reader a kind of file, found by the suffix."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np

from problems.files import geometry, meshes, numbers, tables

__all__ = ["READERS", "check", "members", "read"]

READERS: dict[str, Callable[[Path], list[np.ndarray]]] = {
    ".npy": numbers.read_npy,
    ".npz": numbers.read_npz,
    **dict.fromkeys((".csv", ".tsv", ".txt", ".dat"), tables.read),
    **dict.fromkeys((".json", ".geojson"), geometry.read_json),
    ".svg": geometry.read_svg,
    ".dxf": geometry.read_dxf,
    **dict.fromkeys((".ply", ".stl", ".obj"), meshes.read),
}
"""By suffix, whatever its case: from a file to its arrays: a table, the points of one outline, or one mesh each."""
NEEDS = {".svg": "svgelements", ".dxf": "ezdxf"}
"""Libraries of the extra `cad`."""


def members(path: Path) -> list[Path]:
    """The files that a path stands for: itself, or those of a folder that can be read, by name.

    Raises
    ------
    ValueError
        If there are none.
    """
    try:
        if path.is_file():
            return [path]
        found = sorted(each for each in path.iterdir() if each.suffix.lower() in READERS and each.is_file())
    except (OSError, ValueError):
        raise ValueError(f"data.source: there is no file {path}") from None
    if not found:
        raise ValueError(f"data.source: {path} holds no file that ends in {', '.join(READERS)}")
    return found


def check(path: Path) -> None:
    """See that there is a reader for a file; raises `ValueError` otherwise."""
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise ValueError(f"data.source: {path} must end in {', '.join(READERS)}")
    if suffix in NEEDS:
        try:
            import_module(NEEDS[suffix])
        except ImportError:
            raise ValueError(f"data.source: {path} needs {NEEDS[suffix]}; pip install 'latentbench[cad]'") from None


def read(path: Path) -> list[np.ndarray]:
    """All arrays of a file, or of the files of a folder: float64, two- or three-dimensional.

    Raises
    ------
    ValueError
        If there is none, or a file cannot be read.
    """
    arrays = []
    for member in members(path):
        check(member)
        try:
            found = [np.asarray(array, dtype=float) for array in READERS[member.suffix.lower()](member)]
        except (ValueError, TypeError, KeyError, EOFError, OSError, SyntaxError, RecursionError, MemoryError) as error:
            why = " ".join(str(error).split()) or type(error).__name__
            raise ValueError(f"data.source: {member} cannot be read: {why:.200}") from None
        if not any(array.size for array in found):
            raise ValueError(f"data.source: {member} cannot be read: there are no numbers in it")
        arrays += found
    return arrays
