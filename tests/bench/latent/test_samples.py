"""Samples and their files: what is counted is what is there, and what is written reads back."""

from __future__ import annotations

import json
from copy import copy
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread
from shapely import Polygon
from shapely.geometry import shape

from bench.analysis import plots
from bench.errors import BadInput
from bench.experiments.registry import resolve
from bench.latent import design_files, interpolation, samples
from bench.latent.subject import Subject, fitted
from problems.layouts import Grid, Mesh, Outline

SQUARE = np.array([0.0, 0.0, 2.0, 0.0, 2.0, 1.0, 0.0, 1.0])
OUTLINE = Outline(4)
TETRAHEDRON = Mesh(np.eye(4)[:, 1:], [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
CROSSED = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0])


@pytest.fixture(scope="module")
def subject() -> Subject:
    problem = resolve("problems", "heat-dispersion", {"n_vertices": 60, "reference": 64, "data": {"n": 50}})
    return fitted(resolve("encoders", "pca", {"latent_dim": 4}), problem)


def test_samples_are_counted_as_they_are(subject: Subject) -> None:
    drawn = samples.draw(subject, 40)
    found = samples.summary(subject, drawn)
    again = subject.evaluate(subject.decode(drawn.latents))
    assert found["feasible"] == again.feasible.mean()
    assert np.allclose(drawn.value, subject.display(again))
    distances = np.linalg.norm(drawn.designs[:, None] - subject.designs[None], axis=2)
    assert np.array_equal(drawn.nearest, distances.argmin(axis=1))
    assert np.allclose(drawn.novelty / drawn.novelty[0], distances.min(axis=1) / distances[0].min())
    assert found["without_value"] == 0
    assert 0 < found["apart"] < 1
    assert "40 samples of pca on heat-dispersion" in samples.sentences(subject, found)


def test_designs_are_shown_and_written_as_they_are_evaluated(subject: Subject) -> None:
    problem = copy(subject.problem)
    problem.bounds = np.quantile(subject.designs, [0.1, 0.9], axis=0)
    bounded = replace(subject, problem=problem)
    drawn = samples.draw(bounded, 20)
    assert (np.clip(drawn.designs, *problem.bounds) == drawn.designs).all()
    assert np.array_equal(problem.display(problem.evaluate(drawn.designs).objective), drawn.value)
    assert not np.allclose(drawn.designs, bounded.decode(drawn.latents))
    ways = interpolation.way(bounded, subject.designs[0], subject.designs[1], 5)
    shown = np.stack(ways["design"])
    assert np.array_equal(problem.display(problem.evaluate(shown).objective), ways["value"])


def test_more_samples_begin_alike(subject: Subject) -> None:
    few, many = samples.draw(subject, 3), samples.draw(subject, 5)
    assert np.array_equal(many.latents[:3], few.latents)
    with pytest.raises(BadInput, match="n: 0 must be at least 1"):
        samples.draw(subject, 0)


def test_figures_show_every_sample_with_a_value(subject: Subject, tmp_path: Path) -> None:
    drawn = samples.draw(subject, 10)
    figure, data = samples.distribution(subject, drawn)
    assert (data["of"] == "samples").sum() == 10
    sheet, designs = samples.sheet(subject, drawn)
    assert len(designs) == 10
    for name, each in (("a", figure), ("b", sheet)):
        assert all(path.stat().st_size > 1000 for path in plots.save(each, tmp_path / name))


def write(folder: Path, *formats: str, designs: np.ndarray = SQUARE[None], layout: object = OUTLINE) -> list[Path]:
    table = pd.DataFrame({"value": np.arange(len(designs), dtype=float), "feasible": True})
    return list(design_files.write(designs, table, folder, formats, size=50.0, thickness=3.0, layout=layout))


def test_tables_and_maps_read_back(tmp_path: Path) -> None:
    table, places = write(tmp_path, "csv", "geojson", designs=np.stack([SQUARE, CROSSED]))
    read = pd.read_csv(table)
    assert list(read.columns[:4]) == ["value", "feasible", "x0", "y0"]
    assert np.allclose(read.iloc[0, 2:].astype(float), SQUARE)
    features = json.loads(places.read_text(encoding="utf-8"))["features"]
    assert shape(features[0]["geometry"]).equals(Polygon(SQUARE.reshape(-1, 2)))
    assert features[1]["properties"] == {"value": 1.0, "feasible": True}


def test_a_drawing_has_the_size_that_was_asked_for(tmp_path: Path) -> None:
    (path,) = write(tmp_path, "svg")
    root = ElementTree.parse(path).getroot()
    assert (root.get("width"), root.get("height")) == ("50.0000mm", "25.0000mm")
    numbers = root[0].attrib["d"].replace("M", "").replace("L", "").replace("Z", "").split()
    points = np.array(numbers, dtype=float).reshape(-1, 2)
    assert points[0].tolist() == [0.0, 25.0]  # its lower left corner is below
    assert Polygon(points).area == pytest.approx(50 * 25)


