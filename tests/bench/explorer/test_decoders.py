"""Every encoder that can be found by name decodes in a browser as in Python, whatever a design is; others are told."""

from __future__ import annotations

import inspect
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from support import cheaply
from thirdparty.fields import ball
from torch import Tensor

from bench.experiments import plugins, registry
from bench.explorer import decoders
from bench.explorer.decoders import Unsupported, decoder
from encoders.autoencoder import Autoencoder
from encoders.base import Encoder, Tasks
from encoders.linear import Linear
from problems.layouts import Grid, Outline

ASSETS = Path(decoders.__file__).with_name("assets")
DECODED = 1e-5
LAYOUTS = {"outline": Outline(24), "grid": Grid(9, 7), "mesh": ball()}
AXES = np.arange(2)


def fitted(encoder: Encoder, layout: Any) -> Encoder:
    rng = np.random.default_rng(0)
    tasks = Tasks(rng.normal(size=(60, 2)), np.ones(2)) if encoder.needs_tasks else None
    modes = layout.modes(8) * np.arange(8, 0, -1)[:, None]
    return encoder.fit(rng.normal(size=(60, 8)) @ modes, rng, layout, tasks)


@cache
def page_of(decoders: str) -> str:
    script = (ASSETS / "decoder.js").read_text(encoding="utf-8")
    return f"<script>{script}; const told = {decoders}; const made = told.map(decoderOf);</script>"


def told(encoder: Encoder, layout: Any) -> dict[str, Any]:
    assert encoder.centre is not None
    assert encoder.bounds is not None
    axes = AXES[: encoder.latent_dim]
    box = {"low": encoder.bounds[0].tolist(), "high": encoder.bounds[1].tolist(), "axes": axes.tolist()}
    described = decoder(encoder, layout.dim, encoder.centre, axes)
    return {"decoder": described, "picture": {"shape": list(layout.shape)}} | box


def latents(encoder: Encoder, n: int = 5) -> np.ndarray:
    assert encoder.bounds is not None
    return np.random.default_rng(1).uniform(*encoder.bounds, (n, encoder.latent_dim))


def test_every_encoder_decodes_as_in_python(visit: Any) -> None:
    made, names = [], []
    for kind, layout in LAYOUTS.items():
        for name in plugins.targets("encoders"):
            params = cheaply(name)
            known = inspect.signature(registry.resolve("encoders", name).make).parameters
            small = {key: value for key, value in {"epochs": 1, "hidden": 8}.items() if key in params or key in known}
            encoder = registry.resolve("encoders", name, params | small).make()
            if encoder.why_not(layout) is None:
                made.append((fitted(encoder, layout), layout))
                names.append(f"{name} on {kind}")
    spaces = [told(*pair) for pair in made]
    tab = visit(page_of(json.dumps(spaces)))
    assert [name for name, space in zip(names, spaces, strict=True) if "tape" not in space["decoder"]] == []
    for at, (encoder, _) in enumerate(made):
        z = latents(encoder)
        found = tab.read(f"{z.tolist()}.map((z) => [...made[{at}](z)])")
        expected = encoder.decode(torch.from_numpy(z)).detach().numpy()
        np.testing.assert_allclose(found, expected, atol=DECODED, err_msg=names[at])


class Torus(Linear):
    """Computed with what the tape does not know of."""

    def __init__(self, latent_dim: int = 2) -> None:
        super().__init__(latent_dim)

    def decode(self, z: Tensor) -> Tensor:
        return super().decode(torch.erfinv(0.9 * torch.tanh(z)))


class Hidden(Linear):
    """Computed outside of Torch."""

    def decode(self, z: Tensor) -> Tensor:
        return super().decode(torch.from_numpy(np.sin(z.numpy())))


class Forked(Linear):
    """Computed in one way or another, as the latent is."""

    def decode(self, z: Tensor) -> Tensor:
        return super().decode(z if float(z.numpy()[0, 0]) > 0 else -z)


@pytest.mark.parametrize("encoder", [Torus(2), Hidden(1), Forked(3)], ids=lambda each: type(each).__name__)
def test_what_cannot_be_traced_is_interpolated_between_designs(encoder: Encoder, visit: Any) -> None:
    encoder = fitted(encoder, LAYOUTS["outline"])
    assert encoder.bounds is not None
    space = told(encoder, LAYOUTS["outline"])
    counts = space["decoder"]["lattice"]["counts"]
    tab = visit(page_of(json.dumps([space])))
    at = np.random.default_rng(2).integers(0, counts[0], (5, encoder.latent_dim)) / (counts[0] - 1)
    z = encoder.bounds[0] + at * (encoder.bounds[1] - encoder.bounds[0])
    z[:, 2:] = encoder.centre[2:] if encoder.centre is not None else 0
    found = tab.read(f"{z.tolist()}.map((z) => [...made[0](z)])")
    if not isinstance(encoder, Forked):  # it does not know of batches
        np.testing.assert_allclose(found, encoder.decode(torch.from_numpy(z)).numpy(), atol=DECODED)
    halves = tab.read(f"[{(z[0] + z[1]).tolist()}.map((both) => both / 2)].map((z) => [...made[0](z)])[0]")
    assert np.isfinite(halves).all()
    assert len(halves) == LAYOUTS["outline"].dim


def test_a_decoder_that_is_too_large_for_a_page_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders, "MOST_NUMBERS", 200)
    encoder = fitted(Autoencoder(2, epochs=1), LAYOUTS["outline"])
    with pytest.raises(Unsupported, match="a page holds 200 at most"):
        told(encoder, LAYOUTS["outline"])
