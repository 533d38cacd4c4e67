from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from problems import shapes
from problems.base import DifferentiableProblem
from problems.heat_dispersion import HeatDispersion
from problems.isoperimetric import Isoperimetric
from problems.shapes import ShapeProblem
from problems.target_ratio import TargetRatio

PROBLEMS: list[Callable[[], ShapeProblem]] = [
    *(HeatDispersion, TargetRatio, Isoperimetric, lambda: HeatDispersion(n_vertices=61)),
]


def designs(problem: ShapeProblem, rng: np.random.Generator) -> np.ndarray:
    """Feasible, disturbed, crossing, clockwise, regular and degenerate designs."""
    n = problem.n_vertices
    good = problem.designs(12, rng)
    angle = 2 * np.pi * np.arange(n) / n
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    square = np.clip(1.3 * circle, -1, 1)
    stretched = [1e-6 * circle, 1e6 * circle, square, circle[::-1], 0 * circle, 0 * circle + 1]
    disturbed = good + 0.01 * rng.normal(size=good.shape)
    return np.concatenate(
        [good, disturbed, rng.normal(size=(8, 2 * n)), good[:2, ::-1], np.reshape(stretched, (-1, 2 * n))]
    )


@pytest.mark.parametrize("make", PROBLEMS)
def test_compiled_formulas_are_those_of_torch(make: Callable[[], ShapeProblem]) -> None:
    problem, rng = make(), np.random.default_rng(0)
    x = designs(problem, rng)
    ours, pullback = problem.linearise(x)
    theirs, oracle = DifferentiableProblem.linearise(problem, x)
    plain = problem.evaluate(x)
    assert np.array_equal(ours.objective, plain.objective)
    assert np.array_equal(ours.constraints, plain.constraints)
    np.testing.assert_allclose(ours.objective, theirs.objective, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ours.constraints, theirs.constraints, rtol=1e-12, atol=1e-12)

    extent = np.ptp(x, axis=1, keepdims=True)
    weights = [(np.ones(len(x)), np.zeros_like(ours.constraints))]
    weights += [(np.zeros(len(x)), np.ones((len(x), 1)) * unit) for unit in np.eye(ours.constraints.shape[1])]
    for of_objective, of_constraints in weights:
        found, right = pullback(of_objective, of_constraints) * extent, oracle(of_objective, of_constraints) * extent
        scale = np.maximum(np.abs(right).max(axis=1, keepdims=True), 1)
        assert np.all(np.abs(found - right)[extent[:, 0] > 0] <= 1e-10 * scale[extent[:, 0] > 0])


@pytest.mark.parametrize("make", PROBLEMS)
def test_constraints_are_maxima_of_their_field_which_is_that_of_torch(make: Callable[[], ShapeProblem]) -> None:
    problem, rng = make(), np.random.default_rng(0)
    x = designs(problem, rng)
    ours, field, pullback = problem.linearise_field(x)
    if not field.shape[1]:
        return
    n = problem.n_vertices
    groups = [field[:, first : first + n].max(axis=1) for first in range(0, 5 * n, n)]
    order = [groups[0], groups[1], field[:, 5 * n], groups[2], groups[3], field[:, 5 * n + 1], groups[4]]
    np.testing.assert_allclose(np.stack(order, axis=1), ours.constraints, rtol=1e-8, atol=1e-8)

    right, oracle = problem._differentiated(x, problem.constraint_field)[1:]
    np.testing.assert_allclose(field, right, rtol=1e-8, atol=1e-8)
    ordinary = slice(0, 24)  # elsewhere a place within rounding of another may be chosen, among hundreds
    weights = np.where(rng.random(field.shape) < 0.1, rng.random(field.shape), 0.0)
    found, expected = (f(np.ones(len(x)), weights)[ordinary] for f in (pullback, oracle))
    close = np.abs(found - expected) <= 1e-9 * np.abs(expected).max(axis=1, keepdims=True)
    assert close.mean() > 0.9  # training designs have straight sides, along which many places are alike
    assert close[12:].all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_design_that_is_not_finite_fails_and_leaves_the_others(bad: float) -> None:
    problem = HeatDispersion()
    x = problem.designs(3, np.random.default_rng(0))
    right = problem.evaluate(x)
    x[1, 5] = bad
    found, pullback = problem.linearise(x)
    assert np.isfinite(found.objective).tolist() == [True, False, True]
    assert np.isnan(found.constraints[1]).all()
    assert np.array_equal(found.constraints[[0, 2]], right.constraints[[0, 2]])
    assert np.isfinite(pullback(np.ones(3), np.ones((3, 7)))).all(axis=1).tolist() == [True, False, True]


def test_without_compiled_code_values_are_those_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = HeatDispersion()
    x = problem.designs(4, np.random.default_rng(0))
    compiled = problem.evaluate(x)
    monkeypatch.setattr(shapes, "_compiled", lambda: None)
    np.testing.assert_allclose(problem.evaluate(x).constraints, compiled.constraints, rtol=1e-12, atol=1e-12)
    assert problem.linearise(x)[1](np.ones(4), np.ones((4, 7))).shape == x.shape


def test_a_subclass_with_formulas_of_its_own_is_evaluated_by_them() -> None:
    class Doubled(HeatDispersion):
        def objective(self, x):  # type: ignore[no-untyped-def]
            return 2 * super().objective(x)

    x = HeatDispersion().designs(2, np.random.default_rng(0))
    np.testing.assert_allclose(Doubled().evaluate(x).objective, 2 * HeatDispersion().evaluate(x).objective)
