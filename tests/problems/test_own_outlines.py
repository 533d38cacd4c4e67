"""Outlines of the user's own: equal shapes are equal designs wherever they lie, and what cannot be used is told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems import outline_files, outlines
from problems.isoperimetric import Isoperimetric
from problems.shapes import ShapeData

RECTANGLE = np.array(
    [[491161.55, 5551832.62], [491160.31, 5551829.89], [491158.13, 5551830.88], [491159.37, 5551833.61]]
)
STAR = outlines.star(np.random.default_rng(0))
BOW = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]])


def designs(points: list[np.ndarray], n_vertices: int = 24) -> np.ndarray:
    found = [outline_files._as_design(each, n_vertices, None) for each in outline_files._outlines(points)]
    return np.array(found)


@given(st.floats(-1e7, 1e7), st.floats(-1e7, 1e7), st.sampled_from([1e-9, 1e-3, 1.0, 1e6]))
def test_a_copy_moved_by_many_of_its_sizes_in_any_unit_is_the_same_design(x: float, y: float, unit: float) -> None:
    here, there = designs([STAR, unit * (STAR + np.array([x, y]))])
    assert np.abs(here - there).max() < 1e-8


def test_rectangles_at_map_coordinates_are_one_design() -> None:
    copies = [RECTANGLE + np.random.default_rng(i).uniform(0, 500, 2) for i in range(20)]
    found = designs([np.array(copies)])
    assert np.abs(found - found[0]).max() < 1e-9


@pytest.mark.parametrize(
    "points",
    [
        np.concatenate([STAR, STAR[:1]]),
        np.concatenate([STAR, STAR[:1] + 1e-17]),
        np.repeat(STAR, 2, axis=0),
        np.concatenate([STAR[:4], STAR[3:4], STAR[4:]]),
    ],
    ids=["closed", "nearly closed", "twice", "one twice"],
)
def test_points_that_repeat_change_nothing(points: np.ndarray) -> None:
    found = designs([STAR, points])
    assert np.abs(found[0] - found[1]).max() < 1e-12


def test_outlines_of_different_lengths_and_padding_are_read(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    some = [outlines.resample(outlines.ellipse(rng), n) for n in (30, 41, 60, 119)]
    expected = designs(some)
    for filler in (np.nan, 0.0):
        padded = np.full((4, 121, 2), filler)
        for row, points in zip(padded, some, strict=True):
            row[: len(points)] = points
        assert np.allclose(designs([padded]), expected, atol=1e-12)
    np.savez(tmp_path / "own.npz", *some)
    (tmp_path / "own.json").write_text(json.dumps([points.tolist() for points in some]))
    rings = [{"type": "Polygon", "coordinates": [[*points.tolist(), points[0].tolist()]]} for points in some]
    features = [{"type": "Feature", "properties": {}, "geometry": ring} for ring in rings]
    (tmp_path / "own.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    for name in ("own.npz", "own.json", "own.geojson"):
        assert np.allclose(outline_files.read(str(tmp_path / name), name, 24).designs, expected, atol=1e-12), name


def test_coordinates_by_axis_are_told_from_pairs_by_what_crosses_itself() -> None:
    table = outlines.draw(9, np.random.default_rng(0), 20)[0]
    by_axis = table.reshape(9, 20, 2).swapaxes(1, 2).reshape(9, 40)
    assert np.allclose(designs([by_axis]), designs([table]))


def test_outlines_that_cross_themselves_are_left_out_which_is_on_record(tmp_path: Path) -> None:
    spiked = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])  # repaired
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    np.savez(tmp_path / "own.npz", STAR, BOW, square, spiked, BOW, RECTANGLE)
    problem = Isoperimetric(24, ShapeData(source=str(tmp_path / "own.npz")))
    assert problem.data_facts is not None
    assert problem.data_facts.left_out == "2 of 6 outlines are left out: 2 × it crosses itself (the first: row 1)"
    assert all(problem.verify(x).ok for x in problem.reference(9, np.random.default_rng(0)))
    assert np.abs(np.subtract(*designs([square, spiked]))).max() < 1e-9
    np.save(tmp_path / "own.npy", np.array([BOW] * 9))
    with pytest.raises(ValueError, match=r"9 of 9 outlines are left out: 9 × it crosses itself \(the first: row 0\)"):
        Isoperimetric(24, ShapeData(source=str(tmp_path / "own.npy")))
