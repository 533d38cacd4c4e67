from __future__ import annotations

import json
import re
from concurrent.futures import Future
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

import bench
from bench.report import beside, figures
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


class Unsaved(AbstractContextManager["Unsaved"]):
    """Names files and writes none, which takes most of the time."""

    def __init__(self, team: object) -> None:
        pass

    def save(self, figure: Any, stem: Path) -> Future[beside.Saved]:
        named: Future[beside.Saved] = Future()
        named.set_result(([Path(f"{stem}.png")], []))
        return named

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def unsaved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "Saver", Unsaved)


def test_every_figure_is_written_as_png_and_pdf(frames: Frames, tmp_path: Path) -> None:
    paths = list(figures.write(*frames, tmp_path / "plots"))
    kinds = ["map", "convergence", "ecdf", *(f"{kind}-isoperimetric" for kind in ("speed-up", "gallery", "sheet"))]
    assert [path.name for path in paths] == [f"{kind}.{suffix}" for kind in kinds for suffix in ("png", "pdf")]
    assert all(path.parent == tmp_path / "plots" and path.stat().st_size > 1000 for path in paths)


@pytest.mark.usefixtures("unsaved")
@pytest.mark.parametrize("broken", ["plug-in gone", "data changed", "parameter gone", "other problem"])
def test_a_problem_that_cannot_be_drawn_is_one_warning_and_the_others_are_drawn(
    frames: Frames, tmp_path: Path, broken: str
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
        paths = list(figures.write(*also(frames, "a/b", **spec), tmp_path / "plots"))
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


def test_a_figure_that_cannot_be_sent_to_another_process_is_saved_all_the_same(tmp_path: Path) -> None:
    figure = Figure()
    figure.lock = Lock()  # type: ignore[attr-defined]
    with beside.Saver() as saver:
        paths, told = saver.save(figure, tmp_path / "locked").result()
    assert [path.name for path in paths if path.stat().st_size > 0] == ["locked.png", "locked.pdf"]
    assert told == []


def test_what_saving_warns_of_is_told_and_what_fails_is_raised(tmp_path: Path) -> None:
    strange = Figure()
    strange.suptitle("\U0001f5ff")  # no font has it
    with beside.Saver() as saver:
        saved, failed = saver.save(strange, tmp_path / "strange"), saver.save(Figure(), tmp_path / "strange.png" / "a")
        (told,) = saved.result()[1]
        assert "no font of this system has letters such as" in told
        with pytest.raises(OSError, match=r"strange\.png"):
            failed.result()
