"""Problems that conform."""

from __future__ import annotations

import numpy as np
import torch

from bench.checks import Bowl
from problems.base import Evaluation, Problem


class Valley(Problem):
    """A problem that conforms: no gradient, one constraint, designs and bounds."""

    name, dim, bounds = "valley", 3, np.array([[-1.0] * 3, [3.0] * 3])

    def evaluate(self, x: np.ndarray) -> Evaluation:
        return Evaluation(np.abs(x).sum(axis=1), 0.5 - x[:, :1])

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return rng.uniform(0, 2, (n, 3))


class Kinked(Bowl):
    """A problem that conforms: constraints that are maxima, and designs that sit on their kinks."""

    optimum = None

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return np.sign(rng.normal(size=(n, 5))) * rng.uniform(0.1, 1, (n, 1))

    def constraints(self, x: torch.Tensor) -> torch.Tensor:
        return torch.stack([x.abs().amax(dim=-1) - 1, -x.amin(dim=-1) - 1], dim=-1)
