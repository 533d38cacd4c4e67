from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from bench.checks import Bowl
from bench.searching.endings import BudgetSpent
from bench.searching.evaluation import PluginError
from bench.searching.ledger import Ledger
from bench.searching.objective import Objective
from encoders.identity import Identity
from encoders.linear import Linear
from problems.base import DifferentiableProblem, Evaluation, Problem, Verification

START = np.full(5, -1.0)


def untimed(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if "seconds" not in name}


def opened(problem: Problem, budget: int, trace: Any = "all") -> Ledger:
    ledger = Ledger(problem, budget, trace)
    ledger.open_stage()
    return ledger


class Constrained(DifferentiableProblem):
    """Minimise Σx with every x at least 0 and a verification that distrusts the design of ones."""

    name, dim, bounds = "constrained", 2, np.array([[-1.0, -1.0], [1.0, 1.0]])

    def objective(self, x: torch.Tensor) -> torch.Tensor:
        return x.sum(dim=-1)

    def constraints(self, x: torch.Tensor) -> torch.Tensor:
        return -x

    def verify(self, x: np.ndarray) -> Verification:
        return Verification(bool(np.any(x != 1.0)), ("is all ones",))


@given(st.integers(1, 40), st.lists(st.integers(0, 9), max_size=12))
def test_the_budget_is_honoured_to_the_evaluation_whatever_the_batches(budget: int, batches: list[int]) -> None:
    ledger = opened(Bowl(), budget)
    objective = Objective(ledger, Identity(), START)
    asked = 1
    for size in batches:
        asked += size
        try:
            assert len(objective(np.zeros((size, 5)))) == size
        except BudgetSpent:
            assert asked > budget
            break
    assert ledger.price == ledger.n_f == min(budget, asked)
    assert [row["evaluations"] for row in ledger.rows] == list(range(1, ledger.price + 1))


@given(st.integers(1, 9))
def test_a_gradient_costs_two_and_the_last_evaluation_left_is_a_value(budget: int) -> None:
    ledger = opened(Bowl(), budget)
    with pytest.raises(BudgetSpent):
        objective = Objective(ledger, Identity(), START)
        while True:
            value, gradient = objective.value_and_gradient(START)
            assert value == objective.start_value == 11.25
            assert np.allclose(gradient, -3.0)
    assert ledger.price == budget
    assert ledger.n_g == (budget - 1) // 2


def test_the_start_is_evaluated_first_and_charged() -> None:
    ledger = opened(Bowl(), 10)
    objective = Objective(ledger, Identity(), START)
    assert ledger.price == 1
    assert ledger.rows[0]["objective"] == objective.start_value == 11.25
    assert np.array_equal(objective.start, START)
    assert np.all(objective.bounds[0] <= objective.start)
    assert np.allclose(objective.scale, 1.0)


def test_a_start_outside_the_box_stretches_it() -> None:
    designs = np.random.default_rng(0).normal(size=(50, 5))
    encoder = Linear(2).fit(designs, np.random.default_rng(0))
    objective = Objective(opened(Bowl(), 10), encoder, np.full(5, 1e3))
    assert encoder.bounds is not None
    assert np.all((objective.bounds[0] <= objective.start) & (objective.start <= objective.bounds[1]))
    assert np.all((objective.bounds[0] <= encoder.bounds[0]) & (objective.bounds[1] >= encoder.bounds[1]))


def test_gradient_through_a_decoder_is_that_of_finite_differences() -> None:
    encoder = Linear(3).fit(np.random.default_rng(0).normal(size=(50, 5)), np.random.default_rng(0))
    objective = Objective(opened(Bowl(), 100), encoder, START)
    z = np.array([0.3, -0.2, 0.5])
    _, gradient = objective.value_and_gradient(z)
    for i, step in enumerate(1e-6 * np.eye(3)):
        up, down = objective(np.array([z + step, z - step]))
        assert gradient[i] == pytest.approx((up - down) / 2e-6, rel=1e-6)


def test_violations_enter_the_loss_but_only_feasible_verified_designs_count() -> None:
    ledger = opened(Constrained(), 10)
    objective = Objective(ledger, Identity(), np.array([0.9, 0.9]))
    losses = objective(np.array([[-0.1, 0.2], [1.0, 1.0], [0.2, 0.2], [0.5, 0.5]]))
    assert np.allclose(losses, [0.1 + 10 * 0.1, 2.0, 0.4, 1.0])
    assert [row["feasible"] for row in ledger.rows] == [True, False, True, True, True]
    assert [row["verified"] for row in ledger.rows] == [True, False, False, True, False]
    assert ledger.rows[1]["violation"] == pytest.approx(0.1)
    assert ledger.best_objective == pytest.approx(0.4)
    assert np.array_equal(ledger.best, [0.2, 0.2])


