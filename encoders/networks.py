"""Networks between designs and codes, and between latents and a sequence of points: perceptron, convolutions, LSTM."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from encoders import bases

Architecture = Literal["mlp", "conv", "lstm"]
KERNEL = 5
"""Points that a convolution sees."""
HALVINGS = 3
"""Times that an encoder of convolutions halves the number of points, and a decoder doubles it."""
COARSEST = 8
"""Points that an encoder of convolutions is left with, by averaging."""
SHARE = 4
"""Channels of convolutions are the width over this."""


def perceptron(n_in: int, n_out: int, width: int) -> nn.Module:
    """One hidden layer with ReLU."""
    return nn.Sequential(nn.Linear(n_in, width), nn.ReLU(), nn.Linear(width, n_out))


class ConvolutionalEncoder(nn.Module):
    """Circular convolutions over a closed outline, so that no vertex is the first until the last layer."""

    def __init__(self, dim: int, n_out: int, width: int) -> None:
        super().__init__()
        bases.n_vertices(dim)
        channels = max(1, width // SHARE)
        sizes = [2, *[channels] * HALVINGS]
        self.layers = nn.ModuleList(
            nn.Conv1d(a, b, KERNEL, stride=2, padding=KERNEL // 2, padding_mode="circular") for a, b in pairwise(sizes)
        )
        self.head = nn.Linear(channels * COARSEST, n_out)

    def forward(self, designs: Tensor) -> Tensor:
        """Codes (n, n_out) of designs (n, d)."""
        signal = designs.unflatten(1, (-1, 2)).mT
        for layer in self.layers:
            signal = functional.relu(layer(_at_least(signal, KERNEL)))
        return self.head(functional.adaptive_avg_pool1d(signal, COARSEST).flatten(1))


class ConvolutionalDecoder(nn.Module):
    """From a coarse closed sequence of features to points, by doubling and circular convolutions."""

    def __init__(self, latent_dim: int, n_out: int, width: int) -> None:
        super().__init__()
        channels = max(1, width // SHARE)
        self.lengths = [max(KERNEL, math.ceil(n_out / 2 / 2**halvings)) for halvings in range(HALVINGS, 0, -1)]
        self.n_points = n_out // 2
        self.stem = nn.Linear(latent_dim, channels * self.lengths[0])
        self.layers = nn.ModuleList(_closed(channels, channels) for _ in self.lengths)
        self.head = _closed(channels, 2)

    def forward(self, latents: Tensor) -> Tensor:
        """Points (n, n_out), coordinates in turn, of latents (n, k)."""
        signal = functional.relu(self.stem(latents).unflatten(1, (-1, self.lengths[0])))
        for length, layer in zip([*self.lengths[1:], self.n_points], self.layers, strict=True):
            signal = functional.relu(layer(_at_least(functional.interpolate(signal, length), KERNEL)))
        return self.head(signal)[..., : self.n_points].mT.flatten(1)


def _closed(n_in: int, n_out: int) -> nn.Conv1d:
    return nn.Conv1d(n_in, n_out, KERNEL, padding=KERNEL // 2, padding_mode="circular")


def _at_least(signal: Tensor, length: int) -> Tensor:
    """The sequence, gone round often enough to have a length."""
    return signal.repeat(1, 1, math.ceil(length / signal.shape[2])) if signal.shape[2] < length else signal


class RecurrentEncoder(nn.Module):
    """An LSTM along the ordered points of an outline; its last state is encoded."""

    def __init__(self, dim: int, n_out: int, width: int) -> None:
        super().__init__()
        bases.n_vertices(dim)
        self.layer = nn.LSTM(2, width, batch_first=True)
        self.head = nn.Linear(width, n_out)

    def forward(self, designs: Tensor) -> Tensor:
        """Codes (n, n_out) of designs (n, d)."""
        _, (last, _) = self.layer(designs.unflatten(1, (-1, 2)))
        return self.head(last[0])


class RecurrentDecoder(nn.Module):
    """An LSTM that sees the latent, and how far round it is, at every point."""

    phase: Tensor

    def __init__(self, latent_dim: int, n_out: int, width: int) -> None:
        super().__init__()
        angle = 2 * math.pi * torch.arange(n_out // 2) / (n_out // 2)
        self.register_buffer("phase", torch.stack([angle.cos(), angle.sin()], dim=1))
        self.layer = nn.LSTM(latent_dim + 2, width, batch_first=True)
        self.head = nn.Linear(width, 2)

    def forward(self, latents: Tensor) -> Tensor:
        """Points (n, n_out), coordinates in turn, of latents (n, k)."""
        seen = latents[:, None].expand(-1, len(self.phase), -1)
        states, _ = self.layer(torch.cat([seen, self.phase.expand(len(latents), -1, -1)], dim=2))
        return self.head(states).flatten(1)


Build = Callable[[int, int, int], nn.Module]
ENCODERS: dict[Architecture, Build] = {
    "mlp": perceptron,
    "conv": ConvolutionalEncoder,
    "lstm": RecurrentEncoder,
}
"""From the numbers of inputs and outputs and the width to a network."""
DECODERS: dict[Architecture, Build] = {
    "mlp": perceptron,
    "conv": ConvolutionalDecoder,
    "lstm": RecurrentDecoder,
}