def test_dxf_is_a_closed_line_in_millimetres(tmp_path: Path) -> None:
    ezdxf = pytest.importorskip("ezdxf")
    (path,) = write(tmp_path, "dxf")
    drawing = ezdxf.readfile(path)
    (line,) = drawing.modelspace()
    assert line.closed
    assert drawing.units == ezdxf.units.MM
    assert Polygon([point[:2] for point in line.get_points()]).area == pytest.approx(50 * 25)


def test_stl_is_a_watertight_solid(tmp_path: Path) -> None:
    trimesh = pytest.importorskip("trimesh")
    pytest.importorskip("mapbox_earcut")
    with pytest.warns(UserWarning, match="1 of 2 outlines cross themselves: no stl"):
        (path,) = write(tmp_path, "stl", designs=np.stack([SQUARE, CROSSED]))
    solid = trimesh.load(path)
    assert solid.is_watertight
    assert solid.volume == pytest.approx(50 * 25 * 3)


@pytest.mark.parametrize("name", ["csv", "geojson", "svg", "dxf", "stl"])
def test_the_same_designs_give_the_same_bytes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for library in design_files.EXTRA.get(design_files.formats(OUTLINE)[name], ()):
        pytest.importorskip(library)
    (one,) = write(tmp_path / "one", name)
    monkeypatch.setattr("time.time", lambda: 2e9)
    (other,) = write(tmp_path / "other", name, name)
    assert one.read_bytes() == other.read_bytes()


def test_maps_have_their_rings_counter_clockwise(tmp_path: Path) -> None:
    turned = SQUARE.reshape(-1, 2)[::-1].ravel()
    (path,) = write(tmp_path, "geojson", designs=turned[None])
    ring = shape(json.loads(path.read_text(encoding="utf-8"))["features"][0]["geometry"]).exterior
    assert ring.is_ccw
    assert ring.is_ring


@pytest.mark.parametrize("name", ["geojson", "svg"])
def test_what_is_no_outline_is_left_out_and_counted(name: str, tmp_path: Path) -> None:
    flat, point, lost = SQUARE * np.tile([1.0, 0.0], 4), np.zeros(8), np.full(8, np.nan)
    with pytest.warns(UserWarning, match=f"3 of 4 outlines enclose nothing: no {name}"):
        (path,) = write(tmp_path, name, designs=np.stack([flat, SQUARE, point, lost]))
    if name == "geojson":
        (feature,) = json.loads(path.read_text(encoding="utf-8"))["features"]
        assert feature["properties"]["value"] == 1.0


def test_what_cannot_be_written_is_told_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="'png' is unknown; allowed: csv, dxf"):
        write(tmp_path, "png")
    with pytest.raises(BadInput, match=r"format for designs without a layout: 'svg' is unknown; .*allowed: csv"):
        write(tmp_path, "svg", designs=np.ones((1, 3)), layout=None)
    with pytest.raises(BadInput, match="format for the layout Grid: 'geojson' is unknown; allowed: csv, png"):
        write(tmp_path, "geojson", designs=np.ones((1, 4)), layout=Grid(2, 2))
    with pytest.raises(BadInput, match=r"size: 0\.0 must be positive"):
        list(design_files.write(SQUARE[None], pd.DataFrame(), tmp_path, ["svg"], size=0.0, layout=OUTLINE))
    monkeypatch.setattr(design_files, "find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r"pip install 'latentbench\[cad\]'"):
        write(tmp_path, "dxf")


def test_a_field_is_an_image_with_a_pixel_a_cell(tmp_path: Path) -> None:
    field = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 1.0]])  # the cell in the upper right corner is full
    table, image = write(tmp_path, "csv", "png", designs=field.reshape(1, 6), layout=Grid(3, 2))
    assert list(pd.read_csv(table).columns[2:]) == ["x0_0", "x0_1", "x1_0", "x1_1", "x2_0", "x2_1"]
    read = imread(image)[..., 0]
    assert np.array_equal(read, [[1, 1, 0], [1, 1, 1]])


@pytest.mark.parametrize("name", ["stl", "obj", "ply"])
def test_a_mesh_reads_back_as_a_solid_of_its_size(name: str, tmp_path: Path) -> None:
    trimesh = pytest.importorskip("trimesh")
    flat = TETRAHEDRON.rest.ravel() * np.tile([1.0, 1.0, 0.0], 4)
    designs = np.stack([TETRAHEDRON.rest.ravel() * np.tile([2.0, 1.0, 1.0], 4), flat])
    with pytest.warns(UserWarning, match=f"1 of 2 meshes enclose nothing: no {name}"):
        table, path = write(tmp_path, "csv", name, designs=designs, layout=TETRAHEDRON)
    assert list(pd.read_csv(table).columns[2:6]) == ["x0", "y0", "z0", "x1"]
    solid = trimesh.load(path)
    assert solid.is_watertight
    assert solid.volume == pytest.approx(50 * 25 * 25 / 6, rel=1e-5)
