"""What searches minimise: the shared loss of a problem, or a merit of the optimiser's own, and their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from problems.base import Problem

Merit = Callable[[Any, Any], Any]
"""Of objectives and constraints, arrays or tensors."""


def penalised(problem: Problem, objective: Any, constraints: Any) -> Any:
    """The shared loss, objective + ρ Σ max(g, 0), of arrays or tensors."""
    if not constraints.shape[1]:
        return objective
    with np.errstate(invalid="ignore"):  # an infinite constraint makes a failed evaluation
        return objective + problem.penalty * (constraints * (constraints > 0)).sum(-1)


def slopes(
    problem: Problem, objective: np.ndarray, constraints: np.ndarray, merit: Merit | None
) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives of the loss or of a merit, by Torch if need be, by objective (n,) and constraints (n, m)."""
    if merit is None:
        return np.ones_like(objective), problem.penalty * (constraints > 0)
    if (own := getattr(merit, "slopes", None)) is not None:
        return own(objective, constraints)
    import torch

    leaves = torch.tensor(objective, requires_grad=True), torch.tensor(constraints, requires_grad=True)
    found = torch.autograd.grad(merit(*leaves).sum(), leaves, allow_unused=True)
    of_objective, of_constraints = (
        torch.zeros_like(leaf) if slope is None else slope for leaf, slope in zip(leaves, found, strict=True)
    )
    return of_objective.numpy(), of_constraints.numpy()
