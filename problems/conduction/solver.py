"""Temperatures of heated outlines and their derivatives: compiled formulas, and LAPACK between them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import lapack

from problems.conduction.boundary import SHARPNESS
from problems.conduction.bubbles import add_difference_slopes, bubbles_of, second_differences, with_bubbles
from problems.conduction.centres import add_centre_slopes, centres
from problems.conduction.integrals import add_integral_slopes, integrals
from problems.conduction.potentials import add_slopes, equations, seen
from problems.conduction.scale import scaled, unscaled


class Heat(NamedTuple):
    """What is asked of outlines.

    Attributes
    ----------
    biot : float
        The Biot number, of s = √A.
    least : float
        The isoperimetric quotient below which s is not √A.
    near : int or None
        For the largest temperature, edges next to a vertex that do not stop a disc; None for the mean.
    """

    biot: float
    least: float
    near: int | None = None


def temperatures(points: np.ndarray, heat: Heat, slopes: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
    """Mean or largest temperatures (n,) of outlines (n, N, 2), and their gradients (n, N, 2).

    NaN where an outline is not finite, or its equations have no solution.
    """
    values, gradients = np.full(len(points), np.nan), np.full(points.shape, np.nan) if slopes else None
    for row, given in enumerate(points):
        if not np.isfinite(given).all():
            continue
        with np.errstate(all="ignore"):  # of what has no meaning, something may overflow
            state = _State(scaled(given, heat.least), heat)
            values[row] = state.value
            if gradients is not None and np.isfinite(state.value):
                gradients[row] = unscaled(given, heat.least, state.slope())
    return values, gradients


class _State:
    """One outline (N, 2), scaled and about its mean, with its temperatures.

    The unknowns are those at vertices, and a multiplier: the same constant is added to every equation, so that the
    balance of heat, ∮Bi u ds = A, holds exactly. It takes up what the unit of length does to the logarithm, too: no
    size makes the equations singular.
    """

    def __init__(self, outline: np.ndarray, heat: Heat) -> None:
        self.outline, self.heat = outline, heat
        n = len(outline)
        self.squares, self.logarithms, self.angles = seen(outline, outline)
        of_values, self.bent, source = equations(outline, outline, self.logarithms, self.angles, heat.biot)
        self.differences = second_differences(outline, heat.biot)
        self.hats, self.weights, constant, area = integrals(outline, heat.biot)
        matrix, right = np.zeros((n + 1, n + 1)), np.append(source, area / heat.biot)
        matrix[:n, :n] = with_bubbles(of_values, self.bent, self.differences)
        matrix.flat[: n * (n + 1) : n + 2] += self.angles.sum(axis=1)
        matrix[:n, n] = 1.0
        matrix[n, :n] = with_bubbles(self.hats[:1], self.hats[1:], self.differences)[0]
        self.factors, self.pivots, singular = lapack.dgetrf(matrix.T, overwrite_a=True)  # in the order of Fortran
        self.unknown = lapack.dgetrs(self.factors, self.pivots, right, trans=1)[0] if singular == 0 else right * np.nan
        self.values = self.unknown[:n]
        self.bubbles = bubbles_of(self.values, self.differences)
        self.value = self._mean(constant[0]) if heat.near is None else self._largest(heat.near)

    def _mean(self, constant: float) -> float:
        return float(constant + self.weights[0] @ self.values + self.weights[1] @ self.bubbles)

    def _largest(self, near: int) -> float:
        """Of temperatures at vertices and at the middles of discs, weighted by how large they are."""
        self.inside, self.partners = centres(self.outline, near)
        self.from_inside = seen(self.inside, self.outline)
        of_values, of_bubbles, source = equations(self.inside, self.outline, *self.from_inside[1:], self.heat.biot)
        self.rows = with_bubbles(of_values, of_bubbles, self.differences)
        inner = (source - self.rows @ self.values - self.unknown[-1]) / (2 * np.pi)
        self.inner_bent, found = of_bubbles, np.concatenate([self.values, inner])
        if not np.isfinite(found).all():
            return float("nan")
        unit = SHARPNESS * np.abs(found).max()
        share = np.exp((found - found.max()) / unit)
        share /= share.sum()
        value = float(share @ found)
        # the unit follows the hottest point, which moves with the values
        of_found = share * (1 + (found - value) / unit)
        hottest = int(np.abs(found).argmax())
        of_unit = -float(share @ ((found - value) * found)) / unit**2
        of_found[hottest] += of_unit * SHARPNESS * np.sign(found[hottest])
        self.of_values, self.of_inner = np.split(of_found, 2)
        return value

    def slope(self) -> np.ndarray:
        """Of the value by the vertices (N, 2), by one solution of the transposed equations."""
        n, biot, slope = len(self.outline), self.heat.biot, np.zeros_like(self.outline)
        mean = self.heat.near is None
        right = np.zeros(n + 1)
        if mean:
            right[:n] = with_bubbles(self.weights[:1], self.weights[1:], self.differences)[0]
        else:
            inner = self.of_inner / (2 * np.pi)
            right[:n] = self.of_values - inner @ self.rows
            right[n] = -inner.sum()
        adjoint = lapack.dgetrs(self.factors, self.pivots, right, trans=0)[0]
        of_bubbles = -adjoint[:n] @ self.bent - adjoint[n] * self.hats[1]
        add_slopes(
            *(self.outline, self.outline, self.squares, self.logarithms, self.angles, biot),
            *(self.values, self.values, self.bubbles, -adjoint[:n], slope, slope),
        )
        add_integral_slopes(
            *(self.outline, biot, self.values, self.bubbles), -adjoint[n], float(mean), adjoint[n] / biot, slope
        )
        if mean:
            of_bubbles += self.weights[1]
        else:
            of_inside = np.zeros_like(self.inside)
            add_slopes(
                *(self.inside, self.outline, *self.from_inside, biot, np.zeros(n)),
                *(self.values, self.bubbles, -inner, of_inside, slope),
            )
            add_centre_slopes(self.outline, self.partners, of_inside, slope)
            of_bubbles -= inner @ self.inner_bent
        by_vertex = 0.5 * (of_bubbles + np.roll(of_bubbles, 1))
        add_difference_slopes(self.outline, biot, self.values, by_vertex, slope)
        return slope
