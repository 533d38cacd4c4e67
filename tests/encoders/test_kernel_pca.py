from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.decomposition import KernelPCA as Decomposition

from encoders.kernel_pca import KernelPCA
from problems import outlines

DESIGNS, _ = outlines.draw(120, np.random.default_rng(0), 24)
OTHERS, _ = outlines.draw(30, np.random.default_rng(1), 24)


def test_it_encodes_and_decodes_as_scikit_learn_does() -> None:
    encoder = KernelPCA(5).fit(DESIGNS, np.random.default_rng(0))
    state = encoder.state()
    model = Decomposition(
        5, kernel="rbf", gamma=1.0, alpha=encoder.ridge, fit_inverse_transform=True, eigen_solver="dense"
    ).fit(state["inputs"])
    latents = model.transform((OTHERS - state["mean"]) / state["unit"])
    assert np.allclose(encoder.encode(OTHERS), latents)
    decoded = encoder.decode(torch.as_tensor(latents)).numpy()
    assert np.allclose(decoded, model.inverse_transform(latents) * state["unit"] + state["mean"])


def test_a_narrow_kernel_bends_further_than_a_plane() -> None:
    circle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    designs = np.stack([np.cos(circle), np.sin(circle), np.cos(2 * circle), np.sin(2 * circle)], axis=1)
    encoder = KernelPCA(2, width=1.0, ridge=1e-6).fit(designs, np.random.default_rng(0))
    rebuilt = encoder.decode(torch.as_tensor(encoder.encode(designs))).numpy()
    singular = np.linalg.svd(designs - designs.mean(axis=0), compute_uv=False)
    assert np.sum((rebuilt - designs) ** 2) < 0.5 * np.sum(singular[2:] ** 2)


@pytest.mark.parametrize(
    ("params", "said"),
    [({"latent_dim": 0}, "latent_dim: 0"), ({"width": 0.0}, "width: 0.0"), ({"ridge": float("nan")}, "ridge: nan")],
)
def test_parameters_that_make_no_sense_are_refused_in_words(params: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        KernelPCA(**params)  # type: ignore[arg-type]


def test_fewer_designs_than_components_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="latent_dim 8 is above"):
        KernelPCA(8).fit(DESIGNS[:5], np.random.default_rng(0))
