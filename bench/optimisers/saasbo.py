"""A Gaussian process with sparse priors: most coordinates are unimportant until losses show that they matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.optimisers.bayesian import most_likely
from bench.optimisers.thompson import Thompson

if TYPE_CHECKING:
    from torch import Tensor

STEPS = 50
"""Of the descent to the likeliest hyperparameters, at most; to its end it takes several times as long."""


class SAASBO(Thompson):
    """Sparse axis-aligned subspaces: half-Cauchy priors on inverse length scales, most likely hyperparameters.

    The paper averages over samples of the hyperparameters, by NUTS, and maximises expected improvement. Here the most
    likely hyperparameters are used, for a sum of four kernels of different sparsity. This is BoTorch's substitute,
    which is orders of magnitude faster. The next points are drawn by Thompson sampling, several at a time.

    Parameters
    ----------
    startup : int
        Samples of the prior that are evaluated before there is a model, including the start.
    batch : int
        Points evaluated between two models.

    References
    ----------
    Eriksson & Jankowiak 2021, 2103.00349.
    """

    libraries = (*Thompson.libraries, "botorch.models.map_saas")

    def _model(self, points: Tensor, goodness: Tensor) -> Any:
        from botorch.models.map_saas import AdditiveMapSaasSingleTaskGP

        return most_likely(AdditiveMapSaasSingleTaskGP(points, goodness[:, None]), maxiter=STEPS)
