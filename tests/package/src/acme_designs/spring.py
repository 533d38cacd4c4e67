"""A spring, as light as its load allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from problems.base import DifferentiableProblem

if TYPE_CHECKING:
    from torch import Tensor

TURNS, SAFETY = 6, 0.2


class Spring(DifferentiableProblem):
    """A chain of helical springs: the least wire whose every spring is stiff enough."""

    name = "acme-spring"
    dim = 2 * TURNS
    bounds = np.array([[0.2, 1.0] * TURNS, [2.0, 3.0] * TURNS])
    targets = (20.0, 10.0)
    quantity = "wire volume"

    def objective(self, x: Tensor) -> Tensor:
        """Volume of wire: thickness squared times diameter, summed over springs."""
        return (x[:, ::2] ** 2 * x[:, 1::2]).sum(dim=-1)

    def constraints(self, x: Tensor) -> Tensor:
        """The stiffness of every spring, thickness to the fourth over diameter cubed, is at least `SAFETY`."""
        return 1 - x[:, ::2] ** 4 / x[:, 1::2] ** 3 / SAFETY

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Thick springs, their diameters alike."""
        thickness = rng.uniform(1.0, 2.0, (n, TURNS))
        diameter = rng.uniform(1.0, 2.0, (n, 1)) + rng.uniform(0, 0.2, (n, TURNS))
        return np.stack([thickness, diameter], axis=-1).reshape(n, self.dim)
