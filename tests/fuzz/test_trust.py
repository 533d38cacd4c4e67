"""Reading runs no code but for what the reader has named; running runs what one's own experiment file names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from hypothesis import strategies as st

import bench
from bench.errors import BadInput
from bench.experiments import registry
from fuzz.cases import cases
from fuzz.forge import read, record
from fuzz.mutate import WEIRD

EVIL = "from pathlib import Path\nPath(__file__).with_suffix('.ran').touch()\n"
"""A module that leaves a trace where it is imported."""


def name_evil(directory: Path) -> None:
    """Have an experiment directory name a module of its own, throughout."""
    identity = json.loads((directory / "experiment.json").read_text(encoding="utf-8"))
    problem = identity["problems"][0]
    problem["name"] = "evil:Problem"
    (directory / "experiment.json").write_text(json.dumps(identity), encoding="utf-8")
    spec = json.dumps({"name": problem["name"], "params": problem["params"]}, sort_keys=True)
    for path in (directory / "records").iterdir():
        row, trace = read(path)
        path.write_bytes(record(row | {"problem_spec": spec}, trace))


CONSOLE = """
import json, sys
from bench.cli import main
codes = []
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["latentbench", *arguments]
    codes.append(main())
print(codes)
"""


def latentbench(*commands: list[str], cwd: Path) -> str:
    """Give what commands print, the last line being their exit codes.

    As under the console script, the current folder is not where Python looks for modules.
    """
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-P", "-c", CONSOLE, json.dumps(commands)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False)
    return done.stderr + done.stdout


def test_a_plug_in_within_a_plug_in_is_imported_no_sooner_than_one_that_stands_alone() -> None:
    inner = {"name": "never_to_be_imported:Class", "params": {}}
    recorded = {"name": "restarts", "params": {"optimiser": inner, "step": 0.1}}
    with pytest.raises(BadInput, match="add --trust never_to_be_imported"):
        registry.from_record(recorded, kind="optimisers")
    assert registry.from_record(recorded, ["never_to_be_imported"], "optimisers").params["optimiser"] == inner


def test_reading_a_directory_imports_nothing_that_lies_in_it_or_that_it_names(copy: Path) -> None:
    name_evil(copy)
    for module in ("evil", "bottleneck", "numexpr", "IPython", "sitecustomize"):
        (copy / f"{module}.py").write_text(EVIL)
    said = latentbench(["table", "."], ["info", "."], ["plot", "."], ["verify", "."], cwd=copy)
    assert said.splitlines()[-1] == "[0, 0, 0, 1]"
    assert said.count("--trust evil") > 1
    assert list(copy.glob("*.ran")) == []


def test_what_the_reader_trusts_is_imported(copy: Path) -> None:
    name_evil(copy)
    (copy / "evil.py").write_text(EVIL)
    assert "module 'evil' has no 'Problem'" in latentbench(["verify", ".", "--trust", "evil"], cwd=copy)
    assert [path.name for path in copy.glob("*.ran")] == ["evil.ran"]


def test_running_into_a_directory_imports_what_ones_own_file_names_alone(
    copy: Path, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_evil(copy)
    (copy / "evil.py").write_text(EVIL)
    monkeypatch.syspath_prepend(copy)
    with pytest.raises(BadInput, match="different experiment"):
        bench.run(small, copy, jobs=1)
    identity = (small.parent / "out" / "experiment.json").read_text(encoding="utf-8")
    (copy / "experiment.json").write_text(identity, encoding="utf-8")
    with warnings.catch_warnings(action="ignore"):
        bench.run(small, copy, jobs=1)
    assert len(list((copy / "aside").glob("*.parquet.*"))) == 10
    assert "evil" not in sys.modules
    assert list(copy.glob("*.ran")) == []


@pytest.mark.parametrize(
    ("name", "trusted", "allowed"),
    [
        ("isoperimetric", [], True),
        ("acme.problems:Mine", ["acme.problems"], True),
        ("acme.problems:Mine", ["acme"], True),
        ("acme.problems:Mine", ["acme.prob", "acme.problems.deep", "", "acme.problems:Mine", "."], False),
        ("acmeproblems:Mine", ["acme"], False),
        (":Mine", ["acme"], False),
        ("os:system", [], False),
        ("nothing", ["nothing"], False),
    ],
)
def test_a_module_is_trusted_by_its_name_or_that_of_its_package(name: str, trusted: list[str], allowed: bool) -> None:
    identity = {"name": name, "params": {"n_vertices": 8}}
    if allowed:
        assert registry.from_record(identity, trusted).identity() == identity
        return
    with pytest.raises(BadInput) as caught:
        registry.from_record(identity, trusted)
    assert "\n" not in str(caught.value)


@cases(60, st.one_of(WEIRD, st.fixed_dictionaries({"name": WEIRD, "params": WEIRD})))
def test_an_identity_of_any_shape_is_refused_and_imports_nothing(identity: object) -> None:
    before = set(sys.modules)
    with pytest.raises(BadInput):
        registry.from_record(identity)
    assert set(sys.modules) == before


def test_no_file_of_a_directory_is_unpickled(copy: Path, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pickle

    import numpy as np

    class Bomb:
        def __reduce__(self) -> tuple[object, ...]:
            return (sys.exit, ("exploded",))

    encoder = min((copy / "encoders").iterdir())
    for path in (min((copy / "records").iterdir()), encoder / "arrays.safetensors", encoder / "info.json"):
        path.write_bytes(pickle.dumps(Bomb()))
    np.save(copy / "designs.npy", np.array([Bomb()], dtype=object))
    for name in ("load", "loads"):
        monkeypatch.setattr(pickle, name, None)
    with warnings.catch_warnings(action="ignore"):
        assert len(bench.load(copy)[0]) == 9
    with pytest.raises(BadInput, match=r"data\.source"):
        bench.make_problem("isoperimetric", n_vertices=8, data={"source": str(copy / "designs.npy")})
