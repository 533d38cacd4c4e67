from __future__ import annotations

import numpy as np
import pytest
import torch

from encoders.diffusion import Denoiser, DiffusionAutoencoder
from problems import outlines
from problems.layouts import Outline

DESIGNS, _ = outlines.draw(200, np.random.default_rng(0), 24, ["circle", "square", "star"])


def fitted(**params: int) -> DiffusionAutoencoder:
    settings = {"latent_dim": 2, "modes": 5, "hidden": 32, "epochs": 2} | params
    return DiffusionAutoencoder(**settings).fit(DESIGNS, np.random.default_rng(0), Outline(24))  # type: ignore[arg-type]


def test_training_brings_reconstruction_far_below_the_spread_of_the_data() -> None:
    encoder = fitted(epochs=200, hidden=64)
    rebuilt = encoder.decode(torch.as_tensor(encoder.encode(DESIGNS))).numpy()
    assert np.sqrt(np.mean((rebuilt - DESIGNS) ** 2)) < 0.7 * np.sqrt(DESIGNS.var(axis=0).mean())


def test_a_denoiser_that_knows_the_answer_gives_it_whatever_the_steps() -> None:
    for steps in (1, 2, 10):
        denoiser = Denoiser(2, 6, 8, steps)
        clean = torch.arange(6.0).expand(3, -1)
        denoiser.denoise = lambda noisy, time, latents: clean  # type: ignore[method-assign]  # noqa: B023
        assert torch.allclose(denoiser(torch.zeros(3, 2)), clean, atol=1e-5)


def test_a_design_is_the_same_function_of_its_latent_alone_and_gradients_pass_all_steps() -> None:
    encoder = fitted(steps=4)
    latents = torch.randn(7, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    designs = encoder.decode(latents)
    assert torch.allclose(designs[3:4], encoder.decode(latents[3:4]), atol=1e-12)
    (slope,) = torch.autograd.grad(designs.square().sum(), latents)
    step = 1e-6 * torch.ones_like(latents)
    with torch.no_grad():
        change = (encoder.decode(latents + step).square() - encoder.decode(latents - step).square()).sum() / 2e-6
    assert slope.sum().item() == pytest.approx(change.item(), rel=1e-4)


def test_it_comes_back_from_its_arrays() -> None:
    encoder, again = fitted(), DiffusionAutoencoder(2, modes=5, hidden=32)
    again.restore(encoder.state())
    latents = torch.as_tensor(encoder.encode(DESIGNS))
    assert torch.equal(encoder.decode(latents), again.decode(latents))


def test_no_frequency_is_above_its_modes() -> None:
    away = fitted().decode(torch.randn(20, 2, dtype=torch.float64)).numpy() - DESIGNS.mean(axis=0)
    spectrum = np.abs(np.fft.fft(away[:, ::2] + 1j * away[:, 1::2]))
    assert spectrum[:, np.abs(np.fft.fftfreq(24, 1 / 24)) > 5].max() < 1e-5 * spectrum.max()


def test_steps_that_make_no_sense_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="steps: 0 must be at least 1"):
        DiffusionAutoencoder(steps=0)
