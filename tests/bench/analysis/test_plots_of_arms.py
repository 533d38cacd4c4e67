"""The runtime distribution, the speed-ups, the designs: what their figures show, beside what the measures say."""

from __future__ import annotations

from itertools import pairwise
from math import nan
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.analysis import ecdf, plots
from bench.analysis.compare import STRONGEST, compare_arms
from bench.analysis.measures import hits

Frames = tuple[pd.DataFrame, pd.DataFrame]


def parts(records: SimpleNamespace, **other: Any) -> list[Any]:
    """Runs of two encoders and two optimisers at two targets, the harder of which no latent search meets."""
    runs = []
    for r in range(4):
        where = {"replicate": r, "targets": [1.2, 1.05], **other}
        runs += [
            records.run("raw/a", 900, (100 * (r + 1), 1.1), (500, 1.01), design=[0.0, 1.0, 3.0], **where),
            records.run("raw/b", 50, (40, 1.5), design=[0.0, 1.0, 1.0], **where),
            records.run("vae/a", 90, (20, 1.1), design=[5.0, 6.0, 7.0], **where),
            records.run("vae/b", 90, (20, 1.1, False), design=None, **where),
        ]
    return runs


@pytest.fixture
def frames(records: SimpleNamespace) -> Frames:
    return records.experiment(*parts(records))


def legend(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_the_runtime_distribution_is_drawn_as_it_is_measured(frames: Frames) -> None:
    figure, data = plots.ecdf(*frames)
    pd.testing.assert_frame_equal(data, ecdf.pooled(ecdf.attained(*frames)))
    (ax,) = figure.axes
    lines = [line for line in ax.lines if line.get_marker() == "None"]
    for line, (_, curve) in zip(lines, data.groupby("arm"), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), curve["share"])
    assert legend(ax) == ["raw", "vae", "a", "b", "longest run"]
    assert (ax.get_xscale(), ax.get_ylim()) == ("log", (0.0, 1.0))


def test_colour_is_the_encoder_and_line_style_the_optimiser(frames: Frames) -> None:
    ax = plots.ecdf(*frames)[0].axes[0]
    looks = [(line.get_color(), line.get_linestyle()) for line in ax.lines if line.get_marker() == "None"]
    colours, styles = (list(look) for look in zip(*looks, strict=True))
    assert (colours[0], colours[2]) == (colours[1], colours[3])
    assert (styles[0], styles[1]) == (styles[2], styles[3])
    assert (len(set(colours)), len(set(styles))) == (2, 2)


def test_a_cross_stands_at_the_largest_price_of_each_arm(frames: Frames) -> None:
    ax = plots.ecdf(*frames)[0].axes[0]
    crosses = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "x"]
    for cross, price in zip(crosses, [900.0, 50.0, 90.0, 90.0], strict=True):
        assert 0.95 * price < cross <= price


def test_speed_ups_are_those_of_the_table(frames: Frames) -> None:
    figure, data = plots.speed_up(*frames)
    shown, compared = (table.set_index(["arm", "target"]).sort_index() for table in (data, compare_arms(hits(*frames))))
    pd.testing.assert_frame_equal(shown[STRONGEST], compared[STRONGEST])
    (ax,) = figure.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["raw/a", "vae/a", "raw/b", "vae/b"]
    assert legend(ax) == ["σ ≤ 1.2", "σ ≤ 1.05"]
    marks = {float(line.get_xdata()[0]) for line in ax.lines if line.get_marker() in ("o", "s")}
    assert marks == set(data["speed_up_strongest"].dropna())
    assert ax.get_xscale() == "log"


def test_a_bound_has_an_open_marker_and_an_arrow_and_an_interval_a_line(frames: Frames) -> None:
    figure, data = plots.speed_up(*frames)
    (ax,) = figure.axes
    relations = data["speed_up_strongest_relation"]
    markers = [line for line in ax.lines if line.get_marker() in ("o", "s")]
    opened = [line for line in markers if line.get_markerfacecolor() == "white"]
    arrows = [text for text in ax.texts if text.get_text() == ""]
    assert len(opened) == len(arrows) == (relations == "≤").sum() > 0
    assert len(markers) - len(opened) == (relations == "=").sum() > 0


@pytest.mark.parametrize("larger", [False, True])
def test_targets_stand_from_easy_to_hard(records: SimpleNamespace, larger: bool) -> None:
    runs = records.run("raw/a", 90, (5, 1.6), targets=[1.5, 2.1, 1.75], larger_is_better=larger)
    texts = legend(plots.speed_up(*records.experiment(runs))[0].axes[0])
    expected = ["1.5", "1.75", "2.1"]
    assert [text.split()[-1] for text in texts] == (expected if larger else expected[::-1])


