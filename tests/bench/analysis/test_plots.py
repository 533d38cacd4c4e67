from __future__ import annotations

from math import nan
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from bench.analysis import measures, plots
from bench.analysis.labels import ordered
from bench.analysis.plots.style import EVALUATIONS

Frames = tuple[pd.DataFrame, pd.DataFrame]


def grid(records: SimpleNamespace, **other: Any) -> list[Any]:
    """Runs of three encoders and three optimisers; latent search has no gradient."""
    parts = []
    for optimiser in ("a", "b", "c"):
        for replicate in range(4):
            where = {"replicate": replicate, **other}
            late = 5 * (replicate + 1)
            parts += [
                records.run(f"raw/{optimiser}", 200, (late, 1.5), (100, 1.2), **where),
                records.run(f"vae/{optimiser}", 100, (late, 1.3), (50, 1.1), prior_mean=1.25, prior_best=1.2, **where)
                if optimiser != "c"
                else records.undone("vae/c", "skipped", "no gradient", **where),
            ]
    return parts


@pytest.fixture
def frames(records: SimpleNamespace) -> Frames:
    return records.experiment(*grid(records))


def drawn(ax: Any) -> list[Any]:
    """Lines of the arms, without the reference marks."""
    return [line for line in ax.lines if len(line.get_xdata()) > 2]


def names(figure: Figure) -> list[str]:
    """Optimisers above the columns of panels."""
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def legend(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_a_switch_is_marked_on_its_curve(records: SimpleNamespace) -> None:
    parts = grid(records)
    runs, traces = records.experiment(*parts)
    runs["switched_at"] = [[30.0] if arm == "vae/a" else [] for arm in runs["arm"]]
    runs["switched_why"] = ["converged" if arm == "vae/a" else "" for arm in runs["arm"]]
    figure, _ = plots.convergence(runs, traces)
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "X"]
    assert [list(line.get_xdata()) for line in marks] == [[30.0]]
    assert "next stage of an arm" in legend(figure)
    assert not any(line.get_marker() == "X" for ax in figure.axes[1:] for line in ax.lines)


def test_data_and_lines_are_the_measures(frames: Frames) -> None:
    figure, data = plots.convergence(*frames)
    pd.testing.assert_frame_equal(data, measures.convergence(*frames))
    for optimiser, ax in zip(names(figure), figure.axes, strict=True):
        curves = [curve for _, curve in data[data["optimiser"] == optimiser].groupby("encoder")]
        assert len(drawn(ax)) == len(curves) == (1 if optimiser == "c" else 2)
        for line, curve in zip(drawn(ax), curves, strict=True):
            median = curve["median"].where(np.isfinite(curve["median"])).to_numpy()
            np.testing.assert_array_equal(line.get_xdata(), curve["evaluations"])
            np.testing.assert_array_equal(line.get_ydata(), median)


def test_axes_are_named_and_the_gap_is_logarithmic(frames: Frames) -> None:
    figure, _ = plots.convergence(*frames)
    axes = figure.axes
    assert names(figure) == ["a", "b", "c"]
    assert [ax.get_ylabel() for ax in axes] == ["normalised\ngap Δ", "", ""]
    assert [ax.get_xlabel() for ax in axes] == [EVALUATIONS] * 3
    assert {(ax.get_xscale(), ax.get_yscale()) for ax in axes} == {("log", "log")}
    assert len({ax.get_ylim() for ax in axes}) == len({ax.get_xlim() for ax in axes}) == 1


def test_displayed_value_is_drawn_where_no_optimum_is_known(records: SimpleNamespace) -> None:
    runs = records.experiment(*grid(records, optimum=nan, larger_is_better=True))
    figure, data = plots.convergence(*runs)
    assert figure.axes[0].get_ylabel() == "best verified\nσ"
    assert figure.axes[0].get_yscale() == "linear"
    assert data["median"].max() == 1.5


