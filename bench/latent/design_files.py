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
from shapely.geometry.polygon import orient

from bench.errors import BadInput, unknown

LEAST = 6
"""Coordinates of an outline, at least: three points."""
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
    size in millimetres, "stl" by extrusion. All but "csv" leave out what is no outline (values that are not finite, no
    extent in one direction), the last two also outlines that cross themselves; a warning says how many.

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
        if name != "csv" and (designs.shape[1] % 2 or designs.shape[1] < LEAST):
            raise BadInput(f"format: '{name}' is for outlines; these designs have {designs.shape[1]} coordinates")
        if any(find_spec(library) is None for library in EXTRA.get(name, ())):
            raise BadInput(f"format: '{name}' needs {' and '.join(EXTRA[name])}; pip install 'latentbench[cad]'")
    folder.mkdir(parents=True, exist_ok=True)
    for name in dict.fromkeys(formats):
        yield from FORMATS[name](designs, table, folder, size, thickness)


def _csv(designs: np.ndarray, table: pd.DataFrame, folder: Path, size: float, thickness: float) -> Iterator[Path]:
    names = [f"{'xy'[i % 2]}{i // 2}" if designs.shape[1] % 2 == 0 else f"x{i}" for i in range(designs.shape[1])]
    whole = pd.concat([table.reset_index(drop=True), pd.DataFrame(designs, columns=names)], axis=1)
    whole.to_csv(folder / "designs.csv", index=False)
    yield folder / "designs.csv"


def _geojson(designs: np.ndarray, table: pd.DataFrame, folder: Path, size: float, thickness: float) -> Iterator[Path]:
    told = json.loads(table.to_json(orient="records"))
    features = [
        {"type": "Feature", "properties": told[number], "geometry": mapping(orient(Polygon(points)))}
        for number, points in _outlines(designs, "geojson")
    ]
    path = folder / "designs.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    yield path


def _svg(designs: np.ndarray, table: pd.DataFrame, folder: Path, size: float, thickness: float) -> Iterator[Path]:
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


def _dxf(designs: np.ndarray, table: pd.DataFrame, folder: Path, size: float, thickness: float) -> Iterator[Path]:
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


def _stl(designs: np.ndarray, table: pd.DataFrame, folder: Path, size: float, thickness: float) -> Iterator[Path]:
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


Writer = Callable[[np.ndarray, pd.DataFrame, Path, float, float], Iterator[Path]]
FORMATS: dict[str, Writer] = {"csv": _csv, "geojson": _geojson, "svg": _svg, "dxf": _dxf, "stl": _stl}
