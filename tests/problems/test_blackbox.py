"""Test functions of COCO and IOHprofiler: the same ones in two implementations, and fair to latent arms."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import bench
from bench.errors import BadInput
from bench.searching.ledger import Ledger
from problems.base import Problem

pytest.importorskip("cocoex")
pytest.importorskip("ioh")


@pytest.mark.parametrize("function", range(1, 25))
def test_two_suites_that_share_no_code_agree_on_a_function_and_its_optimum(function: int) -> None:
    x = np.random.default_rng(function).uniform(-5, 5, (20, 5))
    of_coco, of_ioh = (bench.make_problem(n, function=function, dimension=5, instance=3) for n in ("bbob", "ioh"))
    assert of_coco.evaluate(x).objective == pytest.approx(of_ioh.evaluate(x).objective, rel=1e-9, abs=1e-9)
    for problem in (of_coco, of_ioh):
        assert problem.optimal_design is not None
        assert problem.evaluate(problem.optimal_design[None]).objective[0] == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize(("name", "function"), [("bbob", 1), ("bbob-constrained", 20), ("ioh", 3)])
def test_training_data_are_paid_points_of_other_instances(name: str, function: int) -> None:
    problem = bench.make_problem(name, function=function, dimension=5)
    rng = np.random.default_rng(0)
    designs = problem.designs(203, rng)
    assert designs is not None
    assert designs.shape == (203, 5)
    assert problem.bounds is not None
    assert ((designs >= problem.bounds[0]) & (designs <= problem.bounds[1])).all()
    assert problem.data_facts is not None
    assert problem.data_facts.price(203) == 203
    # they know nothing of this instance's own optimum
    assert problem.optimal_design is not None
    assert np.linalg.norm(designs - problem.optimal_design, axis=1).min() > 0.1
    encoder = bench.make_encoder("pca", latent_dim=2).fit(designs, rng)
    decoded = encoder.decode(torch.from_numpy(encoder.encode(designs[:9]))).numpy()
    assert np.isfinite(problem.evaluate(decoded).objective).all()


@pytest.mark.parametrize("function", [1, 10, 30, 54])
def test_under_constraints_feasible_is_what_coco_calls_feasible(function: int) -> None:
    import cocoex

    own = cocoex.Suite("bbob-constrained", "", "").get_problem_by_function_dimension_instance(function, 10, 1)
    problem = bench.make_problem("bbob-constrained", function=function, dimension=10)
    x = problem.reference(200, np.random.default_rng(0))
    assert x is not None
    found = problem.evaluate(x)
    expected = np.array([(own.constraint(row) <= 0).all() for row in x])
    assert (found.feasible == expected).all()
    assert expected.any()
    assert len(problem.constraint_kinds) == found.constraints.shape[1] == own.number_of_constraints
    best = problem.optimal_design
    assert best is not None
    assert problem.evaluate(best[None]).feasible.all()
    assert found.objective[found.feasible].min() > 0


def test_cma_es_needs_about_what_bare_pycma_needs() -> None:
    import cma

    problem = bench.make_problem("bbob", function=1, dimension=20)
    assert problem.bounds is not None

    def ours(seed: int) -> int:
        rng = np.random.default_rng(seed)
        start = rng.uniform(-5, 5, 20)
        raw, cmaes = bench.make_encoder("raw"), bench.make_optimiser("cma-es")
        ledger = bench.search(problem, raw, cmaes, start, 6000, rng, trace="all")
        return next(row["evaluations"] for row in ledger.rows if row["objective"] <= 1e-8)

    def bare(seed: int) -> int:
        rng = np.random.default_rng(seed)
        start, count, best = rng.uniform(-5, 5, 20), 0, np.inf
        options = {"verbose": -9, "randn": lambda *shape: rng.standard_normal(shape), "seed": np.nan, "tolfun": 0}
        strategy = cma.CMAEvolutionStrategy(start, 0.3 * 2.5, options)
        while best > 1e-8:
            points = strategy.ask()
            values = problem.evaluate(np.array(points)).objective
            strategy.tell(points, values)
            hits = np.flatnonzero(values <= 1e-8)
            count, best = count + (hits[0] + 1 if len(hits) else len(points)), min(best, values.min())
        return count

    one, other = (np.median([count(seed) for seed in range(5)]) for count in (ours, bare))
    assert one == pytest.approx(other, rel=0.05)


@pytest.mark.parametrize(
    ("name", "params", "says"),
    [
        ("bbob", {"dimension": 7}, "dimensions 2, 3, 5, 10, 20, 40"),
        ("bbob", {"function": 25}, "function, dimension: 25, 20"),
        ("bbob-largescale", {"dimension": 10}, "dimensions 20, 40, 80, 160, 320, 640"),
        ("bbob", {"instance": 0}, "instance: 0 must be at least 1"),
        ("ioh", {"function": 25}, "function: 25 is none of BBOB, which has 1 to 24"),
        ("ioh", {"suite": "CEC2022", "function": 3}, "which has 1001 to 1012"),
        ("ioh", {"suite": "PBO"}, "suite"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(name: str, params: dict[str, object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        bench.make_problem(name, **params)


def test_every_instance_is_another_problem_and_the_same_each_time() -> None:
    x = np.random.default_rng(0).uniform(-5, 5, (3, 20))
    values = {i: bench.make_problem("bbob", instance=i).evaluate(x).objective.tolist() for i in (1, 2, 500)}
    assert len({tuple(each) for each in values.values()}) == 3
    again: Problem = bench.make_problem("bbob", instance=500)
    assert again.evaluate(x).objective.tolist() == values[500]


def test_a_budget_counts_what_coco_counts() -> None:
    problem = bench.make_problem("bbob", function=3, dimension=5)
    ledger = Ledger(problem, 10)
    ledger.open_stage()
    x = np.zeros((4, 5))
    ledger.evaluate(x, x)
    assert ledger.price == 4
