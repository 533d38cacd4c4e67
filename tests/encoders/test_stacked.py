"""An encoder of what another encodes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch

import bench
from encoders.autoencoder import Autoencoder
from encoders.base import Encoder
from encoders.linear import Linear
from encoders.stacked import Stacked
from problems import outlines

DESIGNS, _ = outlines.draw(80, np.random.default_rng(0), 20)


def test_it_decodes_what_its_parts_decode_one_after_the_other() -> None:
    encoder = Stacked(Linear(6), Linear(3)).fit(DESIGNS, np.random.default_rng(0))
    alone = Linear(3).fit(DESIGNS, np.random.default_rng(0))
    latents = torch.from_numpy(encoder.encode(DESIGNS))
    np.testing.assert_allclose(
        encoder.decode(latents), alone.decode(torch.from_numpy(alone.encode(DESIGNS))), atol=1e-9
    )


@pytest.mark.parametrize("make", [partial(Autoencoder, epochs=2), partial(Autoencoder, regulariser="none"), Linear])
def test_its_prior_is_the_inner_one_also_once_it_is_restored(make: Callable[..., Encoder]) -> None:
    encoder = Stacked(Linear(6), make(2)).fit(DESIGNS, np.random.default_rng(0))
    again = Stacked(Linear(6), make(2))
    again.restore(encoder.state())
    again.centre, again.scale, again.bounds = encoder.centre, encoder.scale, encoder.bounds
    for one, other in zip(*(_seen(each) for each in (encoder, again)), strict=True):
        np.testing.assert_array_equal(one, other)


def _seen(encoder: Encoder) -> tuple[np.ndarray, ...]:
    return encoder.encode(DESIGNS), encoder.prior_mean(), encoder.sample(5, np.random.default_rng(1))


def test_it_is_named_in_an_experiment_with_its_parts() -> None:
    parts = {"outer": {"name": "pca", "latent_dim": 12}, "inner": {"name": "vae", "latent_dim": 4, "epochs": 1}}
    encoder = bench.make_encoder("stacked", **parts).fit(DESIGNS, np.random.default_rng(0))
    assert encoder.encode(DESIGNS).shape == (80, 4)
    assert encoder.variational


def test_a_network_of_many_coordinates_has_few_weights() -> None:
    wide = np.random.default_rng(0).normal(size=(20, 12)) @ np.random.default_rng(1).normal(size=(12, 50_000))
    encoder = Stacked(Linear(10), Autoencoder(4, epochs=1)).fit(wide, np.random.default_rng(0))
    weights = sum(a.size for name, a in encoder.state().items() if name.startswith("inner."))
    assert weights < 10_000
