"""Latents found by optimisation: those that a decoder really decodes to given designs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

ROUNDS = 60
"""Of Levenberg and Marquardt's method, at most."""
DAMPING = 1e-3
"""At first, as a share of each coordinate's curvature."""
CONVERGED = 1e-8
"""The least improvement of a squared error that is worth another round, as a share of it."""
STUCK = 1e4
"""The damping at which no step is better."""


def inverted(decode: Callable[[Tensor], Tensor], designs: np.ndarray, guesses: np.ndarray) -> np.ndarray:
    """Latents (n, k) near guesses (n, k) whose designs lie nearest to given ones (n, d); none further than its guess.

    By damped least squares (Levenberg & Marquardt), for all designs at once and for each on its own.
    """
    wanted = torch.as_tensor(np.asarray(designs, dtype=float))
    latents = torch.as_tensor(np.array(guesses, dtype=float))
    jacobian = torch.func.vmap(torch.func.jacfwd(lambda z: decode(z[None])[0]))
    error = (decode(latents) - wanted).square().sum(dim=1)
    damping = torch.full_like(error, DAMPING)
    going = torch.ones_like(error, dtype=torch.bool)
    for _ in range(ROUNDS):
        if not going.any():
            break
        now, aim, before = latents[going], wanted[going], error[going]
        slopes = jacobian(now)
        curvature = slopes.mT @ slopes
        diagonal = curvature.diagonal(dim1=1, dim2=2)
        eased = damping[going, None] * diagonal + 1e-12 * diagonal.amax(dim=1, keepdim=True) + 1e-300
        downhill = slopes.mT @ (aim - decode(now))[..., None]
        trial = now + torch.linalg.solve(curvature + torch.diag_embed(eased), downhill)[..., 0]
        after = (decode(trial) - aim).square().sum(dim=1)
        better = after < before
        latents[going] = torch.where(better[:, None], trial, now)
        error[going] = torch.where(better, after, before)
        damping[going] *= torch.where(better, 0.2, 5.0)
        going[going.clone()] = torch.where(better, before - after > CONVERGED * before, damping[going] < STUCK)
    return latents.numpy()
