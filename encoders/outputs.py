"""What turns the numbers that a decoder network emits into a design, in units of the training data."""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from encoders import bases

OutputName = Literal["direct", "sigmoid", "spectral", "bspline"]


EDGE = 1e-6
"""How near to the edge of the box a coordinate may be for a loss that is infinite there."""


class Direct(nn.Module):
    """The numbers are the coordinates."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.n_in = dim

    def confine(self, low: Tensor, width: float) -> None:
        """Learn the box of the training designs: its lower bounds (d,), and its width in every coordinate."""

    def forward(self, numbers: Tensor) -> Tensor:
        """Designs (n, d) of numbers (n, d)."""
        return numbers


class Sigmoid(Direct):
    """The numbers are squashed into the box, such that near the mean design, at 0, they are the coordinates."""

    low: Tensor
    width: Tensor

    def __init__(self, dim: int) -> None:
        super().__init__(dim)
        self.register_buffer("low", torch.full((dim,), -0.5))
        self.register_buffer("width", torch.ones(()))

    def confine(self, low: Tensor, width: float) -> None:
        """Learn the box of the training designs."""
        self.low.copy_(low)
        self.width.fill_(width)

    def share(self, designs: Tensor) -> Tensor:
        """Where in the box designs (n, d) lie, between 0 and 1 and never quite there."""
        return ((designs - self.low) / self.width).clamp(EDGE, 1 - EDGE)

    def forward(self, numbers: Tensor) -> Tensor:
        """Designs (n, d) of numbers (n, d)."""
        mean = -self.low / self.width
        steps = numbers / (mean * (1 - mean) * self.width)
        return self.low + self.width * torch.sigmoid(torch.logit(mean) + steps)


class Combination(Direct):
    """The numbers weigh the rows of a fixed basis, shape (m, d), so that no design is rougher than its basis."""

    basis: Tensor

    def __init__(self, basis: np.ndarray) -> None:
        super().__init__(len(basis))
        self.register_buffer("basis", torch.as_tensor(basis, dtype=torch.float32))

    def forward(self, numbers: Tensor) -> Tensor:
        """Designs (n, d) of numbers (n, m)."""
        return numbers @ self.basis


def output(name: OutputName, dim: int, modes: int) -> Direct:
    """The output layer by name, for designs of d coordinates.

    Raises
    ------
    ValueError
        If the designs are no outlines, or have too few vertices for so many modes.
    """
    if name == "direct":
        return Direct(dim)
    if name == "sigmoid":
        return Sigmoid(dim)
    points = 2 * modes + 1
    if points > bases.n_vertices(dim):
        raise ValueError(f"modes: {modes} need {points} vertices at least; the outlines have {dim // 2}")
    if name == "bspline":
        return Combination(bases.bspline(dim, points))
    return Combination(_spectral(dim, modes))


def _spectral(dim: int, modes: int) -> np.ndarray:
    """The Fourier modes up to a frequency, in its order, scaled so that numbers of like size make a smooth outline."""
    rows = 2 * (2 * modes + 1)
    order = bases.frequencies(dim, rows)
    scaled = bases.fourier(dim, rows) * np.sqrt(dim / 2) / np.maximum(1, np.abs(order))[:, None]
    return np.asarray(scaled[np.argsort(order, kind="stable")])
