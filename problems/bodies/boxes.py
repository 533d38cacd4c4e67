"""A tree of boxes round the faces of a mesh, compiled by Numba, for verification alone."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

BRANCHES = 4
"""Boxes that a box is made of: neighbours in the order of the faces, as a subdivided face's parts are."""


@njit(cache=True, error_model="numpy")
def tree(points: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the boxes of each level begin, and all boxes (m, 6), low corner and negative high one, faces' own first."""
    sizes = [len(faces)]
    while sizes[-1] > 1:
        sizes.append(-(-sizes[-1] // BRANCHES))
    first = np.zeros(len(sizes) + 1, dtype=np.int64)
    for level in range(len(sizes)):
        first[level + 1] = first[level] + sizes[level]
    boxes = np.full((first[-1], 6), math.inf)
    for f in range(len(faces)):
        for corner in range(3):
            for c in range(3):
                value = points[faces[f, corner], c]
                boxes[f, c], boxes[f, 3 + c] = min(boxes[f, c], value), min(boxes[f, 3 + c], -value)
    for level in range(len(sizes) - 1):
        for i in range(sizes[level]):
            parent, own = first[level + 1] + i // BRANCHES, first[level] + i
            for c in range(6):
                boxes[parent, c] = min(boxes[parent, c], boxes[own, c])
    return first, boxes
