from __future__ import annotations

import numpy as np
import pytest
import torch

from encoders.linear import PCA
from encoders.training import Trainer
from encoders.vae import VAE, Autoencoder
from problems import outlines

DESIGNS, LABELS = outlines.draw(200, np.random.default_rng(0), 20, ["circle", "square", "star"])

LONG = {"epochs": 150, "learning_rate": 1e-2}


def rebuilt(encoder: Autoencoder | PCA, designs: np.ndarray = DESIGNS) -> np.ndarray:
    return encoder.decode(torch.as_tensor(encoder.encode(designs))).numpy()


def error(encoder: Autoencoder | PCA) -> float:
    return float(np.sqrt(np.mean((rebuilt(encoder) - DESIGNS) ** 2)))


@pytest.mark.parametrize("encoder", [Autoencoder(2, "mse", **LONG), Autoencoder(2, "bce", **LONG), VAE(2, **LONG)])
def test_training_brings_reconstruction_far_below_the_spread_of_the_data(encoder: Autoencoder) -> None:
    encoder.fit(DESIGNS, np.random.default_rng(0))
    assert error(encoder) < 0.7 * np.sqrt(DESIGNS.var(axis=0).mean())


def test_a_sigmoid_output_cannot_leave_the_box_of_the_data() -> None:
    encoder = VAE(2, loss="bce", epochs=2).fit(DESIGNS, np.random.default_rng(0))
    far = encoder.decode(1e6 * torch.randn(100, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)))
    margin = 0.05 * np.ptp(DESIGNS) + 1e-12
    assert far.min() >= DESIGNS.min() - margin
    assert far.max() <= DESIGNS.max() + margin


def test_a_linear_output_can() -> None:
    encoder = VAE(2, loss="mse", epochs=2).fit(DESIGNS, np.random.default_rng(0))
    assert encoder.decode(torch.full((1, 2), 1e3, dtype=torch.float64)).abs().max() > 2 * np.abs(DESIGNS).max()


def test_too_large_a_beta_leaves_the_latent_space_unused() -> None:
    unused, used = (
        VAE(2, beta=beta, learning_rate=3e-3).fit(DESIGNS, np.random.default_rng(0)) for beta in (1e4, 1e-2)
    )
    assert np.var(unused.encode(DESIGNS), axis=0).max() < 0.01 < np.var(used.encode(DESIGNS), axis=0).max()


def test_an_encoder_that_collapses_onto_one_latent_is_still_searched_in_unit_steps() -> None:
    class Collapsed(PCA):
        def encode(self, x: np.ndarray) -> np.ndarray:
            return np.zeros((len(x), self.latent_dim))

    encoder = Collapsed(3).fit(DESIGNS, np.random.default_rng(0))
    assert np.array_equal(encoder.scale, np.ones(3))
    assert np.array_equal(encoder.bounds, [[-1.0] * 3, [1.0] * 3])


def test_the_classic_network_has_its_layers() -> None:
    encoder = VAE(3, epochs=1).fit(DESIGNS, np.random.default_rng(0))
    shapes = {name: array.shape for name, array in encoder.state().items() if name.endswith("weight")}
    assert shapes == {
        "encoder.0.weight": (128, 40),
        "encoder.2.weight": (6, 128),
        "decoder.0.weight": (128, 3),
        "decoder.2.weight": (40, 128),
    }


def test_fitting_leaves_the_global_generators_alone() -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    VAE(2, epochs=1).fit(DESIGNS, np.random.default_rng(0))
    assert torch.equal(before, torch.get_rng_state())


def test_a_loss_that_is_not_finite_is_an_error_with_the_epoch() -> None:
    with pytest.raises(FloatingPointError, match="nan in epoch 1"):
        model = torch.nn.Linear(1, 1)
        Trainer().fit(model, torch.ones(4, 1), lambda x: model(x).mean() * torch.nan, np.random.default_rng(0))


def test_progress_is_shown_on_standard_error_alone_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    quiet, loud = VAE(2, epochs=2), VAE(2, epochs=2)
    loud.progress = True
    quiet.fit(DESIGNS, np.random.default_rng(0))
    loud.fit(DESIGNS, np.random.default_rng(0))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "training" in shown.err
    assert np.array_equal(rebuilt(quiet), rebuilt(loud))


def test_principal_components_are_the_best_linear_map_and_exact_at_full_rank() -> None:
    errors = [error(PCA(k).fit(DESIGNS, np.random.default_rng(0))) for k in (1, 2, 4, 8, 40)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 1e-12
    values = np.linalg.svd(DESIGNS - DESIGNS.mean(axis=0), compute_uv=False)
    assert errors[2] == pytest.approx(np.sqrt(np.sum(values[4:] ** 2) / DESIGNS.size))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: VAE(0), "latent_dim: 0"),
        (lambda: VAE(2, hidden=0), "hidden: 0"),
        (lambda: VAE(2, beta=-1), "beta: -1"),
        (lambda: VAE(2, loss="mae"), "'mae' must be 'mse' or 'bce'"),  # type: ignore[arg-type]
        (lambda: VAE(2, learning_rate=float("inf")), "learning_rate: inf"),
        (lambda: PCA(0), "latent_dim: 0"),
        (lambda: VAE(2).fit(np.ones((10, 6)), np.random.default_rng(0)), "all designs are the same"),
        (lambda: PCA(2).fit(np.ones((10, 6)), np.random.default_rng(0)), "all designs are the same"),
        (lambda: PCA(2).fit(np.full((10, 6), np.nan), np.random.default_rng(0)), "not finite"),
        (lambda: PCA(2).fit(np.ones(6), np.random.default_rng(0)), r"shape \(6,\)"),
        (lambda: PCA(8).fit(DESIGNS[:5], np.random.default_rng(0)), "latent_dim 8"),
        (lambda: VAE(41, epochs=1).fit(DESIGNS, np.random.default_rng(0)), "latent_dim 41 is above"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_words(make: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()  # type: ignore[operator]


def test_an_unfitted_encoder_says_so() -> None:
    with pytest.raises(RuntimeError, match="not fitted"):
        PCA(2).sample(3, np.random.default_rng(0))
