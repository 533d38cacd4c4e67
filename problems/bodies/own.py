"""Bodies of the user's own, from files: arrays of the sphere's connectivity, or any meshes, mapped to it.

A mesh is mapped from a point inside from which all of it can be seen: a vertex of the sphere goes in its direction to
the surface. So holes, handles and hidden parts cannot be mapped, and such meshes are left out, and counted.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from problems import files
from problems.bodies import sphere
from problems.bodies.families import normalise
from problems.data import Own, counted

LEAST = 2
"""The least number of bodies of a source that can be used."""
FAITHFUL = 0.1
"""The share of its volume by which a mapped mesh may miss the one that it is made from."""
FLAT = 1e-12
"""Triangles of less area, at unit extent, are none."""
EDGE = 1e-9
"""By how much a direction may miss a triangle, so that none falls between two."""


@lru_cache(maxsize=8)
def read(source: str | tuple[str, ...], digest: str, subdivisions: int) -> Own:
    """All bodies of files as designs; read once, and once more where their digest is another.

    Parameters
    ----------
    source, digest : str
        Of `problems.data.DataSettings`: meshes, which may lie anywhere, in any unit and turned either way, or arrays
        (n, 3V) of the sphere's connectivity, which are taken as they are.
    subdivisions : int
        Of the sphere.

    Raises
    ------
    ValueError
        If an array is none of bodies, or there are not at least two bodies that can be used.
    """
    rest = sphere.layout(subdivisions).rest
    paths = [
        member for each in ((source,) if isinstance(source, str) else source) for member in files.members(Path(each))
    ]
    designs, faults, n = [], [], 0
    for path in paths:
        for array in files.read(path):
            if not np.isfinite(array).all():
                raise ValueError(f"data.source: {path} holds values that are not finite")
            if array.ndim == 2 and array.shape[1] == rest.size:
                designs += list(array)
                n += len(array)
                continue
            if array.ndim != 3 or array.shape[1:] != (3, 3):
                raise ValueError(f"data.source: {path} holds an array of {array.shape}; it must be (n, {rest.size})")
            n += 1
            try:
                designs.append(mapped(array, subdivisions))
            except ValueError as error:
                faults.append((path.name, str(error)))
    said = f"{len(faults)} of {n} bodies are left out: {counted(faults)}" if faults else ""
    if len(designs) < LEAST:
        least = f"at least {LEAST} bodies that can be used are needed"
        raise ValueError(f"data.source: {source} holds {len(designs)}; {least}{f' ({said})' if said else ''}")
    return Own(np.array(designs), said)


def designs_of(source: str | tuple[str, ...], digest: str, subdivisions: int) -> np.ndarray:
    """The designs of `read`."""
    return read(source, digest, subdivisions).designs


def mapped(corners: np.ndarray, subdivisions: int) -> np.ndarray:
    """A design (3V,) of a mesh given by the corners (F, 3, 3) of its triangles.

    Raises
    ------
    ValueError
        If it cannot be mapped, with the reason.
    """
    extent = np.ptp(corners.reshape(-1, 3), axis=0).max()
    if not 0 < extent < np.inf:
        raise ValueError("its size cannot be told")
    corners = (corners - corners[0, 0]) / extent
    normals = _normals(corners)
    kept = np.linalg.norm(normals, axis=1) > 2 * FLAT
    corners, normals = corners[kept], normals[kept]
    parts = (corners[:, 0] * normals).sum(axis=1) / 6
    volume = float(parts.sum())
    if abs(volume) <= FLAT:
        raise ValueError("it encloses no volume")
    if volume < 0:
        corners, normals = corners[:, ::-1], -normals
    seen = corners - _middle(corners, normals, parts @ corners.sum(axis=1) / (4 * volume))
    layout = sphere.layout(subdivisions)
    points = _radii(seen, layout.rest)[:, None] * layout.rest
    faces = layout.faces
    found = (points[faces[:, 0]] * _normals(points[faces])).sum() / 6
    if not abs(found / abs(volume) - 1) <= FAITHFUL:
        raise ValueError("the sphere's mesh is too coarse for it")
    return normalise(points, faces).ravel()


def _normals(corners: np.ndarray) -> np.ndarray:
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def _middle(corners: np.ndarray, normals: np.ndarray, centroid: np.ndarray) -> np.ndarray:
    """The point (3,) from which all of a surface is seen: its centroid, or else the one that is deepest inside."""
    from scipy.optimize import linprog

    from problems.bodies.crossing import is_star_shaped

    unit = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    reach = (unit * corners[:, 0]).sum(axis=1)
    middle = centroid
    if not (unit @ centroid < reach).all():
        planes = np.column_stack([unit, np.ones(len(unit))])
        found = linprog([0, 0, 0, -1], planes, reach, bounds=[(None, None)] * 4)
        if found.x is None or not found.x[3] > 0:
            raise ValueError("there is no point inside from which all of it is seen")
        middle = found.x[:3]
    alone = np.arange(3 * len(corners), dtype=np.int32).reshape(-1, 3)
    if not is_star_shaped(np.ascontiguousarray(corners.reshape(-1, 3)), alone, middle):
        raise ValueError("it is not closed, or not in one piece")
    return middle


def _radii(corners: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """How far the surface is (V,) from the origin in unit directions (V, 3), each of which meets it once."""
    from scipy.spatial import cKDTree

    towards = corners / np.linalg.norm(corners, axis=2, keepdims=True)
    middle = towards.sum(axis=1)
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    cosine = (towards * middle[:, None]).sum(axis=2).min(axis=1)
    # a cap of less than a half-sphere that holds the corners of a triangle holds all of it
    chord = np.where(cosine > 0, np.sqrt(2 - 2 * np.minimum(cosine, 1)) + EDGE, 2.0)
    near = cKDTree(directions).query_ball_point(middle, chord)
    face = np.repeat(np.arange(len(corners)), [len(each) for each in near])
    which = np.concatenate([np.asarray(each, dtype=int) for each in near])
    a, b, c = np.moveaxis(towards[face], 1, 0)
    d = directions[which]
    sides = np.stack([(d * np.cross(one, other)).sum(axis=1) for one, other in ((a, b), (b, c), (c, a))])
    normals = _normals(corners)
    along = (normals[face] * d).sum(axis=1)
    within = (sides.min(axis=0) >= -EDGE) & (along > 0)
    radii = np.zeros(len(directions))
    far = (normals[face] * corners[face, 0]).sum(axis=1)[within] / along[within]
    np.maximum.at(radii, which[within], far)
    if not (radii > 0).all():
        raise ValueError("it cannot be seen in all directions")
    return radii
