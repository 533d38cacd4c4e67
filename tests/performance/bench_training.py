"""Training a VAE, against the loop that everybody writes: a DataLoader over single designs, Adam, batches of 32.

The same network (200-128-2-128-200), loss, rate, data (500 designs) and epochs, each with its own random numbers.
"""

from __future__ import annotations

from statistics import median
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import bench
from encoders.training import Trainer

EPOCHS = 10
BETA = 0.1


class Classic(nn.Module):
    """A variational autoencoder, as in a tutorial."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(dim, 128), nn.ReLU(), nn.Linear(128, 4))
        self.decoder = nn.Sequential(nn.Linear(2, 128), nn.ReLU(), nn.Linear(128, dim))

    def loss(self, x: torch.Tensor) -> torch.Tensor:
        mean, log_variance = self.encoder(x).chunk(2, dim=1)
        output = self.decoder(mean + torch.exp(log_variance / 2) * torch.randn_like(mean))
        divergence = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum()
        return (((output - x) ** 2).sum() + BETA * divergence) / len(x)


def classic(designs: np.ndarray) -> float:
    """Train, and give the mean loss of the last epoch."""
    data = torch.tensor((designs - designs.mean()) / designs.std(), dtype=torch.float32)
    model, mean = Classic(data.shape[1]), float("nan")
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    loader = DataLoader(TensorDataset(data), batch_size=32, shuffle=True)
    for _ in range(EPOCHS):
        total = 0.0
        for (batch,) in loader:
            optimiser.zero_grad()
            loss = model.loss(batch)
            loss.backward()
            optimiser.step()
            total += loss.item() * len(batch)
        mean = total / len(data)
    return mean


def test_vae(versus: Any, benchmark: Any, designs: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    losses: dict[str, list[float]] = {"ours": [], "classic": []}
    fit = Trainer.fit

    def told(*args: Any) -> float:
        losses["ours"].append(fit(*args))
        return losses["ours"][-1]

    monkeypatch.setattr(Trainer, "fit", told)
    versus(
        f"{EPOCHS} epochs",
        lambda: bench.make_encoder("vae", epochs=EPOCHS, beta=BETA).fit(designs, np.random.default_rng(0)),
        {"classic loop": lambda: losses["classic"].append(classic(designs))},
        rounds=9,
    )
    ours, theirs = (median(found) for found in losses.values())
    benchmark.extra_info["note"] = f"final loss {ours:.2f} against {theirs:.2f}, ratio {ours / theirs:.3f}"