def test_a_design_that_verification_refuses_does_not_hide_a_worse_one_that_passes() -> None:
    class Distrusted(Constrained):
        def verify(self, x: np.ndarray) -> Verification:
            return Verification(bool(x[0] >= 0.3))

    ledger = opened(Distrusted(), 10, "improvements")
    objective = Objective(ledger, Identity(), np.array([0.9, 0.9]))
    objective(np.array([[0.1, 0.1]]))
    objective(np.array([[0.4, 0.4]]))
    assert ledger.best_objective == pytest.approx(0.8)
    assert ledger.n_refused == 1


def test_an_optimiser_may_bring_its_own_merit_at_the_same_price() -> None:
    ledger = opened(Constrained(), 10)
    objective = Objective(ledger, Identity(), np.array([0.9, 0.9]))

    def merit(f: Any, g: Any) -> Any:
        return f + (g**2).sum(-1)

    z = np.array([-0.5, 0.5])
    assert objective(z[None], merit)[0] == pytest.approx(0.5)
    value, gradient = objective.value_and_gradient(z, merit)
    assert value == pytest.approx(0.5)
    assert np.allclose(gradient, 1 + 2 * z)
    assert ledger.price == 4
    assert ledger.best_objective == pytest.approx(1.8)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_charged_as_failed(bad: float) -> None:
    class Sick(Problem):
        name, dim, bounds = "sick", 1, np.array([[0.0], [1.0]])

        def evaluate(self, x: np.ndarray) -> Evaluation:
            return Evaluation(np.where(x[:, 0] > 0.5, bad, x[:, 0]), np.zeros((len(x), 0)))

    ledger = opened(Sick(), 10)
    objective = Objective(ledger, Identity(), np.array([0.4]))
    assert np.array_equal(objective(np.array([[0.9], [0.2], [np.nan]])), [np.inf, 0.2, np.inf])
    assert (ledger.price, ledger.n_failed, ledger.best_objective) == (4, 2, 0.2)


class Cone(Bowl):
    """Finite everywhere, without a gradient at its tip."""

    def objective(self, x: torch.Tensor) -> torch.Tensor:
        return (x**2).sum(dim=-1).sqrt()


@pytest.mark.parametrize(("problem", "x"), [(Bowl(failing=True), 0.9), (Cone(), 0.0)])
def test_a_value_or_gradient_that_is_not_finite_is_a_failed_evaluation(problem: Bowl, x: float) -> None:
    ledger = opened(problem, 10)
    value, gradient = Objective(ledger, Identity(), START).value_and_gradient(np.full(5, x))
    assert value == np.inf
    assert np.array_equal(gradient, np.zeros(5))
    assert (ledger.n_failed, ledger.price) == (1, 3)


def test_a_merit_can_neither_falsify_the_record_nor_fail_an_evaluation() -> None:
    def forging(f: Any, g: Any) -> Any:
        f[:] = -99.0
        return f

    for merit in (forging, lambda f, g: f + np.inf, lambda f, g: f * np.nan):
        ledger = opened(Bowl(), 10)
        Objective(ledger, Identity(), START)(np.full((1, 5), 0.5), merit)
        assert (ledger.best_objective, ledger.n_failed) == (0.0, 0)


@pytest.mark.parametrize("batch", [1, 4, 100])
def test_patience_does_not_depend_on_the_size_of_batches(batch: int) -> None:
    ledger = Ledger(Bowl(), 200, "all")
    ledger.open_stage(stagnation=10)
    objective = Objective(ledger, Identity(), START)
    values = iter([*np.linspace(1, 0.6, 25), *np.ones(200)])
    with pytest.raises(BudgetSpent):
        while True:
            objective(np.array([np.full(5, next(values)) for _ in range(batch)]))
    assert ledger.price == 1 + 25 + 10


def test_repairing_feasibility_is_progress() -> None:
    ledger = Ledger(Constrained(), 100, "all")
    ledger.open_stage(stagnation=5)
    objective = Objective(ledger, Identity(), np.array([-0.9, -0.9]))
    for step in range(20):
        objective(np.full((1, 2), -0.9 + 0.04 * step))
    assert ledger.price == 21


def test_improvements_and_log_spaced_checkpoints_are_logged_and_the_end() -> None:
    ledger = opened(Bowl(), 1000, "improvements")
    objective = Objective(ledger, Identity(), START)
    for _ in range(37):
        objective(np.full((27, 5), 2.0))
    with pytest.raises(BudgetSpent):
        objective(np.full((27, 5), 2.0))
    ledger.close()
    logged = [row["evaluations"] for row in ledger.rows]
    assert {1, 2, 4, 10, 16, 100, 126, 1000} <= set(logged)
    assert len(logged) < 40
    assert logged == sorted(set(logged))


def test_the_trace_tells_the_same_whether_everything_is_logged_or_not() -> None:
    ledgers = [opened(Bowl(), 300, trace) for trace in ("improvements", "all")]
    for ledger in ledgers:
        rng = np.random.default_rng(0)
        objective = Objective(ledger, Identity(), START)
        with pytest.raises(BudgetSpent):
            while True:
                objective(rng.normal(size=(7, 5)))
        ledger.close()
    few, all_rows = ([untimed(row) for row in each.rows] for each in ledgers)
    by_price = {row["evaluations"]: row for row in all_rows}
    assert [by_price[row["evaluations"]] for row in few] == few
    assert [row for row in all_rows if row["verified"]] == [row for row in few if row["verified"]]


