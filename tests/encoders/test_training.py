from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from encoders.autoencoder import Autoencoder
from encoders.training import FAN_IN, LEAP, Trainer, _by_inputs, _cut

RNG = np.random.default_rng(0)
BLOBS = RNG.normal(size=(220, 5)) @ RNG.normal(size=(5, 24))
"""Designs of five degrees of freedom in 24 coordinates."""


def error(designs: np.ndarray = BLOBS, **params: Any) -> float:
    """Of held-out designs, rms, when an autoencoder has been trained on the others."""
    settings = {"latent_dim": 5, "beta": 1e-3, "epochs": 60} | params
    encoder = Autoencoder(**settings).fit(designs[:200], np.random.default_rng(0))
    held = designs[200:]
    return float(np.sqrt(((encoder.decode(torch.as_tensor(encoder.encode(held))).numpy() - held) ** 2).mean()))


def test_a_network_that_is_wider_or_deeper_is_about_as_good_at_the_same_rate() -> None:
    usual, spread = error(), BLOBS.std()
    assert usual < 0.2 * spread
    assert error(hidden=512) < 1.3 * usual
    assert error(hidden=[64, 64]) < 0.4 * spread
    assert error(hidden=[64] * 4) < 0.5 * spread


def test_designs_of_many_coordinates_are_learned_at_the_same_rate() -> None:
    designs = np.random.default_rng(1).normal(size=(220, 3)) @ np.random.default_rng(2).normal(size=(3, 10_000))
    assert error(designs, latent_dim=3, hidden=32, epochs=60) < 0.5 * designs.std()


def test_each_weight_matrix_learns_at_a_rate_by_its_inputs() -> None:
    model = nn.Sequential(nn.Linear(2 * FAN_IN, 3), nn.Linear(3, 8 * FAN_IN), nn.Linear(8 * FAN_IN, 1))
    rates = {weight: group["lr"] for group in _by_inputs(model, 0.1) for weight in group["params"]}
    assert [rates[layer.weight] for layer in model] == [0.05, 0.1, 0.0125]
    assert {rates[layer.bias] for layer in model} == {0.1}


def test_a_gradient_that_leaps_is_cut_and_others_are_not() -> None:
    weight = nn.Parameter(torch.zeros(2))
    weight.grad = torch.tensor([3.0, 4.0])
    usual = _cut([weight], None)
    usual = _cut([weight], usual)
    assert weight.grad.norm() == pytest.approx(5.0)
    weight.grad = torch.tensor([3e6, 4e6])
    after = _cut([weight], usual)
    assert weight.grad.norm() == pytest.approx(5.0 * LEAP)
    assert usual < after < 2 * usual


def test_training_stops_where_held_out_rows_gain_nothing_and_keeps_the_best() -> None:
    model, seen = nn.Linear(1, 1, bias=False), []
    rows = torch.as_tensor(np.random.default_rng(0).normal(size=(100, 1)), dtype=torch.float32)

    def loss(batch: Tensor, done: float) -> Tensor:
        value = (model.weight - 1).square().sum() + 0 * batch.sum()
        seen.append(float(value.detach()))
        return value

    Trainer(500, 100, 0.1, patience=5).fit(model, rows, loss, np.random.default_rng(0))
    assert len(seen) < 2 * 500
    assert float((model.weight.detach() - 1).square().sum()) == pytest.approx(min(seen), abs=1e-12)


def test_without_patience_every_row_is_trained_on_to_the_end() -> None:
    model, sizes = nn.Linear(1, 1), []

    def loss(batch: Tensor, done: float) -> Tensor:
        sizes.append(len(batch))
        return model(batch).square().mean()

    assert math.isfinite(Trainer(3, 40, 0.1).fit(model, torch.ones(100, 1), loss, np.random.default_rng(0)))
    assert sizes == [40, 40, 20] * 3


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"hidden": []}, "hidden: \\[\\]"),
        ({"hidden": [8, 0]}, "hidden: \\[8, 0\\] must be at least 1"),
        ({"hidden": [8, 4], "architecture": "lstm"}, "of one width"),
        ({"patience": 0}, "patience: 0 must be at least 1"),
    ],
)
def test_widths_and_patience_that_cannot_be_are_refused(params: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Autoencoder(**params)
