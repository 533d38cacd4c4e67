from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support import experiment_file, made_once

import bench
from bench.errors import BadInput
from bench.inspection.info import describe
from bench.store.directory import Store
from bench.store.records import Record, read_parquet
from bench.store.rows import LONGEST

EXPERIMENT = """
name = "small"
replicates = 2
budget = 5
[[problems]]
name = "thirdparty:Plain"
label = "bowl"
[[encoders]]
name = "raw"
[[optimisers]]
name = "random-search"
[[optimisers]]
name = "thirdparty:Raising"
[[optimisers]]
name = "l-bfgs"
"""


@pytest.fixture
def store(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A copy of the experiment's directory."""

    def run(folder: Path) -> None:
        bench.run(experiment_file(EXPERIMENT, folder), folder / "out", jobs=1)

    return Store(shutil.copytree(made_once("info", run, tmp_path_factory) / "out", tmp_path / "out"))


def test_an_experiment_is_described_with_its_settings_its_state_and_its_provenance(store: Store) -> None:
    next((store.path / "records").iterdir()).unlink()
    said = describe(store)
    for part in (
        "small: seed 0, replicates 2, searches 1 each",
        "bowl: thirdparty:Plain()",
        "raw/random-search: budget 5: raw() with random-search(",
        "5 of 6: ",
        "× ArithmeticError: lost my way",
        "'l-bfgs' needs gradients",
        f"latentbench {bench.__version__}",
        "OMP_NUM_THREADS 1",
        "hours of workers",
    ):
        assert part in said
    assert store.provenance()[0]["versions"]["latentbench"] == bench.__version__


def test_a_directory_that_was_hardly_begun_is_described_too(store: Store, tmp_path: Path) -> None:
    for path in (store.path / "records").iterdir():
        path.unlink()
    (store.path / "provenance.json").write_text("nonsense")
    assert "0 of 6" in describe(store)
    with pytest.raises(BadInput, match="no such directory"):
        describe(Store(tmp_path / "nowhere"))


@pytest.mark.parametrize("provenance", [None, "[", "1", "[1]", "[" * 100_000, "{}"])
def test_records_that_do_not_tell_what_they_were_computed_with_are_described_too(
    store: Store, provenance: str | None
) -> None:
    for path in (store.path / "records").iterdir():
        (row,), _ = read_parquet(path.read_bytes())
        kept = {name: value for name, value in row.items() if name not in ("provenance", "started")}
        path.write_bytes(Record(kept if provenance is None else kept | {"provenance": provenance}, {}).to_parquet())
    said = describe(store)
    readable = provenance in (None, "{}") or len(provenance or "") > LONGEST  # the last are no records any more
    assert ("what they were computed with cannot be read" in said) == (not readable)
