"""Encoders on grids, meshes and designs of which nothing is said: they learn, or say in a sentence why they cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from support import cheaply
from thirdparty.fields import Ball, Likeness, Plate

import bench
from bench.experiments import plugins
from encoders import bases
from encoders.autoencoder import Autoencoder
from encoders.base import Encoder, Tasks
from encoders.fields import Field
from encoders.networks import Convolution, RecurrentDecoder, RecurrentEncoder
from encoders.outputs import fixed_basis
from problems.layouts import Grid, Outline

NAMES = plugins.targets("encoders")
PROBLEMS = {"plate": Plate, "ball": Ball}
LACKING: dict[str, set[str]] = {"plate": set(), "ball": {"bspline", "conv-vae", "lstm-vae", "spline-gan"}}
"""What makes no sense on a layout."""
NEEDY = {
    *("raw-fourier", "fourier", "bspline", "random-subspace"),
    *("spectral-vae", "conv-vae", "lstm-vae", "diffusion-ae", "spline-gan"),
}
"""What makes none without."""


def made(name: str, problem: Likeness) -> Encoder:
    defaults = plugins.defaults_of("encoders", name)
    highest = problem.layout.frequencies(problem.dim)[-1]
    most = int(highest) - 1 if name != "spline-gan" else 3  # so many control points there are
    modes: dict[str, Any] = {"modes": most} if "modes" in defaults else {}
    return bench.make_encoder(name, **cheaply(name) | modes)


def told(designs: np.ndarray) -> Tasks:
    """Say what each was made for: its mean."""
    return Tasks(designs.mean(axis=1, keepdims=True), designs[0].mean(keepdims=True))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", PROBLEMS)
def test_every_encoder_is_searched_restored_and_differentiated_or_says_why_not(name: str, kind: str) -> None:
    problem, rng = PROBLEMS[kind](), np.random.default_rng(0)
    designs, encoder = problem.designs(60, rng), made(name, problem)
    reason = encoder.why_not(problem.layout)
    assert (reason is not None) == (name in LACKING[kind])
    if reason is not None:
        assert "\n" not in reason
        with pytest.raises(ValueError, match=reason):
            encoder.fit(designs, rng, problem.layout)
        return
    encoder.fit(designs, rng, problem.layout, told(designs))
    again = made(name, problem)
    again.restore(encoder.state())
    latents = torch.tensor(encoder.encode(designs[:4]), requires_grad=True)
    decoded = encoder.decode(latents)
    assert decoded.shape == (4, problem.dim)
    assert torch.equal(decoded, again.decode(latents))
    assert np.array_equal(encoder.encode(designs), again.encode(designs))
    (slope,) = torch.autograd.grad(decoded.square().sum(), latents)
    assert torch.isfinite(slope).all()
    assert slope.any()
    ledger = bench.search(problem, encoder, bench.make_optimiser("l-bfgs"), designs[0], 40, rng)
    assert ledger.best_objective < problem.evaluate(designs[:1]).objective[0]


@pytest.mark.parametrize("name", NAMES)
def test_without_a_layout_all_work_that_need_none(name: str) -> None:
    problem, rng = Plate(), np.random.default_rng(0)
    encoder = made(name, problem)
    reason = encoder.why_not(None)
    assert (reason is not None) == (name in NEEDY)
    if reason is None:
        designs = problem.designs(60, rng)
        encoder.fit(designs, rng, tasks=told(designs))
    else:
        with pytest.raises(ValueError, match=reason):
            encoder.fit(problem.designs(60, rng), rng)


@pytest.mark.parametrize("kind", PROBLEMS)
def test_raw_fourier_is_all_modes_each_as_long_as_its_wave_the_still_ones_last(kind: str) -> None:
    problem, rng = PROBLEMS[kind](), np.random.default_rng(0)
    layout, d = problem.layout, problem.dim
    encoder = bench.make_encoder("raw-fourier").fit(problem.designs(9, rng), rng, layout)
    unit = torch.eye(d, dtype=torch.float64)
    basis = (encoder.decode(unit) - encoder.decode(0 * unit)).numpy()
    frequencies = np.roll(layout.frequencies(d), -layout.still)
    assert np.allclose(np.linalg.norm(basis, axis=1), 1 / np.maximum(1, frequencies))
    assert np.allclose(basis[:1], np.roll(layout.modes(d), -layout.still, axis=0)[:1] / max(1, frequencies[0]))


@pytest.mark.parametrize("architecture", ["conv", "mlp"])
@pytest.mark.parametrize("output", ["direct", "sigmoid", "spectral", "bspline"])
def test_every_output_follows_every_architecture_on_a_grid(architecture: Any, output: Any) -> None:
    params: dict[str, Any] = {"architecture": architecture, "output": output, "hidden": 16, "modes": 3, "epochs": 2}
    problem, rng = Plate(), np.random.default_rng(0)
    designs = problem.designs(40, rng)
    encoder, again = Autoencoder(2, **params).fit(designs, rng, problem.layout), Autoencoder(2, **params)
    again.restore(encoder.state())
    latents = torch.as_tensor(encoder.encode(designs))
    assert torch.equal(encoder.decode(latents), again.decode(latents))
    assert encoder.confined == (output == "sigmoid")


def test_a_spectral_output_has_the_modes_up_to_a_frequency() -> None:
    for layout in (Grid(6, 4), Outline(9), Ball().layout):
        basis = fixed_basis("spectral", layout, 3)
        assert basis is not None
        wanted = layout.modes(int((layout.frequencies(layout.dim) <= 3).sum()))
        assert len(basis) == len(wanted)
        assert np.linalg.matrix_rank(np.concatenate([basis, wanted])) == len(wanted)


@pytest.mark.parametrize("controls", [(1, 1), (2, 3), (4, 4), (6, 5)])
def test_splines_over_a_grid_sum_to_one_and_are_independent(controls: tuple[int, int]) -> None:
    weights = bases.bspline(Field((6, 5), (False, False), 1), controls)
    assert weights.shape == (controls[0] * controls[1], 30)
    assert np.allclose(weights.sum(axis=0), 1)
    assert np.linalg.matrix_rank(weights) == len(weights)


def test_control_points_are_spread_in_the_proportions_of_the_grid() -> None:
    assert bases.controls(Field((12, 6), (False, False), 1), 18) == (6, 3)
    assert bases.controls(Field((6, 12), (False, False), 1), 18) == (3, 6)
    assert bases.controls(Field((24,), (True,), 2), 10) == (5,)
    assert bases.controls(Field((6, 4), (False, False), 1), 29) is None


def test_a_convolution_goes_round_closed_axes_and_not_over_the_ends_of_open_ones() -> None:
    torch.manual_seed(0)
    signal = torch.zeros(1, 1, 9, 8)
    signal[..., 0, 0] = 1.0
    layer = Convolution(1, 1, (True, False))
    reached = (layer(signal) - layer(0 * signal))[0, 0].detach()
    assert reached[-1].any()
    assert not reached[:, -1].any()


STORED = Autoencoder(2, architecture="conv", epochs=1, hidden=8).fit(
    Plate().designs(20, np.random.default_rng(0)), np.random.default_rng(0), Plate().layout
)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"shape": None}, "has no 'shape'; one of an older form must be fitted anew"),
        ({"closed": None}, "has no 'closed'; one of an older form must be fitted anew"),
        ({"shape": np.array([4, 4, 1])}, r"'shape' \[4, 4, 1\] is not of designs of 24 coordinates"),
        ({"shape": np.array([6.0, 4.0, 1.0])}, "'shape' and 'closed' are not of 1 or 2 axes"),
        ({"shape": np.array([2, 3, 4, 1]), "closed": np.zeros(3, int)}, "'shape' and 'closed' are not of 1 or 2 axes"),
        ({"offset": None}, "has no 'offset'"),
        ({"unit": np.ones(2)}, r"'unit' has the shape \(2,\)"),
        ({"network.encoder.head.weight": np.ones((3, 2))}, r"'network.encoder.head.weight' has the shape \(3, 2\)"),
        ({"network.encoder.head.weight": None}, "'network.encoder.head.weight' has the shape None"),
    ],
)
def test_a_stored_encoder_of_another_form_is_refused_in_a_line(changed: dict[str, Any], said: str) -> None:
    state = {name: array for name, array in (STORED.state() | changed).items() if array is not None}
    with pytest.raises(ValueError, match=said) as raised:
        Autoencoder(2, architecture="conv", epochs=1, hidden=8).restore(state)
    assert "\n" not in str(raised.value)


def test_a_recurrent_network_takes_a_grid_column_by_column_as_points_of_many_components() -> None:
    grid, points = Field((6, 4), (False, False), 1), Field((6,), (False,), 4)
    both = []
    for field in (grid, points):
        torch.manual_seed(0)
        both.append((RecurrentEncoder(field, 3, [5]), RecurrentDecoder(3, field, [5])))
    designs = torch.randn(2, 24)
    codes = [encoder(designs) for encoder, _ in both]
    assert torch.equal(*codes)
    assert torch.equal(*(decoder(codes[0]) for _, decoder in both))
    decoder = both[0][1]
    before = decoder(codes[0])
    decoder.phase[-1] += 1.0
    assert (decoder(codes[0]) != before).any(dim=0).tolist() == 20 * [False] + 4 * [True]
