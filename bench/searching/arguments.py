"""What people pass from Python, taken as it can only be meant, or refused in one line that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bench.errors import BadInput

if TYPE_CHECKING:
    from encoders.base import Encoder
    from problems.base import Problem


def made(**plugins: tuple[type, Any]) -> None:
    """Refuse what is not of its kind, such as the name or the class of a plug-in."""
    for name, (kind, given) in plugins.items():
        if not isinstance(given, kind):
            raise BadInput(f"{name}: {given!r:.80} must be made: bench.make_{name} makes one by its name")


def number(name: str, given: Any) -> int:
    """A whole number of at least 1; 1e3 is 1000."""
    try:
        whole = int(given)
    except (TypeError, ValueError, OverflowError):
        whole = 0
    if whole < 1 or whole != given:
        raise BadInput(f"{name}: {given!r:.80} must be a whole number of at least 1")
    return whole


def generator(name: str, given: Any) -> np.random.Generator:
    """A generator, or one of a seed."""
    seed = isinstance(given, int | np.integer) and not isinstance(given, bool) and given >= 0
    if not seed and not isinstance(given, np.random.Generator):
        raise BadInput(f"{name}: {given!r:.80} must be a generator of NumPy, or a seed: a whole number of at least 0")
    return np.random.default_rng(given)


def start(given: Any, problem: Problem, encoder: Encoder) -> np.ndarray:
    """A design (d,) to start from, through an encoder that is fitted."""
    if encoder.needs_designs and encoder.centre is None:
        raise BadInput("encoder: it is not fitted: encoder.fit(designs, rng)")
    try:
        design = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        raise BadInput(f"start: {given!r:.80} must be {problem.dim} numbers") from None
    if design.shape != (problem.dim,):
        raise BadInput(f"start: has shape {design.shape}; it must be ({problem.dim},)")
    if not np.isfinite(design).all():
        raise BadInput("start: holds values that are not finite")
    return design
