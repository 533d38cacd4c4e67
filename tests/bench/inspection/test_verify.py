from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bench
from bench.inspection.verify import examined
from bench.store.directory import Store
from bench.store.records import Record, read_parquet, traces

EXPERIMENT = """
name = "small"
replicates = 1
budget = 60
[[problems]]
name = "isoperimetric"
n_vertices = 24
reference = 64
data = { n = 60 }
[[problems]]
name = "heat-dispersion"
reference = 64
data = { n = 60 }
[[problems]]
name = "target-ratio"
reference = 64
data = { n = 60 }
[[problems]]
name = "thirdparty:Plain"
[[encoders]]
name = "raw"
[[encoders]]
name = "pca"
latent_dim = 2
[[optimisers]]
name = "cma-es"
[[optimisers]]
name = "thirdparty:Raising"
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("done")
    (folder / "small.toml").write_text(EXPERIMENT)
    bench.run(folder / "small.toml", folder / "out", jobs=1)
    return folder / "out"


@pytest.fixture
def copy(done: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(done, tmp_path / "copy"))


def doubts(path: Path, *trusted: str) -> list[str]:
    return [sentence for verdict in examined(Store(path), trusted) for sentence in verdict.objections]


def forge(path: Path, change: Callable[[dict[str, Any], dict[str, Any]], None], problem: str = "isoperimetric") -> None:
    """Change a completed record, and write it as if nothing had happened."""
    for file in sorted((path / "records").iterdir()):
        (row,), table = read_parquet(file.read_bytes())
        if row["problem"] == problem and row["status"] == "completed":
            trace = {name: traces(table)[name].to_pylist() for name in traces(table).column_names if name != "run"}
            change(row, trace)
            file.write_bytes(Record(row, trace).to_parquet())
            return
    raise AssertionError("nothing to forge")


def test_an_honest_experiment_is_believed_runs_that_failed_and_pairs_that_were_skipped_too(done: Path) -> None:
    found = list(examined(Store(done), ["thirdparty"]))
    assert [verdict for verdict in found if verdict.objections] == []
    assert len(found) == 16 + 8 - 1  # of problem "plain", with two dimensions, no PCA is fitted
    assert bench.load(done)[0]["status"].nunique() == 3


def test_a_module_that_only_the_records_name_is_not_imported(done: Path) -> None:
    said = doubts(done)
    assert said
    assert all("'thirdparty'" in sentence and "--trust" in sentence for sentence in said)


@pytest.mark.parametrize("problem", ["isoperimetric", "heat-dispersion", "target-ratio"])
def test_another_design_is_not_believed(copy: Path, problem: str) -> None:
    def change(row: dict[str, Any], _: dict[str, Any]) -> None:
        row["design"] = (np.array(row["design"]) * np.tile([1, 1.001], len(row["design"]) // 2)).tolist()

    forge(copy, change, problem)
    said = doubts(copy, "thirdparty")
    assert any("its design has the objective" in sentence for sentence in said)
    assert any("by other means" in sentence for sentence in said)


def test_a_better_value_is_not_believed_even_if_the_trace_agrees(copy: Path) -> None:
    def change(row: dict[str, Any], trace: dict[str, Any]) -> None:
        best = trace["objective"].index(row["best_objective"])
        trace["objective"][best] -= 1e-6
        row["best_objective"] -= 1e-6

    forge(copy, change)
    assert any("its design has the objective" in sentence for sentence in doubts(copy, "thirdparty"))


@pytest.mark.parametrize(
    ("problem", "said"), [("isoperimetric", "not a simple ring"), ("heat-dispersion", "is not feasible")]
)
def test_a_design_that_cannot_be_made_is_not_believed(copy: Path, problem: str, said: str) -> None:
    def change(row: dict[str, Any], _: dict[str, Any]) -> None:
        row["design"] = np.roll(np.array(row["design"]).reshape(-1, 2), 1, axis=1).ravel().tolist()
        row["design"][4:6] = row["design"][20:22]

    forge(copy, change, problem)
    assert any(said in sentence for sentence in doubts(copy, "thirdparty"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda row, trace: trace["evaluations"].__setitem__(-1, 999), "do not count up"),
        (lambda row, trace: trace["n_f"].__setitem__(0, 0), "do not count up"),
        (lambda row, trace: row.update(n_f=row["n_f"] + 1), "with a budget of 60"),
        (
            lambda row, trace: trace["verified"].__setitem__(slice(None), [False] * len(trace["verified"])),
            "in its trace",
        ),
        (lambda row, trace: row.update(best=row["best"] * 0.99), "not 1."),
    ],
)
def test_a_trace_and_a_row_that_do_not_fit_are_not_believed(
    copy: Path, change: Callable[[dict[str, Any], dict[str, Any]], None], said: str
) -> None:
    forge(copy, change)
    assert any(said in sentence for sentence in doubts(copy, "thirdparty"))


def test_a_record_under_the_name_of_another_run_is_not_believed(copy: Path) -> None:
    (row,), _ = read_parquet(next((copy / "records").iterdir()).read_bytes())
    key = "0" * len(row["run"])
    (copy / "records" / f"{key}.parquet").write_bytes(Record(row | {"run": key}, {}).to_parquet())
    assert "its key is not that of its settings" in doubts(copy, "thirdparty")


def test_files_that_are_damaged_are_named(copy: Path) -> None:
    record = sorted((copy / "records").iterdir())[0]
    record.write_bytes(record.read_bytes()[:-9])
    arrays = sorted((copy / "encoders").glob("*/arrays.safetensors"))[0]
    arrays.write_bytes(arrays.read_bytes()[:-1] + b"!")
    doubted = {verdict.what for verdict in examined(Store(copy), ["thirdparty"]) if verdict.objections}
    assert doubted == {f"records/{record.name}", f"encoders/{arrays.parent.name}"}
