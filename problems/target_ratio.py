"""Target ratio: a manufacturable outline of a given surface-to-volume ratio."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from problems.base import Verification
from problems.geometry import isoperimetric_quotient, regular_quotient, vertices
from problems.manufacturable import ROUNDED, ManufacturableProblem
from problems.shapes import RoundedShapeData

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor


class TargetRatio(ManufacturableProblem):
    """Find a design with a given surface-to-volume ratio σ.

    Design space
        N vertices in the plane, d = 2N, unbounded. Invariant to translation, rotation and scale.
    Objective
        (σ/σ_target − 1)², with σ = Q^(-1/2) and Q clamped from below. The minimum is 0, if the best known design has at
        least σ_target. The displayed value is the root, the relative deviation.
    Constraints
        Those of heat-dispersion.
    Verification
        That of heat-dispersion.
    """

    name = "target-ratio"
    quantity = "|σ/σ_target − 1|"

    def __init__(
        self,
        n_vertices: int = 100,
        r: float = 0.135,
        h: float = 0.09,
        R_c: float = 1.0,  # noqa: N803
        sigma_target: float = 1.6,
        data: RoundedShapeData = ROUNDED,
    ) -> None:
        super().__init__(n_vertices, r, h, R_c, data)
        least = regular_quotient(n_vertices) ** -0.5
        if not least <= sigma_target <= self.tools.bound:
            raise ValueError(
                f"sigma_target: {sigma_target} must lie between {least:.6g} (the regular polygon) "
                f"and {self.tools.bound:.4g} (the bound)"
            )
        self.sigma_target = sigma_target
        self.targets = (0.1, 0.01, 0.001)
        if self.known is not None and sigma_target <= self.known.value:
            self.optimum = 0.0

    def explorer_formulas(self) -> tuple[Path, dict[str, Any]] | None:
        """Those of outlines, with the tools and σ_target."""
        found = super().explorer_formulas()
        return found and (found[0], found[1] | {"target": self.sigma_target})

    def objective(self, x: Tensor) -> Tensor:
        """(σ/σ_target − 1)², shape (n,)."""
        quotient = isoperimetric_quotient(vertices(x)).clamp(min=self.tools.least_quotient)
        return (quotient**-0.5 / self.sigma_target - 1) ** 2

    def of_quotient(self, quotient: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(σ/σ_target − 1)², and its derivative, which is zero where Q is clamped."""
        clamped = np.maximum(quotient, self.tools.least_quotient)
        deviation = clamped**-0.5 / self.sigma_target - 1
        slope = -deviation * clamped**-1.5 / self.sigma_target
        return deviation**2, np.where(quotient >= self.tools.least_quotient, slope, 0.0)

    def verify(self, x: np.ndarray) -> Verification:
        """Check as heat-dispersion does, and measure the deviation."""
        verification = super().verify(x)
        sigma = verification.value
        return replace(verification, value=None if sigma is None else abs(sigma / self.sigma_target - 1))

    def display(self, objective: np.ndarray) -> np.ndarray:
        """|σ/σ_target − 1| of objective values."""
        return np.sqrt(np.asarray(objective, dtype=float))
