from __future__ import annotations

import itertools
from typing import Any, get_args

import numpy as np
import pytest
import torch

from encoders.autoencoder import Autoencoder, Loss
from encoders.networks import Architecture
from encoders.outputs import OutputName
from encoders.regularisers import REGULARISERS, Discrepancy, RegulariserName
from encoders.training import Trainer
from problems import outlines
from problems.layouts import Outline

DESIGNS, _ = outlines.draw(200, np.random.default_rng(0), 24, ["circle", "square", "star"])
OUTLINE = Outline(24)
LONG = {"epochs": 100, "learning_rate": 1e-2}
COMBINATIONS = [
    (architecture, output, regulariser, loss)
    for architecture, output, regulariser, loss in itertools.product(
        *map(get_args, (Architecture, OutputName, RegulariserName, Loss))
    )
    if loss == "mse" or output == "sigmoid"
]


def fitted(**params: Any) -> Autoencoder:
    return Autoencoder(**{"latent_dim": 2, "epochs": 2} | params).fit(DESIGNS, np.random.default_rng(0), OUTLINE)


def decoded(encoder: Autoencoder, latents: np.ndarray) -> np.ndarray:
    return encoder.decode(torch.as_tensor(latents)).numpy()


def error(encoder: Autoencoder) -> float:
    return float(np.sqrt(np.mean((decoded(encoder, encoder.encode(DESIGNS)) - DESIGNS) ** 2)))


def standard(n: int, k: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(n, k))


@pytest.mark.parametrize(("architecture", "output", "regulariser", "loss"), COMBINATIONS)
def test_every_combination_trains_and_comes_back_from_its_arrays(
    architecture: Architecture, output: OutputName, regulariser: RegulariserName, loss: Loss
) -> None:
    params: dict[str, Any] = {"architecture": architecture, "output": output, "regulariser": regulariser, "loss": loss}
    encoder = fitted(**params, hidden=16, modes=3, mixture=2)
    again = Autoencoder(2, **params, hidden=16, modes=3, mixture=2, epochs=2)
    again.restore(encoder.state())
    latents = torch.as_tensor(standard(5, 2)).requires_grad_()
    designs = encoder.decode(latents)
    (slope,) = torch.autograd.grad(designs.square().sum(), latents)
    assert designs.shape == (5, 48)
    assert designs.dtype is torch.float64
    assert torch.isfinite(slope).all()
    assert slope.any()
    assert torch.equal(designs, again.decode(latents))
    assert np.array_equal(encoder.encode(DESIGNS), again.encode(DESIGNS))
    assert np.array_equal(encoder.sample(9, np.random.default_rng(0)), again.sample(9, np.random.default_rng(0)))


@pytest.mark.parametrize("output", ["direct", "spectral", "bspline"])
def test_a_loss_that_an_output_may_leave_is_refused_in_words(output: OutputName) -> None:
    with pytest.raises(ValueError, match=f"'{output}' may leave .* must be 'sigmoid'"):
        Autoencoder(2, output=output, loss="bce")


@pytest.mark.parametrize(
    "params",
    [
        {"regulariser": "none"},
        {"regulariser": "none", "loss": "bce", "batch_size": 32},
        {},
        {"output": "spectral"},
        {"output": "bspline"},
        {"regulariser": "mmd"},
        {"regulariser": "least-volume"},
        {"architecture": "conv", "batch_size": 32, "hidden": 16, "epochs": 60},
        {"architecture": "lstm", "batch_size": 16, "hidden": 24, "epochs": 40},
    ],
    ids=lambda params: "-".join(map(str, params.values())) or "vae",
)
def test_training_brings_reconstruction_far_below_the_spread_of_the_data(params: dict[str, Any]) -> None:
    assert error(fitted(**LONG | params)) < 0.7 * np.sqrt(DESIGNS.var(axis=0).mean())


def test_a_sigmoid_output_cannot_leave_the_box_of_the_data_and_a_direct_one_can() -> None:
    far = 1e6 * standard(100, 2)
    margin = 0.05 * np.ptp(DESIGNS) + 1e-6
    boxed, free = fitted(loss="bce"), fitted()
    assert (boxed.confined, free.confined) == (True, False)
    inside, outside = decoded(boxed, far), decoded(free, far)
    assert inside.min() >= DESIGNS.min() - margin
    assert inside.max() <= DESIGNS.max() + margin
    assert np.abs(outside).max() > 2 * np.abs(DESIGNS).max()


def test_a_spectral_output_adds_no_frequency_above_its_modes() -> None:
    away = decoded(fitted(output="spectral", modes=3), 10 * standard(20, 2)) - DESIGNS.mean(axis=0)
    spectrum = np.abs(np.fft.fft(away[:, ::2] + 1j * away[:, 1::2]))
    order = np.abs(np.fft.fftfreq(24, 1 / 24))
    assert spectrum[:, order <= 3].min(axis=0).min() > 0
    assert spectrum[:, order > 3].max() < 1e-5 * spectrum.max()


