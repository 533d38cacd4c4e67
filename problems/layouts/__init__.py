"""Layouts: what a design vector is the coordinates of, a file each; `base` says what a layout is."""

from problems.layouts.grid import Grid
from problems.layouts.mesh import Mesh
from problems.layouts.outline import Outline

__all__ = ["Grid", "Mesh", "Outline"]