def test_an_arm_without_any_speed_up_is_listed_with_a_dash(records: SimpleNamespace) -> None:
    never = [records.run(f"{encoder}/a", 90, (5, 1.6)) for encoder in ("raw", "vae")]
    (ax,) = plots.speed_up(*records.experiment(*never))[0].axes
    assert [text.get_text() for text in ax.texts] == ["–", "–"]


def test_several_problems_have_a_panel_each_and_one_panel_shows_one(records: SimpleNamespace) -> None:
    several = records.experiment(*(part for name in "xyz" for part in parts(records, problem=name)))
    figure, data = plots.speed_up(*several)
    assert [ax.get_legend().get_title().get_text() for ax in figure.axes] == ["x", "y", "z"]
    assert data["problem"].value_counts().to_dict() == {"x": 8, "y": 8, "z": 8}
    with pytest.raises(ValueError, match=r"choose from \['x', 'y', 'z'\]"):
        plots.speed_up(*several, ax=Figure().subplots())


def test_axes_that_are_given_are_drawn_on(frames: Frames) -> None:
    mine = Figure()
    left, right = mine.subplots(1, 2)
    assert plots.ecdf(*frames, ax=left)[0] is mine
    assert plots.speed_up(*frames, ax=right)[0] is mine
    assert left.lines
    assert right.lines


def test_a_gallery_shows_the_best_design_of_each_arm(frames: Frames) -> None:
    seen: list[tuple[list[float], Axes]] = []

    def draw(x: np.ndarray, ax: Axes) -> None:
        seen.append((x.tolist(), ax))
        ax.plot(x)

    figure, data = plots.gallery(frames[0], draw)
    assert [x for x, _ in seen] == [[0.0, 1.0, 3.0], [0.0, 1.0, 1.0], [5.0, 6.0, 7.0]]
    panels = np.reshape(figure.axes, (2, 2))
    assert [ax.get_title() for ax in panels[0]] == ["a", "b"]
    assert [ax.get_ylabel() for ax in panels[:, 0]] == ["raw", "vae"]
    assert [ax.get_xlabel() for ax in panels.flat] == ["σ 1.01", "σ 1.5", "σ 1.1", ""]
    assert [[text.get_text() for text in ax.texts] for ax in panels.flat] == [[], [], [], ["none\nverified"]]
    assert len(data) == 4


def test_designs_are_drawn_at_the_same_scale_whole_and_in_the_middle(frames: Frames) -> None:
    spans = set()
    for ax in plots.gallery(frames[0], lambda x, ax: ax.plot(x))[0].axes[:3]:
        (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
        values = ax.lines[0].get_ydata()
        assert low <= min(values) <= max(values) <= high
        assert (low + high) / 2 == pytest.approx((min(values) + max(values)) / 2)
        spans.add((round(right - left, 9), round(high - low, 9)))
    assert len(spans) == 1


def test_a_pair_that_was_never_tried_has_an_empty_cell(records: SimpleNamespace) -> None:
    staged = records.run("vae/b", 90, (5, 1.2), design=[1.0, 2.0])
    runs, _ = records.experiment(records.run("raw/a", 90, (5, 1.2), design=[1.0, 2.0]), staged)
    figure, _ = plots.gallery(runs, lambda x, ax: ax.plot(x))
    assert [bool(ax.lines) for ax in figure.axes] == [True, False, False, True]
    assert not any(ax.texts for ax in figure.axes)


def test_labels_of_several_stages_stand_one_below_the_other_within_the_figure(records: SimpleNamespace) -> None:
    stages = {"encoder": "spectral-vae-8 → raw-fourier", "optimiser": "cma-es → augmented-lagrangian"}
    parts = [
        records.run("raw/a", 100, (1, 1.5), design=[0.0, 1.0]),
        records.run("x/y", 100, (1, 1.4), design=[0.0, 1.0]),
    ]
    parts[1][0].update(stages)
    figure, _ = plots.gallery(records.experiment(*parts)[0], lambda x, ax: ax.plot(x))
    figure.draw_without_rendering()
    texts = [text for ax in figure.axes for text in (ax.title, ax.yaxis.label) if "→" in text.get_text()]
    assert [text.get_text().count("\n") for text in texts] == [1, 1]
    for text in texts:
        box = text.get_window_extent()
        assert 0 <= box.x0 <= box.x1 <= figure.bbox.x1
        assert 0 <= box.y0 <= box.y1 <= figure.bbox.y1


def test_long_labels_are_broken_so_that_none_is_covered_and_all_titles_stand_at_one_height(
    records: SimpleNamespace,
) -> None:
    found = [("raw/augmented-lagrangian", [0.0, 1.0]), ("raw/sep-cma-es", [2.0, 1.0]), ("vae/cma-es", [0.0, 3.0])]
    parts = [records.run(arm, 100, (1, 1.5), design=design) for arm, design in found]

    def draw(x: np.ndarray, ax: Axes) -> None:
        ax.plot(2 * x, x)
        ax.set_aspect("equal")

    figure, _ = plots.gallery(records.experiment(*parts)[0], draw)
    figure.draw_without_rendering()
    boxes = [ax.title.get_window_extent() for ax in figure.axes[:3]]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))
    assert [box.y0 for box in boxes] == pytest.approx([boxes[0].y0] * 3, abs=3)
    assert {ax.title.get_text() for ax in figure.axes[:3]} == {"augmented-\nlagrangian", "cma-es", "sep-cma-es"}


