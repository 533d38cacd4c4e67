"""The figures of prices, costs, gaps and encoders: what they show, beside what the tables say."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from bench.analysis import plots
from bench.analysis.cost import cost_table, work
from bench.analysis.decomposition import gap_decomposition
from bench.analysis.encoders import encoder_table
from bench.analysis.families import family
from bench.analysis.leaks import same_but_data

Frames = tuple[pd.DataFrame, pd.DataFrame]
OF_RUNS = [plots.gap_parts, plots.reachability, plots.encoder_diagnostics, plots.leak_sensitivity]
OF_TRACES = [plots.gradient_price, plots.break_even_map]


def spec(classes: list[str], **params: Any) -> str:
    return json.dumps({"name": "outline", "params": {"data": {"classes": classes}, **params}})


def records_of(records: SimpleNamespace, **other: Any) -> Frames:
    """A latent arm with gradients that reaches σ ≤ 1.2 sooner, a raw one that reaches 1.05 too; none reaches 1.001."""
    facts = {"targets": [1.2, 1.05, 1.001], **other}
    parts = [
        part
        for r in range(3)
        for part in (
            records.run("raw/a", 500, (100, 1.15), (400, 1.04), replicate=r, **facts),
            records.run("vae-4/a", 60, (20, 1.15), replicate=r, fit_seconds=9.0, **facts),
        )
    ]
    runs, traces = records.experiment(*parts)
    latent = runs["arm"].eq("vae-4/a")
    told = {"reach_objective": records.objective(1.1), "reach_displayed": 1.1, "reach_evaluations": 900.0}
    runs = runs.assign(
        n_g=np.where(latent, 30, 0), n_f=np.where(latent, 30, 500), latent_dim=np.where(latent, 4, 200),
        rmse=np.where(latent, 0.02, 0.0), prior_valid=np.where(latent, 0.8, 0.0), prior_spread=0.5,
        **{name: np.where(latent, value, np.nan) for name, value in told.items()},
    )  # fmt: skip
    gradients = np.where(traces["run"].str.contains("vae"), traces["evaluations"] // 2, 0)
    return runs, traces.assign(n_g=gradients)


@pytest.fixture
def frames(records: SimpleNamespace) -> Frames:
    return records_of(records)


def texts(figure: Figure) -> str:
    found = [text.get_text() for ax in figure.axes for text in ax.texts]
    return " ".join(found)


def labels(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_the_map_shows_the_arm_of_least_work_everywhere(frames: Frames) -> None:
    figure, data = plots.break_even_map(*frames)
    costs = cost_table(*frames)
    assert set(data["target"]) == {1.2, 1.05}
    for target, rows in data.groupby("target"):
        arms = costs[costs["target"] == target]
        seconds = work(arms, rows["evaluation"], rows["reuse"])
        np.testing.assert_array_equal(rows["work"], seconds.min(axis=1))
        np.testing.assert_array_equal(rows["arm"], arms["arm"].to_numpy()[seconds.argmin(axis=1)])
    assert set(data.loc[data["target"] == 1.2, "arm"]) == {"raw/a", "vae-4/a"}
    assert set(data.loc[data["target"] == 1.05, "arm"]) == {"raw/a"}
    assert labels(figure) == ["raw/a", "vae-4/a", "none"]


def test_the_border_of_the_map_is_the_break_even(frames: Frames) -> None:
    _, data = plots.break_even_map(*frames, target=1.2)
    costs = cost_table(*frames).set_index(["arm", "target"])
    for m in (1, 10, 100):
        at = data[np.isclose(data["reuse"], m)]
        border = costs.loc[("vae-4/a", 1.2), f"break_even_{m}"]
        assert len(at) > 100
        np.testing.assert_array_equal(at["arm"] == "vae-4/a", at["evaluation"] > border)


def test_a_target_that_none_reached_is_hatched(frames: Frames) -> None:
    figure, data = plots.break_even_map(*frames, target=1.001)
    assert data.empty
    assert figure.axes[0].patch.get_hatch()
    assert texts(figure) == "no arm reached it"
    with pytest.raises(ValueError, match="no run has the target 7"):
        plots.break_even_map(*frames, target=7.0)
    with pytest.raises(ValueError, match="one target"):
        plots.break_even_map(*frames, ax=Figure().subplots())


def test_bands_hold_the_speed_ups_at_both_prices(frames: Frames) -> None:
    _, data = plots.gradient_price(*frames)
    at = data.set_index(["arm", "target"]).loc[("vae-4/a", 1.2)]
    assert [at["low"], at["high"]] == pytest.approx([100 / 50, 100 / 20])
    assert at["speed_up_strongest_reverse"] == at["low"]
    assert at["speed_up_strongest_differences"] == pytest.approx(100 / 50)
    runs, traces = frames
    none = plots.gradient_price(runs.assign(n_g=0), traces.assign(n_g=0))
    assert none[1].empty
    assert texts(none[0]) == "no run took a gradient"


def test_bars_are_the_parts_of_the_gap(frames: Frames) -> None:
    figure, data = plots.gap_parts(frames[0])
    told = gap_decomposition(frames[0]).dropna(subset="representation_gap")
    assert data["arm"].tolist() == told["arm"].tolist() == ["vae-4/a"]
    widths = [bar.get_width() for bar in figure.axes[0].patches]
    assert widths == pytest.approx([*told["representation_gap"], *told["search_gap"]])
    assert figure.axes[0].patches[1].get_x() == widths[0]


@pytest.mark.parametrize(
    ("encoder", "k", "name"),
    [
        *(
            ("vae-8", 8, "vae"),
            ("mse k=8 β=8.0", 8, "mse β=8.0"),
            ("β = 3, vae-16", 16, "β = 3, vae"),
            ("vae", 8, "vae"),
        ),
        *(("vae-18", 8, "vae-18"), ("8", 8, "8"), ("info-vae-2, β = 2", 2, "info-vae, β = 2")),
    ],
)
def test_a_family_is_an_encoder_without_its_dimensions(encoder: str, k: int, name: str) -> None:
    assert family(encoder, k) == name


def test_a_line_a_family_through_the_representation_gaps(frames: Frames) -> None:
    runs = frames[0][lambda frame: ~frame["raw"]]
    more = runs.assign(encoder="vae-9", latent_dim=9, arm="vae-9/a", reach_objective=-1.0)
    figure, data = plots.reachability(pd.concat([runs, more], ignore_index=True))
    (line,) = figure.axes[0].lines
    assert list(line.get_xdata()) == [4.0, 9.0]
    assert data["representation_gap"].tolist() == [*encoder_table(runs)["representation_gap"], 0.0]
    assert line.get_ydata()[1] == figure.axes[0].get_ylim()[0] == 1e-6
    unknown = plots.reachability(runs.assign(optimum=np.nan))[0]
    assert unknown.axes[0].get_ylabel() == "reachable σ"
    assert unknown.axes[0].lines[0].get_ydata().tolist() == [1.1]


def test_diagnostics_are_those_of_the_table(frames: Frames) -> None:
    figure, data = plots.encoder_diagnostics(frames[0])
    assert data["encoder"].tolist() == encoder_table(frames[0])["encoder"].tolist()
    shown = [ax.lines[0].get_xdata()[1] for ax in figure.axes]
    assert shown == [0.8, 0.02, 0.5]
    assert np.isnan(figure.axes[1].lines[0].get_xdata()[0])
    assert figure.axes[1].lines[1].get_marker() == "<"
    assert plots.encoder_diagnostics(frames[0][lambda frame: frame["raw"]])[1].empty


def test_problems_that_differ_in_their_data_alone_are_beside_one_another(records: SimpleNamespace) -> None:
    one, _ = records_of(records, problem="circles", problem_spec=spec(["circle", "star"]))
    two, _ = records_of(records, problem="none", problem_spec=spec(["star"]))
    far, _ = records_of(records, problem="other", problem_spec=spec(["star"], n=7))
    runs = pd.concat([one, two.assign(best_objective=0.25), far], ignore_index=True)
    assert same_but_data(runs) == [["circles", "none"]]
    figure, data = plots.leak_sensitivity(runs)
    assert data.groupby("problem")["gap"].unique()["none"].tolist() == [0.5]
    assert data.groupby("arm")["problem"].apply(list).tolist() == [["circles", "none"]] * 2
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["circles", "none"]
    alone, nothing = plots.leak_sensitivity(pd.concat([one, far], ignore_index=True))
    assert nothing.empty
    assert "no two problems differ" in texts(alone)


@pytest.mark.parametrize("kind", ["failed", "one", "no targets", "no optimum", "never"])
def test_poor_records_are_drawn(records: SimpleNamespace, kind: str, tmp_path: Any) -> None:
    parts = {
        "failed": records.undone("vae/a", "failed", "crash"),
        "one": records.run("raw/a", 1, (1, 1.04)),
        "no targets": records.run("vae/a", 9, (1, 1.5), targets=[]),
        "no optimum": records.run("vae/a", 9, (1, 1.04), optimum=np.nan),
        "never": records.run("vae/a", 9, (1, 1.04, False)),
    }
    runs, traces = records.experiment(parts[kind])
    figures = [draw(runs, traces) for draw in OF_TRACES] + [draw(runs) for draw in OF_RUNS]
    for number, (figure, _) in enumerate(figures):
        figure.savefig(tmp_path / f"{number}.png", dpi=20)


@pytest.mark.parametrize("draw", [*OF_TRACES, *OF_RUNS])
def test_without_a_run_there_is_nothing_to_draw(draw: Any) -> None:
    empty = pd.DataFrame(columns=["run", "problem", "arm", "status"])
    with pytest.raises(ValueError, match="no run of any problem"):
        draw(empty, pd.DataFrame(columns=["run"])) if draw in OF_TRACES else draw(empty)


def test_the_same_records_give_the_same_bytes(frames: Frames, tmp_path: Any) -> None:
    saved = [plots.save(plots.break_even_map(*frames)[0], tmp_path / name) for name in "ab"]
    assert [path.read_bytes() for path in saved[0]] == [path.read_bytes() for path in saved[1]]
