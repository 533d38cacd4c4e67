"""The interface of encoders: the only file that the author of an encoder needs to read.

Encoders are composed of parts: an autoencoder takes any architecture with any output, regulariser and loss.

>>> import numpy as np, torch
>>> from encoders.autoencoder import Autoencoder
>>> rng = np.random.default_rng(0)
>>> designs = rng.normal(size=(100, 2)) @ rng.normal(size=(2, 12))  # points on a plane in twelve dimensions
>>> parts = dict(latent_dim=2, output="sigmoid", regulariser="mmd", loss="bce", mixture=3)
>>> encoder = Autoencoder(**parts, epochs=5).fit(designs, rng)
>>> latents = torch.from_numpy(encoder.sample(4, rng)).requires_grad_()
>>> encoder.decode(latents).sum().backward()  # an optimiser's gradient passes through it
>>> tuple(latents.grad.shape), encoder.bounds.shape
((4, 2), (2, 2))
>>> again = Autoencoder(**parts)  # what was learned are plain arrays, and the same class takes them back
>>> again.restore(encoder.state())
>>> bool(np.array_equal(again.encode(designs), encoder.encode(designs)))
True
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, Protocol, Self

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

CENTRAL_SHARE = 0.99
"""Of the encoded designs: what the search box is spread around."""
WIDENING = 0.5
"""By how much of its width the box grows on each side."""
LEAST_SCALE = 0.01
"""The smallest scale of a coordinate, as a share of the largest."""


class Layout(Protocol):
    """Of what a design is the coordinates, as far as encoders need to know; `problems.layouts` has some."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one design as an array; the design vector is the array in C order."""

    @property
    def closed(self) -> tuple[bool, ...]:
        """For each leading axis along which neighbours in the array are neighbours in space: whether it is a ring."""

    @property
    def still(self) -> int:
        """How many leading modes only move the design."""

    def modes(self, n: int) -> np.ndarray:
        """The n smoothest modes, shape (n, d), orthonormal, by rising frequency."""

    def frequencies(self, n: int) -> np.ndarray:
        """Their frequencies, shape (n,), at least 0."""


@dataclass(frozen=True)
class Tasks:
    """The tasks that designs were made for, as numbers of order one: similar tasks have similar numbers.

    Attributes
    ----------
    designs : ndarray, shape (n, f)
        The task of each training design.
    own : ndarray, shape (f,)
        The task of the search.
    """

    designs: np.ndarray
    own: np.ndarray


class NotFitted(RuntimeError, AttributeError):
    """An encoder is used before `fit`."""


