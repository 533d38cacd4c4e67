"""A trust region that goes on where the latent space was learned anew."""

from __future__ import annotations

import numpy as np

from bench.optimisers.base import SearchSpace
from bench.optimisers.thompson import TuRBO

REMEMBERED = 200
"""Of what earlier stages have paid for: the best."""


class LOLBO(TuRBO):
    """TuRBO, which begins with all that earlier stages have found, as the present encoder sees it.

    With stages that refit their encoder it is local latent space Bayesian optimisation: latent space and trust region
    are learned anew together, on what the search has found. Encoders that invert their decoder (`inverted`) place what
    was found where it really is. The paper refits both by one loss, whenever steps have failed; here the encoder is
    refitted by its own loss, on designs drawn by rank, where a stage begins.

    Parameters
    ----------
    startup : int
        Samples of the prior that are evaluated before there is a model, the start among them, where nothing is known.
    batch : int
        Points evaluated between two models.

    References
    ----------
    Maus, Jones, Moore, Kusner, Bradshaw & Gardner 2022, 2201.11872; Chu, Park, Lee & Kim 2024, 2411.05330 (inversion).
    """

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Search about the best of what is known, and then in one region after another."""
        known, losses = objective.known
        if len(known):
            best = np.argsort(losses, kind="stable")[:REMEMBERED]
            low, high = objective.bounds
            points = (np.vstack([objective.start, known[best]]) - low) / (high - low)
            found = np.append(objective.start_value, losses[best])
            self._region(lambda chosen: objective(low + (high - low) * chosen), points, found, rng)
        super().minimise(objective, rng)