@pytest.mark.parametrize(("first", "scale"), [(9.0, "linear"), (11.0, "log")])
def test_values_of_many_magnitudes_are_drawn_on_a_logarithmic_axis(
    records: SimpleNamespace, first: float, scale: str
) -> None:
    events = ((1, first), (40, 1.2), (80, 1.0))
    found = [records.run("raw/a", 90, *events, replicate=replicate, optimum=nan) for replicate in range(3)]
    figure, data = plots.convergence(*records.experiment(*found))
    assert figure.axes[0].get_yscale() == scale
    low, high = figure.axes[0].get_ylim()
    assert low < data["median"].min() < data["median"].max() < high
    assert low > 0 or scale == "linear"


def test_what_is_infinitely_bad_or_solved_lies_on_the_edge(records: SimpleNamespace) -> None:
    found = [records.run("raw/a", 90, (1, 1.5), (40, 1.2), (80, 1.0), replicate=replicate) for replicate in range(3)]
    figure, data = plots.convergence(*records.experiment(*found, records.run("raw/a", 90, replicate=3)))
    ax = figure.axes[0]
    low, high = ax.get_ylim()
    assert (data["median"].iloc[-1], data["high"].iloc[-1]) == (0.0, np.inf)
    assert 0.5 < low / (records.objective(1.2) / 0.5) < 1.0
    assert drawn(ax)[0].get_ydata()[-1] == low
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (low, high)


def test_marks_stand_at_the_gap_of_their_objective(records: SimpleNamespace, frames: Frames) -> None:
    ax = plots.convergence(*frames)[0].axes[0]
    marks = {float(line.get_xdata()[0]): float(line.get_ydata()[0]) for line in ax.lines if len(line.get_xdata()) == 1}
    assert marks[1000.0] == pytest.approx(records.objective(1.2) / 0.5)
    assert marks[1.0] == pytest.approx(records.objective(1.25) / 0.5)
    level = next(line for line in ax.lines if len(line.get_xdata()) == 2)
    assert level.get_ydata()[0] == pytest.approx(records.objective(1.125) / 0.5)


def test_legend_names_each_encoder_once_raw_first_and_the_marks_there_are(
    records: SimpleNamespace, frames: Frames
) -> None:
    marks = ["best training design", "decoded prior mean", "best of 1,000 prior samples"]
    assert legend(plots.convergence(*frames)[0]) == ["raw", "vae", *marks]
    bare = records.experiment(records.run("raw/a", 90, (9, 1.2), data_best=nan))
    assert legend(plots.convergence(*bare)[0]) == ["raw"]


def test_several_problems_have_a_row_of_panels_each(records: SimpleNamespace) -> None:
    frames = records.experiment(*grid(records), *grid(records, problem="coil", optimum=nan))
    figure, data = plots.convergence(*frames)
    rows = np.reshape(figure.axes, (2, 3))
    assert [ax.get_title("left") for ax in rows[:, 0]] == ["coil", "disc"]
    assert [ax.get_ylabel() for ax in rows[:, 0]] == ["best verified\nσ", "normalised\ngap Δ"]
    assert names(figure) == ["a", "b", "c"]
    assert set(data["problem"]) == {"coil", "disc"}
    only, data = plots.convergence(*frames, problem="coil")
    assert (only.get_suptitle(), len(only.axes)) == ("coil", 3)
    assert set(data["problem"]) == {"coil"}


def test_eight_problems_fit_on_a_page(records: SimpleNamespace) -> None:
    parts = [records.run(f"raw/{o}", 90, (1, 1.5), problem=f"disc {number}") for o in "abcd" for number in range(8)]
    width, height = plots.convergence(*records.experiment(*parts))[0].get_size_inches()
    assert width <= 7.0
    assert height <= 9.5


def test_best_known_and_bound_are_lines_where_no_optimum_is_known(records: SimpleNamespace) -> None:
    known = {"best_known": -0.8, "best_known_displayed": 2.15, "bound": -0.8, "bound_displayed": 2.209}
    open_end = records.experiment(*grid(records, optimum=nan, larger_is_better=True, data_best=1.62, **known))
    figure, _ = plots.convergence(*open_end)
    levels = [line.get_ydata()[0] for line in figure.axes[0].lines if len(line.get_xdata()) == 2]
    assert levels == [1.62, 2.15, 2.209]
    assert {"best known", "bound"} <= set(legend(figure))
    exact = plots.convergence(*records.experiment(*grid(records, **known)))[0]
    assert not {"best known", "bound"} & set(legend(exact))


