"""Studies that are kept in a database: they are all there, and nothing depends on them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest
from support import assert_same_records

import bench
from bench.checks import Bowl
from bench.errors import BadInput
from bench.experiments import registry
from bench.experiments.experiment import Experiment
from bench.optimisers.optuna_storage import keep
from bench.searching.ledger import Ledger
from encoders.identity import Identity

NAMES = ["tpe", "tpe-univariate", "gp-optuna"]
BUDGET = 14
EXPERIMENT = """
name = "kept"
replicates = 2
searches = 2
budget = 9
[[problems]]
name = "thirdparty:Plain"
[[encoders]]
name = "raw"
[[optimisers]]
name = "tpe"
startup = 3
[[optimisers]]
name = "restarts"
optimiser = { name = "tpe-univariate" }
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'studies.db'}"


def visited(name: str, **params: Any) -> tuple[np.ndarray, Ledger]:
    """Every design that a search evaluates after its start, and its ledger."""
    problem, points = Bowl(dim=3), []
    evaluate = problem.evaluate
    problem.evaluate = lambda x: (points.append(np.array(x)), evaluate(x))[1]  # type: ignore[method-assign]
    optimiser = bench.make_optimiser(name, startup=5, **params)
    ledger = bench.search(problem, Identity(), optimiser, np.full(3, 0.5), BUDGET, np.random.default_rng(3))
    return np.concatenate(points), ledger


def studies(url: str) -> dict[str, list[optuna.trial.FrozenTrial]]:
    storage = optuna.storages.RDBStorage(url)
    try:
        return {study.study_name: storage.get_all_trials(study._study_id) for study in storage.get_all_studies()}
    finally:
        storage.remove_session()
        storage.engine.dispose()


@pytest.mark.parametrize("name", NAMES)
def test_a_search_visits_the_same_points_whether_it_is_kept_or_not(name: str, url: str) -> None:
    (without, _), (kept, ledger) = visited(name), visited(name, storage=url)
    assert ledger.price == BUDGET
    assert np.array_equal(without, kept)
    ((study, trials),) = studies(url).items()
    points = [[trial.params[f"z{i}"] for i in range(3)] for trial in trials]
    assert study.startswith(("TPE-3-13-", "GaussianProcess-3-13-"))
    assert np.array_equal(points, kept[-BUDGET:])
    assert {trial.state for trial in trials} == {optuna.trial.TrialState.COMPLETE}
    assert min(trial.value for trial in trials) == ledger.best_objective


def test_a_search_that_is_done_again_is_kept_beside_the_first_and_not_mixed_with_it(url: str) -> None:
    for _ in range(3):
        visited("tpe", storage=url)
    first, second, third = sorted(studies(url))
    assert (second, third) == (f"{first}-2", f"{first}-3")
    assert [len(trials) for trials in studies(url).values()] == [BUDGET] * 3


@pytest.mark.parametrize("name", NAMES)
def test_no_seed_and_no_record_knows_where_studies_are_kept(name: str, url: str) -> None:
    plain, kept = registry.resolve("optimisers", name), registry.resolve("optimisers", name, {"storage": url})
    assert plain.identity() == kept.identity()
    assert "storage" not in plain.params
    assert plain == registry.from_record(plain.identity(), kind="optimisers")
    assert (plain.make().storage, kept.make().storage) == ("", url)


def test_an_optimiser_within_another_keeps_its_studies_too(url: str) -> None:
    inner = {"name": "tpe", "storage": url}
    nested = {"optimiser": {"name": "multistart", "optimiser": inner}}
    plain = {"optimiser": {"name": "multistart", "optimiser": "tpe"}}
    kept = registry.resolve("optimisers", "restarts", nested)
    assert kept.identity() == registry.resolve("optimisers", "restarts", plain).identity()
    assert kept.make().optimiser.optimiser.storage == url


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("tpe", "2075a8f5b79410c058ac"),
        ("tpe-univariate", "058b1a452a8bbb07b575"),
        ("gp-optuna", "2c1a9b23afdc14bdb434"),
    ],
)
def test_seeds_are_what_they_were_before_studies_could_be_kept(name: str, key: str) -> None:
    text = EXPERIMENT.replace('name = "tpe"\n', f'name = "{name}"\n')
    assert next(Experiment.from_toml(text).runs()).key == key


@pytest.mark.parametrize("jobs", [1, 2])
def test_all_runs_share_a_database_and_leave_the_records_of_an_experiment_that_keeps_none(
    tmp_path: Path, url: str, jobs: int
) -> None:
    kept = EXPERIMENT.replace("startup = 3", f'startup = 3\nstorage = "{url}"')
    kept = kept.replace('"tpe-univariate"', f'"tpe-univariate", storage = "{url}"')
    for name, text in (("plain", EXPERIMENT), ("kept", kept)):
        (tmp_path / f"{name}.toml").write_text(text)
        bench.run(tmp_path / f"{name}.toml", tmp_path / name, jobs=jobs)
    assert_same_records(tmp_path / "plain", tmp_path / "kept")
    runs, _ = bench.load(tmp_path / "kept")
    assert set(runs["status"]) == {"completed"}
    assert len(studies(url)) >= len(runs) == 8
    assert not any("studies.db" in path.read_text() for path in (tmp_path / "kept").glob("*.*"))
    bench.run(tmp_path / "plain.toml", tmp_path / "kept", jobs=1)  # goes on where the other has ended


def test_arms_that_differ_by_their_budget_alone_have_studies_of_their_own(tmp_path: Path, url: str) -> None:
    text = EXPERIMENT.replace("startup = 3", f'startup = 3\nstorage = "{url}"').partition('[[optimisers]]\nname = "re')
    longer = text[0].partition("[[optimisers]]")
    (tmp_path / "two.toml").write_text(text[0] + longer[1] + longer[2] + 'label = "longer"\nbudget = 12\n')
    bench.run(tmp_path / "two.toml", tmp_path / "out", jobs=1)
    kept = studies(url)
    assert sorted(map(len, kept.values())) == [9] * 4 + [12] * 4
    assert not any(name.endswith("-2") for name in kept)


def test_many_may_write_at_once(url: str) -> None:
    visited("tpe", storage=url)
    study = optuna.create_study()
    study.add_trials(next(iter(studies(url).values())))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: keep(study, url, "same" if number % 2 else f"own-{number}"), range(8)))
    assert [len(trials) for trials in studies(url).values()] == [BUDGET] * 9


@pytest.mark.parametrize(
    "bad",
    [
        *("nonsense", "nonsense://x", "sqlite:////no/such/folder/studies.db", "redis://localhost"),
        "postgresql+nonsense://me:secret@nowhere/x",
    ],
)
def test_a_database_that_cannot_be_opened_is_refused_in_one_line_that_tells_no_password(bad: str) -> None:
    with pytest.raises(BadInput, match=r"storage: '.*' cannot be opened .*sqlite:///studies\.db") as refused:
        bench.make_optimiser("tpe", storage=bad)
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)
    with pytest.raises(BadInput, match="storage"):
        bench.make_optimiser("tpe", storage=1)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine, and longer than the header of a database\n" * 50)
    with pytest.raises(BadInput, match="cannot be opened"):
        bench.make_optimiser("tpe", storage=f"sqlite:///{tmp_path / 'notes.txt'}")
    assert (tmp_path / "notes.txt").read_text().startswith("mine")
