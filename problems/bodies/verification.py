"""Independent verification of bodies: measured by trimesh, with rays and triangles of its own."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from problems.base import Verification
from problems.verification import at_unit_size

SHARE = 0.8
"""The share of a tool's diameter that every wall, or gap, must have along the normals of faces."""
EXCEPTED = 0.005
"""The share of faces whose rays may miss, by rounding at an edge, how often the surface winds."""
RAYS = 2000
"""Faces at most from which rays are sent."""
ENOUGH = 100
"""Pairs of faces that cross, of which no more are counted."""
TILT = 1e-3
"""By how much rays leave the normals, so that they do not go through vertices where a mesh is symmetric."""


def verify_body(x: np.ndarray, faces: np.ndarray) -> Verification:
    """Whether a design (3V,) is the surface of a solid: closed, turned outwards, nowhere through itself.

    Parameters
    ----------
    x : ndarray, shape (3V,)
        Vertices (x0, y0, z0, x1, ...), in any unit of length: the mesh is checked at unit size.
    faces : ndarray, shape (F, 3)

    Returns
    -------
    Verification
        With a sentence for each thing that is wrong, or else with σ.
    """
    vertices, wrong = at_unit_size(x, 3)
    if wrong:
        return Verification(False, (wrong,))
    reasons = [] if is_closed(faces.tobytes(), faces.dtype.str) else ["the surface is not closed"]
    area, volume, centre = measured(vertices, faces)
    if not volume > 0:
        reasons.append(f"the surface is turned inside out, or encloses nothing: its volume is {volume:.3g}")
    else:
        from problems.bodies.crossing import crossings, is_star_shaped

        if not is_star_shaped(vertices, faces, centre) and (crossing := crossings(vertices, faces, ENOUGH)):
            count = f"{crossing} or more" if crossing == ENOUGH else str(crossing)
            reasons.append(f"the surface goes through itself: {count} pairs of faces cross")
    return Verification(not reasons, tuple(reasons), None if reasons else surface_to_volume(area, volume))


@lru_cache(maxsize=8)
def is_closed(faces: bytes, kind: str) -> bool:
    """Whether faces, as bytes, have one another on all sides and all turn the same way."""
    from trimesh import Trimesh

    corners = np.frombuffer(faces, kind).reshape(-1, 3)
    mesh = Trimesh(np.zeros((corners.max() + 1, 3)), corners, process=False, validate=False)
    return bool(mesh.is_watertight and mesh.is_winding_consistent)


def measured(vertices: np.ndarray, faces: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Area, volume and the centre of mass of what is enclosed, by the vectors of faces that trimesh gives."""
    from trimesh import triangles

    corners = vertices[faces]
    crosses = triangles.cross(corners)
    area = float(np.sqrt(np.einsum("fc,fc->f", crosses, crosses)).sum() / 2)
    # tetrahedra from the origin
    volumes = np.einsum("fc,fc->f", corners[:, 0], crosses) / 6
    volume = float(volumes.sum())
    return area, volume, volumes @ (corners[:, 0] + corners[:, 1] + corners[:, 2]) / (4 * volume or 1.0)


def surface_to_volume(area: float, volume: float) -> float:
    """σ = S / (36πV²)^⅓."""
    return area / math.cbrt(36 * math.pi * volume**2)


def verify_printable(x: np.ndarray, faces: np.ndarray, r: float, h: float, R_c: float) -> Verification:  # noqa: N803
    """Whether a design is a solid whose walls and gaps suit the printer, and that fits into its container.

    From the middle of every face rays are sent inwards and outwards. Inwards, the next face must be `SHARE` of 2r away,
    outwards `SHARE` of 2h, or nowhere. What lies just outside of a face must be wound round by the surface not at all.
    All vertices must lie within R_c of the centroid of the surface.

    Parameters
    ----------
    x : ndarray, shape (3V,)
    faces : ndarray, shape (F, 3)
    r, h, R_c : float
        Radii of the tools inside and outside, and of the container, in units of the cube root of the volume.

    Returns
    -------
    Verification
        With a sentence for each thing that is wrong.
    """
    solid = verify_body(x, faces)
    if not solid.ok:
        return solid
    reasons = objections(np.asarray(x, dtype=float).reshape(-1, 3), faces, SHARE * r, SHARE * h, R_c)
    return Verification(not reasons, tuple(reasons), solid.value)


def objections(vertices: np.ndarray, faces: np.ndarray, inner: float, outer: float, R_c: float) -> list[str]:  # noqa: N803
    """Find what speaks against printing a solid with tools of exactly these radii, in sentences."""
    from problems.bodies.rays import along_normals

    vertices = (vertices - vertices.mean(axis=0)) / np.ptp(vertices)
    vertices = np.ascontiguousarray(vertices / np.cbrt(measured(vertices, faces)[1]))
    areas = np.linalg.norm(np.cross(*np.diff(vertices[faces], axis=1).swapaxes(0, 1)), axis=1)
    centroid = areas @ vertices[faces].mean(axis=1) / areas.sum()
    some = np.unique(np.linspace(0, len(faces) - 1, min(RAYS, len(faces))).astype(np.int64))
    inward, outward, winding = along_normals(vertices, faces, some, TILT)
    reasons = []
    if inward.min() < 2 * inner:
        reasons.append(f"a wall is {inward.min():.4f} thick; it must be at least {2 * inner:.4f}")
    if outward.min() < 2 * outer:
        reasons.append(f"a gap is {outward.min():.4f} wide; it must be at least {2 * outer:.4f}")
    if (winding != 0).mean() > EXCEPTED:
        reasons.append(f"the surface winds round what is outside of {(winding != 0).sum()} faces")
    reach = np.linalg.norm(vertices - centroid, axis=1).max()
    if reach > R_c + 1e-6:
        reasons.append(f"it reaches {reach:.4f} from its centroid; the container allows {R_c:g}")
    return reasons
