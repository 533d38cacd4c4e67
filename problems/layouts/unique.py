"""One basis for each eigenspace: what a solver gives there depends on its start, its version and the processor."""

from __future__ import annotations

import numpy as np

SAME = 1e-7
"""Eigenvalues nearer to each other, relative to the larger of them and 1, are one."""
NEARLY = 1 - 1e-4
"""Coordinates with this share of the largest projection are as large: by symmetry many are, but for rounding."""


def groups(values: np.ndarray) -> list[slice]:
    """The runs of equal ones among rising eigenvalues (n,)."""
    apart = np.diff(values) > SAME * np.maximum(1, values[1:])
    ends = [*(np.flatnonzero(apart) + 1).tolist(), len(values)]
    return [slice(a, b) for a, b in zip([0, *ends], ends, strict=False)]


def unique(space: np.ndarray) -> np.ndarray:
    """The orthonormal rows (m, n) that depend on the space of the given ones alone: its own start, signs and order.

    The first is the projection onto the space of the coordinate axis that is nearest to it, the first of those that are
    equally near; then the same in what is left. It is a pivoted QR of the projector, with positive pivots.
    """
    chosen = []
    while len(space):
        nearness = np.linalg.norm(space, axis=0)
        pivot = int(np.argmax(nearness >= NEARLY * nearness.max()))
        weights = space[:, pivot] / nearness[pivot]
        chosen.append(weights @ space)
        space = np.linalg.svd(weights[None])[2][1:] @ space
    return np.array(chosen)
