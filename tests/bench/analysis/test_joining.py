from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from bench.analysis.joining import join
from bench.analysis.tables import efficiency_table

ARMS = ("raw/cma", "pca/cma")


def spec(**params: Any) -> str:
    return json.dumps({"name": "disc", "params": {"n_vertices": 100, "data": {"n": 10}, **params}})


def records_of(records: SimpleNamespace, *arms: str, name: str = "", **other: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """An experiment whose run keys hold a name, as hashes of different identities differ."""
    fields = {"problem_spec": spec(), "arm_spec": "{}", "seed": 0, "fit": "f", "larger_is_better": False} | other
    parts = [records.run(arm, 10, (1, 1.5), (5, 1.02), replicate=n, **fields) for arm in arms for n in range(3)]
    for row, trace in parts:
        for each in (row, *trace):
            each["run"] = f"{name}{each['run']}"
    return records.experiment(*parts)


def test_an_experiment_joined_with_itself_is_itself(records: SimpleNamespace) -> None:
    runs, traces = records_of(records, *ARMS)
    again, their_traces, said = join({"a": (runs, traces), "b": (runs, traces)})
    assert said == ["6 runs are in several of them, and count once"]
    pd.testing.assert_frame_equal(again, runs)
    assert len(their_traces) == len(traces)
    pd.testing.assert_frame_equal(efficiency_table(again, their_traces), efficiency_table(runs, traces))


def test_arms_of_two_experiments_are_compared_on_their_common_problem(records: SimpleNamespace) -> None:
    runs, traces, said = join({"a": records_of(records, "raw/cma"), "b": records_of(records, "pca/cma", name="b")})
    assert (said, set(runs["arm"])) == ([], set(ARMS))
    table = efficiency_table(runs, traces).set_index("arm")
    assert table.loc["pca/cma", "speed_up_strongest"] == 1.0


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"budget": 500}, "budget: 1000 in a; 500 in b"),
        ({"seed": 7}, "not paired"),
        ({"arm_spec": '{"sigma": 1}'}, "parameters differ"),
        ({"problem_spec": spec(data={"n": 20})}, "training data: n 10 in a; n 20 in b"),
    ],
)
def test_arms_of_one_label_that_differ_are_told_apart(
    records: SimpleNamespace, other: dict[str, Any], words: str
) -> None:
    runs, _, said = join({"a": records_of(records, *ARMS), "b": records_of(records, *ARMS, name="b", **other)})
    assert set(runs["arm"]) == {f"{arm} ({name})" for arm in ARMS for name in "ab"}
    assert set(runs["problem"]) == {"disc"}
    assert any(words in sentence for sentence in said)


def test_problems_of_one_label_that_differ_are_told_apart(records: SimpleNamespace) -> None:
    other = records_of(records, *ARMS, name="b", problem_spec=spec(n_vertices=200))
    runs, _, said = join({"a": records_of(records, *ARMS), "b": other})
    assert set(runs["problem"]) == {"disc (a)", "disc (b)"}
    assert {"disc (a) is in a alone", "disc (b) is in b alone"} <= set(said)


def test_encoders_fitted_apart_are_told_apart(records: SimpleNamespace) -> None:
    other = records_of(records, "raw/tpe", "pca/tpe", name="b", fit="g", seed=1)
    runs, _, _ = join({"a": records_of(records, *ARMS), "b": other})
    assert set(runs["encoder"]) == {"raw", "pca (a)", "pca (b)"}
    assert set(runs["arm"]) == {*ARMS, "raw/tpe", "pca/tpe"}


def test_other_versions_commits_and_machines_are_told(records: SimpleNamespace) -> None:
    entries = [{"commit": c, "machine": {"cores": n}, "versions": {"numpy": "2", "cma": c}} for n, c in enumerate("xy")]
    parts = {
        name: records_of(records, arm, name=name, provenance=json.dumps(entry))
        for name, arm, entry in zip("ab", ARMS, entries, strict=True)
    }
    *_, said = join(parts)
    assert said == ["commit: x in a; y in b", "machine: cores 0 in a; cores 1 in b", "cma: x in a; y in b"]


def test_empty_experiments_and_specs_that_cannot_be_read_are_no_obstacle(records: SimpleNamespace) -> None:
    nothing = records.experiment()
    runs, _, said = join({"a": records_of(records, *ARMS), "b": nothing})
    assert (len(runs), "b holds no runs" in said) == (6, True)
    assert len(join({"a": nothing, "b": nothing})[0]) == 0
    broken = records_of(records, *ARMS, name="b", problem_spec="{", provenance="[")
    assert len(join({"a": records_of(records, *ARMS), "b": broken})[0]) == 12
