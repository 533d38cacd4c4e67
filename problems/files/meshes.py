"""Triangle meshes, by trimesh: a file holds one body, as the corners of its triangles."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def read(path: Path) -> list[np.ndarray]:
    """Read one array (F, 3, 3): the corners of all triangles, whoever shares them."""
    from trimesh import load_mesh

    try:
        triangles = np.asarray(load_mesh(path, process=False).triangles, dtype=float)
    except Exception as error:  # over a damaged file it may raise anything
        raise ValueError(f"{type(error).__name__} {error}") from None
    if triangles.ndim != 3 or triangles.shape[1:] != (3, 3) or not len(triangles):
        raise ValueError("there are no triangles in it")
    return [triangles]
