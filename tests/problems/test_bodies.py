"""Bodies: the sphere's meshes, surface and volume, the roundest body, families, and what is verified."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st

from problems.bodies import families, measures, sphere
from problems.bodies.crossing import crossings, is_star_shaped
from problems.bodies.isoperimetric import Isoperimetric3D
from problems.bodies.problem import BodyData
from problems.bodies.rays import along_normals
from problems.bodies.verification import measured

PROBLEM = Isoperimetric3D(2)
DESIGNS = PROBLEM.designs(20, np.random.default_rng(0))


def sigma(x: np.ndarray, problem: Isoperimetric3D = PROBLEM) -> np.ndarray:
    return problem.display(problem.evaluate(np.atleast_2d(x)).objective)


# --- the sphere


@pytest.mark.parametrize("subdivisions", [1, 2, 3, 4])
def test_the_sphere_is_closed_and_as_large_as_is_said(subdivisions: int) -> None:
    points, faces = sphere.icosphere(subdivisions)
    mesh = trimesh.Trimesh(points, faces, process=False)
    assert len(points) == sphere.n_vertices(subdivisions)
    assert mesh.is_volume
    assert mesh.euler_number == 2
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1)
    edges = mesh.edges_unique_length
    assert edges.max() / edges.min() < 1.2


def test_a_finer_sphere_begins_with_the_vertices_of_the_coarser_one() -> None:
    np.testing.assert_array_equal(sphere.icosphere(3)[0][:162], sphere.icosphere(2)[0])


# --- surface, volume, quotient


def test_surface_and_volume_are_those_of_trimesh() -> None:
    for x in DESIGNS:
        mesh = trimesh.Trimesh(x.reshape(-1, 3), PROBLEM.faces, process=False)
        expected = mesh.area / np.cbrt(36 * np.pi * mesh.volume**2)
        np.testing.assert_allclose(sigma(x), expected, rtol=1e-12)


def test_a_ball_is_approached_with_the_square_of_the_edges() -> None:
    gaps = []
    for subdivisions in (1, 2, 3, 4):
        problem = Isoperimetric3D(subdivisions)
        gaps.append(sigma(sphere.icosphere(subdivisions)[0].ravel(), problem)[0] - 1)
    np.testing.assert_allclose(np.divide(gaps[:-1], gaps[1:]), 4, rtol=0.1)


def test_the_gradient_is_that_of_finite_differences() -> None:
    rng = np.random.default_rng(1)
    x = DESIGNS + 0.05 * rng.normal(size=DESIGNS.shape)
    weights = rng.normal(size=len(x))
    gradient = PROBLEM.linearise(x)[1](weights, np.zeros((len(x), 0)))
    for _ in range(3):
        step = 1e-6 * rng.normal(size=x.shape)
        change = PROBLEM.evaluate(x + step).objective - PROBLEM.evaluate(x - step).objective
        np.testing.assert_allclose((gradient * step).sum(axis=1), weights * change / 2, rtol=1e-5, atol=1e-13)


@pytest.mark.parametrize("scale", [1e-150, 1e-6, 1e6, 1e150])
def test_size_place_and_turn_do_not_matter(scale: float) -> None:
    turn = families.rotation(np.array([1.0, 2.0, -1.0]), 0.7)
    moved = (DESIGNS.reshape(-1, PROBLEM.dim // 3, 3) @ turn + 3.0) * scale
    np.testing.assert_allclose(sigma(moved.reshape(DESIGNS.shape)), sigma(DESIGNS), rtol=1e-12)


def test_inside_out_is_worse_than_flat_and_flat_worse_than_any_body() -> None:
    inside_out, flat = -DESIGNS, (DESIGNS.reshape(-1, 3) * [1, 1, 0]).reshape(DESIGNS.shape)
    values = [PROBLEM.evaluate(x).objective for x in (DESIGNS, flat, inside_out)]
    assert values[0].max() < 1 - 1e-9
    np.testing.assert_allclose(values[1], 1, atol=1e-12)
    np.testing.assert_allclose(values[2], 2 - values[0])


@pytest.mark.parametrize("x", [np.zeros(PROBLEM.dim), np.full(PROBLEM.dim, 7.0), np.arange(PROBLEM.dim) % 3 * 1.0])
def test_what_has_no_extent_has_a_value_and_a_gradient(x: np.ndarray) -> None:
    evaluation, pullback = PROBLEM.linearise(x[None])
    assert evaluation.objective == 1.0
    assert np.isfinite(pullback(np.ones(1), np.zeros((1, 0)))).all()
    assert not PROBLEM.verify(x).ok


def test_a_vertex_that_is_not_finite_is_a_failed_evaluation_of_its_own_design_alone() -> None:
    spoilt = DESIGNS[:3].copy()
    spoilt[1, 5] = np.inf
    values = PROBLEM.evaluate(spoilt).objective
    np.testing.assert_array_equal(np.isfinite(values), [True, False, True])


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 3.0))
def test_no_mesh_however_torn_is_rounder_than_the_ball(seed: int, noise: float) -> None:
    rng = np.random.default_rng(seed)
    x = DESIGNS[seed % len(DESIGNS)] + noise * rng.normal(size=PROBLEM.dim)
    assert 0 < PROBLEM.evaluate(x[None]).objective[0] <= 2


@pytest.mark.parametrize("subdivisions", [1, 2, 3, 4])
def test_the_roundest_body_on_record_beats_the_sphere_and_is_stationary(subdivisions: int) -> None:
    problem = Isoperimetric3D(subdivisions)
    assert problem.known_design is not None
    best, pullback = problem.linearise(problem.known_design[None])
    assert best.objective[0] == problem.best_known
    assert 0 < best.objective[0] < problem.evaluate(sphere.icosphere(subdivisions)[0].reshape(1, -1)).objective[0]
    assert np.abs(pullback(np.ones(1), np.zeros((1, 0)))).max() < 1e-6
    assert problem.verify(problem.known_design).ok


# --- families


@pytest.mark.parametrize("name", families.CLASSES)
def test_every_family_is_of_unit_volume_centred_and_solid(name: str) -> None:
    problem = Isoperimetric3D(2, BodyData(classes=(name,), n=10))
    designs = problem.designs(10, np.random.default_rng(2))
    assert set(problem.labels(10, np.random.default_rng(2))) == {name}
    for x in designs:
        mesh = trimesh.Trimesh(x.reshape(-1, 3), problem.faces, process=False)
        assert mesh.volume == pytest.approx(1)
        np.testing.assert_allclose(mesh.center_mass, 0, atol=1e-9)
        assert problem.verify(x).value == pytest.approx(sigma(x)[0], rel=1e-12)
    assert np.ptp(sigma(designs)) > 1e-3


def test_withholding_the_best_leaves_the_worse() -> None:
    everything, worse = (Isoperimetric3D(2, BodyData(n=40, withhold=w)) for w in (0.0, 0.5))
    drawn = [sigma(p.designs(40, np.random.default_rng(3))) for p in (everything, worse)]
    assert drawn[1].min() > np.quantile(drawn[0], 0.3)


def test_bodies_of_ones_own_are_taken_and_others_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.npy"
    np.save(path, DESIGNS)
    own = Isoperimetric3D(2, BodyData(source=str(path)))
    assert len(own.designs(100, np.random.default_rng(0))) == 18
    with pytest.raises(ValueError, match=r"holds an array of \(20, 486\); it must be \(n, 1926\)"):
        Isoperimetric3D(3, BodyData(source=str(path)))


@pytest.mark.parametrize("subdivisions", [0, 9])
def test_other_subdivisions_are_refused(subdivisions: int) -> None:
    with pytest.raises(ValueError, match=f"subdivisions: {subdivisions} must be at least 1 and at most 8"):
        Isoperimetric3D(subdivisions)


# --- verification


def pushed(vertex: int, to: float) -> np.ndarray:
    """The sphere with one vertex moved along its radius."""
    points = sphere.icosphere(2)[0].copy()
    points[vertex] *= to
    return points


def test_a_vertex_that_is_pulled_through_the_other_side_crosses_it() -> None:
    assert crossings(pushed(20, -0.5), PROBLEM.faces, 9) == 0
    assert crossings(pushed(20, -1.5), PROBLEM.faces, 9) > 0
    assert PROBLEM.verify(pushed(20, -0.5).ravel()).ok
    assert "goes through itself" in PROBLEM.verify(pushed(20, -1.5).ravel()).reasons[0]
    assert not is_star_shaped(pushed(20, -0.5), PROBLEM.faces, np.zeros(3))


def test_crossings_are_those_of_all_pairs() -> None:
    rng = np.random.default_rng(4)
    points = sphere.icosphere(1)[0] + 0.35 * rng.normal(size=(42, 3))
    faces = sphere.icosphere(1)[1]

    def side(*corners: int) -> float:
        a, b, c, d = points[list(corners)]
        return float(np.linalg.det([b - a, c - a, d - a]))

    def pierces(one: np.ndarray, other: np.ndarray) -> bool:
        a, b, c = other
        for p, q in zip(one, np.roll(one, -1), strict=True):
            if {p, q} & {a, b, c} or side(a, b, c, p) * side(a, b, c, q) >= 0:
                continue
            if len({side(p, q, *pair) > 0 for pair in ((a, b), (b, c), (c, a))}) == 1:
                return True
        return False

    expected = sum(pierces(f, g) or pierces(g, f) for i, f in enumerate(faces) for g in faces[:i])
    assert crossings(points, faces, expected + 1) == expected > 10
    assert crossings(points, faces, 10) == 10


def test_crossings_do_not_depend_on_the_order_of_faces() -> None:
    rng = np.random.default_rng(5)
    points = sphere.icosphere(2)[0] + 0.2 * rng.normal(size=(162, 3))
    shuffled = rng.permutation(PROBLEM.faces)
    all_of_them = len(shuffled) ** 2
    found = crossings(points, PROBLEM.faces, all_of_them)
    assert crossings(points, np.roll(shuffled, 1, axis=1), all_of_them) == found > 10


def test_area_volume_and_centre_of_verification_are_those_of_trimesh() -> None:
    for x in DESIGNS:
        mesh = trimesh.Trimesh(x.reshape(-1, 3), PROBLEM.faces, process=False)
        area, volume, centre = measured(mesh.vertices, mesh.faces)
        np.testing.assert_allclose([area, volume], [mesh.area, mesh.volume], rtol=1e-12)
        np.testing.assert_allclose(centre, mesh.center_mass, atol=1e-12)


def test_rays_measure_a_ball_and_count_how_often_the_surface_winds() -> None:
    points, faces = sphere.icosphere(3)
    every = np.arange(len(faces))
    inward, outward, winding = along_normals(points, faces, every, 1e-3)
    np.testing.assert_allclose(inward, 2, atol=0.02)
    assert np.isinf(outward).all()
    assert (winding == 0).all()
    _, _, winding = along_normals(-points, faces, every, 1e-3)  # inside out: what is beyond a face is within
    assert (winding == -1).all()


def test_measures_of_many_meshes_are_those_of_each() -> None:
    points = DESIGNS.reshape(len(DESIGNS), -1, 3)
    together = measures.measures(points, PROBLEM.faces)
    alone = [measures.measures(p[None], PROBLEM.faces) for p in points]
    np.testing.assert_array_equal(together, np.concatenate(alone, axis=1))
