"""Layouts: of what a design vector is the coordinates, one file each; `base` has the interface."""

from problems.layouts.grid import Grid
from problems.layouts.mesh import Mesh
from problems.layouts.outline import Outline

__all__ = ["Grid", "Mesh", "Outline"]
