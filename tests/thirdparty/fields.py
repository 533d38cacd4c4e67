"""Problems whose designs are no outlines: a density on a grid, and a mesh; each wants to look like a given one."""

from __future__ import annotations

import numpy as np
import torch

from problems.base import DifferentiableProblem
from problems.layouts import Grid, Mesh
from problems.layouts.base import Layout

ROUGHNESS = 6
"""Modes that training designs are combined of."""


def ball(halvings: int = 1) -> Mesh:
    """A round mesh: an octahedron whose faces are cut in four."""
    rest = np.concatenate([np.eye(3), -np.eye(3)])
    faces = np.array([[0, 1, 2], [1, 3, 2], [3, 4, 2], [4, 0, 2], [1, 0, 5], [3, 1, 5], [4, 3, 5], [0, 4, 5]])
    for _ in range(halvings):
        ends = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]], axis=2).reshape(-1, 2)
        edges, number = np.unique(ends, axis=0, return_inverse=True)
        middle = (len(rest) + number.reshape(-1, 3)).T
        rest = np.concatenate([rest, rest[edges].mean(axis=1)])
        rest /= np.linalg.norm(rest, axis=1, keepdims=True)
        a, b, c = faces.T
        ab, bc, ca = middle
        faces = np.concatenate(
            [np.stack(part, axis=1) for part in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
        )
    return Mesh(rest, faces)


class Likeness(DifferentiableProblem):
    """Minimise the squared distance to a smooth design."""

    optimum = 0.0
    n_designs = 60
    layout: Layout

    def __init__(self, layout: Layout, middle: np.ndarray) -> None:
        self.layout, self.dim, self.middle = layout, layout.dim, middle
        self.smooth = layout.modes(ROUGHNESS)
        self.optimal_design = middle + 0.3 * self.smooth[2]

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.middle + rng.normal(size=(n, ROUGHNESS)) @ self.smooth

    def objective(self, x: torch.Tensor) -> torch.Tensor:
        assert self.optimal_design is not None
        return (x - torch.from_numpy(self.optimal_design)).square().sum(dim=-1)


class Plate(Likeness):
    """A density on six by four cells."""

    name = "plate"

    def __init__(self) -> None:
        super().__init__(Grid(6, 4), np.full(24, 0.5))


class Ball(Likeness):
    """A mesh of 18 vertices."""

    name = "ball"

    def __init__(self) -> None:
        super().__init__(ball(), ball().rest.ravel())
