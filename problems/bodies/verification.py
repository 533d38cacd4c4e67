"""Independent verification of bodies: measured by trimesh, with rays and triangles of its own."""

from __future__ import annotations

import math

import numpy as np

from problems.base import Verification

SOLID = 1e-6
"""By how much the solid angle under which a star-shaped surface is seen from within may miss 4π."""


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
    from trimesh import Trimesh

    vertices = np.asarray(x, dtype=float).reshape(-1, 3)
    if not np.isfinite(vertices).all():
        return Verification(False, ("a vertex is not finite",))
    centred = vertices - vertices.mean(axis=0)
    size = np.abs(centred).max()
    if size == 0:
        return Verification(False, ("all vertices coincide",))
    mesh = Trimesh(centred / size, faces, process=False, validate=False)
    reasons = []
    if not (mesh.is_watertight and mesh.is_winding_consistent):
        reasons.append("the surface is not closed")
    volume, area = float(mesh.volume), float(mesh.area)
    if not volume > 0:
        reasons.append(f"the surface is turned inside out, or encloses nothing: its volume is {volume:.3g}")
    elif not is_star_shaped(mesh.vertices, faces, mesh.center_mass):
        from problems.bodies.rays import crossings

        if crossing := crossings(np.ascontiguousarray(mesh.vertices), faces):
            reasons.append(f"the surface goes through itself: {crossing} pairs of faces cross")
    return Verification(not reasons, tuple(reasons), None if reasons else surface_to_volume(area, volume))


def surface_to_volume(area: float, volume: float) -> float:
    """σ = S / (36πV²)^⅓."""
    return area / math.cbrt(36 * math.pi * volume**2)


def is_star_shaped(vertices: np.ndarray, faces: np.ndarray, centre: np.ndarray) -> bool:
    """Whether every face of a closed mesh is seen from a point from within, once: such a surface cannot cross itself.

    References
    ----------
    van Oosterom & Strackee 1983, The solid angle of a plane triangle.
    """
    directions = vertices - centre
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    if not (lengths > 0).all():
        return False
    a, b, c = np.moveaxis((directions / lengths)[faces], 1, 0)
    triple = (a * np.cross(b, c)).sum(axis=1)
    beside = 1 + (a * b).sum(axis=1) + (b * c).sum(axis=1) + (c * a).sum(axis=1)
    angle = 2 * np.arctan2(triple, beside).sum()
    return bool((triple > 0).all() and abs(angle / (4 * np.pi) - 1) < SOLID)
