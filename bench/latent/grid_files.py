"""Fields on grids as images."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from problems.layouts import Grid


def png(
    designs: np.ndarray, layout: Grid, table: pd.DataFrame, folder: Path, size: float, thickness: float
) -> Iterator[Path]:
    """A grey image each, a pixel a cell, from 0, white, to 1, black; x to the right, y up."""
    from matplotlib.image import imsave

    finite = np.isfinite(designs).all(axis=1)
    if not finite.all():
        warnings.warn(f"{(~finite).sum()} of {len(designs)} fields are not finite: no png", stacklevel=2)
    for number in np.flatnonzero(finite).tolist():
        path = folder / f"design-{number:04}.png"
        image = designs[number].reshape(layout.shape).T
        imsave(path, image, vmin=0, vmax=1, cmap="gray_r", origin="lower")
        yield path
