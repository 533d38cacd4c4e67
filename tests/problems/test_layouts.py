"""What is true of every layout, and of each of them."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from thirdparty.fields import ball

from problems.layouts import Grid, Mesh, Outline, mesh
from problems.layouts.base import Layout
from problems.layouts.drawing import draw
from problems.layouts.unique import groups, unique

ROUND, FINE = ball(), ball(3)
LAYOUTS = [Outline(3), Outline(24), Outline(25), Grid(6, 4), Grid(5, 5), Grid(1, 7), Grid(1, 1), ball(0), ROUND]
SQUARE = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1]])
PYRAMID = np.array([[0, 2, 1], [0, 3, 2], [0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]])


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_modes_are_orthonormal_as_many_as_asked_for_and_rise(layout: Layout) -> None:
    d = layout.dim
    modes, frequencies = layout.modes(d), layout.frequencies(d)
    assert modes.shape == (d, d) == (np.prod(layout.shape), d)
    assert np.allclose(modes @ modes.T, np.eye(d), atol=1e-12)
    assert frequencies[0] == 0
    assert (np.diff(frequencies) >= 0).all()
    for n in (0, 1, d // 2):
        assert np.allclose(layout.modes(n), modes[:n], atol=1e-9)
        assert np.allclose(layout.frequencies(n), frequencies[:n])


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_still_modes_move_every_point_alike_and_no_others_do(layout: Layout) -> None:
    modes = layout.modes(min(layout.dim, 12)).reshape(-1, *layout.shape)
    points = modes.reshape(len(modes), -1, max(1, layout.still))
    moving = np.ptp(points, axis=1).max(axis=1) < 1e-9
    assert moving[: max(1, layout.still)].all()
    assert not moving[max(1, layout.still) :].any()
    assert np.allclose(points[max(1, layout.still) :].mean(axis=1), 0, atol=1e-9)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize("excess", [-1, 1])
def test_more_modes_than_coordinates_and_fewer_than_none_are_refused(layout: Layout, excess: int) -> None:
    n = -1 if excess < 0 else layout.dim + 1
    for ask in (layout.modes, layout.frequencies):
        with pytest.raises(ValueError, match=f"n: {n} modes must be at least 0 and at most {layout.dim}"):
            ask(n)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_equal_layouts_are_equal_and_hash_alike(layout: Layout) -> None:
    again = Mesh(layout.rest, layout.faces) if isinstance(layout, Mesh) else type(layout)(*vars(layout).values())
    assert again == layout
    assert hash(again) == hash(layout)
    assert len({*LAYOUTS, again}) == len(LAYOUTS)


def test_an_outline_has_its_fourier_modes_in_the_order_of_turns() -> None:
    modes = Outline(9).modes(18).reshape(18, 9, 2)
    spectrum = np.abs(np.fft.fft(modes[..., 0] + 1j * modes[..., 1], axis=1))
    turns = np.repeat([0, 1, -1, 2, -2, 3, -3, 4, -4], 2)
    assert np.array_equal(spectrum.argmax(axis=1), turns % 9)
    assert np.array_equal(Outline(9).frequencies(18), np.abs(turns))


def test_modes_of_a_grid_are_those_of_the_cosine_transform() -> None:
    from scipy.fft import dctn

    modes = Grid(6, 4).modes(24).reshape(24, 6, 4)
    transformed = np.abs(dctn(modes, axes=(1, 2), norm="ortho"))
    assert np.allclose(np.sort(transformed.reshape(24, -1))[:, -1], 1)
    assert np.allclose(Grid(6, 4).frequencies(3), [0, 1, 1.5])  # half-waves along the longer side


def test_modes_of_a_round_mesh_are_spherical_harmonics() -> None:
    frequencies, modes = FINE.frequencies(27)[::3], FINE.modes(27)[::3, ::3]
    degrees = np.repeat([0, 1, 2], [1, 3, 5])
    assert np.allclose(frequencies, np.sqrt(degrees * (degrees + 1)), rtol=0.02)
    linear, _ = np.linalg.qr(FINE.rest)
    assert np.linalg.norm(modes[1:4] @ linear, axis=1).min() > 0.999


def test_frequencies_of_a_mesh_do_not_depend_on_its_size_or_place() -> None:
    moved = Mesh(7 * ROUND.rest + [1.0, 2.0, 3.0], ROUND.faces)
    assert np.allclose(moved.frequencies(54), ROUND.frequencies(54))


def test_a_sparse_solver_finds_the_modes_that_a_dense_one_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    mesh._spectrum.cache_clear()
    monkeypatch.setattr(mesh, "DENSE", 10)
    sparse = FINE.modes(40)
    mesh._spectrum.cache_clear()
    monkeypatch.setattr(mesh, "DENSE", 10_000)
    assert np.allclose(FINE.modes(40), sparse, atol=1e-8)
    mesh._spectrum.cache_clear()


def test_the_basis_of_an_eigenspace_depends_on_the_space_alone() -> None:
    rng = np.random.default_rng(0)
    space, turn = (np.linalg.qr(rng.normal(size=shape))[0].T for shape in ((12, 4), (4, 4)))
    one, other = unique(space), unique(turn @ space)
    assert np.allclose(one, other)
    assert np.allclose(one @ one.T, np.eye(4))
    assert np.allclose(one.T @ one, space.T @ space)


def test_eigenvalues_that_differ_by_rounding_are_one() -> None:
    found = groups(np.array([0.0, 1.0, 1.0 + 1e-12, 2.0]))
    assert [(part.start, part.stop) for part in found] == [(0, 1), (1, 3), (3, 4)]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Outline(2), "n_vertices: 2 must be at least 3"),
        (lambda: Grid(0, 4), "nx: 0 must be at least 1"),
        (lambda: Grid(4, -1), "ny: -1 must be at least 1"),
        (lambda: Mesh(SQUARE[:, :2], PYRAMID), r"rest: float64 of shape \(5, 2\) must be \(n, 3\)"),
        (lambda: Mesh(SQUARE * np.nan, PYRAMID), "rest: must be finite"),
        (lambda: Mesh(SQUARE, PYRAMID + 0.5), r"faces: float64 of shape \(6, 3\) must be \(n, 3\) of int64"),
        (lambda: Mesh(SQUARE, PYRAMID[:0]), "faces: there are none"),
        (lambda: Mesh(SQUARE, PYRAMID + 1), "faces: vertex 5 is out of range; it must be at least 0 and at most 4"),
        (lambda: Mesh(SQUARE, PYRAMID - 1), "faces: vertex -1 is out of range"),
        (lambda: Mesh(np.concatenate([SQUARE, SQUARE + 2]), PYRAMID), "rest: vertex 5 is of no face"),
        (lambda: Mesh(SQUARE, PYRAMID[1:]), "the edge from vertex 0 to 4|must have no holes"),
        (lambda: Mesh(SQUARE, np.concatenate([PYRAMID, PYRAMID[:1]])), "2 of them run from vertex 0 to 2"),
        (lambda: Mesh(SQUARE, np.concatenate([PYRAMID[1:], PYRAMID[:1, ::-1]])), "faces turn the same way"),
        (lambda: Mesh(SQUARE, np.concatenate([PYRAMID, [[0, 0, 1]]])), r"face 6, \[0, 0, 1\], has no area"),
        (lambda: Mesh(SQUARE * [1, 0, 1], PYRAMID), "face 0, .* has no area"),
        (
            lambda: Mesh(np.concatenate([SQUARE, SQUARE + 2]), np.concatenate([PYRAMID, PYRAMID + 5])),
            "are 2 separate surfaces",
        ),
        (
            lambda: Mesh(
                np.concatenate([SQUARE, -SQUARE[1:]]), np.concatenate([PYRAMID, np.where(PYRAMID, PYRAMID + 4, 0)])
            ),
            "those round vertex 0 are not one fan",
        ),
    ],
)
def test_what_is_no_layout_is_refused_in_a_line(make: object, said: str) -> None:
    with pytest.raises(ValueError, match=said) as raised:
        make()  # type: ignore[operator]
    assert "\n" not in str(raised.value)


class Spoken:
    """A stranger's layout, which draws itself."""

    def __str__(self) -> str:
        return "spoken"  # as the tests are named, in all processes

    def draw(self, x: np.ndarray, ax: object) -> None:
        ax.text(0, 0, "drawn")  # type: ignore[attr-defined]


