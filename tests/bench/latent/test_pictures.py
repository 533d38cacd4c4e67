"""What pictures of a latent space promise: right places and values, the same bytes, one line where they cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import bench
from bench.analysis import plots
from bench.errors import BadInput
from bench.experiments.registry import resolve
from bench.latent import animation, drawing, interpolation, landscape, maps, pictures, plane
from bench.latent.subject import Subject, find, fitted

CLASSES = ["circle", "square", "star"]
DATA = {"classes": CLASSES, "n": 60}


def make(name: str, problem: str = "isoperimetric", **settings: object) -> Subject:
    vertices = {"isoperimetric": 24, "heat-dispersion": 60}[problem]
    spec = resolve("problems", problem, {"data": DATA, "n_vertices": vertices, "reference": 64})
    return fitted(resolve("encoders", name, settings), spec)


@pytest.fixture(scope="module")
def flat() -> Subject:
    return make("pca", latent_dim=2)


@pytest.fixture(scope="module")
def deep() -> Subject:
    return make("pca", "heat-dispersion", latent_dim=5)


@pytest.fixture(scope="module")
def trained() -> Subject:
    return make("vae", latent_dim=2, epochs=3, hidden=8)


def test_labels_are_the_classes_of_the_designs(flat: Subject) -> None:
    assert sorted(set(flat.labels)) == CLASSES
    values = flat.display(flat.evaluate(flat.designs))
    assert values[flat.labels == "circle"].max() < values[flat.labels == "star"].min()


@pytest.mark.parametrize("subject", ["flat", "deep", "trained"])
def test_coordinates_and_latents_of_a_plane_are_inverse(subject: str, request: pytest.FixtureRequest) -> None:
    seen: Subject = request.getfixturevalue(subject)
    for found in (plane.across(seen), plane.through(seen, seen.designs[[0, 7, 21]])):
        points = found.lattice(4)
        assert np.allclose(found.coordinates(found.latents(points)), points)
        assert np.allclose(found.axes @ found.axes.T, np.eye(2))


def test_a_plane_through_three_designs_holds_their_latents(deep: Subject) -> None:
    designs = deep.designs[[3, 10, 40]]
    found = plane.through(deep, designs)
    latents = deep.encoder.encode(designs)
    assert np.allclose(found.latents(found.coordinates(latents)), latents)
    with pytest.raises(BadInput, match="lie on a line"):
        plane.through(deep, designs[[0, 0, 1]])


def test_a_slice_of_many_dimensions_says_which(deep: Subject) -> None:
    assert "vary most of 5" in plane.across(deep).note
    assert plane.across(deep).names == ("$z_{1}$", "$z_{2}$")


def test_values_of_a_grid_are_those_of_its_designs(flat: Subject) -> None:
    for variant in ("data", "prior", "around"):
        _, data = maps.latent_grid(flat, variant, n=3)
        assert len(data) == 9
        assert np.allclose(data["value"], flat.display(flat.evaluate(np.stack(data["design"].to_list()))))
        assert data["u"].is_monotonic_increasing is False
        assert (np.diff(data["v"]) >= 0).all()


def test_a_grid_around_a_design_has_it_in_the_middle(flat: Subject) -> None:
    _, data = maps.latent_grid(flat, "around", n=3, design=flat.designs[5])
    middle = flat.decode(flat.encoder.encode(flat.designs[5:6]))[0]
    assert np.allclose(data["design"].iloc[4], middle)


def test_as_many_as_56_classes_look_different() -> None:
    looks = drawing.looks(np.array([f"class {number}" for number in range(56)]))
    assert len({(str(look["color"]), look["marker"]) for look in looks.values()}) == 56


def test_a_medoid_is_of_its_class_and_none_is_nearer_to_the_rest(flat: Subject) -> None:
    _, data = maps.point_map(flat)
    assert sorted(data.loc[data["medoid"], "label"]) == CLASSES
    some = flat.designs[flat.labels == "star"]
    distances = np.linalg.norm(some[:, None] - some[None], axis=2).sum(axis=1)
    assert np.allclose(flat.designs[maps.medoid(flat, "star")], some[distances.argmin()])
    with pytest.raises(BadInput, match=r"'hexagon'.*circle"):
        maps.medoid(flat, "hexagon")


def test_the_jacobian_of_a_linear_decoder_is_its_basis(flat: Subject) -> None:
    found = maps.jacobians(flat, np.zeros((1, 2)))[0]
    assert flat.encoder.scale is not None
    assert np.allclose(found, flat.encoder.state()["basis"].T * flat.encoder.scale, atol=1e-9)
    _, data = maps.sensitivity(flat, n=3)
    assert np.allclose(data["condition"], data["condition"].iloc[0])


def test_a_landscape_tells_what_is_feasible_and_inside_the_box(deep: Subject) -> None:
    figure, data = landscape.landscape(deep, n=8)
    box = landscape.boxed(deep)
    x, value, feasible = deep.look(box.latents(data[["u", "v"]].to_numpy()))
    assert np.array_equal(data["feasible"], feasible)
    assert np.allclose(data["value"], value)
    assert not data["inside"].all()
    assert data["inside"].any()
    assert "infeasible" in [text.get_text() for text in figure.legends[0].get_texts()]
    assert x.shape == (64, deep.problem.dim)


def test_both_ways_lead_from_one_design_to_the_other(flat: Subject) -> None:
    first, last = flat.designs[:2]
    data = interpolation.way(flat, first, last, 5)
    raw, latent = (data[data["way"] == name] for name in ("raw", "latent"))
    assert np.allclose([raw["design"].iloc[0], raw["design"].iloc[-1]], [first, last])
    assert np.allclose(latent["design"].iloc[0], flat.decode(flat.encoder.encode(first[None]))[0])
    # a linear decoder keeps straight ways straight, and even steps even
    for way in (raw, latent):
        assert np.allclose(way["step"].iloc[1:], way["step"].iloc[1])


def test_the_same_encoder_gives_the_same_bytes(flat: Subject, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        plots.save(landscape.landscape(flat, n=10)[0], tmp_path / folder / "x")
        plots.save(maps.latent_grid(flat, "prior", n=3)[0], tmp_path / folder / "y")
    for name in ("x.png", "x.pdf", "y.png", "y.pdf"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_films_have_the_frames_that_were_asked_for(flat: Subject, trained: Subject, tmp_path: Path) -> None:
    for film in (animation.walk(flat, 5), animation.morph(flat, "circle", "star", 4), animation.training(trained, 9)):
        path = film.save(tmp_path / "film.gif")
        with Image.open(path) as image:
            assert image.n_frames == film.frames == len(film.data) or len(film.data) == 2 * film.frames
    assert animation.training(trained, 9).data["epoch"].tolist() == [1, 2, 3]
    with pytest.raises(BadInput, match=r"film: 'film\.mp4' is unknown; allowed: NAME\.gif"):
        animation.walk(flat, 3).save(tmp_path / "film.mp4")


def test_watching_changes_no_digit(trained: Subject) -> None:
    encoder = trained.fit.encoder.make()
    encoder.watch = lambda latents: None
    encoder.fit(trained.designs, trained.fit_rng(), trained.problem.layout)
    assert np.array_equal(encoder.encode(trained.designs), trained.latents)


def test_what_cannot_be_shown_is_told_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="k = 1"):
        maps.point_map(make("pca", latent_dim=1))
    with pytest.raises(BadInput, match="nothing to watch"):
        animation.training(make("pca", latent_dim=2))
    with pytest.raises(BadInput, match="no folder of a fitted encoder"):
        find(tmp_path)
    with pytest.raises(BadInput, match="'no-such-encoder' is unknown"):
        find("no-such-encoder")


EXPERIMENT = """
name = "small"
replicates = 1
budget = 40
problems = [{ name = "isoperimetric", n_vertices = 24, reference = 64, data = { n = 40 } }]
encoders = [{ name = "pca", latent_dim = 2 }, { name = "raw" }]
optimisers = [{ name = "cma-es" }, { name = "random-search" }]
"""


def test_an_experiments_encoder_is_drawn_with_its_searches(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(EXPERIMENT, encoding="utf-8")
    path = bench.run(tmp_path / "small.toml", tmp_path / "out", jobs=1).path
    runs, traces = bench.load(path)
    key = runs.loc[runs["encoder"] == "pca", "fit"].iloc[0]
    subject = find(path / "encoders" / key)
    records = pictures.records_of(path / "encoders" / key)
    assert records is not None
    found = landscape.ways(subject, *records, plane.across(subject))
    assert set(found["arm"]) == {"pca/cma-es", "pca/random-search"}
    # the way's designs are worth what the records say
    _, value, _ = subject.look(np.stack(found["latent"].to_list()))
    assert np.allclose(value, found["value"])
    written = list(pictures.write(subject, tmp_path / "pictures", ("circle", "star"), records))
    assert {each.suffix for each in written} == {".png", ".pdf"}
    assert (tmp_path / "pictures" / "trajectories.png") in written
    with pytest.raises(BadInput, match=r"is not what .* was fitted on"):
        find(path / "encoders" / key, "heat-dispersion")
    bare = traces.drop(columns="latent")
    with pytest.raises(BadInput, match="has recorded its latents"):
        landscape.trajectories(subject, runs, bare)
