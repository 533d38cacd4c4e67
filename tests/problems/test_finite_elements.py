"""Finite elements, which share no code with the boundary's equations, find the same temperatures."""

from __future__ import annotations

import numpy as np
import pytest

from problems.conduction import closed
from problems.conduction.problem import Conduction

pytest.importorskip("skfem")

from problems.conduction.finite_elements import temperatures, triangulated


def designs(n: int) -> np.ndarray:
    """Training designs and the best known one."""
    problem = Conduction()
    assert problem.known_design is not None
    return np.concatenate([problem.designs(n, np.random.default_rng(5)), problem.known_design[None]])


def test_the_mesh_covers_the_outline_and_its_disc_is_as_warm_as_it_must_be() -> None:
    angle = 2 * np.pi * np.arange(200) / 200
    disc = np.stack([np.cos(angle), np.sin(angle)], axis=1).ravel()
    mesh = triangulated(disc)
    x, y = mesh.p[:, mesh.t]
    areas = np.abs((x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0])) / 2
    assert areas.sum() == pytest.approx(1)
    assert len(mesh.boundary_facets()) == 200
    for biot in (0.1, 10.0):
        assert temperatures(disc, biot, refinements=1)[0] == pytest.approx(closed.disc(biot), rel=1e-4)
        assert temperatures(disc, biot, True, 3)[0] == pytest.approx(closed.disc(biot, maximum=True), abs=5e-4)


@pytest.mark.parametrize("biot", [0.01, 1.0, 10.0])
def test_both_methods_agree_within_their_errors(biot: float) -> None:
    problem = Conduction(biot=biot)
    for x in designs(3):
        value, error = problem.remeasure(x)
        own = problem.display(problem.evaluate(x[None]).objective)[0]
        assert error < 0.004 * own
        assert value == pytest.approx(own, abs=error)


def test_the_smooth_maximum_is_a_little_below_the_largest_temperature() -> None:
    problem = Conduction(objective="max")
    for x in designs(2):
        value, error = problem.remeasure(x)
        own = problem.display(problem.evaluate(x[None]).objective)[0]
        assert -0.005 * own < own - value < error
