from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from problems import outlines
from problems.alignment import aligned, procrustes_mean, shuffled
from problems.heat_dispersion import HeatDispersion
from problems.isoperimetric import Isoperimetric
from problems.shapes import Alignment, RoundedShapeData, ShapeData, ShapeProblem

RNG = np.random.default_rng(0)
SHAPES = outlines.draw(40, RNG, 30)[0].reshape(40, 30, 2)


def problem(kind: type[ShapeProblem], alignment: Alignment) -> ShapeProblem:
    data = RoundedShapeData if kind is HeatDispersion else ShapeData
    return kind(100, data=data(alignment=alignment))


def test_a_rotation_and_a_shift_of_the_vertices_are_undone() -> None:
    blobs = outlines.draw(20, RNG, 30, ["blob"])[0].reshape(20, 30, 2)
    template = blobs[0]
    assert np.allclose(aligned(shuffled(blobs, RNG), template), aligned(blobs, template))


def test_aligned_outlines_are_as_near_to_the_template_as_a_rotation_and_a_shift_can_bring_them() -> None:
    template = SHAPES[0]
    best = np.linalg.norm(aligned(SHAPES, template) - template, axis=(1, 2))
    for _ in range(20):
        tried = np.linalg.norm(shuffled(SHAPES, RNG) - template, axis=(1, 2))
        assert np.all(best <= tried + 1e-12)


def test_the_procrustes_mean_is_the_mean_of_what_is_aligned_with_it() -> None:
    mean = procrustes_mean(SHAPES)
    assert np.allclose(aligned(SHAPES, mean).mean(axis=0), mean, atol=1e-6)


def test_distances_between_vertices_stay() -> None:
    for changed in (aligned(SHAPES, SHAPES[3]), shuffled(SHAPES, RNG)):
        edges, before = (np.linalg.norm(x - np.roll(x, 1, axis=1), axis=2) for x in (changed, SHAPES))
        assert np.allclose(np.sort(edges), np.sort(before))


@pytest.mark.parametrize("kind", [Isoperimetric, HeatDispersion])
def test_alignment_changes_no_value_and_orders_how_much_designs_differ(kind: type[ShapeProblem]) -> None:
    problems = {name: problem(kind, name) for name in get_args(Alignment)}
    drawn = {name: problem.designs(300, np.random.default_rng(0)) for name, problem in problems.items()}
    values = [problems[name].evaluate(x).objective for name, x in drawn.items()]
    assert np.allclose(values[0], values[1])
    assert np.allclose(values[0], values[2])
    spread = {name: x.var(axis=0).mean() for name, x in drawn.items()}
    assert spread["canonical"] < 0.9 * spread["drawn"] < 0.1 * spread["shuffled"]


def test_a_start_is_aligned_like_the_designs() -> None:
    instance = Isoperimetric(40, ShapeData(("star",), alignment="canonical")).instance(np.random.default_rng(3))
    designs, starts = instance.designs(50, RNG), instance.reference(50, RNG)
    mean = designs.mean(axis=0)
    shift = np.roll(starts.reshape(-1, 40, 2), 7, axis=1).reshape(-1, 80)
    assert np.linalg.norm(starts - mean, axis=1).mean() < 0.5 * np.linalg.norm(shift - mean, axis=1).mean()


def test_an_unknown_alignment_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="'best' must be one of drawn, canonical, shuffled"):
        ShapeData(alignment="best")  # type: ignore[arg-type]
