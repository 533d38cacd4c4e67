"""Whether gradients by autograd are those by finite differences, told so that a kink here or there does not matter."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from bench.quantities import significant
from bench.seeds import generator

STEPS = (1e-4, 1e-6)
"""Of the central differences, in units of the variables' scale: large for rough values, small for curved ones."""
TOLERANCE = 1e-4
ROUNDING = 1e-13
"""Relative error of a value, which a small step magnifies."""


def disagreement(value: Callable[[Tensor], Tensor], points: np.ndarray, scale: np.ndarray) -> str | None:
    """Say how the gradient is wrong along random directions, if it is so at most points.

    Parameters
    ----------
    value : callable
        A scalar function of one point, a float64 tensor of shape (1, k).
    points : ndarray, shape (n, k)
    scale : ndarray, shape (k,)
        How large a step in each variable is of order one.
    """
    rng = generator("check directions")
    wrong = []
    for point in points:
        direction = scale * rng.normal(size=len(scale))
        terms = gradient(value, point) * direction
        slopes = [_slope(value, point, direction, step) for step in STEPS]
        if not any(_agree(terms, *slope) for slope in slopes):
            wrong.append(
                f"along a direction it is {significant(terms.sum(), 6)}, "
                f"by finite differences {significant(slopes[-1][0], 6)}"
            )
    return wrong[0] if 2 * len(wrong) > len(points) else None


def gradient(value: Callable[[Tensor], Tensor], point: np.ndarray) -> np.ndarray:
    """Gradient (k,) by autograd of a scalar function of a point (1, k), at a point (k,)."""
    leaf = torch.tensor(point[None], requires_grad=True)
    found = value(leaf)
    if not found.requires_grad:
        return np.zeros_like(point)
    (slopes,) = torch.autograd.grad(found, leaf, allow_unused=True)
    return np.zeros_like(point) if slopes is None else slopes[0].numpy()


def _slope(
    value: Callable[[Tensor], Tensor], point: np.ndarray, direction: np.ndarray, step: float
) -> tuple[float, float]:
    """Central difference along a direction, and how far rounding may have moved it."""
    with torch.no_grad():
        up, down = (float(value(torch.tensor((point + sign * step * direction)[None]))) for sign in (1, -1))
    return (up - down) / (2 * step), ROUNDING * (abs(up) + abs(down)) / step


def _agree(terms: np.ndarray, expected: float, rounding: float) -> bool:
    if not np.isfinite(expected):
        return True  # outside of where the function is defined, which says nothing about its gradient
    typical = max(abs(expected), float(np.linalg.norm(terms)))
    return bool(abs(terms.sum() - expected) <= TOLERANCE * typical + rounding)
