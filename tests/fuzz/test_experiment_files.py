from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import strategies as st

from bench.errors import BadInput, visible
from bench.experiments.catalogue import suites
from bench.experiments.experiment import Experiment
from fuzz.cases import cases
from fuzz.conftest import SMALL
from fuzz.mutate import HOSTILE_TEXTS, WEIRD, mutated

SEEDS = [SMALL.encode(), *(path.read_bytes() for path in suites().values())]


def load(text: str) -> Experiment | None:
    """Read an experiment; None where it is refused, in a line of sensible length."""
    try:
        return Experiment.from_toml(text)
    except BadInput as error:
        if len(visible(error)) >= 2000:
            raise AssertionError("the error fills the screen") from error
        return None


@cases(120, mutated(SEEDS))
def test_a_mutated_file_is_read_or_refused(content: bytes) -> None:
    load(content.decode("utf-8", "replace"))


def toml(value: Any) -> str:
    """Write a value as TOML does; JSON's strings are TOML's."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    return '""' if value is None else json.dumps(value)


ENTRIES = [
    *("name", "seed", "replicates", "searches", "budget", "trace", "problems", "encoders", "optimisers", "arms"),
    *("problems.0.name", "problems.0.label", "problems.0.n_vertices", "problems.0.data", "problems.0.data.classes"),
    *("problems.0.data.n", "problems.0.data.source", "problems.0.data.digest", "problems.0.data.withhold"),
    *("encoders.1.name", "encoders.1.label", "encoders.1.latent_dim", "encoders.1.loss", "encoders.1.hidden"),
    *("optimisers.0.name", "optimisers.0.budget", "optimisers.0.batch", "optimisers.1.memory", "arms.0.label"),
    *("arms.0.stages", "arms.0.budget", "arms.0.stages.0.encoder", "arms.0.stages.0.until", "arms.0.stages.0.what"),
]


@cases(120, st.lists(st.tuples(st.sampled_from(ENTRIES), WEIRD), min_size=1, max_size=3))
def test_entries_of_any_type_and_size_are_read_or_refused(changes: list[tuple[str, Any]]) -> None:
    import tomllib

    whole: Any = tomllib.loads(SMALL)
    for path, value in changes:
        *folders, last = path.split(".")
        part = whole
        for name in folders:
            inner = part[int(name)] if isinstance(part, list) and int(name) < len(part) else None
            part = inner if isinstance(part, list) else part.get(name) if isinstance(part, dict) else None
        if isinstance(part, dict):
            part[last] = value
    experiment = load("\n".join(f"{json.dumps(key)} = {toml(value)}" for key, value in whole.items()))
    if experiment is not None:
        json.dumps(experiment.identity()).encode()
        next(experiment.runs())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("replicates = 2", f"replicates = {2**53}", "must make at most 1000000"),
        ("replicates = 2", "replicates = 1000\nsearches = 1000", "must make at most 1000000"),
        ("replicates = 2", "replicates = 1" + "0" * 5000, "TOML"),
        ("budget = 30", f"seed = {2**63}", "seed"),
        ("n_vertices = 8", f"n_vertices = {10**12}", "n_vertices"),
        ("n_vertices = 8", f"n_vertices = {10**9}", "n_vertices"),
        ("n = 20", f"n = {10**12}", "data.n"),
        ("hidden = 4", "x = " + "[" * 3000 + "]" * 3000, "nested"),
        ("hidden = 4", "x." * 2_000 + "x = 1", "nested"),
        ("hidden = 4", "x" * 10**6 + " = 1", "unknown"),
    ],
)
def test_a_small_file_cannot_ask_for_endless_memory(old: str, new: str, said: str) -> None:
    assert old in SMALL
    with pytest.raises(BadInput, match=said) as caught:
        Experiment.from_toml(SMALL.replace(old, new, 1))
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_name_that_is_a_path_or_worse_is_refused(text: str) -> None:
    try:
        experiment = Experiment.from_toml(SMALL.replace('"small"', json.dumps(text), 1))
    except BadInput:
        return
    assert experiment.name in ("CON", "nul.txt", "NaN")  # folders by any name but on Windows, which refuses itself


def test_a_file_imports_only_the_modules_that_it_names() -> None:
    before = set(sys.modules)
    for text in ("antigravity", "this", "antigravity.x", "antigravity/x:y", ":", "this:", ":this"):
        assert load(SMALL.replace('"raw"', json.dumps(text))) is None
        assert load(SMALL.replace('label = "hand-off"', f"label = {json.dumps(text)}")) is not None
    assert not {"antigravity"} & (set(sys.modules) - before)
