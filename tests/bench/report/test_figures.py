from __future__ import annotations

import json
import pickle
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from support import AtOnce

import bench
from bench.analysis.records import Records
from bench.report import figures
from bench.running.workers import teams
from bench.running.workers.process import Death
from bench.running.workers.teams import Team
from bench.store.completion import completed

Frames = tuple[pd.DataFrame, pd.DataFrame]


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    """Records of one short run, of an outline."""
    folder = tmp_path_factory.mktemp("short")
    (folder / "short.toml").write_text(
        'name = "short"\nreplicates = 1\nbudget = 5\n[[problems]]\nname = "isoperimetric"\nn_vertices = 8\n'
        'data = { n = 10 }\n[[encoders]]\nname = "raw"\n[[optimisers]]\nname = "random-search"\n'
    )
    bench.run(folder / "short.toml", out=folder / "out", jobs=1)
    return bench.load(folder / "out")


def also(frames: Frames, label: str, **spec: Any) -> Frames:
    """Add the same records under another label, as if of a problem that is specified otherwise."""
    runs, traces = frames
    text = json.dumps(json.loads(runs["problem_spec"].iloc[0]) | spec)
    rows = runs.assign(problem=label, problem_spec=text, run=runs["run"] + label).to_dict("records")
    other = pd.DataFrame(map(completed, rows))
    its_traces = traces.assign(run=traces["run"].astype(str) + label)
    return pd.concat([runs, other], ignore_index=True), pd.concat([traces, its_traces])


def do(work: Callable[..., Any], *arguments: Any) -> Any:
    """What another process gives, to which only what is pickled goes."""
    return pickle.loads(pickle.dumps(work(*pickle.loads(pickle.dumps(arguments)))))


OTHER = Team(AtOnce(), do, lambda: 1)
"""A process that draws everything."""
BOTH = pytest.mark.parametrize("team", [None, OTHER], ids=["this process", "another"])


