"""Random smooth densities: what is known of a plate before anything is optimised."""

from __future__ import annotations

import numpy as np
from scipy.fft import idctn

from problems.structure.density import projected

ROUGHNESS = 2.0
"""How fast the waves' amplitudes fall with their frequency."""
CONTRAST = 0.15
"""Deviation of a density from cell to cell, before it is projected."""


def smooth_fields(n: int, rng: np.random.Generator, nx: int, ny: int, volume: float) -> np.ndarray:
    """Draw n densities (n, nx·ny) of a given mean: sums of cosines of random amplitude.

    Parameters
    ----------
    n : int
    rng : Generator
    nx, ny : int
        Cells.
    volume : float
        The mean density.
    """
    kx, ky = np.indices((nx, ny))
    fall = (1 + np.hypot(kx / nx, ky / ny) * max(nx, ny)) ** -ROUGHNESS
    fall[0, 0] = 0.0
    waves = idctn(fall * rng.normal(size=(n, nx, ny)), axes=(1, 2), norm="ortho").reshape(n, nx * ny)
    waves *= CONTRAST / np.sqrt((fall**2).sum() / (nx * ny))
    return np.array([projected(wave, volume) for wave in waves]).reshape(n, nx * ny)
