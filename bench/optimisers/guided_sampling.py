"""Samples of the prior, moved towards small losses along the gradient."""

from __future__ import annotations

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.parameters import at_least, positive


class GuidedSampling(Optimiser):
    """Draw samples from the prior, and move each along the gradient of the loss, with noise that decreases.

    These are Langevin steps against the gradient, as in a guided diffusion model, but in the latents that its decoder
    is conditioned on. The first sample is the start. Use another optimiser as a second stage, from the best sample.

    Parameters
    ----------
    steps : int
        Steps for each sample.
    step : float
        Length of the first step, in units of the search space's scale for each variable; the last step is almost zero.
    noise : float
        Standard deviation of the noise, as a share of the step.

    References
    ----------
    Welling & Teh 2011 (Langevin steps); Dhariwal & Nichol 2021, 2105.05233 (guidance); Mazé & Ahmed 2023, 2208.09591
    (of designs); Giannone & Ahmed 2023, 2303.09760 (a few steps of optimisation after it).
    """

    needs_gradient = True

    def __init__(self, steps: int = 10, step: float = 0.3, noise: float = 0.3) -> None:
        at_least(1, steps=steps)
        positive(step=step)
        if not noise >= 0:
            raise ValueError(f"noise: {noise} must be at least 0")
        self.steps = steps
        self.step = step
        self.noise = noise

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        """Move one sample after another."""
        low, high = objective.bounds
        point = objective.start
        while True:
            for n in range(self.steps):
                _, slope = objective.value_and_gradient(point)
                uphill = objective.scale * slope
                length = np.linalg.norm(uphill)
                direction = uphill * (np.sqrt(objective.dim) / length) if length else uphill
                move = self.noise * rng.standard_normal(objective.dim) - direction
                point = np.clip(point + self.step * (1 - n / self.steps) * objective.scale * move, low, high)
            point = np.clip(objective.sample(1, rng)[0], low, high)