@pytest.fixture
def unsaved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name files and write none, which takes most of the time."""
    monkeypatch.setattr(figures.plots, "save", lambda figure, stem: [Path(f"{stem}.png")])


def test_every_figure_is_written_as_png_and_pdf(frames: Frames, tmp_path: Path) -> None:
    paths = list(figures.write(*frames, tmp_path / "plots"))
    kinds = ["map", "convergence", "ecdf", *(f"{kind}-isoperimetric" for kind in ("speed-up", "gallery", "sheet"))]
    assert [path.name for path in paths] == [f"{kind}.{suffix}" for kind in kinds for suffix in ("png", "pdf")]
    assert all(path.parent == tmp_path / "plots" and path.stat().st_size > 1000 for path in paths)


def test_another_process_that_draws_changes_no_file(frames: Frames, tmp_path: Path) -> None:
    with teams.local(1) as team:
        here, there, both = (
            {path.name: path.read_bytes() for path in figures.write(*frames, tmp_path / name, team=each)}
            for name, each in {"here": None, "there": OTHER, "both": team}.items()
        )
    assert list(here) == list(there) == list(both)
    assert here == there == both


@pytest.mark.usefixtures("unsaved")
@BOTH
@pytest.mark.parametrize("broken", ["plug-in gone", "data changed", "parameter gone", "other problem"])
def test_a_problem_that_cannot_be_drawn_is_one_warning_and_the_others_are_drawn(
    frames: Frames, tmp_path: Path, broken: str, team: Team | None
) -> None:
    np.save(tmp_path / "own.npy", np.zeros((9, 8, 2)))
    params = json.loads(frames[0]["problem_spec"].iloc[0])["params"]
    data = params["data"] | {"source": str(tmp_path / "own.npy"), "digest": "0" * 64}
    spec: dict[str, Any] = {
        "plug-in gone": {"name": "nowhere:Gone"},
        "data changed": {"params": params | {"data": data}},
        "parameter gone": {"params": params | {"wings": 2}},
        "other problem": {"params": params | {"n_vertices": 1}},
    }[broken]
    with pytest.warns(UserWarning, match="a/b: its designs cannot be drawn: ") as said:
        paths = list(figures.write(*also(frames, "a/b", **spec), tmp_path / "plots", team=team))
    assert len(said) == 1
    assert "\n" not in str(said[0].message)
    names = {path.stem for path in paths}
    assert {"gallery-isoperimetric", "sheet-isoperimetric", "speed-up-a-b", "ecdf-a-b", "ecdf-isoperimetric"} < names
    assert not {"gallery-a-b", "sheet-a-b"} & names


@pytest.mark.usefixtures("unsaved")
def test_what_the_records_hold_besides_has_figures_of_its_own(frames: Frames, tmp_path: Path) -> None:
    runs, traces = frames
    reach = {"reach_objective": 0.1, "reach_displayed": 1.05, "reach_evaluations": 9.0}
    runs = runs.assign(raw=False, rmse=0.1, n_g=2, **reach, targets=[[100.0]] * len(runs))
    params = json.loads(runs["problem_spec"].iloc[0])["params"]
    both = also((runs, traces.assign(n_g=1)), "b", params=params | {"data": params["data"] | {"n": 11}})
    kinds = {"gradient-price", "break-even", "gap-parts", "reachability", "encoders"}
    names = {path.stem for path in figures.write(*both, tmp_path)}
    assert {f"{kind}-{problem}" for kind in kinds for problem in ("isoperimetric", "b")} | {"leaks"} < names


@pytest.mark.usefixtures("unsaved")
def test_a_problem_without_designs_has_a_gallery_and_no_sheet(frames: Frames, tmp_path: Path) -> None:
    runs, traces = also(frames, "plain", name="thirdparty:Plain", params={})
    paths = figures.write(runs[runs["problem"] == "plain"], traces, tmp_path, trusted=["thirdparty"])
    assert [path.stem for path in paths] == ["map", "convergence", "ecdf", "speed-up-plain", "gallery-plain"]


@given(st.sets(st.text(max_size=100)))
def test_file_names_are_safe_and_all_different(labels: set[str]) -> None:
    names = figures.file_names(labels)
    assert set(names) == labels
    assert len(set(names.values())) == len(labels)
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,70}[a-z0-9])?", name) for name in names.values())


def test_file_names_keep_what_they_can() -> None:
    labels = ["../a", "a", "A!", "a-2", "isoperimetric, no circles", "Wärme/σ", "形"]
    assert figures.file_names(labels) == {
        **{"../a": "a", "A!": "a-2", "a": "a-3", "a-2": "a-2-2"},
        **{"isoperimetric, no circles": "isoperimetric-no-circles", "Wärme/σ": "warme", "形": "problem"},
    }


@BOTH
def test_what_saving_warns_of_is_told_and_what_fails_is_raised(
    frames: Frames, tmp_path: Path, team: Team | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(figure: Figure, stem: Path) -> list[Path]:
        if stem.name == "map":
            raise ValueError("no map\nof this")
        if stem.name == "sheet-isoperimetric":
            raise OSError("the disk is full")
        warnings.warn(f"{stem.name} is odd", stacklevel=2)
        return [stem]

    monkeypatch.setattr(figures.plots, "save", save)
    written = figures.write(*frames, tmp_path, team=team)
    with pytest.warns(UserWarning, match=r"odd|cannot be drawn") as said:
        paths = [next(written) for _ in range(3)]
    assert [path.name for path in paths] == ["convergence", "ecdf", "speed-up-isoperimetric"]
    told = [str(each.message) for each in said]
    assert told == ["map cannot be drawn: ValueError: no map of this", *(f"{path.name} is odd" for path in paths)]
    with pytest.raises(OSError, match="the disk is full"), warnings.catch_warnings(action="ignore"):
        list(written)


def test_figures_at_which_another_process_dies_are_warnings(frames: Frames, tmp_path: Path) -> None:
    dying = Team(AtOnce(), lambda *_: Death("its process was killed", "", by_itself=False), lambda: 1)
    with pytest.warns(UserWarning, match="cannot be drawn: .*its process was killed") as said:
        assert list(figures.write(*frames, tmp_path, team=dying)) == []
    assert len(said) == len(figures.sketches(Records(*frames)))
