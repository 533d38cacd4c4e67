"""Regularisers: what shapes the latent space of an autoencoder, besides the reconstruction of designs."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize

RegulariserName = Literal["kl", "mmd", "least-volume", "none"]


class Regulariser:
    """How codes become latents in training, and a penalty on latents; here none, for a plain autoencoder.

    Attributes
    ----------
    codes : int
        Numbers that the encoder network emits for each latent coordinate; the first k are the latents of a design.
    standard : bool
        Whether latents are drawn towards the standard normal distribution.
    variational : bool
        Whether a latent coordinate is unused when its posterior means hardly vary.
    """

    codes = 1
    standard = False
    variational = False

    def prepare(self, decoder: nn.Module) -> None:
        """Constrain the decoder before training."""

    def finish(self, decoder: nn.Module) -> None:
        """Make a constrained decoder a plain one again, of the same values."""

    def latents(self, codes: Tensor, noise: torch.Generator) -> Tensor:
        """Latents (n, k) to be decoded, of codes (n, codes · k)."""
        return codes

    def penalty(self, codes: Tensor, latents: Tensor, noise: torch.Generator) -> Tensor:
        """What β multiplies, a mean over designs."""
        return codes.new_zeros(())


class Divergence(Regulariser):
    """A normal posterior for each design, and its Kullback-Leibler divergence to the standard normal prior.

    References
    ----------
    Kingma & Welling 2014, 1312.6114; Higgins et al. 2017 (β-VAE).
    """

    codes = 2
    standard = True
    variational = True

    def latents(self, codes: Tensor, noise: torch.Generator) -> Tensor:
        """Draw from the posteriors, whose means and log-variances the codes are."""
        mean, log_variance = codes.chunk(2, dim=-1)
        return mean + torch.exp(0.5 * log_variance) * normal(mean, noise)

    def penalty(self, codes: Tensor, latents: Tensor, noise: torch.Generator) -> Tensor:
        """The divergence, in nats a design."""
        mean, log_variance = codes.chunk(2, dim=-1)
        return 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum() / len(codes)


class Discrepancy(Regulariser):
    """The maximum mean discrepancy between the latents of a batch and as many draws from a standard normal prior.

    Its kernel is a sum of inverse multiquadrics of several widths.

    References
    ----------
    Zhao, Song & Ermon 2019, 1706.02262 (InfoVAE); Tolstikhin et al. 2018, 1711.01558 (the kernel).
    """

    standard = True
    widths = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

    def penalty(self, codes: Tensor, latents: Tensor, noise: torch.Generator) -> Tensor:
        """The squared discrepancy, unbiased; nothing for a single design."""
        n = len(latents)
        if n < 2:
            return codes.new_zeros(())
        prior = normal(latents, noise)
        apart = 1 - torch.eye(n, device=latents.device)
        within = (self._kernel(latents, latents) + self._kernel(prior, prior)) * apart
        return within.sum() / (n * (n - 1)) - 2 * self._kernel(latents, prior).mean()

    def _kernel(self, a: Tensor, b: Tensor) -> Tensor:
        squared = (a[:, None] - b).square().sum(dim=-1)
        scales = [2 * a.shape[1] * width for width in self.widths]
        return torch.stack([scale / (scale + squared) for scale in scales]).sum(dim=0)


class LeastVolume(Regulariser):
    """The geometric mean of the latents' standard deviations, under a decoder that cannot stretch distances.

    Latent coordinates that are not needed shrink to nothing.

    References
    ----------
    Chen & Fuge 2024, 2404.17773.
    """

    floor = 1.0

    def prepare(self, decoder: nn.Module) -> None:
        """Normalise every weight matrix by its largest singular value."""
        for layer in decoder.modules():
            if isinstance(layer, nn.Linear | nn.Conv1d):
                parametrizations.spectral_norm(layer)

    def finish(self, decoder: nn.Module) -> None:
        """Keep the normalised weights."""
        decoder.eval()  # or looking at a weight would sharpen the estimate of its singular value
        for layer in decoder.modules():
            if parametrize.is_parametrized(layer):
                parametrize.remove_parametrizations(layer, "weight")

    def penalty(self, codes: Tensor, latents: Tensor, noise: torch.Generator) -> Tensor:
        """exp(mean log(deviation + 1)) − 1 over the latent coordinates."""
        return torch.exp(torch.log(latents.std(dim=0, correction=0) + self.floor).mean()) - self.floor


def normal(like: Tensor, noise: torch.Generator) -> Tensor:
    """Standard normal draws in a tensor's shape, the same on all devices."""
    return torch.randn(like.shape, generator=noise).to(like.device)


REGULARISERS: dict[RegulariserName, type[Regulariser]] = {
    "kl": Divergence,
    "mmd": Discrepancy,
    "least-volume": LeastVolume,
    "none": Regulariser,
}
