"""Plates: known beams, the element, gradients, the volume, and what is stored of them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from problems.structure import best, siblings
from problems.structure.criteria import optimality_criteria
from problems.structure.density import cone, projected, projected_slope
from problems.structure.elements import freedoms, node, stiffness
from problems.structure.plate import Plate
from problems.structure.problem import CONDITIONS, Structure
from problems.structure.siblings import StructureData
from problems.structure.supports import SupportName, held, load
from problems.structure.verification import assembled, element, measured, nearest_density

FIELDS = StructureData(kind="fields", n=40)
SMALL = Structure(nx=16, ny=8, data=FIELDS)
RNG = np.random.default_rng(0)


def half_beam(nx: int, ny: int) -> float:
    plate = Plate(nx, ny, held("mbb", nx, ny), 1e-9, 0.04 * nx)
    forces, uniform = load("mbb", nx, ny, 0.0, -90.0), np.full(nx * ny, 0.5)
    weights = np.asarray(plate.filter.sum(axis=0))  # the published one holds the filtered volume
    return plate.compliance(optimality_criteria(plate, forces, uniform, 2000, 0.01, weights)[0], forces)[0]


def test_the_half_beam_is_as_stiff_as_published() -> None:
    assert half_beam(60, 20) == pytest.approx(233.71, abs=0.01)


@pytest.mark.skipif("FUZZ" not in os.environ, reason="takes long; FUZZ=1 has it run")
def test_so_is_the_one_of_a_fine_mesh() -> None:
    assert half_beam(150, 50) == pytest.approx(235.73, abs=0.01)


def test_the_element_is_its_own_integral_and_moves_rigidly_without_force() -> None:
    np.testing.assert_allclose(stiffness(), element(), atol=1e-15)
    x, y = np.array([0, 1, 1, 0]), np.array([0, 0, 1, 1])
    for motion in ([*zip(x * 0 + 1, y * 0, strict=True)], [*zip(-y, x, strict=True)]):
        np.testing.assert_allclose(stiffness() @ np.ravel(motion), 0, atol=1e-15)


@pytest.mark.parametrize(("nx", "ny"), [(6, 4), (4, 6)])
@pytest.mark.parametrize("stress", [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.3, -0.7, 0.5)])
def test_a_plate_in_even_stress_deforms_evenly(nx: int, ny: int, stress: tuple[float, float, float]) -> None:
    along, up, shear = stress
    i, j = np.indices((nx + 1, ny + 1))
    forces = np.zeros((nx + 1, ny + 1, 2))
    for end, sign in ((0, -1), (-1, 1)):  # half a cell's share at corners, which come twice
        forces[end] += sign * np.outer(np.where(j[0] % ny, 1.0, 0.5), (along, shear))
        forces[:, end] += sign * np.outer(np.where(i[:, 0] % nx, 1.0, 0.5), (shear, up))
    at = 2 * node(nx, ny, i, j)[..., None] + np.arange(2)
    load_ = np.zeros(at.size)
    load_[at] = forces
    plate = Plate(nx, ny, np.array([*at[0, 0], at[-1, 0, 1]]), 1e-3, 1.0)
    moved = plate.displacement(np.ones(nx * ny), load_)[at]
    strain = along - 0.3 * up, up - 0.3 * along, 2 * 1.3 * shear
    np.testing.assert_allclose(moved[..., 0], strain[0] * i + strain[2] * j, atol=1e-12)
    np.testing.assert_allclose(moved[..., 1], strain[1] * j, atol=1e-12)


def test_a_slender_cantilever_bends_as_timoshenko_says_with_an_error_of_second_order() -> None:
    errors = []
    for height in (4, 8, 16):
        length = 10 * height
        plate = Plate(length, height, held("cantilever", length, height), 1e-3, 1.0)
        forces = load("cantilever", length, height, 0.5, -90.0)
        moved = plate.displacement(np.ones(length * height), forces).reshape(length + 1, height + 1, 2)
        share = 0.9  # away from the point of the load
        shear = 2 * (1 + 0.3) * 1.2 * 10 * share
        bent = 4 * 10**3 * (3 * share**2 - share**3) / 2 + shear
        errors.append(-moved[9 * height, height // 2, 1] / bent - 1)
    order = np.log2((errors[1] - errors[0]) / (errors[2] - errors[1]))
    assert 1.8 < order < 2.2
    assert abs(errors[2]) < 0.005
    assert errors[2] + (errors[2] - errors[1]) / (2**order - 1) == pytest.approx(0, abs=0.0025)  # of a fine mesh


@pytest.mark.parametrize("support", ["cantilever", "bridge", "mbb"])
def test_it_agrees_with_a_dense_solution_of_an_assembly_from_gauss_points(support: str) -> None:
    problem = Structure(nx=10, ny=6, support=support, place=0.3, angle=70.0, data=FIELDS)  # type: ignore[arg-type]
    density = problem.reference(1, np.random.default_rng(1))[0]
    modulus, _ = problem.plate.modulus(density)
    matrix = assembled(modulus, 10, 6).toarray()
    free = np.setdiff1d(np.arange(len(matrix)), held(support, 10, 6))  # type: ignore[arg-type]
    inner = matrix[np.ix_(free, free)]
    np.testing.assert_allclose(inner, inner.T, atol=1e-12)
    assert np.linalg.eigvalsh(inner).min() > 0
    moved = np.zeros(len(matrix))
    moved[free] = np.linalg.solve(inner, problem.forces[free])
    compliance, _ = problem.plate.compliance(density, problem.forces)
    assert compliance == pytest.approx(problem.forces @ moved, rel=1e-10)
    np.testing.assert_allclose((matrix @ moved).reshape(-1, 2).sum(axis=0), 0, atol=1e-9)  # reactions and load balance
    assert problem.verify(density).value == pytest.approx(problem.display(problem.evaluate(density[None]).objective)[0])


@pytest.mark.parametrize(("nx", "ny", "support"), [(16, 8, "cantilever"), (8, 16, "bridge"), (20, 10, "mbb")])
def test_it_agrees_with_scikit_fem(nx: int, ny: int, support: SupportName) -> None:
    pytest.importorskip("skfem")
    problem = Structure(nx, ny, support=support, place=0.3, angle=70.0, data=FIELDS)
    rough = 0.4 + 0.1 * np.random.default_rng(9).normal(size=(3, problem.dim))
    for x in (*rough, problem.known_design):
        value, error = problem.remeasure(x)
        own = problem.display(problem.evaluate(x[None]).objective)[0]
        assert value == pytest.approx(own, rel=1e-10)
        assert 0 < error < 1e-6


def test_scikit_fem_agrees_on_densities_that_were_optimised() -> None:
    pytest.importorskip("skfem")
    problem = Structure().instance(np.random.default_rng(8))
    for x in problem.designs(4, np.random.default_rng(9)):
        own = problem.display(problem.evaluate(x[None]).objective)[0]
        assert problem.remeasure(x)[0] == pytest.approx(own, rel=1e-10)


def test_gradients_are_those_of_finite_differences() -> None:
    points = SMALL.reference(3, np.random.default_rng(2)) + 0.3 * np.random.default_rng(3).normal(size=(3, SMALL.dim))
    leaf = torch.tensor(points, requires_grad=True)
    SMALL.objective(leaf).sum().backward()
    assert leaf.grad is not None
    for row, slope in zip(points, leaf.grad.numpy(), strict=True):
        direction = np.random.default_rng(4).normal(size=SMALL.dim)
        up, down = (SMALL.evaluate((row + sign * 1e-6 * direction)[None]).objective[0] for sign in (1, -1))
        assert (up - down) / 2e-6 == pytest.approx(slope @ direction, rel=1e-6, abs=1e-6 * float(np.linalg.norm(slope)))
        assert slope.sum() == pytest.approx(0, abs=1e-10)


@given(st.integers(0, 10**6), st.floats(0.05, 0.95), st.sampled_from([1e-3, 1.0, 1e3]))
def test_projection_is_the_nearest_density_of_its_volume(seed: int, volume: float, size: float) -> None:
    x = size * np.random.default_rng(seed).normal(size=50)
    density = projected(x, volume)
    assert density.mean() == pytest.approx(volume, abs=1e-12)
    assert density.min() >= 0
    assert density.max() <= 1
    np.testing.assert_allclose(density, nearest_density(x, volume), atol=1e-9 * max(1.0, size))
    np.testing.assert_allclose(projected(density, volume), density, atol=1e-12)
    np.testing.assert_allclose(projected(x + 3.0, volume), density, atol=1e-9 * max(1.0, size))


def test_the_slope_of_the_projection_is_zero_where_a_cell_is_full_or_empty() -> None:
    slope = projected_slope(np.array([1.0, 2.0, 4.0, 9.0]), np.array([0.0, 0.3, 0.6, 1.0]))
    np.testing.assert_allclose(slope, [0, -1, 1, 0])


def test_the_filter_keeps_even_densities_and_a_radius_of_one_changes_nothing() -> None:
    np.testing.assert_allclose(cone(7, 5, 2.4) @ np.ones(35), 1)
    np.testing.assert_allclose(cone(7, 5, 1.0).toarray(), np.eye(35))


def test_the_band_is_as_narrow_as_the_shorter_side_allows() -> None:
    for shape in ((12, 4), (4, 12)):
        assert np.ptp(freedoms(*shape), axis=1).max() == 2 * (4 + 1) + 3


def test_opposite_loads_are_the_same_task() -> None:
    task = np.array([0.3, 170.0])
    x = SMALL.reference(1, np.random.default_rng(5))[0]
    plates = [SMALL.at(task), SMALL.at(task + np.array([0.0, 180.0]))]
    one, other = (each.plate.compliance(x, each.forces)[0] for each in plates)
    assert one == pytest.approx(other)
    assert CONDITIONS.distance(np.array([[0.3, 10.0]]), task)[0] == pytest.approx(np.radians(20) / 0.5)
    told = [CONDITIONS.features(each.task[None]) for each in plates]
    np.testing.assert_allclose(told[0], told[1], atol=1e-12)


def test_no_training_design_is_of_a_load_near_the_replicates_own() -> None:
    for nearest in (0.0, 1.0, 2.0):
        problem = Structure(data=StructureData(n=2000, nearest=nearest)).instance(np.random.default_rng(6))
        tasks, designs = (draw(2000, np.random.default_rng(7)) for draw in (problem.tasks, problem.designs))
        assert tasks is not None
        assert designs is not None
        assert len(tasks) == len(designs) <= siblings.TASKS
        assert CONDITIONS.distance(tasks, problem.task).min() >= nearest
        made = problem.at(tasks[0])
        better = made.plate.compliance(projected(designs[0], made.volume), made.forces)[0]
        uniform = made.plate.compliance(np.full(made.dim, made.volume), made.forces)[0]
        assert better < 0.5 * uniform
    assert problem.data_facts is not None
    assert problem.data_facts.price(10) == 10 * siblings.STEPS


def test_replicates_have_loads_of_their_own_unless_one_is_given() -> None:
    drawn = [tuple(SMALL.instance(np.random.default_rng(seed)).task) for seed in range(20)]
    assert len(set(drawn)) > 15
    given = Structure(nx=16, ny=8, place=0.2, angle=30.0, data=FIELDS).instance(np.random.default_rng(0))
    assert given.task.tolist() == [0.2, 30.0]


@pytest.mark.parametrize("name", sorted(best.table())[::6])
def test_every_best_design_on_record_is_verified_and_better_than_a_run_of_optimality_criteria(name: str) -> None:
    own = best.of_key(name)
    assert own is not None
    assert best.key(own) == name
    assert own.verify(own.known_design).value == pytest.approx(1)
    known, _ = own.plate.compliance(own.known_design, own.forces)
    assert known == pytest.approx(best.table()[name]["value"], rel=1e-9)
    plain, _ = optimality_criteria(own.plate, own.forces, np.full(own.dim, own.volume), 40)
    assert own.evaluate(plain[None]).objective[0] > -1e-9


def test_opposite_loads_share_a_record() -> None:
    assert best.key(SMALL.at(np.array([0.3, 200.0]))) == best.key(SMALL.at(np.array([0.3, 20.0])))


def test_a_better_design_takes_the_place_of_the_one_on_record_and_no_other_does(tmp_path: Path) -> None:
    path = tmp_path / "table.toml"
    worse, better = SMALL.reference(1, np.random.default_rng(4))[0], SMALL.known_design
    for x, kept in ((worse, 1), (better, 1), (worse, 0), (better, 0)):
        lines = SMALL.best_known_entry(x, 'by "hand"') + '"N=100 r=0.135" = { value = 1.0 }\n'
        assert len(best.keep(lines, path)) == kept
    ((name, row),) = best.table(path).items()
    assert name == best.key(SMALL)
    assert row["found"] == 'by "hand"'
    np.testing.assert_allclose(projected(best.unpacked(row["density"]), SMALL.volume), better, atol=1e-4)
    least, _ = SMALL.plate.compliance(better, SMALL.forces)
    assert row["value"] == pytest.approx(least, rel=1e-6)
    with pytest.raises(ValueError, match="the compliance is"):
        best.keep(SMALL.best_known_entry(better, "").replace("value = ", "value = 1"), path)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"nx": 4, "ny": 3}, "radius: 1.6 must be positive and at most half the shorter side of 4 × 3 cells"),
        ({"nx": 300}, "300 × 20 cells must be at most 200 × 100"),
        ({"volume": 1.0}, "volume: 1.0 must be between 0 and 1"),
        ({"e_min": 0.0}, "e_min: 0.0 must be between 0 and 1"),
        ({"place": 1.5}, "place: 1.5 must be at least 0 and at most 1"),
        ({"volume": 0.0}, "volume: 0.0 must be between 0 and 1"),
        ({"volume": float("nan")}, "volume: nan must be between 0 and 1"),
        ({"nx": 40, "ny": 20, "radius": 11.0}, "radius: 11.0 must be positive and at most half the shorter side"),
        ({"radius": 0.0}, "radius: 0.0 must be positive"),
        ({"angle": float("inf")}, "angle: inf must be finite"),
        ({"support": "mbb", "place": 0.0, "angle": 0.0}, "is on a support of 'mbb'"),
        ({"volume": 0.3}, "no siblings are stored for cantilever 60x20 v=0.3"),
        ({"data": {"nearest": -1.0}}, "data.nearest: -1.0 must be at least 0"),
    ],
)
def test_bad_settings_are_refused_in_a_line(settings: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        if isinstance(data := settings.get("data"), dict):
            settings = {"data": StructureData(**data)}
        Structure(**settings)  # type: ignore[arg-type]
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_hostile_designs_are_failed_evaluations_and_no_more() -> None:
    whole = SMALL.reference(1, RNG)[0]
    hostile = np.array([np.full(SMALL.dim, np.nan), np.full(SMALL.dim, 1e308) * np.sign(whole - 0.4), whole])
    hostile[1, 0] = -np.inf
    values = SMALL.evaluate(hostile).objective
    assert np.isnan(values[:2]).all()
    assert np.isfinite(values[2])
    assert not SMALL.verify(hostile[0]).ok


def test_a_system_that_cannot_be_solved_is_a_failed_evaluation() -> None:
    loose = Structure(nx=16, ny=8, data=FIELDS)
    loose.plate = Plate(16, 8, np.array([0]), 1e-3, 1.6)  # it may turn, and slide
    density = np.full(loose.dim, loose.volume)
    compliance, slope = loose.plate.compliance(density, loose.forces)
    value, gradient = loose.log_compliance(density)
    assert np.isnan(value) or compliance > 1e9  # rounding may leave the matrix barely definite
    assert slope.shape == gradient.shape == (loose.dim,)
    with np.errstate(all="ignore"):
        assert np.isnan(loose.plate.displacement(np.zeros(loose.dim), loose.forces)).all()
    moved, reasons = measured(density, (16, 8), np.array([], dtype=int), loose.forces, 0.4, (1e-3, 1.6))
    assert reasons or not np.isfinite(moved)
