from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch

from encoders import bases, linear
from encoders.base import Encoder, Layout
from encoders.fields import Field
from encoders.linear import Basis, Linear
from problems import outlines
from problems.layouts import Outline

DESIGNS, _ = outlines.draw(200, np.random.default_rng(0), 24, ["circle", "square", "star"])
OUTLINE = Outline(24)
BASES: list[Basis] = ["pca", "whitened-pca", "fourier", "bspline", "random"]


def fitted(
    latent_dim: int | None, basis: Basis, designs: np.ndarray = DESIGNS, layout: Layout | None = OUTLINE
) -> Linear:
    return Linear(latent_dim, basis).fit(designs, np.random.default_rng(0), layout)


def decoded(encoder: Encoder, latents: np.ndarray) -> np.ndarray:
    return encoder.decode(torch.as_tensor(latents)).numpy()


def error(encoder: Encoder) -> float:
    return float(np.sqrt(np.mean((decoded(encoder, encoder.encode(DESIGNS)) - DESIGNS) ** 2)))


@pytest.mark.parametrize("basis", BASES)
def test_all_of_a_basis_is_a_change_of_coordinates(basis: Basis) -> None:
    encoder = fitted(None, basis)
    assert encoder.latent_dim == DESIGNS.shape[1]
    assert error(encoder) < 1e-10


@pytest.mark.parametrize("basis", BASES)
def test_more_of_a_basis_rebuilds_better(basis: Basis) -> None:
    errors = [error(fitted(k, basis)) for k in (6, 12, 24, 48)]
    assert errors == sorted(errors, reverse=True)


@pytest.mark.parametrize("basis", BASES)
def test_encoding_is_the_nearest_latent(basis: Basis) -> None:
    encoder = fitted(8, basis)
    residual = DESIGNS - decoded(encoder, encoder.encode(DESIGNS))
    vectors = decoded(encoder, np.eye(8)) - decoded(encoder, np.zeros((1, 8)))
    assert np.abs(residual @ vectors.T).max() < 1e-10


def test_principal_components_are_the_best_linear_map() -> None:
    values = np.linalg.svd(DESIGNS - DESIGNS.mean(axis=0), compute_uv=False)
    best = error(fitted(8, "pca"))
    assert best == pytest.approx(np.sqrt(np.sum(values[8:] ** 2) / DESIGNS.size))
    assert all(best <= (1 + 1e-12) * error(fitted(8, basis)) for basis in BASES)


def test_whitening_makes_latents_uncorrelated_with_unit_deviation_where_designs_differ() -> None:
    latents = fitted(None, "whitened-pca").encode(DESIGNS)
    covariance = np.cov(latents.T, bias=True)
    assert np.allclose(covariance, np.diag(np.diag(covariance)), atol=1e-8)
    assert np.allclose(np.diag(covariance)[:8], 1)
    assert np.all(np.diag(covariance) < 1 + 1e-8)


def test_whitening_works_with_fewer_designs_than_coordinates() -> None:
    encoder = fitted(None, "whitened-pca", DESIGNS[:5])
    assert error(encoder) < 1e-10


def test_modes_of_few_dimensions_change_the_shape_and_do_not_only_move_it() -> None:
    basis = fitted(4, "fourier").state()["basis"].reshape(4, 24, 2)
    assert np.abs(basis.mean(axis=1)).max() < 1e-12


def test_a_mode_is_as_long_as_the_inverse_of_its_frequency() -> None:
    lengths = np.linalg.norm(fitted(None, "fourier").state()["basis"], axis=1)
    order = np.roll(OUTLINE.frequencies(48), -2)
    assert np.allclose(lengths, 1 / np.maximum(1, order))


@pytest.mark.parametrize("controls", [3, 4, 7, 24])
def test_splines_sum_to_one_and_have_two_continuous_derivatives(controls: int) -> None:
    weights = bases.bspline(Field((240,), (True,), 2), (controls,))[::2, ::2]
    assert np.allclose(weights.sum(axis=0), 1)
    third = np.diff(weights, n=3, axis=1)
    assert np.abs(third).max() < 8 * (controls / 240) ** 3  # a jump in the second derivative would be (controls/240)²


def test_random_directions_are_smooth_orthonormal_and_the_generators_own() -> None:
    one, same, other = (
        Linear(6, "random").fit(DESIGNS, np.random.default_rng(seed), OUTLINE).state()["basis"] for seed in (0, 0, 1)
    )
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)
    assert np.allclose(one @ one.T, np.eye(6))
    power = np.square(one @ OUTLINE.modes(48).T).sum(axis=0)
    assert power[OUTLINE.frequencies(48) <= 3].sum() > 0.8 * power.sum()


