"""Integer and categorical variables: whole in every design, searched as what they are, and through no encoder."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

import bench
from bench import checks
from bench.experiments.experiment import Experiment
from encoders.identity import Identity
from problems.base import Evaluation, Problem

COSTS = np.array([3.0, 1.0, 4.0, 0.5, 5.0])
"""Of five materials, which have no order."""


class Beam(Problem):
    """Plies, a material and a width, of which one combination is the best."""

    name, dim, n_designs, optimum = "beam", 4, 60, 0.5
    variables = ("integer", "integer", "categorical", "real")
    bounds = np.array([[0.0, -3.0, 0.0, -1.0], [9.0, 12.0, 4.0, 1.0]])
    optimal_design = np.array([7.0, -2.0, 3.0, 0.25])

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.repair(rng.uniform(*self.bounds, size=(n, self.dim)))

    def evaluate(self, x: np.ndarray) -> Evaluation:
        known = np.isfinite(x[:, 2])
        material = np.clip(np.where(known, x[:, 2], 0), 0, 4).astype(int)
        costs = np.where(known, COSTS[material], np.nan)
        with np.errstate(invalid="ignore", over="ignore"):
            squares = ((x - self.optimal_design)[:, [0, 1, 3]] ** 2).sum(axis=1)
        return Evaluation(squares + costs, np.zeros((len(x), 0)))


class Loose(Beam):
    """Draws what is not whole."""

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return rng.uniform(*self.bounds, size=(n, self.dim))


EXPERIMENT = """
name = "beams"
replicates = 1
budget = 20
[[problems]]
name = "tests_of_variables:Beam"
[[encoders]]
name = "raw"
[[encoders]]
name = "pca"
latent_dim = 2
[[optimisers]]
name = "tpe"
[[optimisers]]
name = "l-bfgs"
"""


def searched(name: str, budget: int, seed: int = 0) -> tuple[Beam, bench.searching.ledger.Ledger]:
    rng = np.random.default_rng(seed)
    problem = Beam()
    start = problem.designs(1, rng)[0]
    return problem, bench.search(problem, Identity(), bench.make_optimiser(name), start, budget, rng, "all")


def test_the_kit_takes_whole_variables_and_objects_to_draws_that_are_none() -> None:
    assert checks.check_problem(Beam) == []
    assert any("not whole" in sentence for sentence in checks.check_problem(Loose))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"variables": ("integer",)}, "variables: are 1; they must be 4"),
        ({"variables": ("integer", "boolean", "real", "real")}, "must be a tuple of real, integer, categorical"),
        ({"bounds": None}, "bounds must be whole numbers"),
        ({"bounds": Beam.bounds + 0.5}, "bounds must be whole numbers"),
    ],
)
def test_declarations_that_say_nothing_are_refused(wrong: dict[str, object], said: str) -> None:
    assert any(said in sentence for sentence in checks.check_problem(type("Wrong", (Beam,), wrong)))


def test_what_lies_between_whole_numbers_is_evaluated_at_the_nearest_of_two_at_the_even_one() -> None:
    asked = np.array([[2.4, -7.0, 3.6, 0.4], [2.5, 3.5, 9.0, -2.0]])
    assert Beam().repair(asked).tolist() == [[2, -3, 4, 0.4], [2, 4, 4, -1]]


@pytest.mark.parametrize("name", ["random-search", "tpe", "cma-es", "nelder-mead", "gp-optuna"])
def test_every_design_is_whole_whatever_searches(name: str) -> None:
    problem, ledger = searched(name, 25)
    assert ledger.best is not None
    assert (ledger.best[problem.whole] % 1 == 0).all()
    assert problem.evaluate(ledger.best[None]).objective[0] == ledger.best_objective


@pytest.mark.parametrize("name", ["random-search", "tpe"])
def test_what_knows_of_categories_asks_for_whole_numbers_and_for_each(name: str) -> None:
    problem, ledger = searched(name, 60)
    asked = problem.repair(np.array([row["latent"] for row in ledger.rows]))
    assert {*asked[:, 2]} == {0, 1, 2, 3, 4}
    if name == "tpe":
        assert (np.array([row["latent"] for row in ledger.rows])[:, problem.whole] % 1 == 0).all()


@pytest.mark.parametrize(("name", "budget", "close"), [("cma-es", 600, 0.51), ("tpe", 150, 1.1)])
def test_mixed_variables_are_solved_by_most_searches(name: str, budget: int, close: float) -> None:
    found = [searched(name, budget, seed)[1].best_objective for seed in range(3)]
    assert np.median(found) <= close


def test_integers_alone_are_solved_by_cma_es_which_leaves_the_global_generator_alone() -> None:
    class Plies(Beam):
        variables = ("integer",) * 3
        dim, bounds, optimum, optimal_design = 3, np.array([[-20.0] * 3, [20.0] * 3]), 0.0, np.array([7.0, -2.0, 3.0])

        def evaluate(self, x: np.ndarray) -> Evaluation:
            return Evaluation(((x - self.optimal_design) ** 2).sum(axis=1), np.zeros((len(x), 0)))

    problem, rng = Plies(), np.random.default_rng(0)
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    ledger = bench.search(problem, Identity(), bench.make_optimiser("cma-es"), np.zeros(3), 400, rng)
    assert ledger.best_objective == 0
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_encoders_and_gradients_are_skipped_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tests_of_variables.py").write_text(Path(__file__).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    experiment = Experiment.from_toml(EXPERIMENT)
    reasons = {arm: reason for (_, arm), reason in experiment.skips.items()}
    mixes = "makes real numbers of the categorical and integer variables of problem 'beam'"
    assert reasons["raw/tpe"] is None
    assert reasons["pca/tpe"] == f"encoder 'pca' {mixes}"
    assert "needs gradients" in str(reasons["raw/l-bfgs"])
    done = bench.run(experiment, tmp_path / "out", jobs=1)
    assert done.failures == {}
    runs, _ = bench.load(tmp_path / "out")
    designs = runs["design"][runs["status"] == "completed"]
    assert all((np.array(design)[[0, 1, 2]] % 1 == 0).all() for design in designs)


def test_starts_are_whole_without_designs_too() -> None:
    from bench.searching import instance

    class Boxed(Beam):
        def designs(self, n: int, rng: np.random.Generator) -> None:  # type: ignore[override]
            return None

    spec = type("Spec", (), {"make": lambda self: Boxed(), "identity": lambda self: {"name": "boxed"}, "name": "boxed"})
    starts = [instance.draw(spec(), 0, replicate).start for replicate in range(5)]
    assert (np.array(starts)[:, :3] % 1 == 0).all()
    assert len({*map(tuple, itertools.chain(starts))}) > 1
