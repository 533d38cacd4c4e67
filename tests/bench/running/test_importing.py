"""Runs of a user's own loop, taken in: what was in the file is in the tables, and that we did not count it is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support import latentbench

import bench

SET = ["--set", "n_vertices=12", "--set", "reference=64", "--set", 'data={classes=["triangle","square","star"], n=40}']


def own_loop(replicates: int = 2, n: int = 12) -> pd.DataFrame:
    """Two arms on the isoperimetric problem, as somebody without latentbench would have written them down."""
    problem = bench.make_problem("isoperimetric", n_vertices=12)
    rows = []
    for arm, step in {"mine": 0.01, "vae/mine": 0.05}.items():
        for replicate in range(replicates):
            rng = np.random.default_rng(replicate)
            best = problem.designs(1, rng)[0]
            for evaluation in range(1, n + 1):
                x = best + step * rng.normal(size=best.shape) * (evaluation > 1)
                value = float(problem.evaluate(x[None]).objective[0])
                if value <= problem.evaluate(best[None]).objective[0]:
                    best = x
                rows.append({"arm": arm, "replicate": replicate, "evaluation": evaluation, "value": value} | named(x))
    return pd.DataFrame(rows)


def named(x: np.ndarray) -> dict[str, float]:
    return {f"x{number}": coordinate for number, coordinate in enumerate(x)}


@pytest.fixture(scope="module")
def loop() -> pd.DataFrame:
    return own_loop()


def test_an_imported_file_is_a_directory_for_every_command_and_joins_others(
    loop: pd.DataFrame, tiny_run: Path, tmp_path: Path
) -> None:
    loop.to_csv(tmp_path / "loop.csv", index=False)
    answer = latentbench("import", "loop.csv", "--problem", "isoperimetric", *SET, "--out", "mine", cwd=tmp_path)
    assert (answer.returncode, "4 runs in mine" in answer.stderr) == (0, True)
    runs, traces = bench.load(tmp_path / "mine")
    assert runs["raw"].tolist() == [True, True, False, False]
    assert len(traces) == len(loop)
    least = loop.groupby(["arm", "replicate"], sort=False)["value"].min().tolist()
    assert runs["best_objective"].tolist() == pytest.approx(least, rel=1e-12)
    assert latentbench("verify", tmp_path / "mine").returncode == 0
    assert "not counted by latentbench" in latentbench("table", tmp_path / "mine").stdout
    assert "loop.csv: whoever wrote it counted" in latentbench("audit", tmp_path / "mine").stdout
    assert "loop.csv" in latentbench("info", tmp_path / "mine").stdout
    joined = latentbench("table", tmp_path / "mine", tiny_run)
    assert joined.returncode == 0
    assert "vae/mine" in joined.stdout
    assert "raw/random-search" in joined.stdout
    for command in ("report", "plot"):
        assert latentbench(command, tmp_path / "mine").returncode == 0


def test_values_alone_of_a_problem_that_nobody_knows_are_taken_as_they_are(loop: pd.DataFrame, tmp_path: Path) -> None:
    few = loop[["arm", "replicate", "evaluation", "value"]].assign(feasible=loop["evaluation"] % 2 == 1)
    few.to_parquet(tmp_path / "wing.parquet")
    answer = latentbench("import", "wing.parquet", "--out", "wing", cwd=tmp_path)
    assert answer.returncode == 0
    assert "'wing' is not a problem that latentbench knows" in answer.stderr
    runs, _ = bench.load(tmp_path / "wing")
    best = few[few["feasible"]].groupby(["arm", "replicate"], sort=False)["value"].min().tolist()
    assert runs["best"].tolist() == best
    assert runs["design"].isna().all()
    for arguments in (["table", "--to", "0.5"], ["verify"], ["audit"], ["report"], ["plot"], ["table", "--answer"]):
        assert latentbench(arguments[0], tmp_path / "wing", *arguments[1:]).returncode == 0
    assert "nor the values" in latentbench("audit", tmp_path / "wing").stdout


def test_csv_as_people_write_it_says_the_same(loop: pd.DataFrame, tmp_path: Path) -> None:
    few = loop[["arm", "replicate", "evaluation", "value"]]
    few.to_csv(tmp_path / "plain.csv", index=False)
    few.to_csv(tmp_path / "german.CSV", index=False, sep=";", decimal=",", encoding="utf-8-sig")
    for name in ("plain.csv", "german.CSV"):
        assert latentbench("import", name, "--problem", "wing", "--out", name[:3], cwd=tmp_path).returncode == 0
    one, other = (bench.load(tmp_path / name) for name in ("pla", "ger"))
    assert one[0]["best"].tolist() == other[0]["best"].tolist()
    assert sorted(one[1]["objective"]) == sorted(other[1]["objective"])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: f.drop(columns="arm"), "lacks the column arm"),
        (lambda f: f.assign(value=f["value"] + 0.01), "row 1: value"),
        (lambda f: f.assign(value=-1.0), "better than the optimum"),
        (lambda f: f.assign(evaluation=f["evaluation"] + 1), "evaluation must rise from 1"),
        (lambda f: f.assign(evaluation=1.5), "evaluation 1.5 must be an integer"),
        (lambda f: f.assign(value="much"), "row 1: value 'much' must be a number"),
        (lambda f: f.assign(feasible="perhaps"), "feasible must be true or false"),
        (lambda f: f.drop(columns="x23"), "designs have 23 variables"),
        (lambda f: f.iloc[:0], "holds no evaluation"),
    ],
)
def test_a_file_that_cannot_be_believed_is_refused_in_a_line(
    loop: pd.DataFrame, tmp_path: Path, change: object, says: str
) -> None:
    change(loop).to_csv(tmp_path / "loop.csv", index=False)  # type: ignore[operator]
    answer = latentbench("import", "loop.csv", "--problem", "isoperimetric", *SET, "--out", "mine", cwd=tmp_path)
    assert answer.returncode == 2
    assert says in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert not (tmp_path / "mine").exists()


def test_a_design_beyond_what_the_problem_allows_is_no_success(tmp_path: Path) -> None:
    problem = bench.make_problem("heat-dispersion", n_vertices=60)
    x = problem.designs(1, np.random.default_rng(0))[0]
    broken = -x[::-1] * np.linspace(1, 9, len(x))
    value = float(problem.evaluate(broken[None]).objective[0])
    assert not problem.evaluate(broken[None]).feasible[0]
    row = {"arm": "mine", "replicate": 0, "evaluation": 1, "value": value} | named(broken)
    pd.DataFrame([row]).to_csv(tmp_path / "loop.csv", index=False)
    arguments = ["--problem", "heat-dispersion", "--set", "n_vertices=60", "--set", "reference=64", "--out", "mine"]
    assert latentbench("import", "loop.csv", *arguments, cwd=tmp_path).returncode == 0
    runs, _ = bench.load(tmp_path / "mine")
    assert runs["n_refused"].tolist() == [1]
    assert runs["best"].isna().all()
