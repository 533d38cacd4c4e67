"""An objective seen otherwise: from another start, or in other coordinates; what is evaluated is the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bench.optimisers.base import SearchSpace


class View:
    """All that a search space offers, passed on; see `bench.optimisers.base.SearchSpace`.

    Parameters
    ----------
    space : SearchSpace
    start : ndarray, shape (k,), optional
        Where to begin instead.
    start_value : float, optional
        The value there, known already.
    """

    def __init__(self, space: SearchSpace, start: np.ndarray | None = None, start_value: float | None = None) -> None:
        self._space = space
        self.dim = space.dim
        self.scale = space.scale
        self.centre = space.centre
        self.fineness = space.fineness
        self.variables = space.variables
        self.known = space.known
        self.start = space.start if start is None else start
        self.start_value = space.start_value if start_value is None else start_value
        self.bounds = np.array([np.minimum(space.bounds[0], self.start), np.maximum(space.bounds[1], self.start)])

    @property
    def remaining(self) -> int:
        """Evaluations left."""
        return self._space.remaining

    @property
    def best(self) -> np.ndarray:
        """The point of least shared loss so far."""
        return self._space.best

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Points of what is known of designs."""
        return self._space.sample(n, rng)

    def __call__(self, z: np.ndarray, merit: Callable[..., Any] | None = None) -> np.ndarray:
        """Losses (m,) of points (m, k)."""
        return self._space(z, merit)

    def value_and_gradient(
        self, z: np.ndarray, merit: Callable[..., Any] | None = None, field: bool = False
    ) -> tuple[float, np.ndarray]:
        """Loss and gradient (k,) at one point (k,)."""
        return self._space.value_and_gradient(z, merit, field)


class Ball(View):
    """Coordinates in which nothing lies outside an ellipsoid about the centre, in units of the scale.

    A point v, relative to the centre, stands for v / √(1 + |v/scale|²/R²): near the centre nothing changes, and what is
    infinitely far is the surface. Smooth both ways, so that gradients pass.

    Parameters
    ----------
    space : SearchSpace
    radius : float
        R; where the start lies further out, a little more than its distance.
    """

    def __init__(self, space: SearchSpace, radius: float) -> None:
        super().__init__(space)
        self._middle = space.centre
        distance = float(np.linalg.norm((space.start - space.centre) / space.scale))
        self._radius = max(radius, 1.01 * distance)
        self.centre = np.zeros(space.dim)
        self.variables: tuple[str, ...] = ()  # none of these coordinates is whole
        self.known = space.known[0][:0], space.known[1][:0]
        self.start = self._stretched(space.start[None])[0]
        box = space.bounds - space.centre
        self.bounds = np.array([np.minimum(box[0], self.start), np.maximum(box[1], self.start)])

    @property
    def best(self) -> np.ndarray:
        """The point of least shared loss so far."""
        return self._stretched(self._space.best[None])[0]

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Points of what is known of designs, those outside the ellipsoid drawn to its surface."""
        drawn = self._space.sample(n, rng) - self._middle
        distance = np.linalg.norm(drawn / self.scale, axis=1, keepdims=True)
        inside = np.minimum(1.0, 0.99 * self._radius / np.maximum(distance, 1e-300))
        return self._stretched(self._middle + inside * drawn)

    def __call__(self, z: np.ndarray, merit: Callable[..., Any] | None = None) -> np.ndarray:
        """Losses (m,) of points (m, k)."""
        return self._space(self._middle + self._factor(z)[:, None] * z, merit)

    def value_and_gradient(
        self, z: np.ndarray, merit: Callable[..., Any] | None = None, field: bool = False
    ) -> tuple[float, np.ndarray]:
        """Loss and gradient (k,) at one point (k,)."""
        factor = float(self._factor(z[None])[0])
        value, slope = self._space.value_and_gradient(self._middle + factor * z, merit, field)
        return value, factor * slope - factor**3 / self._radius**2 * (z @ slope) * z / self.scale**2

    def _factor(self, z: np.ndarray) -> np.ndarray:
        """1 / √(1 + |v/scale|²/R²) for points (m, k), shape (m,)."""
        return np.asarray(1 / np.sqrt(1 + ((z / self.scale / self._radius) ** 2).sum(axis=1)))

    def _stretched(self, z: np.ndarray) -> np.ndarray:
        """Give the coordinates of points (m, k) within the ellipsoid."""
        relative = z - self._middle
        squares = ((relative / self.scale / self._radius) ** 2).sum(axis=1, keepdims=True)
        return np.asarray(relative / np.sqrt(1 - squares))


class AllowanceSpent(Exception):
    """What a part of a search may spend is gone; whoever allowed it catches this."""


class Subspace(View):
    """Some of the variables, with a limit on what may be spent; the others stay as they are.

    Parameters
    ----------
    space : SearchSpace
    start : ndarray, shape (k,)
        Where to begin, and where the other variables stay.
    start_value : float
        The value there, known already.
    active : ndarray of int, shape (m,)
        Which variables.
    allowance : int
        Evaluations; `AllowanceSpent` is raised once they are gone.
    """

    def __init__(
        self, space: SearchSpace, start: np.ndarray, start_value: float, active: np.ndarray, allowance: int
    ) -> None:
        super().__init__(space, start, start_value)
        self._whole = self.latest = start
        self._active = active
        self._until = space.remaining - allowance
        self.dim = len(active)
        self.scale, self.centre, self.start = space.scale[active], space.centre[active], start[active]
        self.bounds = self.bounds[:, active]
        self.fineness = None if space.fineness is None else space.fineness[active]
        self.variables = tuple(space.variables[i] for i in active) if space.variables else ()
        self.known = np.empty((0, self.dim)), np.empty(0)  # the other variables of what is known lie elsewhere

    @property
    def remaining(self) -> int:
        """Evaluations left of those allowed."""
        return max(0, self._space.remaining - max(0, self._until))

    @property
    def best(self) -> np.ndarray:
        """The point of least shared loss so far."""
        return self._space.best[self._active]

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Points of what is known of designs."""
        return self._space.sample(n, rng)[:, self._active]

    def __call__(self, z: np.ndarray, merit: Callable[..., Any] | None = None) -> np.ndarray:
        """Losses (m,) of points (m, k)."""
        self._check()
        return self._space(self._placed(z), merit)

    def value_and_gradient(
        self, z: np.ndarray, merit: Callable[..., Any] | None = None, field: bool = False
    ) -> tuple[float, np.ndarray]:
        """Loss and gradient (k,) at one point (k,)."""
        self._check()
        self.latest = self._placed(z[None])[0]
        value, slope = self._space.value_and_gradient(self.latest, merit, field)
        return value, slope[self._active]

    def _check(self) -> None:
        if self.remaining == 0 and self._space.remaining:
            raise AllowanceSpent

    def _placed(self, z: np.ndarray) -> np.ndarray:
        whole = np.repeat(self._whole[None], len(z), axis=0)
        whole[:, self._active] = z
        return whole
