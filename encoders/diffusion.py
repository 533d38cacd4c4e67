"""The diffusion autoencoder: a small denoiser, conditioned on the latent, makes a design from noise."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from encoders.autoencoder import Autoencoder
from encoders.fields import Field
from encoders.networks import hidden_layers
from encoders.outputs import output
from encoders.regularisers import normal

WAVES = 8
"""Sines and cosines that tell the denoiser the time."""
LEAST_SPREAD = 1e-3
"""The smallest deviation of a coefficient over the designs that is told apart from none, as a share of the largest."""


class DiffusionAutoencoder(Autoencoder):
    """A semantic latent of k dimensions, and a denoiser of spectral coefficients that is conditioned on it.

    A design is made by deterministic steps (DDIM) from noise that is the same for all designs, so it is a
    differentiable function of the latent. The denoiser gets noisy coefficients, the time and the latent, and gives
    clean coefficients. It is trained with the squared error of the designs at random times.

    Parameters
    ----------
    latent_dim : int
        The dimension k of the latent space.
    steps : int
        Steps of the decoder; each is a pass through the denoiser.
    beta : float
        The weight of the divergence between the posteriors of latents and a standard normal prior.
    hidden : int
        Width of the encoder's hidden layer; the denoiser has two of twice the width.
    modes : int
        The highest frequency of the design's coefficients.
    mixture, epochs, batch_size, learning_rate, device
        See `encoders.autoencoder.Autoencoder`.

    References
    ----------
    Preechakul et al. 2022, 2111.15640 (diffusion autoencoders); Song, Meng & Ermon 2021, 2010.02502 (DDIM); Nichol &
    Dhariwal 2021, 2102.09672 (the cosine schedule).
    """

    def __init__(
        self,
        latent_dim: int = 2,
        steps: int = 10,
        beta: float = 0.3,
        hidden: int = 128,
        modes: int = 10,
        mixture: int = 20,
        epochs: int = 200,
        batch_size: int = 128,
        learning_rate: float = 3e-3,
        device: Literal["cpu", "auto"] = "cpu",
    ) -> None:
        super().__init__(
            latent_dim,
            output="spectral",
            beta=beta,
            hidden=hidden,
            modes=modes,
            mixture=mixture,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            device=device,
        )
        if steps < 1:
            raise ValueError(f"steps: {steps} must be at least 1")
        self.steps = steps

    def _build(self, field: Field, basis: np.ndarray | None) -> nn.ModuleDict:
        last = output("spectral", field.dim, basis)
        return nn.ModuleDict(
            {
                "encoder": hidden_layers(field.dim, self.regulariser.codes * self.latent_dim, self.widths),
                "decoder": Denoiser(self.latent_dim, last.n_in, 2 * self.widths[0], self.steps),
                "output": last,
            }
        )

    def _look_at(self, data: Tensor) -> None:
        self._inverse = torch.linalg.pinv(self._network["output"].get_buffer("basis"))
        spread = (data @ self._inverse).std(dim=0)
        self._network["decoder"].get_buffer("spread").copy_(spread.clamp(min=LEAST_SPREAD * spread.max()))

    def _rebuild(self, batch: Tensor, latents: Tensor, noise: torch.Generator) -> Tensor:
        decoder: Denoiser = self._network["decoder"]  # type: ignore[assignment]
        clean = batch @ self._inverse.to(batch.device) / decoder.spread
        time = torch.rand(len(batch), 1, generator=noise).to(batch.device)
        signal, share = _schedule(time)
        noisy = signal * clean + share * normal(clean, noise)
        return self._network["output"](decoder.denoise(noisy, time, latents) * decoder.spread)


class Denoiser(nn.Module):
    """From latents to coefficients by a fixed number of deterministic steps.

    Attributes
    ----------
    start : Tensor, shape (m,)
        The noise that every design is drawn from.
    spread : Tensor, shape (m,)
        What coefficients are divided by.
    """

    start: Tensor
    spread: Tensor

    def __init__(self, latent_dim: int, n_out: int, width: int, steps: int) -> None:
        super().__init__()
        self.steps = steps
        self.register_buffer("start", torch.randn(n_out))
        self.register_buffer("spread", torch.ones(n_out))
        sizes = [n_out + latent_dim + 2 * WAVES, width, width]
        layers = [part for a, b in pairwise(sizes) for part in (nn.Linear(a, b), nn.SiLU())]
        self.layers = nn.Sequential(*layers, nn.Linear(width, n_out))

    def denoise(self, noisy: Tensor, time: Tensor, latents: Tensor) -> Tensor:
        """Clean coefficients (n, m) that are expected behind noisy ones, at times (n, 1) and given latents (n, k)."""
        angle = time * math.pi * torch.arange(1, WAVES + 1, dtype=time.dtype, device=time.device)
        return self.layers(torch.cat([noisy, latents, angle.sin(), angle.cos()], dim=1))

    def forward(self, latents: Tensor) -> Tensor:
        """Coefficients (n, m) of latents (n, k)."""
        times = torch.linspace(1, 0, self.steps + 1, dtype=latents.dtype, device=latents.device)
        state = self.start.expand(len(latents), -1)
        for now, then in pairwise(times):
            clean = self.denoise(state, now.expand(len(latents), 1), latents)
            (signal, share), (next_signal, next_share) = _schedule(now), _schedule(then)
            state = next_signal * clean + next_share * (state - signal * clean) / share
        return state * self.spread


def _schedule(time: Tensor) -> tuple[Tensor, Tensor]:
    """Shares of signal and noise at a time from 0, all signal, to 1, all noise."""
    angle = 0.5 * math.pi * time
    return angle.cos(), angle.sin()
