"""Leak control is of any problem: one that is no outline says what its training data are, and is audited for it."""

from __future__ import annotations

import hashlib
import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import bench
from bench import checks
from bench.analysis import plots
from bench.analysis.audit import audit
from bench.analysis.cost import cost_table
from bench.analysis.joining import join
from bench.analysis.leaks import same_but_data
from bench.store.completion import completed

TEXT = """
name = "stocked"
replicates = 2
budget = 20

[[problems]]
name = "{name}"
label = "half"
data = {{ source = '{source}', withhold = 0.5, n = 30 }}

[[problems]]
name = "{name}"
label = "whole"
data = {{ source = '{source}', n = 30 }}

[[encoders]]
name = "raw"

[[encoders]]
name = "pca"
latent_dim = 2

[[encoders]]
name = "vae"
latent_dim = 2
epochs = 1
loss = "bce"

[[optimisers]]
name = "random-search"
"""
PLAIN = "thirdparty:Stocked"
KEPT, EACH = 30, 30
"""Training designs, and evaluations that each took to make."""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Records of a run of the problem with and without withholding, and its file."""
    folder = tmp_path_factory.mktemp("stocked")
    source = folder / "numbers.npy"
    np.save(source, np.random.default_rng(0).uniform(0.0, 2.0, (100, 4)))
    file = folder / "stocked.toml"
    file.write_text(TEXT.format(name=PLAIN, source=source), encoding="utf-8")
    path = bench.run(file, folder / "out", jobs=1).path
    runs, traces = bench.load(path)
    assert set(runs["status"]) == {"completed"}
    return SimpleNamespace(source=source, path=path, runs=runs, traces=traces)


def test_such_a_problem_conforms(done: SimpleNamespace) -> None:
    assert checks.check(PLAIN, data={"source": str(done.source), "withhold": 0.5, "n": 30}) == []


def test_where_data_come_from_and_what_they_cost_is_on_record_of_every_run(done: SimpleNamespace) -> None:
    digest = hashlib.sha256(done.source.read_bytes()).hexdigest()
    assert set(done.runs["data_source"]) == {"numbers.npy"}
    assert set(done.runs["data_identity"]) == {digest}
    for label, withheld, price in (("half", 0.5, 2 * KEPT * (EACH + 1)), ("whole", 0.0, KEPT * EACH)):
        some = done.runs[done.runs["problem"] == label]
        assert set(some["n_designs"]) == {KEPT}
        assert (set(some["data_withheld"]), set(some["data_price"])) == ({withheld}, {price})
    assert done.runs.groupby("encoder")["confined"].unique().map(list).to_dict() == {
        "raw": [False],
        "pca": [False],
        "vae": [True],
    }


def test_the_audit_tells_it(done: SimpleNamespace) -> None:
    said = {(each.problem, each.about): each for each in audit(done.runs, done.traces)}
    half, whole = said["half", "leak control"], said["whole", "leak control"]
    assert "(numbers.npy), less the best 50% by the objective itself, cost 1860 evaluations" in half.sentence
    assert "(numbers.npy), cost 900 evaluations" in whole.sentence
    assert half.arms == whole.arms == ("pca/random-search", "vae/random-search")
    assert said["half", "output"].arms == ("vae/random-search",)


def test_costs_and_the_figure_of_leaks_know_it(done: SimpleNamespace) -> None:
    runs, traces = done.runs.assign(targets=[[3.0]] * len(done.runs)), done.traces
    costs = cost_table(runs, traces).groupby("problem")["data_evaluations"].unique().map(list).to_dict()
    assert costs == {"half": [1860.0], "whole": [900.0]}
    assert same_but_data(runs) == [["half", "whole"]]
    assert plots.leak_sensitivity(runs.assign(optimum=0.0))[1]["problem"].nunique() == 2


def test_experiments_that_differ_in_their_data_alone_are_told_so(done: SimpleNamespace) -> None:
    parts = {}
    for label in ("half", "whole"):
        runs = done.runs[done.runs["problem"] == label].assign(problem="numbers")
        parts[label] = runs, done.traces[done.traces["run"].isin(set(runs["run"]))]
    runs, _, differences = join(parts)
    assert set(runs["problem"]) == {"numbers"}
    (data,) = [each for each in differences if "training data" in each]
    assert ("withhold 0.5" in data, "withhold 0.0" in data) == (True, True)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"classes": ["star", "gear"], "withhold": 0.2}, ("drawn: star, gear", "drawn: star, gear", 0.2, 125.0)),
        (
            {"classes": ["star"], "withhold": 0.0, "source": None, "digest": ""},
            ("drawn: star", "drawn: star", 0.0, 0.0),
        ),
        ({"withhold": 0.5, "source": "a/own.npy", "digest": "d1"}, ("own.npy", "d1", 0.5, 200.0)),
    ],
)
def test_what_older_records_do_not_say_follows_from_their_specifications(data: Any, told: tuple[Any, ...]) -> None:
    names = ("data_source", "data_identity", "data_withheld", "data_price")
    older = {"problem_spec": json.dumps({"name": "p", "params": {"data": data, "m": 1}}), "n_designs": 100.0}
    row = completed(older)
    assert tuple(row[name] for name in names) == told
    assert (json.loads(row["task_spec"]), json.loads(row["data_spec"])) == ({"name": "p", "params": {"m": 1}}, data)
    newer = dict(zip(names, ("said", "said", 0.1, 7.0), strict=True)) | {"confined": True}
    assert completed(older | newer) == row | newer


@pytest.mark.parametrize(
    "spec",
    [None, "", "{", "[]", "null", '{"params": 1}', '{"params": {"data": 1}}', '{"params": {"data": {"withhold": 2}}}'],
)
def test_a_row_from_anywhere_is_completed_with_what_says_nothing(spec: Any) -> None:
    row = completed({"problem_spec": spec, "arm_spec": spec, "n_designs": None})
    assert (row["data_source"], row["data_identity"], row["confined"]) == ("", "", False)
    assert np.isnan([row["data_withheld"], row["data_price"]]).all()


def test_an_older_autoencoder_is_confined_by_its_output_or_its_loss() -> None:
    def row(**params: Any) -> dict[str, Any]:
        return completed({"arm_spec": json.dumps({"stages": [{"encoder": {"params": params}}]})})

    assert row(output="sigmoid", loss="mse")["confined"]
    assert row(output=None, loss="bce")["confined"]
    assert not row(output=None, loss="mse")["confined"]
