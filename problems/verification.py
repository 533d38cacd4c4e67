"""Independent verification of outlines with Shapely; shares no code with the objectives' geometry."""

from __future__ import annotations

import math

import numpy as np
import shapely

from problems.base import Verification

KEPT = 0.98
"""The share of area, and of perimeter, that opening with the inner tool must keep."""
ADDED = 0.02
"""The share of area that closing with the outer tool may add."""
SLACK = 0.02
"""The share of a tool's radius that goes for normals and thicknesses measured at vertices."""
LONGEST = 1.5
"""The longest edge of a feasible design, in mean edges."""
STEEPEST = math.pi / 3
"""The largest angle by which the edges of a feasible design turn."""
ARC = 8
"""Segments to a quarter of a circle where outlines are widened and narrowed."""


def verify_outline(x: np.ndarray) -> Verification:
    """Whether a design vector, shape (2N,), is a simple, counter-clockwise ring of positive area.

    Parameters
    ----------
    x : ndarray, shape (2N,)
        Vertices (x0, y0, x1, y1, ...), in any unit of length: the outline is checked at unit size.

    Returns
    -------
    Verification
        With a sentence for each thing that is wrong, or else with σ.
    """
    vertices, wrong = at_unit_size(x, 2)
    if wrong:
        return Verification(False, (wrong,))
    ring = shapely.linearrings(vertices)
    polygon = shapely.polygons(ring)
    reasons = []
    if not shapely.is_valid(polygon):
        reasons.append(f"not a simple ring: {shapely.is_valid_reason(polygon)}")
    if not shapely.is_ccw(ring):
        reasons.append("the outline runs clockwise")
    return Verification(not reasons, tuple(reasons), None if reasons else surface_to_volume(polygon))


def at_unit_size(x: np.ndarray, components: int) -> tuple[np.ndarray, str]:
    """Vertices (V, components) of a design, centred, the largest coordinate 1; or what forbids that, in a sentence."""
    vertices = np.asarray(x, dtype=float).reshape(-1, components)
    if not np.isfinite(vertices).all():
        return vertices, "a vertex is not finite"
    centred = vertices - vertices.mean(axis=0)
    size = np.abs(centred).max()
    return (centred, "all vertices coincide") if size == 0 else (centred / size, "")


def surface_to_volume(polygon: shapely.Polygon) -> float:
    """σ = P / (2 √(πA)) of a polygon, by Shapely."""
    return float(shapely.length(polygon) / (2 * math.sqrt(math.pi * shapely.area(polygon))))


def verified_share(r: float, h: float, n_vertices: int) -> float:
    """Find the share of the tools' radii that the polygon of a design made with them must suit.

    Where edges turn by θ, an arc has an apothem of cos(θ/2) radii, and two corners that face each other may be nearer
    than two radii by as much, since the normal of either may be anywhere within θ. The largest θ is that of the longest
    edges a feasible design may have: 1.5 mean edges on the longest outline, (1/r + πr) √A, round the smaller tool.

    Parameters
    ----------
    r, h : float
        Radii of the tools inside and outside, in units of √A.
    n_vertices : int
    """
    edge = min(LONGEST * (1 / r + math.pi * r) / n_vertices, r)
    return math.cos(min(edge / min(r, h), STEEPEST) / 2) * (1 - SLACK)


def verify_manufacturable(x: np.ndarray, r: float, h: float, R_c: float) -> Verification:  # noqa: N803
    """Whether a simple outline can be cut with tools of given radii, and fits into its container.

    With both tools reduced by `verified_share`: eroded by the inner one, the shape must stay in one piece; dilated
    again, keep 98 % of its area and of its perimeter. Closed with the outer one, it must gain no hole and no more than
    2 % of area. All vertices must lie within R_c of the centroid of its boundary.

    Parameters
    ----------
    x : ndarray, shape (2N,)
        Vertices (x0, y0, x1, y1, ...).
    r, h, R_c : float
        Radii of the tools inside and outside, and of the container, in units of the square root of the area.

    Returns
    -------
    Verification
        With a sentence for each thing that is wrong.
    """
    simple = verify_outline(x)
    if not simple.ok:
        return simple
    share = verified_share(r, h, len(x) // 2)
    reasons = objections(x, share * r, share * h, R_c)
    return Verification(not reasons, tuple(reasons), simple.value)


def objections(x: np.ndarray, inner: float, outer: float, R_c: float) -> list[str]:  # noqa: N803
    """Find what speaks against cutting a simple outline with tools of exactly these radii, in sentences."""
    vertices = np.asarray(x, dtype=float).reshape(-1, 2)
    vertices = (vertices - vertices.mean(axis=0)) / np.ptp(vertices)
    vertices = vertices / np.sqrt(shapely.area(shapely.polygons(vertices)))
    shape = shapely.polygons(vertices)
    reasons = []

    core = shapely.buffer(shape, -inner, quad_segs=ARC)
    pieces = shapely.get_num_geometries(core) if shapely.area(core) > 0 else 0
    if pieces != 1:
        reasons.append(f"eroded by {inner:.4f} it leaves {pieces} pieces; it must leave one")
    opened = shapely.buffer(core, inner, quad_segs=ARC)
    area, perimeter = shapely.area(opened), shapely.length(opened) / shapely.length(shape)
    if min(area, perimeter) < KEPT:
        reasons.append(f"opened with {inner:.4f} it keeps {area:.1%} of area and {perimeter:.1%} of perimeter")
    wide = shapely.buffer(shape, outer, quad_segs=ARC)
    if shapely.get_num_interior_rings(wide):
        reasons.append(f"widened by {outer:.4f} it closes upon itself")
    gained = shapely.area(shapely.buffer(wide, -outer, quad_segs=ARC)) - 1
    if gained > ADDED:
        reasons.append(f"closed with {outer:.4f} it gains {gained:.1%} of area")

    centroid = shapely.get_coordinates(shapely.centroid(shapely.linearrings(vertices)))
    reach = np.linalg.norm(vertices - centroid, axis=1).max()
    if reach > R_c + 1e-6:
        reasons.append(f"it reaches {reach:.4f} from its centroid; the container allows {R_c:g}")
    return reasons
