"""The square bilinear element of unit side in plane stress: its stiffness, and the freedoms of a grid of them."""

from __future__ import annotations

import numpy as np

POISSON = 0.3
"""Poisson's ratio ν of the material, whose Young's modulus is 1."""


def stiffness(nu: float = POISSON) -> np.ndarray:
    """Stiffness K₀ of one element of unit thickness, shape (8, 8).

    Its freedoms are (x, y) of the corners, counter-clockwise from the lower left one.

    References
    ----------
    Andreassen et al. 2011, Efficient topology optimization in MATLAB using 88 lines of code (the closed form).
    """
    k = np.array(
        [
            *(1 / 2 - nu / 6, 1 / 8 + nu / 8, -1 / 4 - nu / 12, -1 / 8 + 3 * nu / 8),
            *(-1 / 4 + nu / 12, -1 / 8 - nu / 8, nu / 6, 1 / 8 - 3 * nu / 8),
        ]
    )
    order = [
        [0, 1, 2, 3, 4, 5, 6, 7],
        [1, 0, 7, 6, 5, 4, 3, 2],
        [2, 7, 0, 5, 6, 3, 4, 1],
        [3, 6, 5, 0, 7, 2, 1, 4],
        [4, 5, 6, 7, 0, 1, 2, 3],
        [5, 4, 3, 2, 1, 0, 7, 6],
        [6, 3, 4, 1, 2, 7, 0, 5],
        [7, 2, 1, 4, 3, 6, 5, 0],
    ]
    return np.asarray(k[order] / (1 - nu**2))


def freedoms(nx: int, ny: int) -> np.ndarray:
    """The freedoms of each element of a grid, shape (nx·ny, 8), elements in the order of a design vector.

    Those of node (i, j) are 2m and 2m + 1, with m its place among all nodes, counted along the shorter side, so that
    the stiffness matrix has as narrow a band as can be.
    """
    i, j = (index.ravel() for index in np.indices((nx, ny)))
    corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
    nodes = np.stack([node(nx, ny, *corner) for corner in corners], axis=1)
    return np.asarray((2 * nodes[:, :, None] + np.arange(2)).reshape(nx * ny, 8))


def node(nx: int, ny: int, i: np.ndarray | int, j: np.ndarray | int) -> np.ndarray:
    """The place of nodes (i, j) among all, i from the left and j from below."""
    return np.asarray(i * (ny + 1) + j if ny <= nx else j * (nx + 1) + i)
