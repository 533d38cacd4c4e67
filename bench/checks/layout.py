"""What a problem's layout promises: a shape that is its designs', orthonormal smooth modes, and rising frequencies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bench.checks.kit import describe, same
from bench.checks.subjects import ProblemSubject

ORTHONORMAL = 1e-8
"""How far products of modes may be from 0 and 1."""
MOST_MODES = 60
"""Modes that are looked at, where a design has as many coordinates."""


def shape(subject: ProblemSubject) -> Iterator[str]:
    """Shapes of other designs, axes that are not there, more modes that move than modes."""
    layout, dim = subject.problem.layout, subject.problem.dim
    assert layout is not None
    if not all(isinstance(size, int | np.integer) and size > 0 for size in layout.shape):
        yield f"layout.shape: {layout.shape} must be positive integers"
        return
    if np.prod(layout.shape) != dim:
        yield f"layout.shape: {layout.shape} is of {np.prod(layout.shape)} coordinates; designs have {dim}"
        return
    if not same(subject.sample.reshape(-1, *layout.shape).reshape(-1, dim), subject.sample):
        yield "designs do not come back from arrays of layout.shape"
    if len(layout.closed) > len(layout.shape):
        yield f"layout.closed: {layout.closed} says something of more axes than layout.shape {layout.shape} has"
    if not 0 <= layout.still <= dim:
        yield f"layout.still: {layout.still} must be at least 0 and at most {dim}"


def modes(subject: ProblemSubject) -> Iterator[str]:
    """Modes that are not orthonormal, not as many as asked for, or others at a second call."""
    layout, dim = subject.problem.layout, subject.problem.dim
    assert layout is not None
    most = min(dim, MOST_MODES)
    for n in (0, 1, most):
        found = layout.modes(n)
        if found.shape != (n, dim) or found.dtype != np.float64:
            yield f"layout.modes({n}) gives {describe(found)}; it must be float64 of shape ({n}, {dim})"
            return
    if np.abs(found @ found.T - np.eye(most)).max() > ORTHONORMAL:
        yield "layout.modes are not orthonormal"
    if not same(layout.modes(most), found):
        yield "layout.modes gives others at a second call"
    if not same(layout.modes(most // 2), found[: most // 2]):
        yield "fewer layout.modes are not the first of more"


def frequencies(subject: ProblemSubject) -> Iterator[str]:
    """Frequencies that are not as many as asked for, below 0, or fall."""
    layout, most = subject.problem.layout, min(subject.problem.dim, MOST_MODES)
    assert layout is not None
    for n in (0, 1, most):
        found = layout.frequencies(n)
        if found.shape != (n,) or not np.isfinite(found).all():
            yield f"layout.frequencies({n}) gives {describe(found)}; it must be finite and of shape ({n},)"
            return
    if (found < 0).any() or (np.diff(found) < 0).any():
        yield "layout.frequencies must be at least 0, and rise"
