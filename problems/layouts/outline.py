"""Closed outlines in the plane, and their Fourier modes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from problems.layouts.base import Layout

LEAST = 3
"""Vertices of an outline."""


@dataclass(frozen=True)
class Outline(Layout):
    """A closed outline of N vertices in the plane: a design is (x₀, y₀, x₁, y₁, …).

    Its modes are exp(ijt) and i exp(ijt) in the complex plane, by rising |j|: 0, 1, −1, 2, −2, … Real combinations of
    those of j and −j are the elliptic Fourier descriptors of order |j|, which is their frequency: waves in one turn.

    Attributes
    ----------
    n_vertices : int
        The number N, at least 3.

    Raises
    ------
    ValueError
        For fewer vertices.

    References
    ----------
    Kuhl & Giardina 1982, Elliptic Fourier features of a closed contour.
    """

    n_vertices: int

    closed = (True,)
    still = 2

    def __post_init__(self) -> None:
        if self.n_vertices < LEAST:
            raise ValueError(f"n_vertices: {self.n_vertices} must be at least {LEAST}")

    @property
    def shape(self) -> tuple[int, int]:  # type: ignore[override]
        """(N, 2)."""
        return self.n_vertices, 2

    def _modes(self, n: int) -> np.ndarray:
        angle = 2 * np.pi * np.arange(self.n_vertices) / self.n_vertices
        waves = np.exp(1j * np.outer(self._signed(n), angle)) / np.sqrt(self.n_vertices)
        waves[1::2] *= 1j
        return np.stack([waves.real, waves.imag], axis=-1).reshape(-1, self.dim)

    def _frequencies(self, n: int) -> np.ndarray:
        return np.abs(self._signed(n)).astype(float)

    def _signed(self, n: int) -> np.ndarray:
        """The frequency j of each mode, with the sense of its turn: 0, 0, 1, 1, −1, −1, 2, 2, …"""
        lowest, highest = -((self.n_vertices - 1) // 2), self.n_vertices // 2
        return np.repeat(sorted(range(lowest, highest + 1), key=lambda j: (abs(j), -j)), 2)[:n]
