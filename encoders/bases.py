"""Cubic B-splines over the axes of a design: periodic on a ring, clamped on a line, and their products."""

from __future__ import annotations

import itertools
import math
from functools import reduce

import numpy as np

from encoders.fields import Field

AXES = (1, 2, 3)
"""Numbers of axes over which there are splines."""
LEAST_OF_A_RING = 3
"""Control points of a closed spline."""


def bspline(field: Field, controls: tuple[int, ...]) -> np.ndarray:
    """Tensor products of B-splines, shape (m, d): a row for each component of each of the control points.

    Raises
    ------
    ValueError
        If there are fewer control points along an axis than a spline has, or more than points.
    """
    axes = zip(controls, field.sizes, field.closed, strict=True)
    weights = [(ring if closed else line)(n, size) for n, size, closed in axes]
    return np.asarray(reduce(np.kron, [*weights, np.eye(field.components)]))


def ring(n_controls: int, n: int) -> np.ndarray:
    """Periodic cubic B-splines at n points, shape (n_controls, n); the knots are equally spaced and they sum to one.

    References
    ----------
    de Boor 1978, A Practical Guide to Splines; the splines are SciPy's.
    """
    from scipy.interpolate import BSpline

    _check(n_controls, LEAST_OF_A_RING, n)
    hat = BSpline.basis_element(np.arange(-2.0, 3.0), extrapolate=False)
    where = np.arange(n) * n_controls / n
    away = where - np.arange(n_controls)[:, None]
    laps = np.arange(-2, 3) * n_controls  # so few control points may lie within reach more than once
    return np.asarray(np.nan_to_num(hat(away[..., None] + laps)).sum(axis=-1))


def line(n_controls: int, n: int) -> np.ndarray:
    """Clamped B-splines in the middle of n cells, shape (n_controls, n): cubic, or as nearly as so few can be."""
    from scipy.interpolate import BSpline

    _check(n_controls, 1, n)
    degree = min(3, n_controls - 1)
    inner = np.linspace(0, 1, n_controls - degree + 1)
    knots = np.concatenate([np.zeros(degree), inner, np.ones(degree)])
    return np.asarray(BSpline.design_matrix((np.arange(n) + 0.5) / n, knots, degree).toarray().T)


def _check(n_controls: int, least: int, n: int) -> None:
    if not least <= n_controls <= n:
        raise ValueError(f"{n_controls} control points must be at least {least} and at most {n}, as many as points")


def controls(field: Field, rows: int) -> tuple[int, ...] | None:
    """How many control points along each axis make so many rows, as nearly in the field's proportions as can be.

    None where no whole numbers do.
    """
    points, rest = divmod(rows, field.components)
    if rest:
        return None
    limits = [(LEAST_OF_A_RING if closed else 1, n) for n, closed in zip(field.sizes, field.closed, strict=True)]
    leading = itertools.product(*(range(least, min(n, points) + 1) for least, n in limits[:-1]))
    fitting = [
        (*some, points // math.prod(some))
        for some in leading
        if points % math.prod(some) == 0 and limits[-1][0] <= points // math.prod(some) <= limits[-1][1]
    ]
    spacing = {some: [math.log(n / c) for n, c in zip(field.sizes, some, strict=True)] for some in fitting}
    return min(fitting, key=lambda some: (max(spacing[some]) - min(spacing[some]), some), default=None)


def up_to(field: Field, modes: int) -> tuple[int, ...]:
    """Control points along each axis that are as many as the waves up to a frequency have coefficients.

    On a ring that is waves in a turn; on a line half-waves, as many on shorter ones as are as long.
    """
    longest = max(field.sizes)
    waves = (math.ceil(modes * n / longest) for n in field.sizes)
    return tuple(2 * m + 1 if closed else m + 1 for m, closed in zip(waves, field.closed, strict=True))


def allowed(field: Field) -> str:
    """What numbers of rows `controls` divides, in words."""
    ranges = [f"{LEAST_OF_A_RING if closed else 1} to {n}" for n, closed in zip(field.sizes, field.closed, strict=True)]
    each = "" if field.components == 1 else f"{field.components} times "
    return f"{each}a product of whole numbers, one an axis: {' by '.join(ranges)}"