def test_a_gallery_is_of_one_problem_that_was_tried(records: SimpleNamespace) -> None:
    runs, _ = records.experiment(*parts(records, problem="x"), *parts(records, problem="y"))
    with pytest.raises(ValueError, match="choose from"):
        plots.gallery(runs, lambda x, ax: None)
    assert set(plots.gallery(runs, lambda x, ax: ax.plot(x), problem="y")[1]["problem"]) == {"y"}
    with pytest.raises(ValueError, match="skipped"):
        plots.gallery(records.experiment(records.undone("raw/a", "skipped", "no gradient"))[0], lambda x, ax: None)


@pytest.mark.parametrize("n", [0, 1, 8, 13])
def test_a_sheet_shows_every_design_with_its_caption(n: int) -> None:
    designs = np.arange(3.0 * n).reshape(n, 3)
    captions = [f"σ {number}" for number in range(n)]
    figure, shown = plots.sheet(designs, lambda x, ax: ax.plot(x), captions)
    np.testing.assert_array_equal(shown, designs)
    assert [ax.lines[0].get_ydata().tolist() for ax in figure.axes if ax.lines] == designs.tolist()
    assert [ax.get_xlabel() for ax in figure.axes if ax.lines] == captions


EDGES = ["failed", "skipped", "no target", "no gap", "one evaluation", "one replicate", "dollars"]


@pytest.mark.parametrize("edge", EDGES)
def test_edge_cases_are_drawn_and_saved(records: SimpleNamespace, edge: str, tmp_path: Path) -> None:
    part = {
        "failed": records.undone("raw/a", "failed", "crash"),
        "skipped": records.undone("raw/a", "skipped", "no gradient"),
        "no target": records.run("raw/a", 90, (9, 1.2), targets=[]),
        "no gap": records.run("raw/a", 90, (9, 1.2), optimum=nan),
        "one evaluation": records.run("raw/a", 1, (1, 1.01)),
        "one replicate": records.run("raw/a", 90, (9, 1.01)),
        "dollars": records.run("$/a_$", 90, (9, 1.01), problem="$x^$", raw=True),
    }[edge]
    frames = records.experiment(part)
    for name, figure in {"ecdf": plots.ecdf(*frames)[0], "speed-up": plots.speed_up(*frames)[0]}.items():
        assert all(path.stat().st_size > 0 for path in plots.save(figure, tmp_path / name))


def test_the_same_frames_give_the_same_files(frames: Frames, tmp_path: Path) -> None:
    def files(folder: Path) -> list[bytes]:
        figures = (
            plots.ecdf(*frames)[0],
            plots.speed_up(*frames)[0],
            plots.gallery(frames[0], lambda x, ax: ax.plot(x))[0],
        )
        return [path.read_bytes() for n, figure in enumerate(figures) for path in plots.save(figure, folder / str(n))]

    assert files(tmp_path / "first") == files(tmp_path / "second")


@pytest.mark.parametrize("longest", [20, 80])
def test_many_arms_leave_room_for_panels_and_their_legend(records: SimpleNamespace, longest: int) -> None:
    arms = [f"{f'encoder number {number} ':x<{longest}}/a" for number in range(26)]
    frames = records.experiment(*(records.run(arm, 90, (1, 1.5), (9, 1.2)) for arm in arms))
    for figure in (plots.convergence(*frames)[0], plots.ecdf(*frames)[0]):
        figure.draw_without_rendering()
        legend = (figure.legends or [figure.axes[0].get_legend()])[0].get_window_extent()
        whole, panel = figure.bbox, figure.axes[0].get_window_extent()
        assert whole.x0 <= legend.x0 < legend.x1 <= whole.x1
        assert whole.y0 <= legend.y0 < legend.y1 <= whole.y1
        assert min(panel.width, panel.height) > 1.2 * figure.dpi
        assert len({str(line.get_color()) for line in figure.axes[0].lines if len(line.get_xdata()) > 2}) >= 26
