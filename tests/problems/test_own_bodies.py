"""Meshes of the user's own become designs of the sphere's connectivity, or are left out with a count and the reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from problems.bodies import own
from problems.bodies.isoperimetric import Isoperimetric3D
from problems.bodies.problem import BodyData

CORNER = np.array([(0, 0), (4, 0), (4, 1), (1, 1), (1, 4), (0, 4)], dtype=float)


def bracket() -> trimesh.Trimesh:
    """An L, whose centroid lies outside of it, as a prism; only its corner sees all of it."""
    n = len(CORNER)
    points = np.concatenate([np.column_stack([CORNER, np.full(n, height)]) for height in (0.0, 1.0)])
    fan = [(0, i, i + 1) for i in range(1, n - 1)]
    ends = [(a, c, b) for a, b, c in fan] + [(a + n, b + n, c + n) for a, b, c in fan]
    around = [(i, (i + 1) % n) for i in range(n)]
    sides = [(i, j, j + n) for i, j in around] + [(i, j + n, i + n) for i, j in around]
    return trimesh.Trimesh(points, ends + sides, process=False)


def without_a_face() -> trimesh.Trimesh:
    box = trimesh.creation.box()
    return trimesh.Trimesh(box.vertices, box.faces[1:], process=False)


def two_boxes() -> trimesh.Trimesh:
    other = trimesh.creation.box()
    other.apply_translation([3, 0, 0])
    return trimesh.util.concatenate([trimesh.creation.box(), other])


LEFT_OUT = {
    "no point inside": lambda: trimesh.creation.torus(2, 1, major_sections=12, minor_sections=8),
    "no point inside ": two_boxes,
    "not closed": without_a_face,
    "no volume": lambda: trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 1]], process=False),
    "too coarse": lambda: trimesh.creation.box((1, 1, 40)),
    "its size": lambda: trimesh.Trimesh(np.ones((3, 3)), [[0, 1, 2]], process=False),
}


@pytest.mark.parametrize("suffix", ["ply", "stl", "obj"])
@pytest.mark.parametrize("inside_out", [False, True])
def test_a_box_anywhere_and_turned_either_way_becomes_one(tmp_path: Path, suffix: str, inside_out: bool) -> None:
    sides = np.array([10.0, 20.0, 15.0])
    box = trimesh.creation.box(sides)
    box.apply_translation([1000, -50, 7])
    if inside_out:
        box.invert()
    for number in range(2):
        box.export(tmp_path / f"{number}.{suffix}")
    designs = own.read(str(tmp_path), "", 3).designs
    heights = np.abs(designs.reshape(2, -1, 3) / sides).max(axis=2)
    assert np.ptp(heights) < 1e-4 * heights.max()  # files round


def test_a_body_that_is_seen_from_its_corner_alone_is_mapped() -> None:
    problem = Isoperimetric3D(5)
    design = own.mapped(bracket().triangles, 5)
    assert problem.verify(design).ok
    points = design.reshape(-1, 3)
    assert np.ptp(points, axis=0) * np.cbrt(7) == pytest.approx([4, 4, 1], rel=0.05)


@pytest.mark.parametrize("reason", LEFT_OUT)
def test_what_cannot_be_mapped_says_why(reason: str) -> None:
    with pytest.raises(ValueError, match=reason.strip()):
        own.mapped(LEFT_OUT[reason]().triangles, 2)


def test_a_problem_learns_from_the_meshes_of_a_folder_and_counts_what_it_leaves_out(tmp_path: Path) -> None:
    for number, stretch in enumerate([(1, 1, 1), (1, 2, 1), (1, 1, 1.5)]):
        trimesh.creation.icosphere(2).apply_scale(stretch).export(tmp_path / f"a-{number}.stl")
    for number, make in enumerate([LEFT_OUT["no point inside"], two_boxes, without_a_face]):
        make().export(tmp_path / f"b-{number}.ply")
    (tmp_path / "notes.md").write_text("nothing")
    problem = Isoperimetric3D(2, BodyData(source=str(tmp_path)))
    rng = np.random.default_rng(0)
    assert problem.reference(9, rng).shape == (3, problem.dim)
    assert all(problem.verify(x).ok for x in problem.designs(9, rng))
    assert problem.data_facts.left_out == (
        "3 of 6 bodies are left out: 2 × there is no point inside from which all of it is seen (the first: b-0.ply); "
        "1 × it is not closed, or not in one piece (the first: b-2.ply)"
    )


@pytest.mark.parametrize("suffix", ["ply", "stl", "obj"])
@pytest.mark.parametrize("content", [b"", b"ply\nformat binary_little_endian 1.0\nelement vertex 5\n", b"v 1 2 3\n"])
def test_a_damaged_file_is_named(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"body.{suffix}"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"body\.{suffix} cannot be read"):
        BodyData(source=str(path))
        Isoperimetric3D(2, BodyData(source=str(path)))


def test_too_few_bodies_are_refused_with_the_reasons(tmp_path: Path) -> None:
    without_a_face().export(tmp_path / "body.ply")
    with pytest.raises(ValueError, match=r"holds 0; at least 2 bodies .* \(1 of 1 bodies are left out: 1 × it is not"):
        Isoperimetric3D(2, BodyData(source=str(tmp_path)))