def test_a_spline_output_is_smoother_than_a_direct_one() -> None:
    def roughness(output: OutputName) -> float:
        points = (decoded(fitted(output=output, modes=3), standard(50, 2)) - DESIGNS.mean(axis=0)).reshape(50, 24, 2)
        bend = np.roll(points, 1, axis=1) - 2 * points + np.roll(points, -1, axis=1)
        return float(np.linalg.norm(bend) / np.linalg.norm(points))

    assert roughness("bspline") < 0.5 * roughness("direct")


def test_circular_convolutions_do_not_care_which_vertex_is_the_first_before_their_last_layer() -> None:
    encoder = fitted(architecture="conv")
    layers = encoder._network["encoder"].layers

    def features(designs: np.ndarray) -> torch.Tensor:
        signal = torch.as_tensor(designs).reshape(-1, 24, 2).mT
        for layer in layers:
            signal = layer(signal).relu()
        return signal

    rolled = np.roll(DESIGNS.reshape(-1, 24, 2), 8, axis=1).reshape(-1, 48)
    assert torch.allclose(features(rolled), features(DESIGNS).roll(1, dims=2))


def test_too_large_a_beta_leaves_the_latent_space_unused() -> None:
    unused, used = (fitted(beta=beta, epochs=100) for beta in (1e4, 1e-1))
    assert np.var(unused.encode(DESIGNS), axis=0).max() < 0.01 < np.var(used.encode(DESIGNS), axis=0).max()


def test_warming_up_leaves_the_regulariser_out_at_first() -> None:
    noise = [torch.Generator().manual_seed(0) for _ in range(4)]
    batch = torch.as_tensor(DESIGNS)
    cold, free = fitted(beta=5.0, warm_up=0.5, epochs=0), fitted(beta=0.0, epochs=0)
    at_first, halfway, at_last = (cold._cost(batch, done, noise[n]) for n, done in enumerate((0.0, 0.25, 1.0)))
    assert at_first == pytest.approx(free._cost(batch, 0.0, noise[3]).item())
    assert (at_last - halfway).item() == pytest.approx((halfway - at_first).item())
    assert at_last > halfway


def test_the_discrepancy_is_nothing_for_the_prior_itself_and_grows_with_the_distance_from_it() -> None:
    noise = torch.Generator().manual_seed(0)

    def discrepancy(latents: np.ndarray) -> float:
        drawn = torch.as_tensor(latents)
        return float(Discrepancy().penalty(drawn, drawn, noise))

    latents = standard(1000, 3)
    found = [discrepancy(latents * factor + shift) for factor, shift in ((1, 0), (1, 0.5), (1, 2), (0.1, 0), (5, 0))]
    assert abs(found[0]) < 0.01
    assert 0.01 < found[1] < found[2]
    assert min(found[3:]) > 0.1


def test_least_volume_shrinks_latent_coordinates_that_are_not_needed_and_its_decoder_does_not_stretch() -> None:
    few = np.outer(np.linspace(-1, 1, 100), np.arange(1, 49)) / 30 + np.cos(np.arange(48))  # a line
    longer = LONG | {"epochs": 200, "batch_size": 20}
    encoder = Autoencoder(4, regulariser="least-volume", **longer).fit(few, np.random.default_rng(0))
    deviation = np.sort(encoder.encode(few).std(axis=0))
    assert deviation[:3].max() < 0.05 * deviation[3]
    latents = standard(100, 4)
    apart = np.linalg.norm(decoded(encoder, latents[1:]) - decoded(encoder, latents[:-1]), axis=1)
    stretch = apart / np.linalg.norm(latents[1:] - latents[:-1], axis=1) / encoder._unit
    assert stretch.max() < 1.05


def test_the_mixture_draws_what_the_encoded_designs_are_like() -> None:
    encoder = fitted(regulariser="none", mixture=5, epochs=50)
    latents, drawn = encoder.encode(DESIGNS), encoder.sample(20_000, np.random.default_rng(0))
    assert np.allclose(drawn.mean(axis=0), latents.mean(axis=0), atol=0.05 * latents.std())
    assert np.allclose(np.cov(drawn.T), np.cov(latents.T), rtol=0.1, atol=0.05 * latents.var())
    assert np.allclose(encoder.prior_mean(), latents.mean(axis=0), atol=1e-3 * latents.std())


def test_more_components_than_designs_are_as_many() -> None:
    encoder = Autoencoder(2, mixture=50, epochs=1).fit(DESIGNS[:5], np.random.default_rng(0))
    assert np.isfinite(encoder.sample(10, np.random.default_rng(0))).all()


def test_without_an_epoch_the_networks_are_as_they_were_made() -> None:
    untrained, trained = fitted(epochs=0), fitted(epochs=1)
    assert error(untrained) > 0.9 * np.sqrt(DESIGNS.var(axis=0).mean())
    assert error(trained) != error(untrained)


