"""The interface of layouts: the only file that the author of a layout needs to read."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import numpy as np


class Layout(ABC):
    """Of what a design vector is the coordinates: the geometry that encoders, pictures and files use.

    A subclass sets `shape`, `closed` and `still`, and writes `_modes` and `_frequencies`. Layouts are never changed,
    and equal ones have equal hashes. A class of a plug-in need not derive from this one; it needs `shape`,
    `closed`, `still`, `modes` and `frequencies`. `problems.layouts.drawing` draws designs.

    Attributes
    ----------
    shape : tuple of int
        Of one design as an array; the design vector is the array in C order.
    closed : tuple of bool
        One for each leading axis of `shape` along which neighbours in the array are neighbours in space: whether its
        last element is the first one's neighbour. Further axes are the components of a point. Empty if the
        order of points has no meaning, as on a mesh.
    still : int
        How many leading modes only move the design as a whole.
    """

    shape: tuple[int, ...]
    closed: tuple[bool, ...]
    still: int = 0

    @property
    def dim(self) -> int:
        """The number d of coordinates of a design."""
        return math.prod(self.shape)

    def modes(self, n: int) -> np.ndarray:
        """The n smoothest modes, shape (n, d): orthonormal, by rising frequency, the same at every call.

        Raises
        ------
        ValueError
            For n below 0 or above d.
        """
        return self._modes(self._count(n))

    def frequencies(self, n: int) -> np.ndarray:
        """Their frequencies, shape (n,), at least 0 and rising; raises as `modes` does."""
        return self._frequencies(self._count(n))

    @abstractmethod
    def _modes(self, n: int) -> np.ndarray:
        """As `modes`, for an n that is allowed."""

    @abstractmethod
    def _frequencies(self, n: int) -> np.ndarray:
        """As `frequencies`, for an n that is allowed."""

    def _count(self, n: int) -> int:
        if not 0 <= n <= self.dim:
            raise ValueError(f"n: {n} modes must be at least 0 and at most {self.dim}, the coordinates of a design")
        return n
