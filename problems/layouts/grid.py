"""Fields on the cells of a rectangle, and their cosines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from problems.layouts.base import Layout


@dataclass(frozen=True)
class Grid(Layout):
    """One number in each of nx × ny square cells, such as a density. A design is the array (nx, ny), row by row.

    Its modes are products of the cosines of the discrete cosine transform, cos(πk(i + ½)/n), so that no edge is seen.
    The frequency of the pair (kx, ky) is √((kx/nx)² + (ky/ny)²) times the longer side: half-waves along it, the same in
    all directions. Of pairs of one frequency, the one of smaller kx comes first. The constant mode is the mean density,
    which is not a motion, so `still` is 0.

    Attributes
    ----------
    nx, ny : int
        Numbers of cells, at least 1.

    Raises
    ------
    ValueError
        For a grid of no cells.

    References
    ----------
    Ahmed, Natarajan & Rao 1974, Discrete cosine transform.
    """

    nx: int
    ny: int

    closed = (False, False)
    still = 0

    def __post_init__(self) -> None:
        for name, value in {"nx": self.nx, "ny": self.ny}.items():
            if value < 1:
                raise ValueError(f"{name}: {value} must be at least 1")

    @property
    def shape(self) -> tuple[int, int]:  # type: ignore[override]
        """(nx, ny)."""
        return self.nx, self.ny

    def _modes(self, n: int) -> np.ndarray:
        kx, ky, _ = self._rising(n)
        return (_cosines(self.nx)[kx, :, None] * _cosines(self.ny)[ky, None, :]).reshape(-1, self.dim)

    def _frequencies(self, n: int) -> np.ndarray:
        return np.asarray(np.sqrt(self._rising(n)[2]) / min(self.shape))

    def _rising(self, n: int) -> np.ndarray:
        """The half-waves (kx, ky) of the first n modes, and (kx ny)² + (ky nx)², shape (3, n)."""
        kx, ky = np.indices(self.shape).reshape(2, -1)
        squared = (kx * self.ny) ** 2 + (ky * self.nx) ** 2  # whole numbers, so that equal ones are seen to be equal
        return np.stack([kx, ky, squared])[:, np.lexsort((kx, squared))[:n]]


def _cosines(n: int) -> np.ndarray:
    """Orthonormal cosines (n, n), a row a frequency."""
    waves = np.cos(np.pi * np.outer(np.arange(n), np.arange(n) + 0.5) / n) * np.sqrt(2 / n)
    waves[0] = 1 / np.sqrt(n)
    return waves
