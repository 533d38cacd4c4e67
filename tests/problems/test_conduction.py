"""Heated bodies: closed forms, order and size of the error, balance of heat, gradients, hostile outlines."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from problems import outlines, shapes
from problems.base import DifferentiableProblem
from problems.conduction import boundary, closed
from problems.conduction.problem import Conduction
from problems.conduction.solver import Heat, _State, temperatures
from problems.geometry import perimeter, signed_area
from problems.heat_dispersion import HeatDispersion

BIOTS = (0.01, 0.1, 1.0, 10.0)
DISPERSION = HeatDispersion()
LEAST, NEAR = DISPERSION.tools.least_quotient, DISPERSION.tools.near(100)
THINNEST = DISPERSION.known_design


def feasible(n: int) -> np.ndarray:
    """Training designs and the one with the most surface, (n + 1, 200), of unit area."""
    drawn = DISPERSION.designs(n, np.random.default_rng(0))
    return np.concatenate([drawn, THINNEST[None]])


def mean(points: np.ndarray, biot: float) -> float:
    """The mean temperature of one outline (N, 2)."""
    return float(temperatures(points[None], Heat(biot, LEAST))[0][0])


def ellipse(n: int, a: float, b: float) -> np.ndarray:
    """A polygon with its vertices on an ellipse, closer where that is bent more."""
    angle = 2 * np.pi * np.arange(n) / n
    return np.stack([a * np.cos(angle), b * np.sin(angle)], axis=1)


def refined(points: np.ndarray, parts: int) -> np.ndarray:
    """The same polygon with each edge in parts."""
    along = np.roll(points, -1, axis=0) - points
    return (points[:, None] + along[:, None] * (np.arange(parts) / parts)[:, None]).reshape(-1, 2)


def vertices(x: np.ndarray) -> np.ndarray:
    """Designs as vertices (m, 2), one after another."""
    return x.reshape(-1, 2)


@pytest.mark.parametrize("biot", [0.001, 0.1, 1.0, 10.0, 1000.0])
def test_a_disc_is_as_warm_as_it_must_be_and_the_error_is_that_of_the_polygon(biot: float) -> None:
    errors = [abs(mean(ellipse(n, 1, 1), biot) / closed.disc(biot) - 1) for n in (50, 100, 200, 400)]
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    assert errors[1] < 2e-4
    assert np.all(orders > 1.9)
    hottest, _ = temperatures(ellipse(100, 1, 1)[None], Heat(biot, LEAST, NEAR))
    # at small Bi nearly all points count alike
    assert hottest[0] == pytest.approx(closed.disc(biot, maximum=True), rel=max(2e-4, 0.01 * min(1, 1 / biot)))


def test_an_ellipse_with_a_cold_boundary_is_as_warm_as_it_must_be() -> None:
    a, b = 1.5, 1 / (1.5 * math.pi)
    expected = math.pi * a**3 * b**3 / (4 * (a**2 + b**2))
    errors = [abs(mean(ellipse(n, a, b), 1e9) / expected - 1) for n in (50, 100, 200, 400)]
    assert errors[1] < 1e-4
    assert np.all(np.log2(np.divide(errors[:-1], errors[1:])) > 1.9)


@pytest.mark.parametrize("biot", BIOTS)
def test_the_error_on_designs_that_can_be_made_is_small_and_falls_with_the_third_power_of_the_edges(
    biot: float,
) -> None:
    for x in feasible(8):
        points = vertices(x)
        coarse, fine, exact = (mean(refined(points, parts), biot) for parts in (1, 2, 6))
        assert coarse == pytest.approx(exact, rel=0.002)
        assert fine == pytest.approx(exact, rel=3e-4)
    thin = [mean(refined(vertices(THINNEST), parts), 10.0) for parts in (1, 2, 4, 8)]
    differences = np.abs(np.diff(thin))
    assert np.all(np.log2(differences[:-1] / differences[1:]) > 2.8)


@pytest.mark.parametrize("biot", BIOTS)
def test_heat_is_balanced_on_every_outline(biot: float) -> None:
    rng = np.random.default_rng(1)
    crossing = rng.normal(size=(3, 200))
    for x in np.concatenate([feasible(8), crossing]):
        points = torch.from_numpy(x.reshape(1, -1, 2))
        outline = boundary.scaled(points, LEAST)
        state = _State(outline[0].numpy(), Heat(biot, LEAST))
        lost = state.hats[0] @ state.values + state.hats[1] @ state.bubbles
        length, area = float(perimeter(outline)[0]), float(signed_area(outline)[0])
        assert lost / length == pytest.approx(area / (biot * length), rel=1e-10, abs=1e-10)  # the boundary's mean


def test_small_biot_numbers_leave_the_surface_alone_to_count() -> None:
    designs = feasible(20)
    sigma = DISPERSION.display(DISPERSION.evaluate(designs).objective)
    problem = Conduction(biot=1e-4)
    np.testing.assert_allclose(problem.display(problem.evaluate(designs).objective), sigma, rtol=1e-4)


def test_no_body_is_warmer_than_the_disc_nor_colder_than_the_bounds() -> None:
    for biot in BIOTS:
        problem = Conduction(biot=biot)
        cooling = problem.display(problem.evaluate(feasible(40)).objective)
        assert cooling.min() > 1
        assert cooling.max() < 1.01 * problem.display(np.array(problem.bound))
        assert problem.of_disc / cooling.max() > problem.least
    radius = closed.RADIUS
    assert closed.coolest(2 / radius, radius, 1.0) == pytest.approx(closed.disc(1.0))


@pytest.mark.parametrize("objective", ["mean", "max"])
@pytest.mark.parametrize("biot", [0.1, 1.0, 10.0])
def test_gradients_are_those_of_finite_differences(objective: str, biot: float) -> None:
    problem, rng = Conduction(biot=biot, objective=objective), np.random.default_rng(2)  # type: ignore[arg-type]
    designs = feasible(3) + 0.003 * rng.normal(size=(4, 200))  # symmetric ones are hottest at several places
    evaluation, pullback = problem.linearise(designs)
    slopes = pullback(np.ones(4), np.zeros_like(evaluation.constraints))
    for x, slope in zip(designs, slopes, strict=True):
        direction = rng.normal(size=200)
        up, down = (problem.evaluate((x + sign * 1e-7 * direction)[None]).objective[0] for sign in (1, -1))
        assert (up - down) / 2e-7 == pytest.approx(slope @ direction, rel=1e-6, abs=1e-6 * np.linalg.norm(slope))
        np.testing.assert_allclose(slope.reshape(-1, 2).sum(axis=0), 0, atol=1e-10)  # it may lie anywhere
        assert slope @ x == pytest.approx(0, abs=1e-10)  # and be of any size


@pytest.mark.parametrize("settings", [{}, {"biot": 10.0, "objective": "max"}, {"n_vertices": 61, "biot": 0.1}])
def test_compiled_formulas_are_those_of_torch(settings: dict[str, object]) -> None:
    problem, rng = Conduction(**settings), np.random.default_rng(3)  # type: ignore[arg-type]
    good = problem.designs(6, rng)
    generic = good + 0.003 * rng.normal(size=good.shape)
    x = np.concatenate([generic, 1e-6 * generic, 1e6 * generic, rng.normal(size=(3, problem.dim))])
    ours, pullback = problem.linearise(x)
    theirs, oracle = DifferentiableProblem.linearise(problem, x)
    assert np.array_equal(ours.objective, problem.evaluate(x).objective)
    np.testing.assert_allclose(ours.objective, theirs.objective, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.constraints, theirs.constraints, rtol=1e-12, atol=1e-12)
    weights = rng.normal(size=len(x)), rng.normal(size=ours.constraints.shape)
    found, right = pullback(*weights), oracle(*weights)
    np.testing.assert_allclose(found, right, rtol=1e-6, atol=1e-7 * np.abs(right).max(axis=1).min())
    _, field, of_field = problem.linearise_field(x)
    assert field.shape == (len(x), 5 * problem.n_vertices + 2)
    np.testing.assert_allclose(of_field(weights[0], np.zeros_like(field)), pullback(weights[0], 0 * weights[1]))


def test_without_compiled_code_values_are_those_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, x = Conduction(), feasible(3)
    compiled = problem.evaluate(x)
    monkeypatch.setattr(shapes, "_compiled", lambda: None)
    np.testing.assert_allclose(problem.evaluate(x).objective, compiled.objective, rtol=1e-9, atol=1e-12)


@example(1292, "coincident")  # edges of no length had slopes that overflow
@given(st.integers(0, 10**6), st.sampled_from(["crossing", "clockwise", "coincident", "flat", "point", "needle"]))
def test_any_outline_has_a_finite_value_or_none(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    points = ellipse(100, 1, rng.uniform(0.1, 1))
    if kind == "crossing":
        points = rng.normal(size=points.shape)
    elif kind == "clockwise":
        points = points[::-1]
    elif kind == "coincident":
        points[rng.integers(100, size=40)] = points[rng.integers(100)]
    elif kind == "flat":
        points[:, 1] = 0
    elif kind == "point":
        points[:] = 3.0
    else:
        points[50] = 1e3 * rng.normal(size=2)
    problem = Conduction(biot=float(10 ** rng.uniform(-2, 2)), objective=rng.choice(["mean", "max"]))
    for scale in (1e-6, 1.0, 1e6):
        evaluation, pullback = problem.linearise(scale * points.reshape(1, -1))
        slope = pullback(np.ones(1), np.zeros_like(evaluation.constraints))
        value = evaluation.objective[0]
        assert not math.isinf(value)
        assert math.isnan(value) or np.isfinite(slope).all()
        assert math.isnan(value) or value >= math.log(problem.least / problem.of_disc) - 1e-12


def test_no_size_makes_the_equations_singular() -> None:
    """Without the multiplier they are so at logarithmic capacity 1, where ∫G w ds = 0 for some w."""
    circle = ellipse(100, 1, 1)
    sizes = np.geomspace(0.5, 2, 61)  # in units of the capacity
    heats = [_State(size * circle, Heat(1.0 / size, LEAST)) for size in sizes]
    means = [state.value / size**4 for size, state in zip(sizes, heats, strict=True)]
    np.testing.assert_allclose(means, means[0], rtol=1e-11)


def test_it_is_blind_to_place_turn_size_and_first_vertex() -> None:
    problem, x = Conduction(), feasible(3)
    value = problem.evaluate(x).objective
    turned = vertices(x) @ [[0.6, 0.8], [-0.8, 0.6]]
    np.testing.assert_allclose(problem.evaluate(turned.reshape(x.shape) * 1e3 + 7).objective, value, atol=1e-11)
    np.testing.assert_allclose(problem.evaluate(np.roll(x, 14, axis=1)).objective, value, atol=1e-11)


def test_the_largest_temperature_is_where_it_is_looked_for() -> None:
    for biot in (0.1, 1.0, 10.0):
        for x in feasible(5):
            state = _State(
                boundary.scaled(torch.from_numpy(x.reshape(1, -1, 2)), LEAST)[0].numpy(), Heat(biot, LEAST, NEAR)
            )
            rng = np.random.default_rng(4)
            outline = torch.from_numpy(state.outline[None])
            grid = torch.from_numpy(rng.uniform(-1.2, 1.2, size=(1, 600, 2)))
            (_, _, angle), _ = boundary.potentials(grid, outline, biot)
            grid = grid[:, angle[0] > 3]
            inside = boundary.inside(outline, boundary.temperatures(outline, biot), grid, biot).max().item()
            assert 0.97 * inside < state.value < 1.03 * max(inside, state.values.max())


def test_parameters_that_make_no_sense_are_refused() -> None:
    for biot in (0.0, -1.0, math.nan, math.inf, 1e4):
        with pytest.raises(ValueError, match=r"biot: .* must be at least 0.0001 and at most 1000"):
            Conduction(biot=biot)
    with pytest.raises(ValueError, match="objective: 'median' must be one of mean, max"):
        Conduction(objective="median")  # type: ignore[arg-type]


def test_the_best_known_designs_are_verified_and_within_a_little_of_the_bound() -> None:
    for biot in (0.1, 1.0, 10.0):
        problem = Conduction(biot=biot)
        assert problem.known_design is not None
        assert problem.known is not None
        evaluation = problem.evaluate(problem.known_design[None])
        assert evaluation.feasible.all()
        assert problem.verify(problem.known_design).ok
        assert problem.display(evaluation.objective)[0] == pytest.approx(problem.known.value, rel=1e-9)
        assert outlines.runs_left(vertices(problem.known_design))
