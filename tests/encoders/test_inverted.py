"""Latents that are found by optimisation decode to their designs as nearly as any."""

from __future__ import annotations

import numpy as np
import torch

from encoders.adversarial import GAN
from encoders.autoencoder import Autoencoder
from encoders.inversion import inverted
from encoders.inverted import Inverted
from encoders.linear import Linear
from problems.layouts.outline import Outline
from problems.outlines import draw

DESIGNS, _ = draw(60, np.random.default_rng(0), 16)


def distances(encoder: object, latents: np.ndarray, designs: np.ndarray) -> np.ndarray:
    decoded = encoder.decode(torch.from_numpy(latents)).numpy()  # type: ignore[attr-defined]
    return np.linalg.norm(decoded - designs, axis=1)


def test_no_design_is_further_than_where_the_other_encoder_puts_it_and_most_are_nearer() -> None:
    encoder = Inverted(Autoencoder(4, epochs=20)).fit(DESIGNS, np.random.default_rng(0))
    inner = distances(encoder, encoder.inner.encode(DESIGNS), DESIGNS)
    own = distances(encoder, encoder.encode(DESIGNS), DESIGNS)
    assert (own <= inner + 1e-12).all()
    assert np.median(own / inner) < 0.95


def test_what_was_decoded_is_found_again() -> None:
    encoder = Inverted(Autoencoder(3, epochs=20)).fit(DESIGNS, np.random.default_rng(0))
    assert encoder.scale is not None
    latents = encoder.encode(DESIGNS)
    decoded = encoder.decode(torch.from_numpy(latents)).numpy()
    near = inverted(encoder.decode, decoded, latents + 0.01 * encoder.scale)
    assert np.median(distances(encoder, near, decoded)) < 1e-4 * np.linalg.norm(DESIGNS, axis=1).mean()


def test_of_a_linear_decoder_it_is_the_projection() -> None:
    pca = Linear(5).fit(DESIGNS, np.random.default_rng(0))
    found = inverted(pca.decode, DESIGNS, np.zeros((len(DESIGNS), 5)))
    np.testing.assert_allclose(found, pca.encode(DESIGNS), atol=1e-5 * np.abs(found).max())


def test_each_design_is_inverted_on_its_own() -> None:
    encoder = Inverted(Autoencoder(4, epochs=20)).fit(DESIGNS, np.random.default_rng(0))
    np.testing.assert_allclose(encoder.encode(DESIGNS[3:4]), encoder.encode(DESIGNS)[3:4], rtol=1e-6, atol=1e-8)


def test_a_generator_draws_designs_as_various_as_those_it_saw() -> None:
    encoder = GAN(4, modes=4, epochs=60).fit(DESIGNS, np.random.default_rng(0), Outline(16))
    drawn = encoder.decode(torch.from_numpy(encoder.sample(100, np.random.default_rng(1)))).numpy()
    assert 0.3 < drawn.std(axis=0).mean() / DESIGNS.std(axis=0).mean() < 2
