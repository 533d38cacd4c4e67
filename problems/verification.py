"""Independent verification of outlines with Shapely; shares no code with the objectives' geometry."""

from __future__ import annotations

import numpy as np
import shapely

from problems.base import Verification


def verify_outline(x: np.ndarray) -> Verification:
    """Whether a design vector, shape (2N,), is a simple, counter-clockwise ring of positive area.

    Parameters
    ----------
    x : ndarray, shape (2N,)
        Vertices (x0, y0, x1, y1, ...), in any unit of length: the outline is checked at unit size.

    Returns
    -------
    Verification
        With a sentence for each thing that is wrong.
    """
    vertices = np.asarray(x, dtype=float).reshape(-1, 2)
    if not np.isfinite(vertices).all():
        return Verification(False, ("a vertex is not finite",))
    centred = vertices - vertices.mean(axis=0)
    size = np.abs(centred).max()
    if size == 0:
        return Verification(False, ("all vertices coincide",))
    ring = shapely.linearrings(centred / size)
    polygon = shapely.polygons(ring)
    reasons = []
    if not shapely.is_valid(polygon):
        reasons.append(f"not a simple ring: {shapely.is_valid_reason(polygon)}")
    if not shapely.is_ccw(ring):
        reasons.append("the outline runs clockwise")
    return Verification(not reasons, tuple(reasons))