@pytest.mark.parametrize(
    ("latent_dim", "basis", "designs", "layout", "said"),
    [
        (0, "pca", DESIGNS, OUTLINE, "latent_dim: 0"),
        (
            7,
            "bspline",
            DESIGNS,
            OUTLINE,
            "latent_dim: 7 must be 2 times a product of whole numbers, one an axis: 3 to 24",
        ),
        (
            4,
            "bspline",
            DESIGNS,
            OUTLINE,
            "latent_dim: 4 must be 2 times a product of whole numbers, one an axis: 3 to 24",
        ),
        (8, "pca", DESIGNS[:5], OUTLINE, r"latent_dim 8 is above what \(5, 48\) designs can span"),
        (49, "fourier", DESIGNS, OUTLINE, "latent_dim 49 is above the design dimension 48"),
        (2, "fourier", DESIGNS[:, :7], OUTLINE, r"layout: is of shape \(24, 2\), and designs have 7 coordinates"),
        (2, "pca", DESIGNS[:, :7], OUTLINE, r"layout: is of shape \(24, 2\), and designs have 7 coordinates"),
        (2, "fourier", DESIGNS[:, :7], None, "the basis 'fourier' needs to know what a design is the coordinates of"),
        (2, "random", DESIGNS[:, :4], None, "the basis 'random' needs to know what a design is the coordinates of"),
        (6, "bspline", DESIGNS, None, "the basis 'bspline' needs to know what a design is the coordinates of"),
        (2, "pca", np.ones((10, 6)), None, "all designs are the same"),
        (2, "pca", np.full((10, 6), np.nan), None, "not finite"),
        (2, "pca", np.ones(6), None, r"shape \(6,\)"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_words(
    latent_dim: int, basis: Basis, designs: np.ndarray, layout: Layout | None, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        fitted(latent_dim, basis, designs, layout)


def test_an_unfitted_encoder_says_so() -> None:
    with pytest.raises(RuntimeError, match="not fitted"):
        Linear(2).sample(3, np.random.default_rng(0))


def test_an_encoder_that_collapses_onto_one_latent_is_still_searched_in_unit_steps() -> None:
    class Collapsed(Linear):
        def encode(self, x: np.ndarray) -> np.ndarray:
            return np.zeros((len(x), self.latent_dim))

    encoder = Collapsed(3).fit(DESIGNS, np.random.default_rng(0))
    assert np.array_equal(encoder.scale, np.ones(3))
    assert np.array_equal(encoder.bounds, [[-1.0] * 3, [1.0] * 3])


def test_a_basis_that_treats_components_alike_is_kept_once() -> None:
    from problems.bodies.isoperimetric import Isoperimetric3D

    problem = Isoperimetric3D(1)
    designs = problem.designs(30, np.random.default_rng(0))
    encoder = Linear(None, "fourier").fit(designs, np.random.default_rng(0), layout=problem.layout)
    assert encoder.state()["basis"].shape == (42, 42)
    again = Linear(None, "fourier")
    again.restore(encoder.state())
    latents = again.encode(designs)
    np.testing.assert_allclose(decoded(again, latents), designs, atol=1e-12)
    dense = np.roll(problem.layout.modes(126) / np.maximum(1, problem.layout.frequencies(126))[:, None], -3, axis=0)
    np.testing.assert_allclose(decoded(again, latents), designs.mean(axis=0) + latents @ dense, atol=1e-12)


def test_principal_components_of_few_wide_designs_are_those_of_scikit_learn() -> None:
    from sklearn.decomposition import PCA

    rng = np.random.default_rng(0)
    wide = rng.normal(size=(12, 8)) @ rng.normal(size=(8, 70_000)) + 1e-2 * rng.normal(size=(12, 70_000))
    found = Linear(6).fit(wide, rng).state()["basis"]
    np.testing.assert_allclose(found, PCA(6, svd_solver="full").fit(wide).components_, atol=1e-8)
    with pytest.raises(ValueError, match="above what"):
        Linear(12).fit(wide, rng)


def test_a_basis_of_too_many_numbers_is_refused_with_what_it_would_take() -> None:
    from problems.bodies.sphere import layout

    said = Linear(None, "fourier").why_not(layout(5))
    assert said == "latent_dim: a basis of 30726 vectors of 30726 coordinates takes 8 GB"
    assert Linear(None, "fourier").why_not(layout(4)) is None
    assert Linear(64, "fourier").why_not(layout(5)) is None


def test_principal_components_of_wide_designs_take_no_second_copy_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in {"BLOCK": 2**11, "AT_ONCE": 2**18}.items():
        monkeypatch.setattr(linear, name, size)
    rng = np.random.default_rng(0)
    designs = rng.normal(size=(64, 100_000))
    before = designs[:, :100].copy()
    fitted(4, "pca")  # what is imported is not counted
    tracemalloc.start()
    try:
        encoder = Linear(4).fit(designs, rng)
        assert tracemalloc.get_traced_memory()[1] < 0.5 * designs.nbytes
    finally:
        tracemalloc.stop()
    np.testing.assert_array_equal(designs[:, :100], before)
    monkeypatch.undo()
    np.testing.assert_allclose(encoder.encode(designs), Linear(4).fit(designs, rng).encode(designs), atol=1e-8)
