"""Values and gradients of 100 vertices, per design, against Shapely and against NumPy written out by hand.

Shapely builds polygons and takes area and length, of all designs in three calls or of one after another. NumPy does
perimeter, shoelace formula, and for the gradient what one derives with pencil and paper. Ours is what the ledger calls,
compiled. Shapely has no gradients.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import shapely

import bench

BATCHES = (1, 10, 1000)
AIM = 0.2
"""Five times as fast as Shapely, in batches of 1,000."""


def by_shapely(x: np.ndarray) -> np.ndarray:
    """σ of designs (n, 2N), in three calls."""
    polygons = shapely.polygons(x.reshape(len(x), -1, 2))
    return shapely.length(polygons) / (2 * np.sqrt(np.pi * shapely.area(polygons)))


def one_by_one(x: np.ndarray) -> np.ndarray:
    """σ of designs (n, 2N), as a loop over polygons."""
    polygons = (shapely.Polygon(design.reshape(-1, 2)) for design in x)
    return np.array([polygon.length / (2 * math.sqrt(math.pi * polygon.area)) for polygon in polygons])


def by_numpy(x: np.ndarray) -> np.ndarray:
    """Q = 4πA/P² of designs (n, 2N)."""
    points = x.reshape(len(x), -1, 2)
    following = np.roll(points, -1, axis=1)
    perimeter = np.sqrt(((following - points) ** 2).sum(axis=2)).sum(axis=1)
    area = (points[..., 0] * following[..., 1] - points[..., 1] * following[..., 0]).sum(axis=1) / 2
    return 4 * np.pi * area / perimeter**2


def gradient_by_numpy(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Q and its gradient (n, 2N): ∇Q = Q (∇A/A − 2∇P/P)."""
    points = x.reshape(len(x), -1, 2)
    following, before = np.roll(points, -1, axis=1), np.roll(points, 1, axis=1)
    along = following - points
    length = np.sqrt((along**2).sum(axis=2))
    perimeter = length.sum(axis=1)
    area = (points[..., 0] * following[..., 1] - points[..., 1] * following[..., 0]).sum(axis=1) / 2
    direction = along / length[..., None]
    across = following - before
    of_area = np.stack([across[..., 1], -across[..., 0]], axis=2) / 2
    of_perimeter = np.roll(direction, 1, axis=1) - direction
    q = 4 * np.pi * area / perimeter**2
    slope = of_area / area[:, None, None] - 2 * of_perimeter / perimeter[:, None, None]
    return q, (q[:, None, None] * slope).reshape(x.shape)


@pytest.mark.parametrize("batch", BATCHES)
def test_value(versus: Any, batch: int) -> None:
    problem: Any = bench.make_problem("isoperimetric")
    x = problem.designs(batch, np.random.default_rng(0))

    def ours() -> np.ndarray:
        return problem.evaluate(x).objective

    assert np.allclose(problem.display(ours()), by_shapely(x))
    assert np.allclose(problem.quotient(ours()), by_numpy(x))
    versus(
        f"isoperimetric, value, batch of {batch:,}",
        ours,
        {
            "Shapely": lambda: by_shapely(x),
            "Shapely, one by one": lambda: one_by_one(x),
            "NumPy": lambda: by_numpy(x),
        },
        per=batch,
        aims={"Shapely": AIM, "Shapely, one by one": AIM} if batch == max(BATCHES) else None,
    )


@pytest.mark.parametrize("batch", BATCHES)
def test_value_and_gradient(versus: Any, batch: int) -> None:
    problem: Any = bench.make_problem("isoperimetric")
    x, one, none = problem.designs(batch, np.random.default_rng(0)), np.ones(batch), np.empty((batch, 0))

    def ours() -> tuple[np.ndarray, np.ndarray]:
        evaluation, pullback = problem.linearise(x)
        return evaluation.objective, pullback(one, none)

    assert np.allclose(-ours()[1], gradient_by_numpy(x)[1])
    versus(
        f"isoperimetric, value and gradient, batch of {batch:,}",
        ours,
        {"NumPy": lambda: gradient_by_numpy(x)},
        per=batch,
    )
