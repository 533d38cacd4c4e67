"""An encoder as a transformer of scikit-learn, with fit, transform and inverse_transform, for its pipelines."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted

from encoders.base import Encoder


class Transformer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Scikit-learn's view of an encoder.

    Parameters
    ----------
    encoder : Encoder
        Not fitted; a copy of it is fitted.
    seed : int
        Seed of its random draws.
    """

    def __init__(self, encoder: Encoder, seed: int = 0) -> None:
        self.encoder = encoder
        self.seed = seed

    def fit(self, X: np.ndarray, y: Any = None) -> Self:  # noqa: N803 - as scikit-learn has it
        """Learn from designs (n, d)."""
        designs = np.asarray(X, dtype=float)
        self.encoder_ = clone(self.encoder, safe=False).fit(designs, np.random.default_rng(self.seed))
        self.n_features_in_ = designs.shape[1]
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:  # noqa: N803
        """Latents (n, k) of designs (n, d)."""
        check_is_fitted(self)
        return np.asarray(self.encoder_.encode(np.asarray(X, dtype=float)))

    def inverse_transform(self, X: np.ndarray) -> np.ndarray:  # noqa: N803
        """Designs (n, d) of latents (n, k)."""
        check_is_fitted(self)
        with torch.no_grad():
            return self.encoder_.decode(torch.as_tensor(np.asarray(X), dtype=torch.float64)).numpy()
