from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from problems import outlines
from problems.base import FEASIBILITY_TOLERANCE
from problems.isoperimetric import Isoperimetric
from problems.shapes import ShapeData


def sigma(problem: Isoperimetric, designs: np.ndarray) -> np.ndarray:
    return problem.display(problem.evaluate(designs).objective)


@pytest.mark.parametrize("family", outlines.CLASSES)
@pytest.mark.parametrize("n_vertices", [8, 64, 101])
def test_every_class_gives_simple_normalised_counter_clockwise_outlines(family: str, n_vertices: int) -> None:
    designs, labels = outlines.draw(20, np.random.default_rng(3), n_vertices, [family])
    problem = Isoperimetric(n_vertices)
    assert set(labels) == {family}
    assert designs.shape == (20, 2 * n_vertices)
    for design in designs:
        # at 8 vertices the teeth of a gear and the points of a star fall between them
        assert problem.verify(design).ok or (n_vertices == 8 and family in ("gear", "star"))
        points = design.reshape(-1, 2)
        following = np.roll(points, -1, axis=0)
        area = 0.5 * np.sum(points[:, 0] * following[:, 1] - points[:, 1] * following[:, 0])
        assert area == pytest.approx(1.0)


def test_classes_are_balanced_and_draws_pure() -> None:
    designs, labels = outlines.draw(90, np.random.default_rng(0), 16)
    again, _ = outlines.draw(90, np.random.default_rng(0), 16)
    assert np.array_equal(designs, again)
    assert sorted(np.unique(labels, return_counts=True)[1]) == [10] * 9


def test_resampling_keeps_arc_lengths_equal_and_closes_the_ring() -> None:
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    points = outlines.resample(square, 40)
    steps = np.linalg.norm(np.roll(points, -1, axis=0) - points, axis=1)
    assert np.allclose(steps, 0.1)


def test_withholding_drops_the_best_share_of_the_same_draw() -> None:
    rng = np.random.default_rng
    whole = Isoperimetric(32, ShapeData(n=200)).designs(200, rng(1))
    problem = Isoperimetric(32, ShapeData(n=100, withhold=0.5))
    kept = problem.designs(100, rng(1))
    assert kept.shape == (100, 64)
    assert sigma(problem, kept).min() >= np.median(sigma(problem, whole)) - 1e-12
    assert sigma(problem, problem.reference(200, rng(1))).min() < 1.002


def test_an_instance_turns_designs_but_changes_neither_values_nor_the_problem() -> None:
    problem = Isoperimetric(32)
    before = problem.designs(10, np.random.default_rng(0))
    instance = problem.instance(np.random.default_rng(7))
    turned = instance.designs(10, np.random.default_rng(0))
    assert np.array_equal(before, problem.designs(10, np.random.default_rng(0)))
    assert not np.allclose(turned, before)
    assert np.allclose(sigma(problem, turned), sigma(problem, before))


@pytest.mark.parametrize("suffix", [".npy", ".csv"])
def test_own_outlines_are_resampled_normalised_and_partly_kept_out_of_training(tmp_path: Path, suffix: str) -> None:
    rng = np.random.default_rng(0)
    table = 5 + 3 * outlines.draw(50, rng, 30)[0]
    table[::2] = table[::2].reshape(-1, 30, 2)[:, ::-1].reshape(-1, 60)  # every other one clockwise
    path = tmp_path / f"designs{suffix}"
    np.save(path, table.reshape(50, 30, 2)) if suffix == ".npy" else np.savetxt(path, table, delimiter=",")
    problem = Isoperimetric(20, ShapeData(source=str(path)))
    designs = problem.designs(2000, rng)
    assert designs.shape == (45, 40)
    assert all(problem.verify(x).ok for x in designs)
    assert np.isfinite(sigma(problem, problem.reference(500, rng))).all()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"classes": ("circle", "heart")}, "heart"),
        ({"classes": ()}, "circle"),
        ({"classes": ("star", "star")}, "different"),
        ({"withhold": 1.0}, "less than 1"),
        ({"withhold": -0.1}, "at least 0"),
        ({"n": 1}, "at least 2"),
        ({"source": "nowhere.npy"}, "no file"),
        ({"source": "designs.doc"}, "no file"),
    ],
)
def test_unusable_data_are_refused_in_words(settings: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ShapeData(**settings)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (np.zeros((5, 20)), "size"),
        (np.full((5, 20), np.nan), "fewer than three points"),
        (np.ones((5, 21)), "shape"),
        (np.ones((1, 20)), "at least 4 outlines"),
        (np.array([["a", "b"]]), "cannot be read"),
        (np.array([{"a": 1}], dtype=object), "cannot be read"),
    ],
)
def test_a_file_that_holds_no_outlines_is_refused_in_words(tmp_path: Path, table: np.ndarray, said: str) -> None:
    np.save(tmp_path / "designs.npy", table, allow_pickle=True)
    with pytest.raises(ValueError, match=said):
        Isoperimetric(20, ShapeData(source=str(tmp_path / "designs.npy")))


def test_a_file_that_changed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "designs.npy"
    np.save(path, outlines.draw(5, np.random.default_rng(0), 20)[0])
    data = ShapeData(source=str(path))
    np.save(path, outlines.draw(5, np.random.default_rng(1), 20)[0])
    with pytest.raises(ValueError, match="not the file"):
        ShapeData(source=str(path), digest=data.digest)


def test_targets_that_no_polygon_of_so_few_vertices_can_meet_are_not_declared() -> None:
    assert Isoperimetric(100).targets == (1.05, 1.01, 1.001)
    assert Isoperimetric(8).targets == (1.05,)


def test_the_problem_has_no_constraints() -> None:
    evaluation = Isoperimetric(16).evaluate(np.ones((3, 32)))
    assert evaluation.constraints.shape == (3, 0)
    assert FEASIBILITY_TOLERANCE > 0


@pytest.mark.parametrize("n_vertices", [8, 100, 333])
def test_the_regular_polygon_has_the_declared_optimum_and_passes_verification(n_vertices: int) -> None:
    problem = Isoperimetric(n_vertices)
    angle = 2 * np.pi * np.arange(n_vertices) / n_vertices
    design = np.stack([np.cos(angle), np.sin(angle)], axis=-1).ravel()
    evaluation = problem.evaluate(design[None])
    assert evaluation.feasible[0]
    assert evaluation.objective[0] == pytest.approx(problem.optimum, abs=1e-14)
    assert problem.verify(design).ok
    polygon = shapely.Polygon(design.reshape(-1, 2))
    expected = polygon.length / (2 * np.sqrt(np.pi * polygon.area))
    assert problem.display(evaluation.objective)[0] == pytest.approx(expected, rel=1e-12)