class Listed(Problem):
    """Design i, a whole number, has the i-th outcome: objective, constraint and whether it is verified."""

    name, dim, bounds = "listed", 1, np.array([[0.0], [1e3]])

    def __init__(self, outcomes: list[tuple[float, float, bool]]) -> None:
        self.outcomes = outcomes

    def evaluate(self, x: np.ndarray) -> Evaluation:
        objective, constraint, _ = zip(*(self.outcomes[int(i)] for i in x[:, 0]), strict=True)
        return Evaluation(np.array(objective, dtype=float), np.array(constraint, dtype=float)[:, None])

    def verify(self, x: np.ndarray) -> Verification:
        return Verification(self.outcomes[int(x[0])][2])


ODD = st.sampled_from([-np.inf, -1e300, -1.0, 0.0, 5e-7, 1.0, 1 + 2e-6, 2.0, 1e300, np.inf, np.nan])
OUTCOMES = st.lists(st.tuples(ODD, ODD, st.booleans()), min_size=1, max_size=60)


@example([(2.0, 0.0, True)] * 50, 1, None, 0)  # nothing but a checkpoint
@example([(1 + 2e-6, 0.0, True), *[(2.0, 0.0, True)] * 50], 1, 10, 0)  # a smaller loss of no smaller objective
@given(OUTCOMES, st.integers(1, 40), st.none() | st.integers(1, 40), st.integers(0, 9))
def test_a_batch_is_entered_as_its_designs_one_by_one(
    outcomes: list[tuple[float, float, bool]], size: int, stagnation: int | None, unverified: int
) -> None:
    begun = [
        *[(1.0, 0.0, False)] * unverified,
        *[(1.0, 5e-7, True)] * 130,
    ]  # from there on, few are logged come what may
    designs, budget = np.arange(len(begun) + len(outcomes), dtype=float)[:, None], len(begun) + 50
    ledgers, losses = [opened(Listed([*begun, *outcomes]), budget, trace) for trace in ("improvements", "all")], []
    for ledger, step in zip(ledgers, (size, 1), strict=True):  # where all are logged, each is looked at
        found = ledger.evaluate(designs[: len(begun)], designs[: len(begun)]).tolist()
        ledger.open_stage(stagnation=stagnation)
        with suppress(BudgetSpent):
            for i in range(len(begun), len(designs), step):
                found += ledger.evaluate(designs[i : i + step], designs[i : i + step]).tolist()
        ledger.close()
        losses.append(found)
    batched, single = ledgers
    assert losses[0] == losses[1][: len(losses[0])]
    for name in ("price", "n_failed", "n_refused", "best_objective", "best", "incumbent", "remaining"):
        assert getattr(batched, name) == getattr(single, name), name
    told = {row["evaluations"]: untimed(row) for row in single.rows}
    assert repr([untimed(row) for row in batched.rows]) == repr([told[row["evaluations"]] for row in batched.rows])
    assert [row for row in told.values() if row["verified"]] == [
        untimed(row) for row in batched.rows if row["verified"]
    ]
    due = {math.ceil(10 ** (k / 10)) for k in range(30)}
    assert {n for n in due if n <= batched.price} <= {row["evaluations"] for row in batched.rows}


def test_a_stage_ends_at_its_share_or_after_a_price_in_vain() -> None:
    ledger = Ledger(Bowl(), 100, "all")
    ledger.open_stage(until=0.3)
    with pytest.raises(BudgetSpent):
        Objective(ledger, Identity(), START)(np.zeros((99, 5)))
    assert ledger.price == 30
    ledger.open_stage(stagnation=10)
    objective = Objective(ledger, Identity(), np.zeros(5))
    with pytest.raises(BudgetSpent):
        while True:
            objective(np.ones((1, 5)))
    assert ledger.price == 40
    ledger.open_stage()
    assert ledger.remaining == 60
    assert [row["stage"] for row in ledger.rows] == [0] * 30 + [1] * 10


@pytest.mark.parametrize("shape", [(3,), (2, 4), ()])
def test_points_of_the_wrong_shape_are_refused_in_words(shape: tuple[int, ...]) -> None:
    objective = Objective(opened(Bowl(), 10), Identity(), START)
    with pytest.raises(PluginError, match=r"must be \(m, 5\)"):
        objective(np.zeros(shape))


def test_a_problem_of_the_wrong_shape_is_refused_in_words() -> None:
    class Column(Bowl):
        def evaluate(self, x: np.ndarray) -> Evaluation:
            return Evaluation(np.zeros((len(x), 1)), np.zeros((len(x), 0)))

    with pytest.raises(PluginError, match="problem 'bowl' returned objective"):
        Objective(opened(Column(), 10), Identity(), START)
