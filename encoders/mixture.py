"""A Gaussian mixture over encoded designs, as the prior that samples are drawn from."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Self

import numpy as np

LEAST_VARIANCE = 1e-4
"""Of a component along any direction, as a share of the latents' mean variance."""


@dataclass(frozen=True)
class Mixture:
    """A density of latents, fitted after the encoder was trained (ex-post), because latents may not fill the prior.

    Attributes
    ----------
    weights : ndarray, shape (c,)
    means : ndarray, shape (c, k)
    factors : ndarray, shape (c, k, k)
        Lower Cholesky factors of the covariances.

    References
    ----------
    Ghosh et al. 2020, 1903.12436; the expectation maximisation is scikit-learn's.
    """

    weights: np.ndarray
    means: np.ndarray
    factors: np.ndarray

    @classmethod
    def fit(cls, latents: np.ndarray, components: int, rng: np.random.Generator) -> Self:
        """Fit to latents (n, k), with no more components than latents."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture

        least = LEAST_VARIANCE * float(latents.var(axis=0).mean()) or 1.0
        model = GaussianMixture(min(components, len(latents)), reg_covar=least, random_state=int(rng.integers(2**31)))
        with warnings.catch_warnings():  # a rough fit is a prior as good as another, and identical latents are a result
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(latents)
        return cls(model.weights_, model.means_, np.linalg.cholesky(model.covariances_))

    def mean(self) -> np.ndarray:
        """The mean (k,) of the whole."""
        return np.asarray(self.weights @ self.means)

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n latents (n, k)."""
        chosen = rng.choice(len(self.weights), n, p=self.weights / self.weights.sum())
        steps = rng.normal(size=(n, self.means.shape[1], 1))
        return np.asarray(self.means[chosen] + (self.factors[chosen] @ steps)[..., 0])

    def state(self) -> dict[str, np.ndarray]:
        """Plain arrays."""
        return {"weights": self.weights, "means": self.means, "factors": self.factors}
