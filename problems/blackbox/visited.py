"""Points that a search has visited on other instances of a function: training data, an evaluation each."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

Losses = Callable[[np.ndarray], np.ndarray]
"""From points (n, d) to what is minimised, (n,)."""
SIBLINGS = 8
"""Instances that are searched."""
MOST_INSTANCES = 1000
"""Instances are drawn from 1 to this."""
MANY = 100
"""Variables from which on the search adapts a diagonal alone."""
STEP = 0.2
"""Of the search, at first, as a share of the box's width."""


def visited(
    sibling: Callable[[int], Losses], own: int, n: int, bounds: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw n points (n, d), moved into the box, that CMA-ES asks for on other instances, alike many on each.

    Parameters
    ----------
    sibling : callable
        From the number of an instance to its losses.
    own : int
        The instance that is left out.
    n : int
    bounds : ndarray, shape (2, d)
    rng : Generator
    """
    others = rng.choice(MOST_INSTANCES - 1, SIBLINGS, replace=False) + 1
    shares = [n // SIBLINGS + (part < n % SIBLINGS) for part in range(SIBLINGS)]
    found = [
        _search(sibling(int(other) + (other >= own)), share, bounds, rng)
        for other, share in zip(others, shares, strict=True)
        if share
    ]
    return rng.permutation(np.concatenate([np.empty((0, bounds.shape[1])), *found]))


def _search(losses: Losses, n: int, bounds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    import cma

    low, high = bounds
    points: list[np.ndarray] = []
    while len(points) < n:  # once it has converged, it starts anew
        options = {"randn": lambda *shape: rng.standard_normal(shape), "seed": math.nan, "verbose": -9}
        options["CMA_diagonal"] = len(low) >= MANY
        strategy = cma.CMAEvolutionStrategy((rng.uniform(low, high) - low) / (high - low), STEP, options)
        while len(points) < n and not strategy.stop():
            steps = strategy.ask()
            asked = np.clip(low + np.asarray(steps) * (high - low), low, high)
            strategy.tell(steps, losses(asked))
            points += list(asked)
    return np.array(points[:n])
