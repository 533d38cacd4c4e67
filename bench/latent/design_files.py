"""Designs as files that other programs read: tables for all, and what makes sense for their layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import singledispatch
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.errors import BadInput, unknown
from bench.latent import grid_files, mesh_files, outline_files
from problems.layouts import Grid, Mesh, Outline

SIZE, THICKNESS = 100.0, 5.0
"""Of the largest extent of a drawing, and of a solid, in millimetres."""
Writer = Callable[[np.ndarray, Any, pd.DataFrame, Path, float, float], Iterator[Path]]
"""From designs, their layout, what is told of them, a folder, size and thickness to files."""
EXTRA: dict[Writer, tuple[str, ...]] = {
    outline_files.dxf: ("ezdxf",),
    outline_files.stl: ("mapbox_earcut",),
}
"""What writers need beside the suite, in the extra `cad`."""


@singledispatch
def formats(layout: Any) -> dict[str, Writer]:
    """The formats in which designs of a layout can be written, by name; a table for any."""
    return {"csv": csv}


@formats.register(Outline)
def _outline(layout: Outline) -> dict[str, Writer]:
    return {
        "csv": csv,
        "geojson": outline_files.geojson,
        "svg": outline_files.svg,
        "dxf": outline_files.dxf,
        "stl": outline_files.stl,
    }


@formats.register(Grid)
def _grid(layout: Grid) -> dict[str, Writer]:
    return {"csv": csv, "png": grid_files.png}


@formats.register(Mesh)
def _mesh(layout: Mesh) -> dict[str, Writer]:
    return {"csv": csv, "obj": mesh_files.obj, "ply": mesh_files.ply, "stl": mesh_files.stl}


def write(
    designs: np.ndarray,
    table: pd.DataFrame,
    folder: Path,
    names: Sequence[str],
    size: float = SIZE,
    thickness: float = THICKNESS,
    layout: Any = None,
) -> Iterator[Path]:
    """Write designs in some formats, and give each file's name when it is written.

    "csv" holds all designs in one file, in the design's own units, and so does "geojson"; others are a file each, at a
    size in millimetres, the "stl" of an outline by extrusion, "png" with a pixel a cell. All but "csv" leave out what
    is not finite or has no extent in one direction, "dxf" and "stl" also outlines that cross themselves; a warning says
    how many.

    Parameters
    ----------
    designs : ndarray, shape (n, d)
    table : DataFrame
        One row per design, what is told of it.
    folder : Path
        Created if it does not exist.
    names : sequence of str
        Out of `formats` of the layout.
    size, thickness : float
        Largest extent, and thickness of solids, in millimetres.
    layout : Layout, optional
        What designs are the coordinates of.

    Yields
    ------
    Path

    Raises
    ------
    BadInput
        For a format that is unknown or makes no sense for the layout, one whose libraries are missing, or a size that
        is not positive.
    """
    for name, value in {"size": size, "thickness": thickness}.items():
        if not 0 < value < np.inf:
            raise BadInput(f"{name}: {value} must be positive and finite")
    writers = formats(layout)
    for name in names:
        if name not in writers:
            kind = "designs without a layout" if layout is None else f"the layout {type(layout).__name__}"
            raise unknown(f"format for {kind}", name, writers)
        needed = EXTRA.get(writers[name], ())
        if any(find_spec(library) is None for library in needed):
            raise BadInput(f"format: '{name}' needs {' and '.join(needed)}; pip install 'latentbench[cad]'")
    folder.mkdir(parents=True, exist_ok=True)
    for name in dict.fromkeys(names):
        yield from writers[name](designs, layout, table, folder, size, thickness)


def csv(
    designs: np.ndarray, layout: Any, table: pd.DataFrame, folder: Path, size: float, thickness: float
) -> Iterator[Path]:
    """All designs and what is told of them as one table."""
    coordinates = pd.DataFrame(designs, columns=_columns(layout, designs.shape[1]))
    whole = pd.concat([table.reset_index(drop=True), coordinates], axis=1)
    whole.to_csv(folder / "designs.csv", index=False)
    yield folder / "designs.csv"


def _columns(layout: Any, dim: int) -> list[str]:
    """Coordinates by number; a letter for each component where points have at most three."""
    shape = (dim,) if layout is None else tuple(layout.shape)
    pointwise = layout is not None and len(shape) > max(1, len(layout.closed)) and shape[-1] <= len("xyz")
    if not pointwise:
        return ["x" + "_".join(map(str, where)) for where in np.ndindex(shape)]
    return ["xyz"[where[-1]] + "_".join(map(str, where[:-1])) for where in np.ndindex(shape)]