class Encoder(ABC):
    """A map between designs in R^d and latents in R^k, learned from designs.

    A subclass writes `_fit`, `encode`, `decode`, `state` and `restore`. The start of a search, its bounds and its units
    follow from the encoded designs, by one rule for all encoders.

    Attributes
    ----------
    latent_dim : int
        The dimension k of the latent space.
    differentiable : bool
        Whether gradients pass through `decode`.
    needs_designs : bool
        Whether it can do nothing before `fit`.
    needs_tasks : bool
        Whether `fit` needs the task of each design.
    variational : bool
        Whether its latents are means of posteriors. A latent whose variance is much smaller than 1 is then not in use.
    confined : bool
        Whether every latent decodes to a design in the box of the training designs (plus a margin). A search through it
        finds no other designs.
    leaves_designs : bool
        Whether `_fit` leaves the designs unchanged. Then they are not copied, which saves memory if they are large.
    keeps_variables : bool
        Whether latents are the design variables themselves, so that integer variables stay integers.
    libraries : tuple of str
        Modules that `_fit` needs. They are imported before the clock starts.
    layout : Layout or None
        The layout that was given to `fit`, if any; set before `_fit`.
    tasks : Tasks or None
        The tasks that were given to `fit`, if any; kept only while `fit` learns and encodes.
    fineness : ndarray, shape (k,), or None
        How fine the details are that each latent changes: frequencies of modes, or numbers of components. None if
        latents have no such order.
    centre, scale : ndarray, shape (k,), or None
        Mean and standard deviation of the encoded designs; None before `fit`.
    bounds : ndarray, shape (2, k), or None
        The central 99 % of the encoded designs, widened by half its width on each side; None before `fit`.
    """

    latent_dim: int
    differentiable: bool = True
    needs_designs: bool = True
    needs_tasks: bool = False
    variational: bool = False
    confined: bool = False
    leaves_designs: bool = False
    keeps_variables: bool = False
    libraries: tuple[str, ...] = ()
    layout: Layout | None = None
    tasks: Tasks | None = None
    fineness: np.ndarray | None = None
    centre: np.ndarray | None = None
    scale: np.ndarray | None = None
    bounds: np.ndarray | None = None

    def fit(
        self,
        designs: np.ndarray,
        rng: np.random.Generator | int,
        layout: Layout | None = None,
        tasks: Tasks | None = None,
    ) -> Self:
        """Learn from designs (n, d), with a generator or a seed, then set `centre`, `scale` and `bounds`.

        Raises
        ------
        ValueError
            If designs are not finite, too few, all the same, or of fewer dimensions than the latent space; if the
            layout does not fit them or cannot be used (`why_not`); or if tasks do not fit them or are missing.
        """
        if rng is None:
            raise ValueError("rng: None must be a generator of NumPy, or a seed")
        designs, rng = np.asarray(designs, dtype=float), np.random.default_rng(rng)
        if designs.ndim != 2 or len(designs) < 2:
            raise ValueError(f"designs have shape {designs.shape}; it must be (n, d) with n of at least 2")
        if not np.isfinite(designs).all():
            raise ValueError("designs hold values that are not finite")
        if not np.ptp(designs, axis=0).any():
            raise ValueError("all designs are the same")
        if layout is not None and math.prod(layout.shape) != designs.shape[1]:
            raise ValueError(f"layout: is of shape {layout.shape}, and designs have {designs.shape[1]} coordinates")
        if (reason := self.why_not(layout)) is not None:
            raise ValueError(reason)
        if tasks is None and self.needs_tasks:
            raise ValueError("the encoder must be told what each design was made for, and nothing is known of that")
        if tasks is not None and (len(tasks.designs) != len(designs) or tasks.designs.shape[1:] != tasks.own.shape):
            raise ValueError(f"tasks: {tasks.designs.shape} and {tasks.own.shape} are not of {len(designs)} designs")
        self.layout, self.tasks = layout, tasks
        self._fit(designs if self.leaves_designs else designs.copy(), rng)
        if self.latent_dim > designs.shape[1]:
            raise ValueError(f"latent_dim {self.latent_dim} is above the design dimension {designs.shape[1]}")
        latents = self._codes(designs)
        self.tasks = None
        if not np.isfinite(latents).all():
            raise ValueError("the encoder maps a design to a latent that is not finite")
        spread = latents.std(axis=0)
        tail = (1 - CENTRAL_SHARE) / 2
        low, high = np.quantile(latents, [tail, 1 - tail], axis=0)
        self.centre = latents.mean(axis=0)
        # an encoder that has collapsed onto one latent is a result, not an error: it is searched in unit steps
        self.scale = np.maximum(spread, LEAST_SCALE * spread.max()) if spread.any() else np.ones(self.latent_dim)
        margin = np.maximum(WIDENING * (high - low), self.scale)
        self.bounds = np.array([low - margin, high + margin])
        return self

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            # before it is fitted an encoder lacks what it learns, whatever that is
            if self.centre is None and name.startswith("_") and not name.startswith("__"):
                raise NotFitted(f"the encoder is not fitted: {type(self).__name__}.fit(designs, rng) learns its {name}")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def why_not(self, layout: Layout | None) -> str | None:
        """Say in a sentence why it cannot learn designs of this layout, or without a layout; None if it can."""
        return None

    def _codes(self, designs: np.ndarray) -> np.ndarray:
        """Latents (n, k) of the training designs; those of an encoder that is told tasks, each for its own."""
        return self.encode(designs)

    @abstractmethod
    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        """Learn the map; every random draw comes from `rng`.

        Designs (n, d) have been checked. They are a copy, unless it `leaves_designs`.
        """

    @abstractmethod
    def encode(self, x: np.ndarray) -> np.ndarray:
        """Latents (n, k) of designs (n, d)."""

    @abstractmethod
    def decode(self, z: Tensor) -> Tensor:
        """Designs (n, d) of latents (n, k), both float64."""

    def prior_mean(self) -> np.ndarray:
        """Give the mean (k,) of the prior of `sample`."""
        if self.centre is None:
            raise NotFitted("the encoder is not fitted: fit(designs, rng) comes first")
        return self.centre

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n latents (n, k) from the prior: by default normal, with the mean and deviation of encoded designs."""
        if self.scale is None:
            raise NotFitted("the encoder is not fitted: fit(designs, rng) comes first")
        return self.prior_mean() + self.scale * rng.normal(size=(n, len(self.scale)))

    @abstractmethod
    def state(self) -> dict[str, np.ndarray]:
        """What `_fit` learned, as plain arrays, and what is needed of the layout; `restore` gets nothing else."""

    @abstractmethod
    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Restore the result of `state`, on an encoder made with the same parameters."""
