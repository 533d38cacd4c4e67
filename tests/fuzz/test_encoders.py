from __future__ import annotations

import json
import warnings
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st
from safetensors.numpy import load, save

from bench.experiments.experiment import Experiment
from bench.running import runner
from bench.store.directory import Store
from fuzz.cases import cases
from fuzz.forge import alone
from fuzz.mutate import edited, mutated

Files = dict[str, tuple[bytes, dict[str, object]]]


@pytest.fixture(scope="module")
def files(small: Path) -> Files:
    folders = (small.parent / "out" / "encoders").iterdir()
    return {
        folder.name: ((folder / "arrays.safetensors").read_bytes(), json.loads((folder / "info.json").read_text()))
        for folder in sorted(folders)
    }


def doubts(small: Path, directory: Path) -> list[str]:
    """What is doubted once all runs are to be done again."""
    for path in (directory / "records").iterdir():
        path.unlink()
    said: list[str] = []
    with warnings.catch_warnings(action="ignore"):
        todo = runner.plan(Experiment.load(small), Store(directory), lambda path, reason: said.append(path.name))
    assert sorted(fit.key for fit in todo.fits) == sorted(said)
    return said


def write(directory: Path, key: str, arrays: bytes, info: object) -> None:
    (directory / "encoders" / key / "arrays.safetensors").write_bytes(arrays)
    (directory / "encoders" / key / "info.json").write_text(json.dumps(info), encoding="utf-8")


@cases(25, st.data())
def test_mutated_arrays_with_the_checksum_they_have_are_doubted_or_fit(
    small: Path, files: Files, data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(sorted(files)))
    arrays = data.draw(mutated([each for each, _ in files.values()]))
    with alone(small.parent / "out") as directory:
        write(directory, key, arrays, files[key][1] | {"sha256": sha256(arrays).hexdigest()})
        assert set(doubts(small, directory)) <= {key}


@cases(25, st.data())
def test_an_info_of_any_shape_is_doubted_or_fits(small: Path, files: Files, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(files)))
    with alone(small.parent / "out") as directory:
        write(directory, key, files[key][0], data.draw(edited(files[key][1])))
        assert set(doubts(small, directory)) <= {key}


@cases(10, st.data())
def test_mutated_info_is_doubted_or_fits(small: Path, files: Files, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(files)))
    info = data.draw(mutated([json.dumps(each).encode() for _, each in files.values()]))
    with alone(small.parent / "out") as directory:
        (directory / "encoders" / key / "info.json").write_bytes(info)
        assert set(doubts(small, directory)) <= {key}


@pytest.mark.parametrize(
    "harm", ["no start", "start of another length", "nan", "integers", "weights of another network", "another class"]
)
def test_whole_arrays_that_are_of_no_use_are_doubted(small: Path, files: Files, harm: str) -> None:
    key = next(key for key, (_, info) in files.items() if info["encoder"]["name"] == "vae")  # type: ignore[index]
    arrays = load(files[key][0])
    match harm:
        case "no start":
            del arrays["start"]
        case "start of another length":
            arrays["start"] = arrays["start"][:-1].copy()
        case "nan":
            arrays["start"] = arrays["start"] * np.nan
        case "integers":
            arrays["centre"] = arrays["centre"].astype(int)
        case "weights of another network":  # which would be a large one, though none of its numbers is here
            arrays["state.network.encoder.0.weight"] = np.zeros((0, 10**12))
            arrays["state.offset"] = np.zeros(10**6)
        case "another class":
            arrays = {name: array for name, array in arrays.items() if not name.startswith("state.")}
            arrays["state.__class__"] = np.frombuffer(b"os:system", dtype=np.uint8)
    content = save(arrays)
    with alone(small.parent / "out") as directory:
        write(directory, key, content, files[key][1] | {"sha256": sha256(content).hexdigest()})
        assert doubts(small, directory) == [key]
