"""A design as an array over axes: what splines, convolutions and recurrences need to know of a layout."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from encoders.stored import stored

if TYPE_CHECKING:
    from encoders.base import Layout


@dataclass(frozen=True)
class Field:
    """Numbers at the points of a regular array.

    Attributes
    ----------
    sizes : tuple of int
        Points along each axis.
    closed : tuple of bool
        Which axes are rings.
    components : int
        Numbers at a point.
    """

    sizes: tuple[int, ...]
    closed: tuple[bool, ...]
    components: int

    @classmethod
    def of(cls, layout: Layout) -> Field:
        """The field of a layout's designs."""
        axes = len(layout.closed)
        return cls(tuple(layout.shape[:axes]), tuple(layout.closed), math.prod(layout.shape[axes:]))

    @classmethod
    def plain(cls, n: int) -> Field:
        """The field of n numbers of which nothing is said."""
        return cls((), (), n)

    @property
    def dim(self) -> int:
        """Numbers in all."""
        return math.prod(self.sizes) * self.components

    def state(self) -> dict[str, np.ndarray]:
        """It as plain arrays."""
        return {"shape": np.array([*self.sizes, self.components]), "closed": np.array(self.closed, dtype=int)}

    @classmethod
    def restored(cls, state: dict[str, np.ndarray], dim: int, axes: Collection[int]) -> Field:
        """Take back what `state` gave, for designs of d coordinates and one of some numbers of axes.

        Raises
        ------
        ValueError
            If it is not there, as in older states, or not of such designs.
        """
        shape, closed = stored(state, "shape", None), stored(state, "closed", None)
        if shape.dtype.kind not in "iu" or len(shape) != len(closed) + 1 or len(closed) not in axes:
            raise ValueError(f"the stored encoder's 'shape' and 'closed' are not of {' or '.join(map(str, axes))} axes")
        *sizes, components = (int(size) for size in shape)
        field = cls(tuple(sizes), tuple(bool(ring) for ring in closed), components)
        if min([*sizes, components]) < 1 or field.dim != dim:
            raise ValueError(f"the stored encoder's 'shape' {shape.tolist()} is not of designs of {dim} coordinates")
        return field


def why_not(what: str, layout: Layout | None, axes: Collection[int] = ()) -> str | None:
    """Why something cannot work on a layout that must be there, and have so many axes where that matters, if so."""
    if layout is None:
        return f"{what} needs to know what a design is the coordinates of, and there is no layout"
    if axes and len(layout.closed) not in axes:
        return (
            f"{what} needs {' or '.join(map(str, axes))} axes along which points follow one another, and the layout "
            f"{type(layout).__name__} has {len(layout.closed)}"
        )
    return None
