"""Networks between designs and codes, and between latents and points along axes: perceptron, convolutions, LSTM."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from encoders.fields import Field

Architecture = Literal["mlp", "conv", "lstm"]
KERNEL = 5
"""Points along an axis that a convolution sees."""
HALVINGS = 3
"""Times that an encoder of convolutions of one width halves the number of points, and a decoder doubles it."""
COARSEST = 8
"""Points along an axis that an encoder of convolutions is left with, by averaging."""
SHARE = 4
"""Channels of convolutions are the width over this."""


def perceptron(field: Field, n_out: int, widths: Sequence[int]) -> nn.Module:
    """Hidden layers with ReLU, from a design to codes; the axes are nothing to it."""
    return hidden_layers(field.dim, n_out, widths)


def perceptron_back(latent_dim: int, field: Field, widths: Sequence[int]) -> nn.Module:
    """Hidden layers with ReLU, in the reverse order, from a latent to the numbers of a field."""
    return hidden_layers(latent_dim, field.dim, widths[::-1])


def hidden_layers(n_in: int, n_out: int, widths: Sequence[int]) -> nn.Module:
    """A perceptron with ReLU.

    Between hidden layers it starts with weights of a variance of two over their number, so that the signal does not
    fade from layer to layer; with Torch's a VAE of four hidden layers does not use most of its latents.

    References
    ----------
    He et al. 2015, 1502.01852.
    """
    layers: list[nn.Module] = [nn.Linear(n_in, widths[0]), nn.ReLU()]
    for before, after in pairwise(widths):
        inner = nn.Linear(before, after)
        nn.init.kaiming_normal_(inner.weight)
        nn.init.zeros_(inner.bias)
        layers += [inner, nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(widths[-1], n_out))


def channels(widths: Sequence[int]) -> list[int]:
    """Channels of each halving: of one width, the same in all of them."""
    return [max(1, width // SHARE) for width in (widths if len(widths) > 1 else [*widths] * HALVINGS)]


class Convolution(nn.Module):
    """A convolution that sees beyond the ends of an axis: on a ring round it, on a line the last value again."""

    def __init__(self, n_in: int, n_out: int, closed: tuple[bool, ...], stride: int = 1) -> None:
        super().__init__()
        self.closed = closed
        self.layer = CONVOLUTIONS[len(closed)](n_in, n_out, KERNEL, stride=stride)

    def forward(self, signal: Tensor) -> Tensor:
        """A signal (n, channels, *sizes); along a ring that is shorter than the kernel it comes out longer."""
        for axis, closed in enumerate(self.closed):
            signal = _beyond_the_ends(signal, axis, closed)
        return self.layer(signal)


def _beyond_the_ends(signal: Tensor, axis: int, closed: bool) -> Tensor:
    axes = signal.ndim - 2
    size = signal.shape[axis + 2]
    if closed and size < KERNEL:  # it is gone round often enough
        times = [1] * signal.ndim
        times[axis + 2] = math.ceil(KERNEL / size)
        signal = signal.repeat(times)
    padding = [0, 0] * axes
    padding[2 * (axes - 1 - axis) : 2 * (axes - axis)] = [KERNEL // 2] * 2
    return functional.pad(signal, padding, mode="circular" if closed else "replicate")


class ConvolutionalEncoder(nn.Module):
    """Convolutions over the axes of a design, so that on a ring no point is the first until the last layer."""

    def __init__(self, field: Field, n_out: int, widths: Sequence[int]) -> None:
        super().__init__()
        features = channels(widths)
        self.field = field
        self.layers = nn.ModuleList(
            Convolution(before, after, field.closed, stride=2)
            for before, after in pairwise([field.components, *features])
        )
        self.head = nn.Linear(features[-1] * COARSEST ** len(field.sizes), n_out)

    def forward(self, designs: Tensor) -> Tensor:
        """Codes (n, n_out) of designs (n, d)."""
        signal = designs.unflatten(1, (*self.field.sizes, self.field.components)).movedim(-1, 1)
        for layer in self.layers:
            signal = functional.relu(layer(signal))
        return self.head(AVERAGES[len(self.field.sizes)](signal, COARSEST).flatten(1))


class ConvolutionalDecoder(nn.Module):
    """From a coarse array of features to points, by doubling and convolutions."""

    def __init__(self, latent_dim: int, field: Field, widths: Sequence[int]) -> None:
        super().__init__()
        features = channels(widths)[::-1]
        self.steps = [
            tuple(max(KERNEL, math.ceil(size / 2**halvings)) for size in field.sizes)
            for halvings in range(len(features), 0, -1)
        ]
        self.field = field
        self.stem = nn.Linear(latent_dim, features[0] * math.prod(self.steps[0]))
        self.layers = nn.ModuleList(
            Convolution(before, after, field.closed) for before, after in pairwise([*features, features[-1]])
        )
        self.head = Convolution(features[-1], field.components, field.closed)

    def forward(self, latents: Tensor) -> Tensor:
        """Numbers (n, d) of the field, components in turn, of latents (n, k)."""
        signal = functional.relu(self.stem(latents).unflatten(1, (-1, *self.steps[0])))
        for sizes, layer in zip([*self.steps[1:], self.field.sizes], self.layers, strict=True):
            signal = functional.relu(layer(functional.interpolate(signal, sizes)))
        points = self.head(signal)
        for axis, size in enumerate(self.field.sizes):
            points = points.narrow(axis + 2, 0, size)
        return points.movedim(1, -1).flatten(1)


class RecurrentEncoder(nn.Module):
    """An LSTM along the first axis of a design, a column at a time where there are two; its last state is encoded."""

    def __init__(self, field: Field, n_out: int, widths: Sequence[int]) -> None:
        super().__init__()
        self.size = field.sizes[0]
        self.layer = nn.LSTM(field.dim // self.size, widths[0], len(widths), batch_first=True)
        self.head = nn.Linear(widths[0], n_out)

    def forward(self, designs: Tensor) -> Tensor:
        """Codes (n, n_out) of designs (n, d)."""
        _, (last, _) = self.layer(designs.unflatten(1, (self.size, -1)))
        return self.head(last[-1])


class RecurrentDecoder(nn.Module):
    """An LSTM that sees the latent, and how far along it is, at every step; a ring is a turn, a line half a turn."""

    phase: Tensor

    def __init__(self, latent_dim: int, field: Field, widths: Sequence[int]) -> None:
        super().__init__()
        size = field.sizes[0]
        angle = (2 if field.closed[0] else 1) * math.pi * torch.arange(size) / size
        self.register_buffer("phase", torch.stack([angle.cos(), angle.sin()], dim=1))
        self.layer = nn.LSTM(latent_dim + 2, widths[0], len(widths), batch_first=True)
        self.head = nn.Linear(widths[0], field.dim // size)

    def forward(self, latents: Tensor) -> Tensor:
        """Numbers (n, d) of the field, components in turn, of latents (n, k)."""
        seen = latents[:, None].expand(-1, len(self.phase), -1)
        states, _ = self.layer(torch.cat([seen, self.phase.expand(len(latents), -1, -1)], dim=2))
        return self.head(states).flatten(1)


CONVOLUTIONS: dict[int, Callable[..., nn.Module]] = {1: nn.Conv1d, 2: nn.Conv2d}
AVERAGES: dict[int, Callable[[Tensor, int], Tensor]] = {
    1: functional.adaptive_avg_pool1d,
    2: functional.adaptive_avg_pool2d,
}
"""By the number of axes."""


class Kind(NamedTuple):
    """An architecture: from a field, codes and widths to one network, from latents, a field and widths to the other.

    It works on fields of so many axes; on any, where that is empty.
    """

    encoder: Callable[[Field, int, Sequence[int]], nn.Module]
    decoder: Callable[[int, Field, Sequence[int]], nn.Module]
    axes: tuple[int, ...] = ()


ARCHITECTURES: dict[Architecture, Kind] = {
    "mlp": Kind(perceptron, perceptron_back),
    "conv": Kind(ConvolutionalEncoder, ConvolutionalDecoder, tuple(CONVOLUTIONS)),
    "lstm": Kind(RecurrentEncoder, RecurrentDecoder, (1, 2)),
}
