"""Optimality criteria, the classical method for least compliance; training designs are made with it."""

from __future__ import annotations

import numpy as np

from problems.structure.plate import Plate

MOVE = 0.2
"""The most that a density changes in a step."""


def optimality_criteria(
    plate: Plate,
    forces: np.ndarray,
    start: np.ndarray,
    steps: int,
    change: float = 0.0,
    weights: np.ndarray | None = None,
) -> tuple[np.ndarray, int]:
    """Improve a density by steps of optimality criteria, at its volume.

    Parameters
    ----------
    plate : Plate
    forces : ndarray, shape (n,)
    start : ndarray, shape (m,)
        Within [0, 1].
    steps : int
        At most; each evaluates once.
    change : float
        It ends as soon as no density changes by more in a step.
    weights : ndarray, shape (m,), optional
        What each cell counts for in the volume, which is kept; by default 1.

    Returns
    -------
    density : ndarray, shape (m,)
    taken : int
        Steps.

    References
    ----------
    Bendsøe 1995; Andreassen et al. 2011 (the heuristic update, η = 1/2).
    """
    weights = np.ones_like(start) if weights is None else weights
    density, volume = start, weights @ start
    for step in range(1, steps + 1):
        _, slope = plate.compliance(density, forces)
        use = np.sqrt(np.maximum(-slope / weights, 0.0))
        before, density = density, _update(density, use, weights, volume)
        if np.abs(density - before).max() <= change:
            return density, step
    return density, steps


def _update(density: np.ndarray, use: np.ndarray, weights: np.ndarray, volume: float) -> np.ndarray:
    """One step, with the multiplier of the volume found by bisection of its logarithm."""
    low, high = np.maximum(density - MOVE, 0.0), np.minimum(density + MOVE, 1.0)
    wanted = density * use
    most = 1e9 * wanted.max() + 1e-300
    least = 1e-20 * most
    while most > least * (1 + 1e-12):
        middle = np.sqrt(least * most)
        if weights @ np.clip(wanted / middle, low, high) > volume:
            least = middle
        else:
            most = middle
    return np.clip(wanted / most, low, high)
