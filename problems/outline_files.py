"""Outlines of the user's own, from files: read, resampled, normalised, and where asked for rounded."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from problems import outlines
from problems.data import read_array

LEAST_OWN = 4
"""The least number of outlines in a file."""


@lru_cache(maxsize=8)
def read(path: str, digest: str, n_vertices: int, rounding: tuple[float, float] | None = None) -> np.ndarray:
    """All outlines of a file as designs, shape (M, 2N); read once, and once more where its digest is another.

    Parameters
    ----------
    path, digest : str
        A .npy or .csv file, and its SHA-256.
    n_vertices : int
        The number N of vertices; outlines of another number are resampled by arc length.
    rounding : (float, float), optional
        Radii to which convex and concave corners are rounded.

    Raises
    ------
    ValueError
        If the file does not hold at least four finite outlines of three or more vertices that enclose an area.
    """
    table = read_array(Path(path))
    if table.ndim == 2 and table.shape[1] % 2 == 0:
        table = table.reshape(len(table), -1, 2)
    if table.ndim != 3 or table.shape[0] < LEAST_OWN or table.shape[1] < 3 or table.shape[2] != 2:
        raise ValueError(
            f"data.source: {path} has shape {table.shape}; it must be (M, N, 2) or (M, 2N), M >= {LEAST_OWN}"
        )
    try:
        return np.array([_as_design(outline, n_vertices, rounding) for outline in table])
    except ValueError as error:
        raise ValueError(f"data.source: {path}: {error}") from None


def _as_design(outline: np.ndarray, n_vertices: int, rounding: tuple[float, float] | None) -> np.ndarray:
    if rounding is not None:
        outline = outlines.rounded(outline, *rounding, n_vertices)
    if rounding is not None or len(outline) != n_vertices:
        outline = outlines.resample(outline, n_vertices)
    return outlines.normalise(outline).ravel()
