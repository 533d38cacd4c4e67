"""Fixed bases for closed outlines of N vertices, designs (x₀, y₀, x₁, y₁, …): Fourier modes and cubic B-splines."""

from __future__ import annotations

import numpy as np


def n_vertices(dim: int) -> int:
    """The number N of vertices of designs with so many coordinates.

    Raises
    ------
    ValueError
        If designs of this dimension are no outlines in the plane.
    """
    if dim < 6 or dim % 2:
        raise ValueError(f"designs of {dim} coordinates are no outlines: it must be an even number, 6 at least")
    return dim // 2


def frequencies(dim: int, rows: int) -> np.ndarray:
    """The frequency j of each of so many first rows of `fourier`: 0, 0, 1, 1, −1, −1, 2, 2, …"""
    n = n_vertices(dim)
    rising = sorted(range(-((n - 1) // 2), n // 2 + 1), key=lambda j: (abs(j), -j))
    return np.repeat(rising, 2)[:rows]


def fourier(dim: int, rows: int) -> np.ndarray:
    """Orthonormal modes of outlines by rising frequency, shape (rows, d): exp(ijt) and i exp(ijt) in the complex plane.

    Of d rows in all, the first two only move the outline. Real combinations of the modes j and −j are the elliptic
    Fourier descriptors of order |j|.

    References
    ----------
    Kuhl & Giardina 1982, Elliptic Fourier features of a closed contour.
    """
    n = n_vertices(dim)
    angle = 2 * np.pi * np.arange(n) / n
    waves = np.exp(1j * np.outer(frequencies(dim, rows), angle)) / np.sqrt(n)
    waves[1::2] *= 1j
    return np.stack([waves.real, waves.imag], axis=-1).reshape(-1, dim)


def bspline(dim: int, n_controls: int) -> np.ndarray:
    """Cubic B-splines over a closed outline, shape (2 n_controls, d): a row for each coordinate of a control point.

    The knots are equally spaced; the splines sum to one everywhere.

    References
    ----------
    de Boor 1978, A Practical Guide to Splines; the splines are SciPy's.
    """
    from scipy.interpolate import BSpline

    n = n_vertices(dim)
    if not 3 <= n_controls <= n:
        raise ValueError(f"{n_controls} control points must be at least 3 and at most {n}, as many as vertices")
    hat = BSpline.basis_element(np.arange(-2.0, 3.0), extrapolate=False)
    where = np.arange(n) * n_controls / n
    away = where - np.arange(n_controls)[:, None]
    laps = np.arange(-2, 3) * n_controls  # so few control points may lie within reach more than once
    weights = np.nan_to_num(hat(away[..., None] + laps)).sum(axis=-1)
    return np.kron(weights, np.eye(2))
