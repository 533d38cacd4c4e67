"""Families of solid bodies, all star-shaped: how far a body reaches in each direction from its middle.

Each family is a function of a generator and unit directions (V, 3) that returns radii (V,). `draw` turns many of them
into designs: a vertex of the sphere stays in its direction, so that all bodies have one connectivity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

ASPECT = 1.25
"""Largest stretch of a body along an axis, as a ratio."""
TILT = np.deg2rad(15)
"""Largest rotation of a body away from its family's own orientation, in radians."""
DEGREES = range(2, 6)
"""Of the spherical harmonics of blobs."""
CORNERS = {
    4: [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)],
    6: [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)],
    8: [(x, y, z) for x in (1, -1) for y in (1, -1) for z in (1, -1)],
}
"""Where the lobes of a body are: the corners of the tetrahedron, the octahedron and the cube."""


def ellipsoid(rng: np.random.Generator, u: np.ndarray) -> np.ndarray:
    """Draw an ellipsoid with axes up to 2.5 : 1."""
    return 1 / np.linalg.norm(u / [1.0, rng.uniform(0.4, 1.0), rng.uniform(0.4, 1.0)], axis=1)


def superquadric(rng: np.random.Generator, u: np.ndarray) -> np.ndarray:
    """Draw a superellipsoid |x|^p + |y|^p + |z|^p = 1, from the octahedron (p = 1) to nearly a cube (p = 8)."""
    power = np.exp(rng.uniform(0, np.log(8)))
    return np.asarray((np.abs(u) ** power).sum(axis=1) ** (-1 / power))


def blob(rng: np.random.Generator, u: np.ndarray) -> np.ndarray:
    """Draw a blob of spherical harmonics of degree 2 to 5, with coefficients that fall as the inverse of the degree."""
    harmonics = _harmonics(u.tobytes())
    degree = np.concatenate([np.full(2 * order + 1, order) for order in DEGREES])
    height = harmonics @ (rng.normal(size=len(degree)) / degree)
    return 1 + height * rng.uniform(0.2, 0.6) / np.abs(height).max()


def finned(rng: np.random.Generator, u: np.ndarray) -> np.ndarray:
    """Draw a body with 3 to 6 fins along its axis."""
    fins, depth, sharp = int(rng.integers(3, 7)), rng.uniform(0.2, 0.8), rng.uniform(1.0, 3.0)
    profile = (0.5 + 0.5 * np.cos(fins * np.arctan2(u[:, 1], u[:, 0]))) ** sharp
    return 1 + depth * profile * (u[:, 0] ** 2 + u[:, 1] ** 2)


def lobed(rng: np.random.Generator, u: np.ndarray) -> np.ndarray:
    """Draw a body with 4, 6 or 8 lobes of random height."""
    corners = np.array(CORNERS[int(rng.choice([4, 6, 8]))], dtype=float)
    corners /= np.linalg.norm(corners, axis=1, keepdims=True)
    height, width = rng.uniform(0.4, 1.0, len(corners)), rng.uniform(3.0, 8.0)
    return 1 + np.exp(width * (u @ corners.T - 1)) @ height


CLASSES: dict[str, Callable[[np.random.Generator, np.ndarray], np.ndarray]] = {
    family.__name__: family for family in (ellipsoid, superquadric, blob, finned, lobed)
}


@lru_cache(maxsize=64)
def _harmonics(directions: bytes) -> np.ndarray:
    """Real spherical harmonics (V, m) of `DEGREES` at directions, as bytes."""
    from scipy.special import sph_harm_y

    x, y, z = np.frombuffer(directions).reshape(-1, 3).T
    polar, azimuth = np.arccos(np.clip(z, -1, 1)), np.arctan2(y, x)
    columns = []
    for degree in DEGREES:
        for order in range(degree + 1):
            wave = sph_harm_y(degree, order, polar, azimuth)
            columns += [wave.real, wave.imag] if order else [wave.real]
    return np.stack(columns, axis=1)


def rotation(axis: np.ndarray, angle: float) -> np.ndarray:
    """Rotate by an angle in radians about an axis (3,): a matrix (3, 3)."""
    x, y, z = axis / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def normalise(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Vertices (V, 3) with the centroid of the enclosed volume at the origin, and unit volume.

    Raises
    ------
    ValueError
        For a mesh that encloses no positive volume.
    """
    a, b, c = np.moveaxis(points[faces], 1, 0)
    parts = (a * np.cross(b, c)).sum(axis=1) / 6
    volume = parts.sum()
    if not (volume > 0 and np.isfinite(volume)):
        raise ValueError(f"a mesh encloses a volume of {volume:g}; it must be positive")
    centroid = parts @ (a + b + c) / (4 * volume)
    return np.asarray((points - centroid) / np.cbrt(volume))


def draw(
    n: int,
    rng: np.random.Generator,
    directions: np.ndarray,
    faces: np.ndarray,
    classes: Sequence[str] = tuple(CLASSES),
    relief: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw n designs, as many of each class as can be, in random order; a pure function of its arguments.

    Parameters
    ----------
    n : int
    rng : Generator
    directions : ndarray, shape (V, 3)
        Vertices on the unit sphere.
    faces : ndarray, shape (F, 3)
    classes : sequence of str
        Names in `CLASSES`.
    relief : float
        Radii are raised to this power: below 1 bodies are rounder.

    Returns
    -------
    designs : ndarray, shape (n, 3V)
        Of unit volume, the centroid at the origin.
    labels : ndarray of str, shape (n,)
        The class of each.
    """
    labels = rng.permutation(np.resize(np.array(classes, dtype=str), n))
    designs = np.empty((n, directions.size))
    for row, family in enumerate(labels):
        radius = CLASSES[str(family)](rng, directions) ** relief
        stretch = np.exp(rng.uniform(-0.5, 0.5, 3) * np.log(ASPECT))
        turn = rotation(rng.normal(size=3), rng.uniform(0, TILT))
        designs[row] = normalise((radius[:, None] * directions * stretch) @ turn.T, faces).ravel()
    return designs, labels
