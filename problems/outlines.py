"""Families of closed outlines: the classic four, and some that engineers draw.

Each family is a function of a generator that returns one counter-clockwise outline, shape (m, 2), as a polyline fine
enough for its curves or made of its corners alone. `draw` turns many of them into designs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

FINE = 360
"""Points on a smooth outline, and on the grid that looks for its first vertex."""
ASPECT = 1.25
"""Largest stretch of an outline along an axis, as a ratio."""
PHASE = np.deg2rad(15)
"""Largest rotation of an outline away from its family's own orientation, in radians."""


def _polar(radius: np.ndarray | float, angle: np.ndarray) -> np.ndarray:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)


def _turn(points: int) -> np.ndarray:
    return np.linspace(0, 2 * np.pi, points, endpoint=False)


def circle(rng: np.random.Generator) -> np.ndarray:
    """Draw a circle, fine enough to be the regular polygon within 10⁻⁶ of σ once it is sampled."""
    return _polar(1.0, _turn(FINE))


def triangle(rng: np.random.Generator) -> np.ndarray:
    """Draw a triangle with its corners near those of the equilateral one."""
    return _polar(rng.uniform(0.85, 1.15, 3), np.pi / 2 + _turn(3))


def square(rng: np.random.Generator) -> np.ndarray:
    """Draw a square."""
    return _polar(1.0, np.pi / 4 + _turn(4))


def star(rng: np.random.Generator) -> np.ndarray:
    """Draw a five-pointed star of random depth."""
    radius = np.tile([1.0, rng.uniform(0.35, 0.6)], 5)
    return _polar(radius, np.pi / 2 + _turn(10))


def ellipse(rng: np.random.Generator) -> np.ndarray:
    """Draw an ellipse with axes up to 3 : 1."""
    return _polar(1.0, _turn(FINE)) * [rng.uniform(1.2, 3.0), 1.0]


def superellipse(rng: np.random.Generator) -> np.ndarray:
    """Draw a Lamé curve |x|^p + |y|^p = 1, from the rhombus (p = 1) to nearly a square (p = 8)."""
    power = np.exp(rng.uniform(0, np.log(8)))
    outline = _polar(1.0, _turn(FINE))
    return np.sign(outline) * np.abs(outline) ** (2 / power)


def gear(rng: np.random.Generator) -> np.ndarray:
    """Draw a gear wheel with 5 to 10 trapezoidal teeth."""
    teeth, depth = int(rng.integers(5, 11)), rng.uniform(0.12, 0.35)
    profile = np.array([-0.32, -0.18, 0.18, 0.32]) * (2 * np.pi / teeth)
    angle = (_turn(teeth)[:, None] + profile).ravel()
    return _polar(np.tile([1 - depth, 1.0, 1.0, 1 - depth], teeth), angle)


def cross(rng: np.random.Generator) -> np.ndarray:
    """Draw a cross of random arm width."""
    w = rng.uniform(0.25, 0.6)
    corner = np.array([[1.0, w], [w, w], [w, 1.0]])
    quarter = np.array([[0.0, -1.0], [1.0, 0.0]])
    return np.concatenate([corner @ np.linalg.matrix_power(quarter, k).T for k in range(4)])


def blob(rng: np.random.Generator) -> np.ndarray:
    """Draw a harmonic blob r(θ) = 1 + Σ a_j cos(jθ + φ_j), j = 2 ... 6, with Σ|a_j| <= 0.6."""
    order = np.arange(2, 7)
    amplitude = rng.normal(size=5) * 0.35 / order
    amplitude *= min(1.0, 0.6 / np.abs(amplitude).sum())
    angle = _turn(FINE)
    waves = np.cos(order * angle[:, None] + rng.uniform(0, 2 * np.pi, 5))
    return _polar(1 + waves @ amplitude, angle)


CLASSES: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    family.__name__: family for family in (circle, triangle, square, star, ellipse, superellipse, gear, cross, blob)
}


def resample(outline: np.ndarray, n_vertices: int, start: float = 0.0) -> np.ndarray:
    """N vertices (N, 2), equally spaced by arc length along a closed polyline (m, 2).

    Parameters
    ----------
    outline : ndarray, shape (m, 2)
        Closed without repeating its first point.
    n_vertices : int
        The number N of vertices.
    start : float
        Where the first vertex lies, as a fraction of the perimeter from the polyline's first point.
    """
    closed = np.concatenate([outline, outline[:1]])
    along, step = np.zeros(len(closed)), closed[1:] - closed[:-1]
    np.cumsum(np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2), out=along[1:])
    where = (start + np.arange(n_vertices) / n_vertices) % 1.0 * along[-1]
    vertices = np.empty((n_vertices, 2))
    for axis in (0, 1):
        vertices[:, axis] = np.interp(where, along, closed[:, axis])
    return vertices


