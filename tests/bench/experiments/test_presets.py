from __future__ import annotations

import inspect

import pytest

import bench
from bench.experiments import catalogue, plugins, registry
from encoders.presets import PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_parameters_that_its_class_has_and_another_value_wins(name: str) -> None:
    preset = PRESETS[name]
    assert preset.defaults.keys() <= inspect.signature(plugins.load_class("encoders", name)).parameters.keys()
    spec = registry.resolve("encoders", name)
    assert spec.params.items() >= preset.defaults.items()
    assert spec.params.keys() == plugins.defaults_of("encoders", name).keys()
    assert registry.resolve("encoders", name, {"latent_dim": 6}).params["latent_dim"] == 6


def test_no_two_presets_are_the_same() -> None:
    settings = [(PRESETS[name].target, registry.resolve("encoders", name).settings) for name in PRESETS]
    assert len(set(settings)) == len(settings)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_listed_with_what_it_is_and_what_it_sets(name: str) -> None:
    assert catalogue.summaries("encoders")[name] == PRESETS[name].summary
    told = catalogue.describe("encoders", name)
    for parameter, value in PRESETS[name].defaults.items():
        assert f"  {parameter} = {value!r}" in told.splitlines()


def test_summaries_differ_and_fit_a_line() -> None:
    summaries = list(catalogue.summaries("encoders").values())
    assert len(set(summaries)) == len(summaries)
    assert max(map(len, summaries)) < 120


def test_a_name_is_made_as_it_is_set() -> None:
    encoder = bench.make_encoder("spectral-vae", latent_dim=4, beta=0.5)
    assert (encoder.output, encoder.beta, encoder.mixture, encoder.latent_dim) == ("spectral", 0.5, 20, 4)  # type: ignore[attr-defined]
