"""One evaluation that fails fails alone, and is charged; what is of the wrong kind is converted, or refused by name."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from support import ENVIRONMENT

import bench
from bench.errors import reason
from bench.experiments.experiment import Fit
from bench.experiments.registry import Spec
from bench.optimisers.base import Optimiser, SearchSpace
from bench.running.execution import Failure, execute_fit
from bench.searching.endings import DEAF, PATIENCE
from bench.searching.evaluation import PluginError, evaluate
from problems.base import Evaluation, Problem


class Steps(Problem):
    """Raises over designs whose first variable is large."""

    name, dim, bounds = "steps", 2, np.array([[0.0] * 2, [1.0] * 2])

    def evaluate(self, x: np.ndarray) -> Evaluation:
        if (x[:, 0] > 0.6).any():
            raise ArithmeticError("the mesh is tangled")
        return Evaluation(x.sum(axis=1), -x[:, :1])


class Odd(Problem):
    """Returns what it was given."""

    name, dim, bounds = "odd", 2, np.array([[0.0] * 2, [1.0] * 2])

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def evaluate(self, x: np.ndarray) -> Evaluation:
        return self.answer  # type: ignore[return-value]


def test_what_is_raised_about_a_file_whose_name_is_not_of_utf_8_can_be_written_anywhere() -> None:
    error = OSError("no such file: " + b"caf\xe9.dat".decode("utf-8", "surrogateescape"))
    assert reason(error).encode("utf-8") == rb"OSError: no such file: caf\udce9.dat"


def test_of_many_designs_those_that_raise_are_failed_evaluations() -> None:
    x = np.array([[0.1, 0.2], [0.9, 0.0], [0.3, 0.3]])
    found = evaluate(Steps(), x)
    assert np.array_equal(found.feasible, [True, False, True])
    assert np.isnan(found.objective[1])
    with pytest.raises(ArithmeticError, match="tangled"):
        evaluate(Steps(), x[1:2])


def test_a_search_charges_them_goes_on_and_says_what_was_raised() -> None:
    problem, rng = Steps(), np.random.default_rng(0)
    raw, optimiser = bench.make_encoder("raw"), bench.make_optimiser("random-search")
    found = bench.search(problem, raw, optimiser, np.array([0.5, 0.5]), 200, rng)
    assert found.price == 200
    assert 40 < found.n_failed < 120
    assert found.failure == "ArithmeticError: the mesh is tangled"
    assert found.best_objective < 0.5
    with pytest.raises(ArithmeticError, match="tangled"):  # where not even the start can be evaluated
        bench.search(problem, raw, optimiser, np.array([0.9, 0.5]), 200, rng)


@pytest.mark.parametrize(
    "answer",
    [
        Evaluation([1.0, 2.0], [[], []]),  # type: ignore[arg-type]
        Evaluation(torch.ones(2), torch.zeros((2, 0))),  # type: ignore[arg-type]
        Evaluation(torch.ones(2, requires_grad=True), torch.zeros((2, 0))),  # type: ignore[arg-type]
        Evaluation(np.array([1, 2], dtype=object), np.zeros((2, 3), dtype=np.float32)),
    ],
)
def test_lists_tensors_and_other_kinds_of_arrays_are_converted(answer: Evaluation) -> None:
    found = evaluate(Odd(answer), np.zeros((2, 2)))
    assert found.objective.dtype == found.constraints.dtype == np.float64


@pytest.mark.parametrize(
    "answer",
    [
        np.zeros(2),
        None,
        Evaluation(np.zeros(2), None),  # type: ignore[arg-type]
        Evaluation(np.zeros(2), np.zeros(2)),
        Evaluation(np.array(["a", "b"]), np.zeros((2, 0))),
        Evaluation(np.array(["1", "2"]), np.zeros((2, 0))),
        Evaluation(np.array([1j, 2]), np.zeros((2, 0))),
        Evaluation(np.float64(1), np.zeros((2, 0))),
    ],
)
def test_anything_else_is_refused_by_the_name_of_the_problem(answer: object) -> None:
    with pytest.raises(PluginError, match=r"^problem 'odd' returned "):
        evaluate(Odd(answer), np.zeros((2, 2)))


@pytest.mark.parametrize(
    ("answer", "said"),
    [(None, "problem 'odd' returned NoneType"), ("raise", r"the solver is down \(raised by problem 'odd'\)")],
)
def test_a_fault_of_the_problem_is_not_blamed_on_the_encoder(
    answer: object, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Problem, x: np.ndarray) -> Evaluation:
        if answer == "raise":
            raise OSError("the solver is down")
        return answer  # type: ignore[return-value]

    monkeypatch.setattr(Odd, "evaluate", broken)
    monkeypatch.setattr(Spec, "make", lambda spec: Odd(0) if spec.kind == "problems" else bench.make_encoder("raw"))
    fit = Fit(0, Spec("problems", "odd", "{}"), Spec("encoders", "raw", "{}"), 0)
    failure = execute_fit(fit)
    assert isinstance(failure, Failure)
    assert "encoder" not in failure.reason
    assert re.search(said, failure.reason)


class Deaf(Optimiser):
    """Catches every exception, for ever."""

    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        self.refused = 0
        while True:
            try:
                objective(rng.uniform(0, 0.5, (1, 2)))
            except Exception:
                self.refused += 1


def test_a_search_that_catches_everything_ends_soon_after_its_budget() -> None:
    optimiser = Deaf()
    found = bench.search(Steps(), bench.make_encoder("raw"), optimiser, np.full(2, 0.5), 20, np.random.default_rng(0))
    assert (found.price, optimiser.refused) == (20, PATIENCE - 1)
    assert found.best is not None


DEAFER = """
import bench, numpy as np
from bench.checks import Bowl
from bench.optimisers.base import Optimiser

class Deafer(Optimiser):
    def minimise(self, objective, rng):
        while True:
            try:
                objective(rng.uniform(size=(1, 5)))
            except:
                pass

bench.search(Bowl(), bench.make_encoder("raw"), Deafer(), np.zeros(5), 20, 0)
"""


def test_one_that_catches_interrupts_too_ends_with_its_process() -> None:
    command = [sys.executable, "-c", DEAFER]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=120, check=False)
    assert done.returncode == DEAF
    assert "its process is ended" in done.stderr