@pytest.mark.parametrize("layout", [*LAYOUTS[1:], Spoken(), None], ids=str)
def test_every_design_can_be_drawn_on_flat_axes_in_a_colour_of_their_cycle(layout: object) -> None:
    ax = Figure().subplots()
    ax.set_prop_cycle(color=["none"])
    dim = layout.dim if isinstance(layout, Layout) else 5
    draw(layout, np.linspace(0, 1, dim) ** 2, ax)
    assert ax.has_data() or isinstance(layout, Spoken)
    assert bool(ax.texts) == isinstance(layout, Spoken)


def test_of_a_mesh_the_nearest_faces_are_painted_last() -> None:
    from problems.layouts.drawing import _view

    ax = Figure().subplots()
    draw(FINE, FINE.rest.ravel(), ax)
    (faces,) = ax.collections
    middle = np.array([path.vertices[:3].mean(axis=0) for path in faces.get_paths()])
    right, up, eye = _view()
    corners = FINE.rest[FINE.faces]
    corners = corners[
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) @ eye > 0
    ]  # others are hidden
    depth = (corners @ eye).mean(axis=1)
    expected = corners.mean(axis=1)[np.argsort(depth, kind="stable")] @ np.stack([right, up], axis=1)
    assert np.allclose(middle, expected)
    assert np.allclose(ax.dataLim.get_points(), [[-1, -1], [1, 1]], atol=0.1)


def test_whole_frequencies_of_a_grid_are_whole() -> None:
    assert np.array_equal(np.unique(Grid(49, 1).frequencies(49)), np.arange(49))
    assert {5.0, 10.0} <= set(Grid(11, 11).frequencies(121))  # 3² + 4², 6² + 8²
