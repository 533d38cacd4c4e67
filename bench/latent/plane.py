"""A flat piece of a latent space to look at: all of it where k = 2, a slice where k is larger."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bench.errors import BadInput
from bench.latent.subject import Subject

MARGIN = 0.08
"""Room around what a window is made to show, as a share of its width on each side."""
FLAT = 1e-9
"""Three latents whose triangle is flatter than this span no plane."""


@dataclass(frozen=True)
class Plane:
    """A plane in a latent space, and a window on it.

    Attributes
    ----------
    origin : ndarray, shape (k,)
        The latent at coordinates (0, 0).
    axes : ndarray, shape (2, k)
        Orthonormal.
    window : ndarray, shape (2, 2)
        The least and the greatest of both coordinates.
    names : tuple of str
        Of the coordinates, for the axes of figures.
    note : str
        Which plane it is, in words; empty where it is all there is.
    """

    origin: np.ndarray
    axes: np.ndarray
    window: np.ndarray
    names: tuple[str, str]
    note: str

    def latents(self, points: np.ndarray) -> np.ndarray:
        """Latents (n, k) of coordinates (n, 2)."""
        return self.origin + np.asarray(points, dtype=float) @ self.axes

    def coordinates(self, latents: np.ndarray) -> np.ndarray:
        """Coordinates (n, 2) of the feet of perpendiculars from latents (n, k)."""
        return (np.asarray(latents, dtype=float) - self.origin) @ self.axes.T

    def lattice(self, n: int) -> np.ndarray:
        """Coordinates (n², 2) of a lattice over the window, a row of it after the other, from the lower left."""
        u, v = np.linspace(self.window[0], self.window[1], n).T
        return np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)

    def showing(self, latents: np.ndarray) -> Plane:
        """The same plane with a window on latents (n, k)."""
        return replace(self, window=_around(self.coordinates(latents)))


def across(subject: Subject) -> Plane:
    """The plane of the two latent coordinates in which the encoded designs vary most, with a window on those designs.

    Raises
    ------
    BadInput
        If the latent space is a line.
    """
    latents = subject.latents
    k = latents.shape[1]
    if k == 1:
        raise BadInput(f"encoder '{subject.name}': its latent space has k = 1 dimension; a map needs at least 2")
    first, second = sorted(np.argsort(-latents.var(axis=0), kind="stable")[:2].tolist())
    origin = np.zeros(k) if k == 2 else latents.mean(axis=0)
    origin[[first, second]] = 0.0
    names = (f"$z_{{{first + 1}}}$", f"$z_{{{second + 1}}}$")
    note = "" if k == 2 else f"{names[0]} and {names[1]} vary most of {k}; others at their mean"
    return Plane(origin, np.eye(k)[[first, second]], np.zeros((2, 2)), names, note).showing(latents)


def through(subject: Subject, designs: np.ndarray) -> Plane:
    """The plane through the latents of three designs (3, d), with a window on them; coordinates are distances.

    Raises
    ------
    BadInput
        If the latent space is a line, or the three latents lie on one.
    """
    latents = subject.encode(designs)
    if latents.shape[1] == 1:
        return across(subject)
    sides = latents[1:] - latents[0]
    axes, triangle = np.linalg.qr(sides.T)
    if np.abs(np.diag(triangle)).min() <= FLAT * np.linalg.norm(sides):
        raise BadInput("the latents of the three designs lie on a line; choose others")
    names = ("distance along the first side", "distance from it")
    plane = Plane(latents[0], axes.T * np.sign(np.diag(triangle))[:, None], np.zeros((2, 2)), names, "")
    return replace(plane.showing(latents), note="plane through the latents of three designs")


def _around(points: np.ndarray) -> np.ndarray:
    low, high = points.min(axis=0), points.max(axis=0)
    width = np.where(high > low, high - low, 1.0)
    return np.array([low - MARGIN * width, high + MARGIN * width])
