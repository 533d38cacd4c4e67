"""Weighted retraining: designs for training an encoder again after a search has found better ones."""

from __future__ import annotations

import numpy as np

SHARPNESS = 1e-3
"""How much the best count; the smaller, the more (k in the paper)."""


def weighted(designs: np.ndarray, found: list[tuple[np.ndarray, np.ndarray]], rng: np.random.Generator) -> np.ndarray:
    """Draw designs by rank, the better the likelier, with replacement, shape (n, d).

    The rank of what was found is that of its loss; training designs come after all of it, since nobody has paid for
    their values. A design of rank r among N is drawn with a weight of 1 / (kN + r).

    Parameters
    ----------
    designs : ndarray, shape (n, d)
        Training designs.
    found : list of (ndarray, ndarray)
        Designs (m, d) and losses (m,) in batches; those with an infinite loss are left out.
    rng : Generator

    References
    ----------
    Tripp, Daxberger & Hernández-Lobato 2020, 2006.09191, equation 2.
    """
    x = np.concatenate([batch for batch, _ in found])
    losses = np.concatenate([batch for _, batch in found])
    order = np.argsort(losses, kind="stable")[: int(np.isfinite(losses).sum())]
    pool = np.concatenate([x[order], designs])
    rank = np.concatenate([np.arange(len(order)), np.full(len(designs), len(order) + (len(designs) - 1) / 2)])
    weight = 1 / (SHARPNESS * len(pool) + rank)
    return np.asarray(pool[rng.choice(len(pool), len(designs), p=weight / weight.sum())])
