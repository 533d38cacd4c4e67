"""Replicates under conditions of their own: what is on record, what is charged, and that records can be checked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import bench
from bench import checks
from bench.analysis.compare import break_even
from bench.experiments import registry
from bench.inspection.verify import examined
from bench.searching import instance
from bench.store.directory import Store

TEXT = """
name = "tasks"
replicates = 2
budget = 12
problems = [{ name = "thirdparty.shifted:Shifted", label = "shifted" }]
encoders = [
    { name = "raw" },
    { name = "conditional-vae", label = "told", hidden = 8, epochs = 2 },
]
optimisers = [{ name = "mma" }]

[[arms]]
label = "refitted"
stages = [
    { encoder = "told", optimiser = "mma", until = 0.5 },
    { encoder = "told", optimiser = "mma", refit = true },
]
"""


SPEC = registry.resolve("problems", "thirdparty.shifted:Shifted")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tasks") / "out"
    assert bench.run(bench.Experiment.from_toml(TEXT), folder, jobs=1).failures == {}
    return folder


def test_every_replicate_has_a_task_of_its_own_that_its_arms_share(out: Path) -> None:
    runs, _ = bench.load(out)
    tasks = runs.groupby("replicate")["task"].unique()
    assert tasks.map(len).tolist() == [1, 1]
    assert tasks[0][0] != tasks[1][0]
    for replicate, (told,) in tasks.items():
        problem = instance.problem_of(SPEC, 0, int(replicate))
        assert problem.task is not None
        assert list(json.loads(told).values()) == problem.task.tolist()


def test_data_are_charged_to_the_arms_that_learn_from_them_alone(out: Path) -> None:
    runs, _ = bench.load(out)
    price = runs.groupby("arm")["data_price"].max()
    assert price.to_dict() == {"raw/mma": 0.0, "told/mma": 1200.0, "refitted": 1200.0}


def test_records_of_tasks_can_be_believed(out: Path) -> None:

    assert [each.objections for each in examined(Store(out), ["thirdparty"]) if each.objections] == []


def test_the_tasks_that_a_network_is_told_are_those_of_the_designs_that_were_drawn() -> None:
    drawn = instance.draw(SPEC, 0, 0)
    assert drawn.tasks is not None
    assert drawn.designs is not None
    assert drawn.tasks.designs.shape == (len(drawn.designs), 3)  # a number, and the cosine and sine of a phase
    assert np.corrcoef(drawn.designs.mean(axis=1), drawn.tasks.designs[:, 0])[0, 1] > 0.95
    assert drawn.problem.task is not None
    assert drawn.tasks.own[0] == pytest.approx(drawn.problem.task[0])


def test_a_problem_with_conditions_conforms_and_one_without_refuses_who_must_be_told() -> None:
    assert checks.check("thirdparty.shifted:Shifted") == []
    text = TEXT.replace('"thirdparty.shifted:Shifted"', '"isoperimetric"')
    skips = bench.Experiment.from_toml(text).skips
    assert "is told conditions, and problem 'isoperimetric' has none" in str(skips["shifted", "told/mma"])


def test_what_data_cost_counts_in_break_even() -> None:
    def cost(data: float, reuse: int) -> float:
        return float(break_even(2.0, 0.0, 0.0, 20, 120, reuse=reuse, data=data)[0])

    assert cost(0, 1) == pytest.approx(2.0 / 100)
    assert cost(50, 1) == pytest.approx(2.0 / 50)
    assert cost(100, 1) == np.inf
    assert cost(100, 10) == pytest.approx(0.2 / 90)
