"""Where a plate is held, and where and in what direction it is loaded."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np

from problems.structure.elements import node

SupportName = Literal["cantilever", "bridge", "mbb"]

Held = tuple[list[int], str]
"""Freedoms that do not move, and the edge that the load is on: "right" from below, or "top" from the left."""


def _cantilever(nx: int, ny: int) -> Held:
    left = node(nx, ny, 0, np.arange(ny + 1))
    return [*(2 * left), *(2 * left + 1)], "right"


def _bridge(nx: int, ny: int) -> Held:
    corners = node(nx, ny, np.array([0, nx]), 0)
    return [*(2 * corners), *(2 * corners + 1)], "top"


def _mbb(nx: int, ny: int) -> Held:
    return [*(2 * node(nx, ny, 0, np.arange(ny + 1))), 2 * node(nx, ny, nx, 0) + 1], "top"


SUPPORTS: dict[SupportName, Callable[[int, int], Held]] = {
    "cantilever": _cantilever,
    "bridge": _bridge,
    "mbb": _mbb,
}
"""The left edge held, and the load on the right one. Both lower corners held, and the load on the upper edge. The right
half of a beam on two supports: its left edge slides up and down, its lower right corner to and fro, and the load is on
the upper edge."""


def held(support: SupportName, nx: int, ny: int) -> np.ndarray:
    """Freedoms that do not move, rising."""
    return np.unique(SUPPORTS[support](nx, ny)[0])


def load(support: SupportName, nx: int, ny: int, place: float, angle: float) -> np.ndarray:
    """The nodal forces of a unit load, shape (2 (nx+1)(ny+1),).

    Parameters
    ----------
    support : {"cantilever", "bridge", "mbb"}
    nx, ny : int
        Elements.
    place : float
        Where on its edge, in [0, 1], from below or from the left; between two nodes it is shared by them.
    angle : float
        In degrees, counter-clockwise from the x axis.

    Raises
    ------
    ValueError
        If the place is off the edge, or the load on a support that lets none of it through.
    """
    if not 0 <= place <= 1:
        raise ValueError(f"place: {place} must be at least 0 and at most 1")
    if not math.isfinite(angle):
        raise ValueError(f"angle: {angle} must be finite")
    fixed, edge = SUPPORTS[support](nx, ny)
    cells = ny if edge == "right" else nx
    first = min(math.floor(place * cells), cells - 1)
    share = place * cells - first
    direction = np.round([math.cos(math.radians(angle)), math.sin(math.radians(angle))], 15)
    forces = np.zeros(2 * (nx + 1) * (ny + 1))
    for along, weight in ((first, 1 - share), (first + 1, share)):
        at = int(node(nx, ny, nx, along) if edge == "right" else node(nx, ny, along, ny))
        forces[2 * at : 2 * at + 2] += weight * direction
    if not np.delete(forces, fixed).any():
        raise ValueError(f"place: {place} is on a support of '{support}', where a load at {angle}° moves nothing")
    return forces
