"""Outlines as files: maps, drawings, solids."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from shapely import Polygon
from shapely.geometry import mapping
from shapely.geometry.polygon import orient

from problems.layouts import Outline


def geojson(
    designs: np.ndarray, layout: Outline, table: pd.DataFrame, folder: Path, size: float, thickness: float
) -> Iterator[Path]:
    """All outlines as polygons of one map, in their own units."""
    told = json.loads(table.to_json(orient="records"))
    features = [
        {"type": "Feature", "properties": told[number], "geometry": mapping(orient(Polygon(points)))}
        for number, points in _outlines(designs, "geojson")
    ]
    path = folder / "designs.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    yield path


def svg(
    designs: np.ndarray, layout: Outline, table: pd.DataFrame, folder: Path, size: float, thickness: float
) -> Iterator[Path]:
    """A drawing each."""
    for number, points in _outlines(designs, "svg", size):
        # y points down there
        flipped = points * [1.0, -1.0] + [0.0, points[:, 1].max()]
        width, height = np.ptp(points, axis=0)
        line = " L".join(f"{x:.4f} {y:.4f}" for x, y in flipped)
        path = folder / f"design-{number:04}.svg"
        path.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.4f}mm" height="{height:.4f}mm" '
            f'viewBox="0 0 {width:.4f} {height:.4f}"><path d="M{line} Z" fill="none" stroke="black" '
            f'stroke-width="0.1"/></svg>\n',
            encoding="utf-8",
        )
        yield path


def dxf(
    designs: np.ndarray, layout: Outline, table: pd.DataFrame, folder: Path, size: float, thickness: float
) -> Iterator[Path]:
    """A closed line each."""
    for number, points in _outlines(designs, "dxf", size, simple=True):
        path = folder / f"design-{number:04}.dxf"
        _save_dxf(points, path)
        yield path


def _save_dxf(points: np.ndarray, path: Path) -> None:
    """Write one closed line, without the time, so that the same outline gives the same bytes."""
    import ezdxf
    import ezdxf.filemanagement
    import ezdxf.units

    options = ezdxf.options  # type: ignore[attr-defined]
    before = options.write_fixed_meta_data_for_testing
    options.write_fixed_meta_data_for_testing = True
    try:
        drawing = ezdxf.filemanagement.new(units=ezdxf.units.MM)
        drawing.modelspace().add_lwpolyline(points.tolist(), close=True)
        drawing.saveas(path)
    finally:
        options.write_fixed_meta_data_for_testing = before


def stl(
    designs: np.ndarray, layout: Outline, table: pd.DataFrame, folder: Path, size: float, thickness: float
) -> Iterator[Path]:
    """A solid each, by extrusion."""
    import trimesh

    for number, points in _outlines(designs, "stl", size, simple=True):
        solid = trimesh.creation.extrude_polygon(Polygon(points), thickness, engine="earcut")
        path = folder / f"design-{number:04}.stl"
        solid.export(path)
        yield path


def _outlines(
    designs: np.ndarray, name: str, size: float | None = None, simple: bool = False
) -> Iterator[tuple[int, np.ndarray]]:
    """Number and vertices (N, 2) of each design that is an outline, at a size from 0 to that of its larger extent.

    How many are left out a warning says, for the format of this name.
    """
    points = designs.reshape(len(designs), -1, 2)
    extents = np.ptp(points, axis=1)
    kept = [
        number for number in range(len(designs)) if np.isfinite(extents[number]).all() and extents[number].min() > 0
    ]
    crossed = [number for number in kept if simple and not Polygon(points[number]).is_valid]
    for some, what in ((len(designs) - len(kept), "enclose nothing"), (len(crossed), "cross themselves")):
        if some:
            warnings.warn(f"{some} of {len(designs)} outlines {what}: no {name}", stacklevel=3)
    for number in kept:
        if number in crossed:
            continue
        outline = points[number]
        yield number, outline if size is None else (outline - outline.min(axis=0)) * (size / extents[number].max())