def runs_left(points: np.ndarray) -> bool:
    """Whether an outline (m, 2) about the origin runs counter-clockwise, by the sign of its area."""
    x, y = points.T
    return bool((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() > 0)


def normalise(points: np.ndarray) -> np.ndarray:
    """Vertices (N, 2) with the enclosed area's centroid at the origin, unit area, counter-clockwise.

    Raises
    ------
    ValueError
        For an outline that encloses no area.
    """
    following = np.concatenate([points[1:], points[:1]])  # as `np.roll` gives it, which is slow
    twice = points[:, 0] * following[:, 1] - points[:, 1] * following[:, 0]
    area = twice.sum() / 2
    if not abs(area) > 0 or not np.isfinite(area):
        raise ValueError(f"an outline encloses an area of {area:g}; it must enclose some")
    centroid = ((points + following) * twice[:, None]).sum(axis=0) / (6 * area)
    normal = (points - centroid) / np.sqrt(abs(area))
    if not np.isfinite(normal).all():
        raise ValueError("an outline has coordinates too large, or so close together, that its size cannot be told")
    return normal if area > 0 else normal[::-1]


def rounded(points: np.ndarray, inner: float, outer: float, n_vertices: int) -> np.ndarray:
    """Round the corners of an outline, shape (m, 2), as tools would; of unit area, fine enough for so many vertices.

    Convex corners and slender parts lose what a disc of radius ``inner`` does not reach, concave ones and narrow gaps
    are filled where one of radius ``outer`` does not. Of what falls apart, the largest piece stays.

    Raises
    ------
    ValueError
        If nothing stays.
    """
    import shapely

    polygon, scale, segments = shapely.Polygon(normalise(points)), 1.0, n_vertices // 4
    while True:
        whole = polygon.buffer(-inner * scale)
        whole = whole.buffer((inner + outer) * scale, segments).buffer(-outer * scale, segments)
        if whole.is_empty:
            raise ValueError(f"an outline has no part as wide as a tool of radius {inner:g}")
        piece = max(shapely.get_parts(whole), key=shapely.area)
        if piece.area <= scale**2:
            break
        scale = 1.01 * np.sqrt(piece.area)  # filled gaps added area, and radii are in units of its root
    return normalise(shapely.get_coordinates(piece.exterior)[:-1])


def _design(family: str, n_vertices: int, rng: np.random.Generator, rounding: tuple[float, float] | None) -> np.ndarray:
    outline = CLASSES[family](rng)
    if family != "circle":
        stretch = np.exp(rng.uniform(-0.5, 0.5) * np.log(ASPECT))
        outline = outline * [stretch, 1 / stretch]
    angle = rng.uniform(-PHASE, PHASE)
    outline = outline @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    points = FINE
    if rounding is not None:
        outline = rounded(outline, *rounding, n_vertices)
        points = max(FINE, 10 * n_vertices)  # so that arcs of the tools' radii keep their curvature
    fine = normalise(resample(outline, points))
    start = np.argmin(np.abs(np.arctan2(fine[:, 1], fine[:, 0]))) / points
    return normalise(resample(outline, n_vertices, start))


def draw(
    n: int,
    rng: np.random.Generator,
    n_vertices: int,
    classes: Sequence[str] = tuple(CLASSES),
    rounding: tuple[float, float] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw n designs, as many of each class as can be, in random order; a pure function of its arguments.

    Aspect and phase are random; area, centroid, sense and the polar angle of the first vertex (0) are normalised.

    Parameters
    ----------
    n : int
    rng : Generator
    n_vertices : int
        The number N of vertices of each.
    classes : sequence of str
        Names in `CLASSES`.
    rounding : (float, float), optional
        Radii, in units of √A, to which convex and concave corners are rounded; see `rounded`.

    Returns
    -------
    designs : ndarray, shape (n, 2N)
    labels : ndarray of str, shape (n,)
        The class of each.
    """
    labels = rng.permutation(np.resize(np.array(classes, dtype=str), n))
    designs = np.empty((n, 2 * n_vertices))
    for row, family in enumerate(labels):
        designs[row] = _design(str(family), n_vertices, rng, rounding).ravel()
    return designs, labels
