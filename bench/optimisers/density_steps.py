"""What optimisers of densities share: variables in units of their box, and whether a search feels their sum."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from bench.optimisers.base import SearchSpace

MARGIN = 1e-3
"""How near to the edge of the box a variable comes, as a share of it; at the edge itself it may have no slope."""
UNFELT = 1e-6
"""A sum of slopes this small, as a share of their size, says that the objective does not feel the variables' sum."""
SHRINK, LEAST = 0.7, 1e-6
"""By how much steps shrink where one failed or made things worse, and from when on it is no use."""

Step = Callable[[np.ndarray, np.ndarray, float, bool], np.ndarray]
"""From variables (k,) in [0, 1], slopes (k,), a largest move and whether the sum is held, to the next variables."""


def walk(objective: SearchSpace, move: float, step: Step) -> Iterator[None]:
    """Take steps in the box from the start; where all but the sum of the variables matters, the sum is held.

    Yields
    ------
    None
        After every step.
    """
    low, width = objective.bounds[0], np.ptp(objective.bounds, axis=0)
    point = np.clip((objective.start - low) / width, MARGIN, 1 - MARGIN)
    least, kept, slopes = np.inf, point, np.zeros(objective.dim)
    while move > LEAST:
        value, gradient = objective.value_and_gradient(low + width * point)
        if not np.isfinite(value):
            move *= SHRINK
            point = kept + SHRINK * (point - kept)
            if not slopes.any():
                return
            continue
        if value > least:
            move *= SHRINK
        least, kept, slopes = min(least, value), point, width * gradient
        if not slopes.any():
            return
        held = abs(slopes.sum()) <= UNFELT * np.abs(slopes).sum()
        point = np.clip(step(point, slopes, move, held), MARGIN, 1 - MARGIN)
        yield


def multiplier(moved: Callable[[float], np.ndarray], total: float, low: float, high: float) -> np.ndarray:
    """The variables (k,) at the multiplier, between two, at which their falling sum is the given one."""
    for _ in range(100):
        middle = (low + high) / 2
        if moved(middle).sum() > total:
            low = middle
        else:
            high = middle
    return moved(high)