def test_an_encoder_has_the_same_colour_in_every_figure(records: SimpleNamespace) -> None:
    skipped = [records.undone("pca/a", "skipped", "too many dimensions", problem="coil")]
    runs, traces = records.experiment(*grid(records), *grid(records, problem="coil"), *skipped)
    few = runs[runs["problem"] == "coil"]
    lines = [figure.legends[0].get_lines() for figure in (plots.convergence(f, traces)[0] for f in (runs, few))]
    assert len({str([(line.get_label(), line.get_color()) for line in each]) for each in lines}) == 1


def test_labels_are_ordered_as_people_count() -> None:
    assert ordered(["vae-16", "vae-2", "pca-8", "10", "9", "vae-2 → raw", "²"]) == [
        *("9", "10", "pca-8", "vae-2", "vae-2 → raw", "vae-16", "²"),
    ]


def test_one_panel_has_a_line_an_arm_each_of_its_own_look(records: SimpleNamespace) -> None:
    arms = [f"{encoder}/{n}" for encoder in ("raw", "vae") for n in range(12)]
    frames = records.experiment(*(records.run(arm, 90, (1, 1.5), (9, 1.2)) for arm in arms))
    mine = Figure()
    ax = mine.subplots()
    figure, _ = plots.convergence(*frames, ax=ax)
    assert figure is mine
    assert [text.get_text() for text in ax.get_legend().get_texts()][:24] == arms
    assert len({(line.get_color(), str(line._dash_pattern)) for line in drawn(ax)}) == 24


def test_what_cannot_be_drawn_is_refused(records: SimpleNamespace, frames: Frames) -> None:
    with pytest.raises(ValueError, match=r"no run of torus; there are runs of \['disc'\]"):
        plots.convergence(*frames, problem="torus")
    both = records.experiment(*grid(records), *grid(records, problem="coil"))
    with pytest.raises(ValueError, match=r"choose from \['coil', 'disc'\]"):
        plots.convergence(*both, ax=Figure().subplots())
    with pytest.raises(ValueError, match="no run of any problem"):
        plots.convergence(pd.DataFrame(columns=["run", "status"]), pd.DataFrame(columns=["run"]))


@pytest.mark.parametrize("name", ["failed", "one evaluation", "no design", "solved"])
def test_edge_cases_are_drawn(records: SimpleNamespace, name: str, tmp_path: Path) -> None:
    parts = {
        "failed": records.undone("raw/a", "failed", "crash"),
        "one evaluation": records.run("raw/a", 1, (1, 1.5)),
        "no design": records.run("raw/a", 90, (9, 1.2, False)),
        "solved": records.run("raw/a", 90, (9, 1.0)),
    }
    figure, _ = plots.convergence(*records.experiment(parts[name]))
    assert [path.stat().st_size > 0 for path in plots.save(figure, tmp_path / "plots" / "figure")] == [True, True]
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == (["no evaluation", "a"] if name == "failed" else ["a"])


def test_nothing_global_is_changed_and_no_figure_is_left_open(frames: Frames, tmp_path: Path) -> None:
    with mpl.rc_context(mpl.rcParamsDefault):
        before = dict(mpl.rcParams)
        plots.save(plots.convergence(*frames)[0], tmp_path / "figure")
        assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == []


def test_saved_files_are_named_and_reproducible(frames: Frames, tmp_path: Path) -> None:
    first = plots.save(plots.convergence(*frames)[0], tmp_path / "vae-0.5")
    second = plots.save(plots.convergence(*frames)[0], str(tmp_path / "again"))
    assert [path.name for path in first] == ["vae-0.5.png", "vae-0.5.pdf"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert b"CreationDate" not in first[1].read_bytes()
