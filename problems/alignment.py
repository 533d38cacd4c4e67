"""Turning outlines, and choosing their first vertices, so that like parts of them lie at like coordinates."""

from __future__ import annotations

import numpy as np

TURNS = 50
"""Rounds after which a mean that still moves is taken as it is."""
STILL = 1e-9
"""A mean that moves less than this share of its size has been found."""


def aligned(outlines: np.ndarray, template: np.ndarray) -> np.ndarray:
    """Each outline with the rotation and first vertex at which it correlates most with a template.

    Parameters
    ----------
    outlines : ndarray, shape (n, N, 2)
        Vertices equally spaced, centred.
    template : ndarray, shape (N, 2)
    """
    points, fixed = _complex(outlines), _complex(template)
    correlation = np.fft.ifft(np.fft.fft(points) * np.fft.fft(fixed).conj())
    shift = np.abs(correlation).argmax(axis=1)[:, None]
    turn = np.take_along_axis(correlation, shift, axis=1)
    turn = np.where(turn == 0, 1, turn)
    order = (np.arange(points.shape[1]) + shift) % points.shape[1]
    turned = np.take_along_axis(points, order, axis=1) * (turn.conj() / np.abs(turn))
    return _plane(turned)


def procrustes_mean(outlines: np.ndarray) -> np.ndarray:
    """The mean outline (N, 2) of some, each aligned with it (generalised Procrustes analysis without scaling).

    References
    ----------
    Gower 1975, Generalized Procrustes analysis.
    """
    mean = outlines.mean(axis=0)
    for _ in range(TURNS):
        before, mean = mean, aligned(outlines, mean).mean(axis=0)
        if np.linalg.norm(mean - before) <= STILL * np.linalg.norm(mean):
            break
    return mean


def shuffled(outlines: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each outline with a rotation and a first vertex of its own, at random."""
    n, n_vertices, _ = outlines.shape
    angle = rng.uniform(0, 2 * np.pi, (n, 1))
    order = (np.arange(n_vertices) + rng.integers(n_vertices, size=(n, 1))) % n_vertices
    turned = np.take_along_axis(_complex(outlines), order, axis=1) * np.exp(1j * angle)
    return _plane(turned)


def _complex(outlines: np.ndarray) -> np.ndarray:
    return np.asarray(outlines[..., 0] + 1j * outlines[..., 1])


def _plane(points: np.ndarray) -> np.ndarray:
    return np.stack([points.real, points.imag], axis=-1)
