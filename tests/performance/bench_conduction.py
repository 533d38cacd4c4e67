"""What a temperature costs, with its constraints and its gradient, against finite elements on the same outline."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from problems.conduction.problem import Conduction


def value(problem: Conduction, x: np.ndarray) -> None:
    """Objective and constraints."""
    problem.evaluate(x)


def gradient(problem: Conduction, x: np.ndarray) -> None:
    """The same, and the gradient of their sum."""
    evaluation, pullback = problem.linearise(x)
    pullback(np.ones(len(x)), np.ones_like(evaluation.constraints))


@pytest.mark.parametrize("call", [value, gradient], ids=["value", "gradient"])
@pytest.mark.parametrize("objective", ["mean", "max"])
@pytest.mark.parametrize("batch", [1, 19])
def test_temperature(versus: Any, batch: int, objective: Any, call: Any) -> None:
    pytest.importorskip("skfem")
    from problems.conduction.finite_elements import temperatures

    problem = Conduction(objective=objective)
    x = problem.designs(batch, np.random.default_rng(0))
    elements = {"finite elements": lambda: [temperatures(row, problem.biot, problem.largest) for row in x]}
    versus(f"{objective}, {call.__name__}, batch of {batch}", lambda: call(problem, x), elements, per=batch, rounds=9)
