"""What turns the numbers that a decoder network emits into a design, in units of the training data."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from encoders import bases
from encoders.base import Layout
from encoders.fields import Field, why_not

FEW = 64
"""Modes that are looked at first: on a large mesh, all of them would take long."""
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


FIXED = ("spectral", "bspline")
"""Outputs of a fixed basis."""


def output(name: OutputName, dim: int, basis: np.ndarray | None) -> Direct:
    """The output layer by name, for designs of d coordinates, or for a fixed basis (m, d)."""
    if basis is not None:
        return Combination(basis)
    return Sigmoid(dim) if name == "sigmoid" else Direct(dim)


def unfit(name: OutputName, layout: Layout | None, modes: int) -> str | None:
    """Why there is no such output for designs of a layout, in a sentence; None where there is."""
    if name not in FIXED:
        return None
    missing = why_not(f"the output '{name}'", layout, bases.AXES if name == "bspline" else ())
    if missing or layout is None:
        return missing
    if name == "bspline":
        field = Field.of(layout)
        points = bases.up_to(field, modes)
        if any(m > n for m, n in zip(points, field.sizes, strict=True)):
            return f"modes: {modes} need {_times(points)} points at least; the designs have {_times(field.sizes)}"
        return None
    highest = _until_above(layout, modes)[-1]
    if not modes < highest:
        return f"modes: {modes} must be below {highest:.4g}, the highest frequency of the designs"
    return None


def _times(sizes: tuple[int, ...]) -> str:
    return " × ".join(map(str, sizes))


def fixed_basis(name: OutputName, layout: Layout | None, modes: int) -> np.ndarray | None:
    """The basis (m, d) whose weights the numbers of an output are; None where they are none."""
    if name not in FIXED:
        return None
    assert layout is not None
    if name == "bspline":
        field = Field.of(layout)
        return bases.bspline(field, bases.up_to(field, modes))
    return _spectral(layout, modes)


def emitted(name: OutputName, field: Field, modes: int, rows: int) -> Field:
    """How the numbers of an output lie, for decoders along axes: as a design, control points, or a ring of modes."""
    if name not in FIXED:
        return field
    if name == "bspline":
        return Field(bases.up_to(field, modes), field.closed, field.components)
    together = math.gcd(rows, field.components)
    return Field((rows // together,), (True,), together)


def _until_above(layout: Layout, modes: int) -> np.ndarray:
    """Frequencies as far as the first above `modes`, or a few more; all where there is none."""
    dim, n = math.prod(layout.shape), FEW
    while n < dim and layout.frequencies(n)[-1] <= modes:
        n *= 2
    return layout.frequencies(min(n, dim))


def _spectral(layout: Layout, modes: int) -> np.ndarray:
    """The modes up to a frequency, scaled so that numbers of like size make a smooth design.

    The lowest are in the middle, so that neighbours are of like frequency, also where a decoder sees them as a ring.
    """
    frequencies = _until_above(layout, modes)
    rows = int(np.searchsorted(frequencies, modes, side="right"))
    together = max(1, layout.still)
    points = math.prod(layout.shape) / together
    scaled = layout.modes(rows) * np.sqrt(points) / np.maximum(1, frequencies[:rows])[:, None]
    group = np.arange(rows) // together
    return np.asarray(scaled[np.argsort(np.where(group % 2, group, -group), kind="stable")])
