"""What designs are the coordinates of, as plain data, so that they can be drawn where their problem is not at hand."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from problems.layouts import Grid, Mesh, Outline

if TYPE_CHECKING:
    from bench.experiments.registry import Spec
    from problems.base import Problem

KINDS = {Outline: "outline", Grid: "grid", Mesh: "mesh"}
"""How layouts are called that pages can draw; designs of others are bars, one a coordinate."""
BARS = "bars"
LARGEST = 20_000
"""Coordinates of a design, above which pages leave it out: they would be too heavy."""


def described(problem: Problem) -> dict[str, Any]:
    """Describe the layout of a problem.

    Returns
    -------
    dict
        ``kind``, of `KINDS` or "bars"; ``shape`` of one design as an array; ``faces`` of a mesh, shape (F, 3).
    """
    layout = problem.layout
    kind = next((name for cls, name in KINDS.items() if isinstance(layout, cls)), BARS)
    shape = (problem.dim,) if layout is None else layout.shape
    faces = np.asarray(getattr(layout, "faces", ()), dtype=int).tolist()
    return {"kind": kind, "shape": [int(n) for n in shape], "faces": faces}


def of(problems: Mapping[str, Spec]) -> dict[str, dict[str, Any]]:
    """Describe the layouts of problems, by their labels, if their plug-ins can be made and pages draw designs."""
    told = {}
    for label, spec in problems.items():
        with suppress(Exception):  # a plug-in may raise anything, and its runs will say so
            if (problem := spec.make()).dim <= LARGEST:
                told[label] = described(problem)
    return told


def believed(told: Any) -> dict[str, dict[str, Any]]:
    """Of what a file tells, by the label of a problem, the layouts that are ones: it may come from anywhere."""
    return {label: each for label, each in told.items() if _is_layout(each)} if isinstance(told, dict) else {}


def _is_layout(each: Any) -> bool:
    if not isinstance(each, Mapping) or each.keys() != {"kind", "shape", "faces"}:
        return False
    try:
        shape, faces = np.asarray(each["shape"]), np.asarray(each["faces"])
    except ValueError:
        return False
    whole = shape.ndim == 1 and shape.dtype.kind == "i" and shape.size > 0 and (shape > 0).all()
    if not whole or each["kind"] not in {*KINDS.values(), BARS}:
        return False
    if each["kind"] != "mesh":
        return not faces.size
    triangles = faces.ndim == 2 and faces.shape[1] == 3 and faces.dtype.kind == "i"
    return bool(triangles and (faces >= 0).all() and (faces < shape[0]).all())
