"""What encoders have in common whose latents are another encoder's."""

from __future__ import annotations

import numpy as np

from encoders.base import Encoder


class Wrapping(Encoder):
    """An encoder with the latents, and the prior, of an inner one.

    Attributes
    ----------
    inner : Encoder
    """

    inner: Encoder

    def prior_mean(self) -> np.ndarray:
        """The mean (k,) of the inner prior."""
        return self._prior.prior_mean()

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n latents (n, k) from the inner prior."""
        return self._prior.sample(n, rng)

    @property
    def _prior(self) -> Encoder:
        """The inner encoder, told where its latents lie: those of the designs are its own."""
        self.inner.centre, self.inner.scale, self.inner.bounds = self.centre, self.scale, self.bounds
        return self.inner
