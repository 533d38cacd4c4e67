"""Samples of the prior, led towards small losses by their gradient."""

from __future__ import annotations

import numpy as np

from bench.optimisers.base import Optimiser, SearchSpace
from bench.optimisers.parameters import at_least, positive


class GuidedSampling(Optimiser):
    """Draw from the prior, and move each sample along the loss's gradient with noise that dies away, one after another.

    Langevin steps of a fixed length against the gradient: what guides a diffusion model, here in the latents that its
    decoder is conditioned on. The first begins at the start. A search about the best sample is to follow, as a stage.

    Parameters
    ----------
    steps : int
        For each sample.
    step : float
        Length of the first one, in units of the search space's scale for each variable; the last has almost none.
    noise : float
        Deviation of the noise, as a share of the step.

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
        """Lead one sample after another."""
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
