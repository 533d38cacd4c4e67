from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import bench
from bench.checks import Bowl
from bench.store.columns import DIAGNOSED
from bench.studies.diagnostics import diagnose
from encoders.base import Encoder
from problems.base import Problem

PROBLEM = bench.make_problem("heat-dispersion", n_vertices=60)
DESIGNS, HELD_OUT = (PROBLEM.designs(n, np.random.default_rng(n)) for n in (80, 40))


class Told(Encoder):
    """Decodes to multiples of one design, by the first of two latent coordinates; the second is idle."""

    def __init__(self, deviation: float = 1.0, variational: bool = False) -> None:
        self.latent_dim = 2
        self.deviation = deviation
        self.variational = variational

    def _fit(self, designs: np.ndarray, rng: np.random.Generator) -> None:
        self.design = designs[0]

    def encode(self, x: np.ndarray) -> np.ndarray:
        first = (x @ self.design) / (self.design @ self.design)
        return self.deviation * np.stack([first, np.zeros(len(x))], axis=1)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return z[:, :1] / self.deviation * torch.as_tensor(self.design)

    def state(self) -> dict[str, np.ndarray]:
        return {"design": self.design}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        self.design = state["design"]


def diagnosed(encoder: Encoder, problem: Problem = PROBLEM, held_out: np.ndarray = HELD_OUT) -> dict[str, float]:
    encoder.fit(DESIGNS, np.random.default_rng(0), PROBLEM.layout)
    return diagnose(problem, encoder, DESIGNS, held_out, np.random.default_rng(0))


def test_raw_search_rebuilds_everything_and_its_ways_are_straight() -> None:
    found = diagnosed(bench.make_encoder("raw"))
    assert set(found) == set(DIAGNOSED)
    assert found["rmse"] == found["value_error"] == found["n_parameters"] == 0
    assert found["rebuilt_valid"] == PROBLEM.evaluate(HELD_OUT).feasible.mean()
    assert found["between_length"] == pytest.approx(1)
    assert found["prior_distance"] == pytest.approx(1, rel=0.2)
    assert found["collapsed"] == 0


def test_landmarks_are_of_the_designs_and_verified() -> None:
    found = diagnosed(bench.make_encoder("pca"))
    evaluation = PROBLEM.evaluate(DESIGNS)
    good = [value for x, value in zip(DESIGNS, evaluation.objective, strict=True) if PROBLEM.verify(x).ok]
    assert found["data_best_objective"] == min(good)
    assert found["data_best"] == PROBLEM.display(np.array([min(good)]))[0]
    assert found["data_median"] == np.median(PROBLEM.display(evaluation.objective))


def test_numbers_that_a_fit_leaves_are_counted() -> None:
    assert diagnosed(bench.make_encoder("pca", latent_dim=3))["n_parameters"] == 120 + 3 * 120


@pytest.mark.parametrize(
    ("encoder", "active", "collapsed"),
    [
        (Told(), 1, 0),
        (Told(1e-9), 1, 0),
        (Told(0.0), 0, 1),
        (Told(1e3, variational=True), 1, 1),
        (Told(1e-9, variational=True), 0, 1),
    ],
)
def test_latents_that_are_not_in_use_are_counted_and_a_collapse_is_named(
    encoder: Told, active: int, collapsed: int
) -> None:
    if encoder.deviation == 0:
        encoder.decode = lambda z: torch.as_tensor(encoder.design).expand(len(z), -1)  # type: ignore[method-assign]
    found = diagnosed(encoder)
    assert (found["active_units"], found["collapsed"]) == (active, collapsed)


def test_an_encoder_of_one_design_draws_nothing_else() -> None:
    found = diagnosed(Told())
    assert found["prior_spread"] == pytest.approx(0, abs=1e-6)
    assert found["rmse"] > 0.01


def test_without_designs_that_are_held_out_nothing_is_said_of_them() -> None:
    found = diagnosed(bench.make_encoder("pca"), held_out=HELD_OUT[:0])
    assert math.isnan(found["rmse"])
    assert math.isnan(found["between_valid"])
    assert not math.isnan(found["prior_valid"])


def test_an_encoder_that_decodes_to_nothing_finite_is_not_an_error() -> None:
    class Broken(Told):
        def decode(self, z: torch.Tensor) -> torch.Tensor:
            return torch.full((len(z), 120), torch.nan, dtype=torch.float64)

    found = diagnosed(Broken())
    assert found["prior_valid"] == found["rebuilt_valid"] == 0
    assert math.isnan(found["prior_best"])


def test_problems_other_than_outlines_are_diagnosed_too() -> None:
    problem = Bowl()
    designs = np.random.default_rng(0).normal(size=(50, problem.dim))
    encoder = bench.make_encoder("pca", latent_dim=2).fit(designs, np.random.default_rng(0))
    found = diagnose(problem, encoder, designs, designs[:10], np.random.default_rng(0))
    assert found["active_units"] == 2
