"""What an encoder is: the one file that the author of an encoder reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

CENTRAL_SHARE = 0.99
"""Of the encoded designs: what the search box is spread around."""
WIDENING = 0.5
"""By how much of its width the box grows on each side."""
LEAST_SCALE = 0.01
"""The smallest scale of a coordinate, as a share of the largest."""


class Encoder(ABC):
    """A map between designs in R^d and latents in R^k, learned from designs.

    A subclass writes `_fit`, `encode`, `decode`, `state` and `restore`; where the search starts, how far it may go and
    in what units it steps follow from the encoded designs by one rule for all encoders.

    Attributes
    ----------
    latent_dim : int
        The dimension k of the latent space.
    differentiable : bool
        Whether gradients pass through `decode`.
    needs_designs : bool
        Whether it can do nothing before `fit`.
    variational : bool
        Whether its latents are means of posteriors, so that one that hardly varies, against 1, is not in use.
    confined : bool
        Whether decoded designs cannot leave the box of the training designs.
    libraries : tuple of str
        Modules that `_fit` imports, and that are imported before the clock starts.
    centre, scale : ndarray, shape (k,), or None
        Mean and standard deviation of the encoded designs; None before `fit`.
    bounds : ndarray, shape (2, k), or None
        The central 99 % of the encoded designs, widened by half its width on each side; None before `fit`.
    """

    latent_dim: int
    differentiable: bool = True
    needs_designs: bool = True
    variational: bool = False
    confined: bool = False
    libraries: tuple[str, ...] = ()
    centre: np.ndarray | None = None
    scale: np.ndarray | None = None
    bounds: np.ndarray | None = None

    def fit(self, designs: np.ndarray, rng: np.random.Generator) -> Self:
        """Learn from designs (n, d), then set `centre`, `scale` and `bounds`.

        Raises
        ------
        ValueError
            For designs that are not finite, too few, all the same, or of fewer dimensions than the latent space.
        """
        designs = np.asarray(designs, dtype=float)
        if designs.ndim != 2 or len(designs) < 2:
            raise ValueError(f"designs have shape {designs.shape}; it must be (n, d) with n of at least 2")
        if not np.isfinite(designs).all():
            raise ValueError("designs hold values that are not finite")
        if not np.ptp(designs, axis=0).any():
            raise ValueError("all designs are the same")
        self._fit(designs.copy(), rng)
        if self.latent_dim > designs.shape[1]:
            raise ValueError(f"latent_dim {self.latent_dim} is above the design dimension {designs.shape[1]}")
        latents = self.encode(designs)
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

    @abstractmethod
    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        """Learn the map; `designs` are checked and its own, and every random draw comes from `rng`."""

    @abstractmethod
    def encode(self, x: np.ndarray) -> np.ndarray:
        """Latents (n, k) of designs (n, d)."""

    @abstractmethod
    def decode(self, z: Tensor) -> Tensor:
        """Designs (n, d) of latents (n, k), both float64."""

    def prior_mean(self) -> np.ndarray:
        """Give the mean (k,) of the prior that `sample` draws from."""
        if self.centre is None:
            raise RuntimeError("the encoder is not fitted")
        return self.centre

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n latents (n, k) from the prior: here the normal one with the encoded designs' mean and deviation."""
        if self.scale is None:
            raise RuntimeError("the encoder is not fitted")
        return self.prior_mean() + self.scale * rng.normal(size=(n, len(self.scale)))

    @abstractmethod
    def state(self) -> dict[str, np.ndarray]:
        """What `_fit` learned, as plain arrays."""

    @abstractmethod
    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Take back what `state` gave, on an encoder made with the same parameters."""
