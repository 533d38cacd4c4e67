"""The user's own outlines, from files: repaired if that is safe, resampled, normalised, and rounded if asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np

from problems import outlines
from problems.data import Own, counted, read_all

LEAST_OWN = 4
"""The least number of outlines of a source that can be used."""
COINCIDENT = 1e-9
"""Points nearer than this share of an outline's extent are one."""
REPAIRED = 1e-3
"""The share of its area that an outline may lose where it crosses itself, and still be itself."""


@lru_cache(maxsize=8)
def read(
    source: str | tuple[str, ...], digest: str, n_vertices: int, rounding: tuple[float, float] | None = None
) -> Own:
    """All outlines of files as designs; read once, and once more where their digest is another.

    An outline may lie anywhere in the plane, in any unit; it may be closed by its first point again, hold points twice,
    run either way round, and be padded at its end. One that crosses itself is repaired where it loses nothing by that.

    Parameters
    ----------
    source, digest : str
        Of `problems.data.DataSettings`.
    n_vertices : int
        The number N of vertices; outlines of another number are resampled by arc length.
    rounding : (float, float), optional
        Radii to which convex and concave corners are rounded.

    Raises
    ------
    ValueError
        If there are not at least four outlines that can be used.
    """
    found = list(_outlines(read_all(source)))
    designs, faults = [], []
    for row, points in enumerate(found):
        try:
            designs.append(_as_design(points, n_vertices, rounding))
        except ValueError as error:
            faults.append((f"row {row}", str(error)))
    said = f"{len(faults)} of {len(found)} outlines are left out: {counted(faults)}" if faults else ""
    if len(designs) < LEAST_OWN:
        least = f"at least {LEAST_OWN} outlines that can be used are needed, of a folder or a list of files perhaps"
        raise ValueError(f"data.source: {source} holds {len(designs)}; {least}{f' ({said})' if said else ''}")
    return Own(np.array(designs), said)


def designs_of(
    source: str | tuple[str, ...], digest: str, n_vertices: int, rounding: tuple[float, float] | None
) -> np.ndarray:
    """The designs of `read`."""
    return read(source, digest, n_vertices, rounding).designs


def _outlines(arrays: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """The outlines (m, 2), padded perhaps, that arrays stand for: points, rows of points, rows of coordinates."""
    for array in arrays:
        if array.ndim == 2 and array.shape[1] == 2 and len(array) > 2:
            yield array
            continue
        if array.ndim == 2 and array.shape[1] % 2 and _counts_rows(array[:, 0]):
            array = array[:, 1:]
        if array.ndim == 2 and array.shape[1] >= 6 and array.shape[1] % 2 == 0:
            paired = array.reshape(len(array), -1, 2)
            parted = array.reshape(len(array), 2, -1).swapaxes(1, 2)
        elif array.ndim == 3 and (array.shape[2] == 2 or array.shape[1] == 2) and max(array.shape[1:]) > 2:
            paired = parted = array if array.shape[2] == 2 else array.swapaxes(1, 2)
        else:
            raise ValueError(f"data.source: an array has shape {array.shape}; it must be (M, N, 2) or (M, 2N), N >= 3")
        yield from _unpadded(parted if _are_simple(parted) > 2 * _are_simple(paired) else paired)


def _counts_rows(column: np.ndarray) -> bool:
    return len(column) > 1 and column[0] in (0, 1) and bool((np.diff(column) == 1).all())


def _are_simple(table: np.ndarray) -> int:
    """How many of the first outlines of a table do not cross themselves: x0, x1, …, y0, y1, … read in pairs do."""
    import shapely

    return sum(bool(shapely.LinearRing(points).is_simple) for points in table[:50] if np.isfinite(points).all())


def _unpadded(table: np.ndarray) -> Iterator[np.ndarray]:
    """Outlines without what fills their rows up: NaN, or zeros where some row ends in several."""
    zero = (table == 0).all(axis=2)
    filled = bool((zero[:, -2:].all(axis=1) & ~zero.all(axis=1)).any())
    for points, nothing in zip(table, zero, strict=True):
        empty = np.isnan(points).all(axis=1) | (nothing if filled else False)
        yield points[: len(points) - int(np.argmin(empty[::-1]))] if not empty.all() else points[:0]


def _as_design(points: np.ndarray, n_vertices: int, rounding: tuple[float, float] | None) -> np.ndarray:
    outline = _simple(_distinct(points))
    if rounding is not None:
        outline = outlines.rounded(outline, *rounding, n_vertices)
    if rounding is not None or len(outline) != n_vertices:
        outline = outlines.resample(outline, n_vertices)
    return outlines.normalise(outline).ravel()


def _distinct(points: np.ndarray) -> np.ndarray:
    """Points about the origin, of extent 1, none of which repeats the one before it."""
    if not np.isfinite(points).all():
        raise ValueError("it holds values that are not finite")
    if len(points) < 3:
        raise ValueError("it has fewer than three points")
    # sums of products of map coordinates would lose all digits
    moved = points - points[0]
    extent = np.abs(moved).max()
    if not 0 < extent < np.inf:
        raise ValueError("its size cannot be told")
    moved = moved / extent
    moved = moved - moved.mean(axis=0)
    kept = moved[np.linalg.norm(moved - np.roll(moved, -1, axis=0), axis=1) > COINCIDENT]
    if len(kept) < 3:
        raise ValueError("it has fewer than three different points")
    return kept


def _simple(points: np.ndarray) -> np.ndarray:
    """The outline itself where it is a simple ring, or its one piece where that is as good as all of it."""
    import shapely

    polygon = shapely.Polygon(points)
    if polygon.is_valid:
        return points
    pieces = [piece for piece in shapely.get_parts(shapely.make_valid(polygon)) if piece.area > 0]
    largest = max(pieces, key=shapely.area, default=None)
    if largest is None:
        raise ValueError("it encloses no area")
    if largest.area < (1 - REPAIRED) * sum(map(shapely.area, pieces)) or len(largest.interiors):
        raise ValueError("it crosses itself")
    exterior = largest.exterior
    ring = shapely.get_coordinates(exterior if exterior.is_ccw == outlines.runs_left(points) else exterior.reverse())[
        :-1
    ]
    nearest = int(np.argmin(np.linalg.norm(ring - points[0], axis=1)))
    return np.roll(ring, -nearest, axis=0)
