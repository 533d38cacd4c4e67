from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import bench
from bench.errors import BadInput
from bench.experiments.registry import resolve
from bench.inspection.verify import examined
from bench.running import reaching
from bench.searching import instance
from bench.store.directory import Store
from bench.store.records import Record, read_parquet, traces
from bench.studies.reach import reach

SPEC = resolve("problems", "isoperimetric", {"n_vertices": 24, "data": {"n": 100}})
DRAWN = instance.draw(SPEC, 0, 0)


def reached(name: str, budget: int = 2000, drawn: instance.Instance = DRAWN, **params: int) -> float:
    encoder = bench.make_encoder(name, **params).fit(  # type: ignore[arg-type]
        drawn.designs, np.random.default_rng(0), drawn.problem.layout
    )
    found = reach(drawn, encoder, budget, np.random.default_rng(0))
    assert found.evaluations <= budget
    assert drawn.problem.evaluate(np.array([found.design])).objective[0] == pytest.approx(found.objective)
    return found.objective


def test_raw_reaches_the_optimum() -> None:
    assert reached("raw") == pytest.approx(DRAWN.problem.optimum, abs=1e-8)


def test_more_principal_components_reach_further_and_not_beyond_the_optimum() -> None:
    found = [reached("pca", latent_dim=k) for k in (1, 3, 8, 30)]
    assert found == sorted(found, reverse=True)
    assert found[-1] >= DRAWN.problem.optimum - 1e-12  # type: ignore[operator]


def test_what_is_reached_is_no_worse_than_the_nearest_design_to_the_optimum() -> None:
    encoder = bench.make_encoder("pca", latent_dim=3).fit(DRAWN.designs, np.random.default_rng(0))  # type: ignore[arg-type]
    import torch

    known = DRAWN.problem.known_design
    assert known is not None
    nearest = encoder.decode(torch.as_tensor(encoder.encode(known[None]))).numpy()
    assert reached("pca", latent_dim=3) <= DRAWN.problem.evaluate(nearest).objective[0] + 1e-12


def test_a_problem_of_which_nothing_is_known_is_searched_from_its_data() -> None:
    problem = DRAWN.problem.instance(np.random.default_rng(0))
    problem.known_design = None
    assert reached("pca", drawn=replace(DRAWN, problem=problem), latent_dim=8) < 0.2


def test_the_known_design_is_turned_as_the_designs_are() -> None:
    for replicate in range(3):
        drawn = instance.draw(SPEC, 0, replicate)
        mean = drawn.designs.mean(axis=0)  # type: ignore[union-attr]
        known = drawn.problem.known_design
        assert known is not None
        off = np.roll(known.reshape(-1, 2), 5, axis=0).ravel()
        assert np.linalg.norm(known - mean) < 0.5 * np.linalg.norm(off - mean)


@pytest.fixture
def directory(tiny_run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_run, tmp_path / "out"))


def test_every_encoder_of_a_directory_is_searched_once_and_the_tables_say_so(directory: Path) -> None:
    before, _ = bench.load(directory)
    assert "reach_displayed" not in before
    assert reaching.reach(directory, 200, jobs=1) == {}
    runs, traces = bench.load(directory)
    single = ~runs["encoder"].str.contains("→")
    assert runs.loc[single, "reach_displayed"].notna().all()
    table = bench.encoder_table(runs).set_index("encoder")
    assert table["reachable"].notna().all()
    best = runs[single].groupby("encoder")["best"].min()
    assert np.all(table["reachable"] >= 1)
    assert np.all(
        table.loc[best.index, "reachable"]
        <= runs[single].groupby(["encoder", "replicate"])["best"].min().groupby("encoder").median() + 1e-12
    )
    efficiency = bench.efficiency_table(runs, traces)
    assert efficiency.loc[~efficiency["encoder"].str.contains("→"), "reachable"].notna().all()
    (directory / "encoders" / Store(directory).encoders()[0] / "reach.json").unlink()
    stamps = {path: path.stat().st_mtime_ns for path in directory.glob("encoders/*/reach.json")}
    reaching.reach(directory, 100, jobs=1)
    assert len(list(directory.glob("encoders/*/reach.json"))) == len(stamps) + 1
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"key": "another"}), '{"key": "KEY", "objective": "x"}'])
def test_a_file_of_no_use_is_left_out_with_a_warning(directory: Path, text: str) -> None:
    key = Store(directory).encoders()[0]
    (directory / "encoders" / key / "reach.json").write_text(text.replace("KEY", key))
    with pytest.warns(UserWarning, match="is not what a reach search has left"):
        runs, _ = bench.load(directory)
    assert isinstance(runs, pd.DataFrame)


@pytest.mark.parametrize(("params", "said"), [({"budget": 0}, "budget: 0"), ({"jobs": 0}, "jobs: 0")])
def test_numbers_that_make_no_sense_are_refused_in_words(tmp_path: Path, params: dict[str, int], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        reaching.reach(tmp_path, **params)  # type: ignore[arg-type]


def test_a_directory_without_an_encoder_is_refused_in_words(directory: Path) -> None:
    for folder in (directory / "encoders").iterdir():
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    with pytest.raises(BadInput, match="holds no fitted encoder"):
        reaching.reach(directory)


def test_a_forged_reach_is_not_believed(directory: Path) -> None:
    reaching.reach(directory, 100, jobs=1)
    assert [verdict for verdict in examined(Store(directory)) if verdict.objections] == []
    key = sorted(Store(directory).reaches())[0]
    path = directory / "encoders" / key / "reach.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"objective": 0.0}))
    (doubted,) = (verdict for verdict in examined(Store(directory)) if verdict.objections)
    assert doubted.what == f"encoders/{key}/reach.json"
    assert "its design has the objective" in doubted.objections[0]


def test_records_that_do_not_name_their_fit_are_loaded_without_what_it_reaches(directory: Path) -> None:
    reaching.reach(directory, 100, jobs=1)
    for path in (directory / "records").glob("*.parquet"):
        (row,), table = read_parquet(path.read_bytes())
        flat = traces(table)
        trace = {name: flat[name].to_pylist() for name in flat.column_names if name != "run"}
        path.write_bytes(Record({name: value for name, value in row.items() if name != "fit"}, trace).to_parquet())
    runs, _ = bench.load(directory)
    assert runs["reach_displayed"].isna().all()
