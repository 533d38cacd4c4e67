"""Designs as files that other programs read: tables, maps, drawings, solids."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from shapely import Polygon
from shapely.geometry import mapping

from bench.errors import BadInput, unknown

SIZE, THICKNESS = 100.0, 5.0
"""Of the largest extent of a drawing, and of a solid, in millimetres."""
EXTRA = {"dxf": ("ezdxf",), "stl": ("trimesh", "mapbox_earcut")}
"""What formats need beside the suite, in the extra `cad`."""


def write(
    designs: np.ndarray,
    table: pd.DataFrame,
    folder: Path,
    formats: Sequence[str],
    size: float = SIZE,
    thickness: float = THICKNESS,
) -> Iterator[Path]:
    """Write designs in some formats, and name each file once it is there.

    "csv" and "geojson" hold all designs in one file, in the design's own units; "svg", "dxf" and "stl" one each, at a
    size in millimetres, "stl" by extrusion. The latter two leave out outlines that cross themselves, with a warning.

    Parameters
    ----------
    designs : ndarray, shape (n, 2N)
        Outlines; for "csv" any designs.
    table : DataFrame
        A row a design, what is told of it.
    folder : Path
        Made where it is not there.
    formats : sequence of str
        Out of `FORMATS`.
    size, thickness : float
        Largest extent, and thickness of solids, in millimetres.

    Yields
    ------
    Path

    Raises
    ------
    BadInput
        For an unknown format, one whose libraries are missing, designs that are no outlines, or a size that is not
        positive.
    """
    for name, value in {"size": size, "thickness": thickness}.items():
        if not 0 < value < np.inf:
            raise BadInput(f"{name}: {value} must be positive and finite")
    for name in formats:
        if name not in FORMATS:
            raise unknown("format", name, list(FORMATS))
        if name != "csv" and designs.shape[1] % 2:
            raise BadInput(f"format: '{name}' is for outlines; these designs have {designs.shape[1]} coordinates")
        if any(find_spec(library) is None for library in EXTRA.get(name, ())):
            raise BadInput(f"format: '{name}' needs {' and '.join(EXTRA[name])}; pip install 'latentbench[cad]'")
    folder.mkdir(parents=True, exist_ok=True)
    for name in formats:
        yield from FORMATS[name](designs, table, folder, size, thickness)


def _csv(designs: np.ndarray, table: pd.DataFrame, folder: Path, size: float, thickness: float) -> Iterator[Path]:
    names = [f"{'xy'[i % 2]}{i // 2}" if designs.shape[1] % 2 == 0 else f"x{i}" for i in range(designs.shape[1])]
    whole = pd.concat([table.reset_index(drop=True), pd.DataFrame(designs, columns=names)], axis=1)
    whole.to_csv(folder / "designs.csv", index=False)
    yield folder / "designs.csv"


def _geojson(designs: np.ndarray, table: pd.DataFrame, folder: Path, size: float, thickness: float) -> Iterator[Path]:
    told = json.loads(table.to_json(orient="records"))
    features = [
        {"type": "Feature", "properties": properties, "geometry": mapping(Polygon(design.reshape(-1, 2)))}
        for design, properties in zip(designs, told, strict=True)
    ]
    path = folder / "designs.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    yield path


def _svg(designs: np.ndarray, table: pd.DataFrame, folder: Path, size: float, thickness: float) -> Iterator[Path]:
    for number, points in _scaled(designs, size):
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


def _dxf(designs: np.ndarray, table: pd.DataFrame, folder: Path, size: float, thickness: float) -> Iterator[Path]:
    import ezdxf.filemanagement
    import ezdxf.units

    for number, points in _simple(designs, size, "dxf"):
        drawing = ezdxf.filemanagement.new(units=ezdxf.units.MM)
        drawing.modelspace().add_lwpolyline(points.tolist(), close=True)
        path = folder / f"design-{number:04}.dxf"
        drawing.saveas(path)
        yield path


def _stl(designs: np.ndarray, table: pd.DataFrame, folder: Path, size: float, thickness: float) -> Iterator[Path]:
    import trimesh

    for number, points in _simple(designs, size, "stl"):
        solid = trimesh.creation.extrude_polygon(Polygon(points), thickness, engine="earcut")
        path = folder / f"design-{number:04}.stl"
        solid.export(path)
        yield path


def _scaled(designs: np.ndarray, size: float) -> Iterator[tuple[int, np.ndarray]]:
    """Number and vertices (N, 2) of each design, from 0 to its extent, the larger of which is the size."""
    for number, design in enumerate(designs):
        points = design.reshape(-1, 2)
        extent = float(np.ptp(points, axis=0).max())
        if np.isfinite(extent) and extent > 0:
            yield number, (points - points.min(axis=0)) * (size / extent)


def _simple(designs: np.ndarray, size: float, name: str) -> Iterator[tuple[int, np.ndarray]]:
    """The same, but for outlines that cross themselves."""
    kept = [(number, points) for number, points in _scaled(designs, size) if Polygon(points).is_valid]
    if len(kept) < len(designs):
        warnings.warn(
            f"{len(designs) - len(kept)} of {len(designs)} outlines cross themselves: no {name}", stacklevel=3
        )
    yield from kept


Writer = Callable[[np.ndarray, pd.DataFrame, Path, float, float], Iterator[Path]]
FORMATS: dict[str, Writer] = {"csv": _csv, "geojson": _geojson, "svg": _svg, "dxf": _dxf, "stl": _stl}