def test_the_classic_network_has_its_layers() -> None:
    shapes = {name: a.shape for name, a in fitted(latent_dim=3).state().items() if name.endswith("weight")}
    assert shapes == {
        "network.encoder.0.weight": (128, 48),
        "network.encoder.2.weight": (6, 128),
        "network.decoder.0.weight": (128, 3),
        "network.decoder.2.weight": (48, 128),
    }


def test_fitting_leaves_the_global_generators_alone() -> None:
    torch.manual_seed(0)
    before, numpy_before = torch.get_rng_state(), np.random.get_state()[1]  # noqa: NPY002
    fitted(mixture=3)
    assert torch.equal(before, torch.get_rng_state())
    assert np.array_equal(numpy_before, np.random.get_state()[1])  # noqa: NPY002


@pytest.mark.skipif(torch.cuda.is_available(), reason="digits of a GPU differ")
def test_where_there_is_no_gpu_the_device_changes_nothing() -> None:
    assert np.array_equal(fitted(device="auto").encode(DESIGNS), fitted(device="cpu").encode(DESIGNS))


def test_a_loss_that_is_not_finite_is_an_error_with_the_epoch() -> None:
    model = torch.nn.Linear(1, 1)
    with pytest.raises(FloatingPointError, match="nan in epoch 1"):
        Trainer(1, 4, 1e-3).fit(
            model, torch.ones(4, 1), lambda x, done: model(x).mean() * torch.nan, np.random.default_rng(0)
        )


def test_the_loss_is_told_how_far_the_training_is() -> None:
    model, told = torch.nn.Linear(1, 1), []

    def loss(x: torch.Tensor, done: float) -> torch.Tensor:
        told.append(done)
        return model(x).square().mean()

    Trainer(2, 2, 1e-3).fit(model, torch.ones(4, 1), loss, np.random.default_rng(0))
    assert told == [0, 0.25, 0.5, 0.75]


def test_progress_is_shown_on_standard_error_alone_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    quiet, loud = Autoencoder(2, epochs=2), Autoencoder(2, epochs=2)
    loud.progress = True
    quiet.fit(DESIGNS, np.random.default_rng(0))
    loud.fit(DESIGNS, np.random.default_rng(0))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "training" in shown.err
    assert np.array_equal(quiet.encode(DESIGNS), loud.encode(DESIGNS))


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"latent_dim": 0}, "latent_dim: 0"),
        ({"hidden": 0}, "hidden: 0"),
        ({"modes": 0}, "modes: 0"),
        ({"beta": -1}, "beta: -1"),
        ({"warm_up": 1.5}, "warm_up: 1.5"),
        ({"mixture": -1}, "mixture: -1"),
        ({"epochs": -1}, "epochs: -1"),
        ({"batch_size": 0}, "batch_size: 0"),
        ({"learning_rate": float("inf")}, "learning_rate: inf"),
        ({"loss": "mae"}, "'mae' must be one of mse, bce"),
        ({"architecture": "gru"}, "'gru' must be one of mlp, conv, lstm"),
        ({"output": "wavelet"}, "'wavelet' must be one of"),
        ({"regulariser": "gan"}, "'gan' must be one of kl"),
        ({"device": "tpu"}, "'tpu' must be one of cpu, auto"),
    ],
)
def test_parameters_that_make_no_sense_are_refused_in_words(params: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Autoencoder(**params)


@pytest.mark.parametrize(
    ("params", "designs", "layout", "said"),
    [
        ({}, np.ones((10, 6)), None, "all designs are the same"),
        ({}, np.full((10, 6), np.nan), None, "not finite"),
        ({"latent_dim": 49}, DESIGNS, OUTLINE, "latent_dim 49 is above"),
        ({"output": "spectral", "modes": 12}, DESIGNS, OUTLINE, "modes: 12 must be below 12, the highest frequency"),
        (
            {"output": "bspline", "modes": 12},
            DESIGNS,
            OUTLINE,
            "modes: 12 need 25 points at least; the designs have 24",
        ),
        ({"output": "spectral"}, DESIGNS[:, :7], OUTLINE, "designs have 7 coordinates"),
        ({"output": "bspline"}, DESIGNS, None, "the output 'bspline' needs to know what a design is"),
        ({"architecture": "conv"}, DESIGNS, None, "the architecture 'conv' needs to know what a design is"),
        ({"architecture": "lstm"}, DESIGNS, None, "the architecture 'lstm' needs to know what a design is"),
    ],
)
def test_designs_that_cannot_be_learned_are_refused_in_words(
    params: dict[str, Any], designs: np.ndarray, layout: Outline | None, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Autoencoder(**{"epochs": 1} | params).fit(designs, np.random.default_rng(0), layout)


@pytest.mark.parametrize("regulariser", REGULARISERS)
def test_duplicated_designs_are_learned_like_any(regulariser: RegulariserName) -> None:
    twice = np.repeat(DESIGNS[:2], 50, axis=0)
    encoder = Autoencoder(3, regulariser=regulariser, epochs=5, mixture=4).fit(twice, np.random.default_rng(0))
    assert np.isfinite(encoder.sample(10, np.random.default_rng(0))).all()
