from __future__ import annotations

import numpy as np
import pytest
import shapely
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from problems.geometry import isoperimetric_quotient, perimeter, regular_quotient, signed_area, vertices

coordinates = st.floats(-1e3, 1e3, allow_subnormal=False)
closed_lists = st.integers(3, 40).flatmap(lambda n: arrays(float, (1, 2 * n), elements=coordinates))


def star_shaped(n: int, seed: int) -> np.ndarray:
    """A simple counter-clockwise polygon."""
    rng = np.random.default_rng(seed)
    angle = 2 * np.pi * (np.arange(n) + rng.uniform(0, 0.9, n)) / n
    radius = rng.uniform(0.2, 2.0, n)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1).reshape(1, -1)


def quotient(x: np.ndarray) -> float:
    return float(isoperimetric_quotient(vertices(torch.as_tensor(x)))[0])


@given(st.integers(3, 200), st.integers(0, 2**32))
def test_perimeter_area_and_sigma_are_shapelys(n: int, seed: int) -> None:
    x = star_shaped(n, seed)
    polygon = shapely.Polygon(x.reshape(-1, 2))
    points = vertices(torch.as_tensor(x))
    assert perimeter(points).item() == pytest.approx(polygon.length, rel=1e-12)
    if polygon.is_valid:
        sign = 1 if polygon.exterior.is_ccw else -1
        assert signed_area(points).item() == pytest.approx(sign * polygon.area, rel=1e-9, abs=1e-12)
        sigma = polygon.length / (2 * np.sqrt(np.pi * polygon.area))
        assert quotient(x) == pytest.approx(sign * sigma**-2, rel=1e-9)


@given(closed_lists)
def test_no_closed_list_of_vertices_beats_the_isoperimetric_inequality(x: np.ndarray) -> None:
    n = x.shape[1] // 2
    assert abs(quotient(x)) <= regular_quotient(n) + 1e-12


@pytest.mark.parametrize("n", [3, 4, 5, 17, 100, 400])
def test_the_regular_polygon_attains_the_declared_optimum_and_is_stationary(n: int) -> None:
    angle = 2 * np.pi * np.arange(n) / n
    x = torch.tensor(np.stack([np.cos(angle), np.sin(angle)], axis=-1).reshape(1, -1), requires_grad=True)
    value = isoperimetric_quotient(vertices(x))
    assert value.item() == pytest.approx(regular_quotient(n), rel=1e-13)
    assert torch.autograd.grad(value.sum(), x)[0].abs().max() < 1e-12


@given(st.integers(3, 40), st.integers(0, 2**32), st.sampled_from([1e-150, 1e-6, 1.0, 1e6, 1e150]))
def test_quotient_is_blind_to_position_rotation_scale_and_first_vertex(n: int, seed: int, scale: float) -> None:
    x = star_shaped(n, seed)
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]])
    moved = scale * (np.roll(x.reshape(-1, 2), seed % n, axis=0) @ turn + [3.0, -2.0])
    assert quotient(moved.reshape(1, -1)) == pytest.approx(quotient(x), rel=1e-9, abs=1e-11)


@given(st.integers(3, 40), st.integers(0, 2**32), st.sampled_from([1e-6, 1.0, 1e6]))
def test_gradient_is_that_of_finite_differences(n: int, seed: int, scale: float) -> None:
    x = scale * star_shaped(n, seed)
    leaf = torch.tensor(x, requires_grad=True)
    (gradient,) = torch.autograd.grad(isoperimetric_quotient(vertices(leaf)).sum(), leaf)
    direction = np.random.default_rng(seed).normal(size=x.shape)
    step = 1e-6 * scale
    difference = (quotient(x + step * direction) - quotient(x - step * direction)) / 2e-6
    assert float((gradient.numpy() * direction).sum()) * scale == pytest.approx(difference, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("x", [np.zeros((1, 16)), np.ones((1, 16)), np.tile([0.0, 0.0, 1.0, 0.0], 4)[None]])
def test_an_outline_without_area_or_extent_has_quotient_zero_and_a_finite_gradient(x: np.ndarray) -> None:
    leaf = torch.tensor(x, requires_grad=True)
    value = isoperimetric_quotient(vertices(leaf))
    assert value.item() == 0
    assert torch.autograd.grad(value.sum(), leaf)[0].isfinite().all()


def test_a_clockwise_outline_has_the_opposite_quotient() -> None:
    x = star_shaped(20, 1)
    assert quotient(x.reshape(-1, 2)[::-1].reshape(1, -1)) == pytest.approx(-quotient(x))
