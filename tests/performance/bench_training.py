"""Training a VAE, against the loop that everybody writes: a DataLoader over single designs, Adam 10⁻³, batches of 32.

The same network (200-128-2-128-200), loss and data (4,000 designs of isoperimetric), 50 epochs of the classic loop,
each side with its own random numbers. The loss is that of 1,000 held-out designs, of 20 draws from each posterior. "as
good" are settings that reach the classic loss; then there are the defaults, which go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import bench
from encoders.autoencoder import Autoencoder

TRAINED_ON, HELD_OUT, EPOCHS, DRAWS = 4000, 1000, 50, 20
SETTINGS = {"as good": {"epochs": 30, "batch_size": 256, "learning_rate": 2e-2}, "defaults": {}}


@dataclass(frozen=True)
class Data:
    """Designs in units of the training designs' deviation, and those themselves."""

    designs: np.ndarray
    trained_on: Tensor
    held_out: Tensor

    @classmethod
    def draw(cls) -> Data:
        """Draw both."""
        problem, rng = bench.make_problem("isoperimetric"), np.random.default_rng(0)
        designs, others = problem.designs(TRAINED_ON, rng), problem.designs(HELD_OUT, rng)
        mean = designs.mean(axis=0)
        unit = (designs - mean).std()
        scaled = (torch.tensor((x - mean) / unit, dtype=torch.float32) for x in (designs, others))
        return cls(designs, *scaled)


def loss(encoder: nn.Module, decoder: nn.Module, x: Tensor, noise: torch.Generator) -> Tensor:
    """The negative evidence bound of a batch, a mean over designs."""
    mean, log_variance = encoder(x).chunk(2, dim=1)
    rebuilt = decoder(mean + torch.exp(log_variance / 2) * torch.randn(mean.shape, generator=noise))
    divergence = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum()
    return (((rebuilt - x) ** 2).sum() + divergence) / len(x)


def held_out_loss(encoder: nn.Module, decoder: nn.Module, data: Data) -> float:
    """The loss of the held-out designs."""
    noise = torch.Generator().manual_seed(0)
    with torch.no_grad():
        draws = [loss(encoder.float(), decoder.float(), data.held_out, noise).item() for _ in range(DRAWS)]
    return sum(draws) / DRAWS


def classic(data: Data, seed: int) -> tuple[nn.Module, nn.Module]:
    """Train as in a tutorial; give encoder and decoder."""
    torch.manual_seed(seed)
    noise = torch.Generator().manual_seed(seed)
    encoder = nn.Sequential(nn.Linear(200, 128), nn.ReLU(), nn.Linear(128, 4))
    decoder = nn.Sequential(nn.Linear(2, 128), nn.ReLU(), nn.Linear(128, 200))
    optimiser = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=1e-3)
    loader = DataLoader(TensorDataset(data.trained_on), batch_size=32, shuffle=True)
    for _ in range(EPOCHS):
        for (batch,) in loader:
            optimiser.zero_grad()
            cost = loss(encoder, decoder, batch, noise)
            cost.backward()
            optimiser.step()
    return encoder, decoder


@pytest.mark.parametrize("name", SETTINGS)
def test_vae(versus: Any, benchmark: Any, name: str) -> None:
    data = Data.draw()
    ours: list[Autoencoder] = []
    theirs: list[tuple[nn.Module, nn.Module]] = []

    def fit() -> None:
        encoder = bench.make_encoder("vae", **SETTINGS[name])
        ours.append(encoder.fit(data.designs, np.random.default_rng(len(ours))))  # type: ignore[arg-type]

    loop = {"classic loop": lambda: theirs.append(classic(data, len(theirs)))}
    versus(name, fit, loop, aims={"classic loop": 0.1} if name == "as good" else None, rounds=5)
    reached = median(held_out_loss(e._network["encoder"], e._network["decoder"], data) for e in ours)
    classical = median(held_out_loss(*networks, data) for networks in theirs)
    benchmark.extra_info["note"] = (
        f"held-out loss {reached:.1f} against {classical:.1f}, ratio {reached / classical:.3f}"
    )
