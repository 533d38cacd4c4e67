"""A trust region that continues after the latent space was trained again."""

from __future__ import annotations

import numpy as np

from bench.optimisers.base import SearchSpace
from bench.optimisers.thompson import TuRBO

REMEMBERED = 200
"""Of what earlier stages have paid for: the best."""


class LOLBO(TuRBO):
    """TuRBO that begins with all evaluations of earlier stages, encoded by the present encoder.

    With stages that refit their encoder it is local latent space Bayesian optimisation: encoder and surrogate are
    trained again on the designs that the search has found. Encoders that invert their decoder (`inverted`) give these
    designs the latents that really decode to them. The paper trains both by one loss, whenever steps have failed. Here
    the encoder is trained by its own loss, on designs drawn by rank, when a stage begins.

    Parameters
    ----------
    startup : int
        Samples of the prior that are evaluated before there is a model, including the start, where nothing is known.
    batch : int
        Points evaluated between two models.

    References
    ----------
    Maus, Jones, Moore, Kusner, Bradshaw & Gardner 2022, 2201.11872; Chu, Park, Lee & Kim 2024, 2411.05330 (inversion).
    """

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Search around the best known point, and then in one region after another."""
        known, losses = objective.known
        if len(known):
            best = np.argsort(losses, kind="stable")[:REMEMBERED]
            low, high = objective.bounds
            points = (np.vstack([objective.start, known[best]]) - low) / (high - low)
            found = np.append(objective.start_value, losses[best])
            self._region(lambda chosen: objective(low + (high - low) * chosen), points, found, rng)
        super().minimise(objective, rng)
