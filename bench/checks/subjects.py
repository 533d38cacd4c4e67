"""What is being checked, and the designs that it is checked with; made when first asked for, since making may fail."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from bench.seeds import generator
from encoders.base import Encoder, Layout, Tasks
from problems.base import Problem

MANY = 8
"""Designs in a batch of many."""


class ProblemSubject:
    """A problem under examination.

    Parameters
    ----------
    make : callable
        Makes the problem.
    """

    def __init__(self, make: Callable[[], Problem]) -> None:
        self.make = make

    @cached_property
    def problem(self) -> Problem:
        """The problem."""
        return self.make()

    @cached_property
    def sample(self) -> np.ndarray:
        """At most 8 designs (n, d) that it says something about: of its own, or else of its box."""
        return candidates(self.problem, MANY)

    def disturb(self) -> None:
        """Call all that can be called, none of which may leave a trace."""
        problem, rng = self.problem, generator("check calls in between")
        shaken = self.sample[::-1] + 0.01 * rng.normal(size=self.sample.shape)
        other = problem.repair(shaken) if problem.variables else shaken
        problem.display(problem.evaluate(other).objective)
        problem.verify(other[0])
        for draw in (problem.designs, problem.reference):
            draw(3, rng)
        problem.instance(rng)


def candidates(problem: Problem, n: int) -> np.ndarray:
    """At most n designs of the problem's own, or n of its box, shape (n, d); always the same ones."""
    rng = generator("check candidates", n)
    designs = problem.reference(n, rng)
    if designs is None:
        assert problem.bounds is not None
        designs = problem.repair(within(problem.bounds, n, rng))
    return designs


def within(bounds: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw n points uniformly within bounds (2, k), shape (n, k)."""
    return rng.uniform(bounds[0], bounds[1], size=(n, bounds.shape[1]))


def not_finite(x: np.ndarray) -> dict[str, np.ndarray]:
    """Designs (d,) that are not finite, made from one that is, by what they are."""
    partly = np.tile(x, (2, 1))
    partly[0, 0], partly[1, -1] = np.nan, -np.inf
    whole = {"not a number": np.full_like(x, np.nan), "infinite": np.full_like(x, np.inf)}
    return whole | {"not a number in one place": partly[0], "infinite in one place": partly[1]}


class EncoderSubject:
    """An encoder under examination.

    Parameters
    ----------
    make : callable
        Makes the encoder, unfitted.
    designs : ndarray, shape (n, d)
        To fit it on.
    layout : Layout or None
        What they are the coordinates of.
    """

    def __init__(self, make: Callable[[], Encoder], designs: np.ndarray, layout: Layout | None = None) -> None:
        self.make = make
        self.designs = designs
        self.layout = layout

    def fit(self) -> Encoder:
        """Fit anew, always from the same generator."""
        return self.make().fit(self.designs.copy(), generator("check encoder"), self.layout, self.tasks)

    @property
    def tasks(self) -> Tasks:
        """What each design was made for: one number, at random."""
        told = generator("check tasks").normal(size=(len(self.designs), 1))
        return Tasks(told, told[0])

    @cached_property
    def encoder(self) -> Encoder:
        """Fitted once."""
        return self.fit()

    @cached_property
    def latents(self) -> np.ndarray:
        """The designs, encoded: shape (n, k)."""
        return self.encoder.encode(self.designs.copy())

    def decode(self, z: np.ndarray) -> np.ndarray:
        """Designs (n, d) of latents (n, k), as a search decodes them."""
        return decode(self.encoder, z)


def decode(encoder: Encoder, z: np.ndarray) -> np.ndarray:
    """Designs (n, d) of latents (n, k), without recording gradients."""
    import torch

    with torch.no_grad():
        return encoder.decode(torch.tensor(z)).numpy()
