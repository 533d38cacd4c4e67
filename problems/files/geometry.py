"""Outlines from maps and drawings: JSON and GeoJSON, SVG, DXF."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

CURVE = 64
"""Points on a curve of a drawing."""
FLATNESS = 1e-3
"""How far a chord may be from its arc, as a share of the drawing's extent."""


def read_json(path: Path) -> list[np.ndarray]:
    """The rings of a GeoJSON file's polygons, the outer ones; or lists of numbers, of any depth up to three."""
    content = json.loads(path.read_text(encoding="utf-8-sig"))
    if isinstance(content, dict) and "type" in content:
        return list(_rings(content))
    if isinstance(content, dict):
        lists = [value for value in content.values() if isinstance(value, list)]
        content = lists[0] if len(lists) == 1 else lists
    if not isinstance(content, list) or not content:
        raise ValueError("it holds no list of designs")
    rows = [np.asarray(each, dtype=float) for each in content]
    if all(row.shape == rows[0].shape for row in rows):
        return [np.array(rows)]
    return [row if row.ndim == 2 else row.reshape(-1, 2) for row in rows]


def _rings(content: dict[str, Any]) -> Iterator[np.ndarray]:
    kind = content["type"]
    for part in content.get("features") or content.get("geometries") or ():
        yield from _rings(part)
    if kind == "Feature" and content.get("geometry"):
        yield from _rings(content["geometry"])
    points: Any = content.get("coordinates")
    polygons: dict[str, Any] = {"Polygon": [points], "MultiPolygon": points}
    for polygon in polygons.get(kind, []):
        yield np.asarray(polygon[0], dtype=float)[:, :2]
    if kind == "LineString":
        yield np.asarray(points, dtype=float)[:, :2]


def read_svg(path: Path) -> list[np.ndarray]:
    """Every closed piece of every path and shape of a drawing, with y upwards; curves as fine polylines."""
    svgelements: Any = import_module("svgelements")
    found = []
    for shape in svgelements.SVG.parse(str(path)).elements():
        if not isinstance(shape, svgelements.Shape):
            continue
        for piece in abs(svgelements.Path(shape)).as_subpaths():
            points = [point for segment in svgelements.Path(piece) for point in _on(segment, svgelements)]
            if len(points) > 2:
                found.append(np.array(points) * [1.0, -1.0])
    return found


def _on(segment: Any, svgelements: Any) -> Iterator[tuple[float, float]]:
    """The points of a segment that lie behind its first."""
    straight = isinstance(segment, svgelements.Move | svgelements.Line | svgelements.Close)
    for share in (1.0,) if straight else np.linspace(0, 1, CURVE + 1)[1:]:
        point = segment.end if straight else segment.point(float(share))
        yield float(point.x), float(point.y)


def read_dxf(path: Path) -> list[np.ndarray]:
    """Every polyline, circle, ellipse and spline of a drawing's model space; curves as fine polylines."""
    import ezdxf
    import ezdxf.filemanagement
    from ezdxf.path import make_path

    try:
        drawing = ezdxf.filemanagement.readfile(path)
    except ezdxf.DXFError as error:  # type: ignore[attr-defined]
        raise ValueError(str(error)) from None
    found = []
    for entity in drawing.modelspace().query("LWPOLYLINE POLYLINE CIRCLE ELLIPSE SPLINE"):
        curve = make_path(entity)
        corners = np.array([[v.x, v.y] for v in curve.control_vertices()])
        extent = float(np.ptp(corners, axis=0).max())
        points = np.array([[v.x, v.y] for v in curve.flattening(FLATNESS * (extent or 1.0))])
        found.append(points)
    return found
