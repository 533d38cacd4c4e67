"""Bayesian linear regression on a sphere: a cheap baseline for all other surrogates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from bench.optimisers.bayesian import fitted
from bench.optimisers.thompson import Thompson

if TYPE_CHECKING:
    from torch import Tensor


class LinearGP(Thompson):
    """A Gaussian process with a linear kernel, on points of the box mapped onto a sphere.

    On the box itself the minimum of a linear model would always be a corner. The inverse stereographic projection maps
    the middle of the box to a pole and its corners to the equator, in every dimension.

    Parameters
    ----------
    startup : int
        Samples of the prior that are evaluated before there is a model, including the start.
    batch : int
        Points evaluated between two models.

    References
    ----------
    Doumont, Fan, Maus, Gardner, Moss & Pleiss 2025, 2512.00170.
    """

    libraries = (*Thompson.libraries, "gpytorch.kernels")

    def _model(self, points: Tensor, goodness: Tensor) -> Any:
        from gpytorch.kernels import LinearKernel

        class Spherical(LinearKernel):  # type: ignore[misc]
            """The inner product of points on the sphere."""

            def forward(self, x1: Tensor, x2: Tensor, *args: Any, **options: Any) -> Any:
                return super().forward(on_sphere(x1), on_sphere(x2), *args, **options)

        return fitted(points, goodness, Spherical())


def on_sphere(points: Tensor) -> Tensor:
    """Points (..., k + 1) of the unit sphere for those (..., k) of the unit cube; its middle is the pole."""
    import torch

    centred = (2 * points - 1) / math.sqrt(points.shape[-1])
    square = centred.square().sum(dim=-1, keepdim=True)
    return torch.cat([2 * centred, square - 1], dim=-1) / (square + 1)
