"""Triangle meshes as files, for printing and for other programs."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from problems.layouts import Mesh

TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attributes", "<u2")])
"""Of a binary STL file."""
HEADER = b"latentbench".ljust(80)


def stl(
    designs: np.ndarray, layout: Mesh, table: pd.DataFrame, folder: Path, size: float, thickness: float
) -> Iterator[Path]:
    """A solid each, in millimetres."""
    for number, points in _solids(designs, layout, size, "stl"):
        corners = points[layout.faces]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        triangles = np.zeros(len(corners), dtype=TRIANGLE)
        lengths = np.linalg.norm(normals, axis=1, keepdims=True)
        triangles["normal"] = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
        triangles["corners"] = corners
        path = folder / f"design-{number:04}.stl"
        path.write_bytes(HEADER + len(corners).to_bytes(4, "little") + triangles.tobytes())
        yield path


def obj(
    designs: np.ndarray, layout: Mesh, table: pd.DataFrame, folder: Path, size: float, thickness: float
) -> Iterator[Path]:
    """Vertices and faces each, in millimetres."""
    faces = "".join("f {} {} {}\n".format(*face) for face in (layout.faces + 1).tolist())
    for number, points in _solids(designs, layout, size, "obj"):
        path = folder / f"design-{number:04}.obj"
        vertices = "".join("v {:.6f} {:.6f} {:.6f}\n".format(*point) for point in points.tolist())
        path.write_text(vertices + faces, encoding="utf-8")
        yield path


def ply(
    designs: np.ndarray, layout: Mesh, table: pd.DataFrame, folder: Path, size: float, thickness: float
) -> Iterator[Path]:
    """Vertices and faces each, in millimetres, in binary form."""
    from trimesh import Trimesh

    for number, points in _solids(designs, layout, size, "ply"):
        path = folder / f"design-{number:04}.ply"
        Trimesh(points, layout.faces, process=False).export(path)
        yield path


def _solids(designs: np.ndarray, layout: Mesh, size: float, name: str) -> Iterator[tuple[int, np.ndarray]]:
    """Number and vertices (V, 3) of each design that has an extent, at a size from 0 to that of its largest."""
    points = designs.reshape(-1, *layout.shape)
    extents = np.ptp(points, axis=1)
    kept = np.isfinite(extents).all(axis=1) & (extents.min(axis=1) > 0)
    if not kept.all():
        warnings.warn(f"{(~kept).sum()} of {len(designs)} meshes enclose nothing: no {name}", stacklevel=3)
    for number in np.flatnonzero(kept).tolist():
        yield number, (points[number] - points[number].min(axis=0)) * (size / extents[number].max())
