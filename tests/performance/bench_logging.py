"""What recording costs, in seconds an evaluation beyond the bare function's, against ioh and COCO.

Ours counts, times, verifies and keeps the trace: the ledger alone, and all that stands between an optimiser and the
function, objective and identity decoder included, with a copy and a way through Torch for each batch. Against ioh: a
sphere in NumPy, wrapped and under an `Analyzer`, asked for batches of the same size (ioh calls the function for one
point at a time all the same). Against COCO: its own sphere under its own observer, a point at a time; ours calls the
same function. Its observer costs so little that it is hard to time; where it drowns in noise, there is no ratio.
Opening and closing files is counted on no side.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.searching.ledger import Ledger
from bench.searching.objective import Objective
from encoders.identity import Identity
from problems.base import Evaluation, Problem

POINTS = 2000
BATCHES = (1, 10, 100)
AXIS = "dimension d of a sphere"

Function = Callable[[np.ndarray], np.ndarray]


def sphere(x: np.ndarray) -> np.ndarray:
    """Σx² of a point (d,) or of each of a batch (n, d)."""
    return (x**2).sum(axis=-1)


class Wrapped(Problem):
    """A function of batches (n, d) as a problem without constraints."""

    name = "wrapped"

    def __init__(self, function: Function, dim: int) -> None:
        self.function, self.dim = function, dim
        self.bounds = np.array([[-5.0] * dim, [5.0] * dim])

    def evaluate(self, x: np.ndarray) -> Evaluation:
        return Evaluation(self.function(x), np.empty((len(x), 0)))


def batches(dim: int, size: int) -> list[np.ndarray]:
    return list(np.random.default_rng(0).uniform(-5, 5, (POINTS // size, size, dim)))


def by_ledger(function: Function, asked: list[np.ndarray]) -> None:
    """Evaluate batches through a ledger."""
    ledger = Ledger(Wrapped(function, asked[0].shape[1]), POINTS)
    ledger.open_stage()
    for batch in asked:
        ledger.evaluate(batch, batch)
    ledger.close()


def by_objective(function: Function, asked: list[np.ndarray]) -> None:
    """Evaluate batches through objective and ledger, as an optimiser does."""
    dim = asked[0].shape[1]
    ledger = Ledger(Wrapped(function, dim), POINTS + 1)
    ledger.open_stage()
    objective = Objective(ledger, Identity(), np.full(dim, 5.0))
    for batch in asked:
        objective(batch)
    ledger.close()


WAYS = {"ledger": by_ledger, "objective and ledger": by_objective}


def plainly(function: Callable[[np.ndarray], object], asked: list[np.ndarray]) -> None:
    for batch in asked:
        function(batch)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)  # COCO writes below the current folder
    return tmp_path


@pytest.mark.parametrize("size", BATCHES)
@pytest.mark.parametrize("dim", [2, 8, 40, 200, 1000])
@pytest.mark.parametrize("way", WAYS)
def test_ioh(versus: Any, folder: Path, way: str, dim: int, size: int) -> None:
    ioh = pytest.importorskip("ioh")
    asked = batches(dim, size)
    points = [point for batch in asked for point in batch]
    problem = ioh.wrap_problem(sphere, f"sphere {dim}", ioh.ProblemClass.REAL, dimension=dim, lb=-5, ub=5)
    logger = ioh.logger.Analyzer(root=str(folder))
    problem.attach_logger(logger)

    def logged() -> None:
        problem.reset()
        plainly(problem, asked)

    versus(
        f"{way}, sphere in {dim} dimensions, batches of {size}",
        lambda: WAYS[way](sphere, asked),
        {"ioh": logged},
        per=POINTS,
        aims={"ioh": 1.0} if way == "ledger" else None,
        without={"ours": lambda: plainly(sphere, asked), "ioh": lambda: plainly(sphere, points)},
        at=(AXIS, f"{way}, batches of {size}", dim),
    )
    problem.detach_logger()


@pytest.mark.parametrize("size", BATCHES)
@pytest.mark.parametrize(("suite", "dim"), [("bbob", 10), ("bbob-largescale", 160)])
@pytest.mark.parametrize("way", WAYS)
def test_coco(versus: Any, folder: Path, way: str, suite: str, dim: int, size: int) -> None:
    cocoex = pytest.importorskip("cocoex")
    asked = batches(dim, size)
    points = [point for batch in asked for point in batch]
    chosen = f"dimensions: {dim} function_indices: 1"
    suites = [cocoex.Suite(suite, "instances: 1", chosen) for _ in range(2)]
    plain, watched = (each.get_problem(0) for each in suites)
    observer = cocoex.Observer(suite, "result_folder: observed")  # COCO needs it, and the suites, to stay alive
    watched.observe_with(observer)

    def in_turn(x: np.ndarray) -> np.ndarray:
        return np.array([plain(point) for point in x])

    versus(
        f"{way}, bbob's sphere in {dim} dimensions, batches of {size}",
        lambda: WAYS[way](in_turn, asked),
        {"COCO": lambda: plainly(watched, points)},
        per=POINTS,
        without={"ours": lambda: plainly(in_turn, asked), "COCO": lambda: plainly(plain, points)},
    )
    watched.free()
    plain.free()
