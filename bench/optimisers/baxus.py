"""Trust regions in growing subspaces: few directions at first, all of them in the end."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from bench.optimisers.base import SearchSpace
from bench.optimisers.parameters import at_least
from bench.optimisers.thompson import FIRST_LENGTH, SHORTEST, TuRBO

PARTS = 4
"""Into how many new directions one is split."""


class BAxUS(TuRBO):
    """TuRBO in a sparse random embedding, each of whose directions is split when the trust region is too small.

    A direction moves a group of variables together, each with a random sign, from the start towards the edges of
    the box. A split divides the group among new directions, whose coordinates are at first those of the old
    one, so every evaluated point is kept. When every variable has a direction of its own, it is TuRBO.

    Parameters
    ----------
    startup : int
        Evaluations before there is a model, including the start.
    batch : int
        Points evaluated between two models.
    horizon : int
        After so many evaluations every variable has a direction of its own.

    References
    ----------
    Papenmeier, Nardi & Poloczek 2022, 2304.11468.
    """

    def __init__(self, startup: int = 10, batch: int = 4, horizon: int = 200) -> None:
        super().__init__(startup, batch)
        at_least(1, horizon=horizon)
        self.horizon = horizon

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Search in one region after another, each in more directions than the one before."""
        signs = rng.choice([-1.0, 1.0], objective.dim)
        embeddings = _nested(rng.permutation(objective.dim))
        sizes = [int(members.max()) + 1 for members in embeddings]
        shrinks = math.log2(FIRST_LENGTH / SHORTEST)
        points = np.vstack([[0.5], rng.random((self.startup - 1, 1))])
        losses = np.append(objective.start_value, _evaluated(objective, signs, embeddings[0], points[1:]))
        for n, (size, members) in enumerate(zip(sizes, embeddings, strict=True)):
            if n:
                points = points[:, _parents(embeddings[n - 1], members)]
            patience = min(size, self.horizon * size / sum(sizes) / shrinks)
            evaluate = partial(_evaluated, objective, signs, members)
            points, losses = self._region(evaluate, points, losses, rng, patience)
        super().minimise(objective, rng)


def _nested(order: np.ndarray) -> list[np.ndarray]:
    """To which direction each variable belongs, shape (k,): first all to one, in the end each to its own.

    Every direction's variables are shared out among as many as `PARTS` of the next embedding, in a given order.
    """
    embeddings = [np.zeros(len(order), dtype=int)]
    while embeddings[-1].max() + 1 < len(order):
        members, finer = embeddings[-1], np.empty(len(order), dtype=int)
        taken = 0
        for direction in range(members.max() + 1):
            own = order[members[order] == direction]
            parts = min(PARTS, len(own))
            finer[own] = taken + np.arange(len(own)) % parts
            taken += parts
        embeddings.append(finer)
    return embeddings


def _parents(coarse: np.ndarray, fine: np.ndarray) -> np.ndarray:
    """From which direction of the coarser embedding each of the finer one comes, shape (m,)."""
    _, first = np.unique(fine, return_index=True)
    return np.asarray(coarse[first])


def _evaluated(objective: SearchSpace, signs: np.ndarray, members: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Losses (n,) of points (n, m) of the unit cube."""
    return objective(_placed(objective, signs, members, points))


def _placed(objective: SearchSpace, signs: np.ndarray, members: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points (n, k) of the box for those (n, m) of the unit cube, whose middle is the start."""
    moves = signs * (2 * points[:, members] - 1)
    up, down = objective.bounds[1] - objective.start, objective.start - objective.bounds[0]
    return np.asarray(objective.start + moves * np.where(moves > 0, up, down))
