"""Every plug-in that can be found by name conforms, without being listed here."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import bench
from bench import checks, registry
from bench.optimisers.base import Optimiser, SearchSpace
from encoders.linear import PCA
from problems import outlines
from problems.base import Evaluation


@pytest.mark.parametrize("name", registry.targets("problems"))
def test_problem_conforms(name: str) -> None:
    assert checks.check_problem(registry.make_problem(name)) == []


@pytest.mark.parametrize("name", registry.targets("problems"))
def test_problem_with_an_optimum_beats_designs_with_it(name: str) -> None:
    problem = registry.make_problem(name)
    designs = problem.designs(200, np.random.default_rng(0))
    if problem.optimum is not None and designs is not None:
        assert problem.evaluate(designs).objective.min() >= problem.optimum - 1e-12


@pytest.mark.parametrize("name", registry.targets("encoders"))
def test_encoder_conforms(name: str) -> None:
    designs, _ = outlines.draw(120, np.random.default_rng(0), 24)
    assert checks.check_encoder(lambda: registry.make_encoder(name), designs) == []


@pytest.mark.parametrize("name", registry.targets("optimisers"))
def test_optimiser_conforms(name: str) -> None:
    assert checks.check_optimiser(lambda: registry.make_optimiser(name)) == []


@pytest.mark.parametrize("name", registry.targets("optimisers"))
def test_a_longer_budget_repeats_a_shorter_one(name: str) -> None:
    def points(budget: int) -> list[object]:
        problem, encoder = checks.Bowl(), registry.make_encoder("raw")
        start, rng = np.full(5, -1.0), np.random.default_rng(0)
        ledger = bench.search(problem, encoder, registry.make_optimiser(name), start, budget, rng, trace="all")
        return [row["latent"] for row in ledger.rows]

    assert points(60) == points(90)[: len(points(60))]


def broken_encoders() -> dict[str, type[PCA]]:
    class Shifted(PCA):
        def fit(self, designs: np.ndarray, rng: np.random.Generator) -> PCA:
            super().fit(designs, rng)
            assert self.bounds is not None
            self.bounds = self.bounds + 1e6
            return self

    class Forgetful(PCA):
        def restore(self, state: dict[str, np.ndarray]) -> None:
            super().restore(state | {"mean": np.zeros_like(state["mean"])})

    class Noisy(PCA):
        def encode(self, x: np.ndarray) -> np.ndarray:
            return super().encode(x) + np.random.default_rng().normal(size=(len(x), self.latent_dim))

    class Rough(PCA):
        def decode(self, z: torch.Tensor) -> torch.Tensor:
            return super().decode(z) + (z.detach() ** 2).sum()

    return {"bounds": Shifted, "farther": Forgetful, "another encoder": Noisy, "gradient": Rough}


@pytest.mark.parametrize("said", broken_encoders())
def test_the_kit_says_what_is_wrong_with_an_encoder(said: str) -> None:
    designs, _ = outlines.draw(60, np.random.default_rng(0), 12)
    found = checks.check_encoder(lambda: broken_encoders()[said](4), designs)
    assert any(said in finding for finding in found)


class Upside(checks.Bowl):
    larger_is_better = True


class Proud(checks.Bowl):
    optimum = 100.0


class Lying(checks.Bowl):
    def objective(self, x: torch.Tensor) -> torch.Tensor:
        return super().objective(x) + (x.detach() ** 3).sum(dim=-1)


class Careless(checks.Bowl):
    def evaluate(self, x: np.ndarray) -> Evaluation:
        x *= 2
        return super().evaluate(x)


@pytest.mark.parametrize(
    ("problem", "said"), [(Upside, "rank"), (Proud, "beats"), (Lying, "gradient"), (Careless, "changes the designs")]
)
def test_the_kit_says_what_is_wrong_with_a_problem(problem: type[checks.Bowl], said: str) -> None:
    assert any(said in finding for finding in checks.check_problem(problem()))


class Worldly(Optimiser):
    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        objective(objective.start + 0.01 * np.random.rand(10, objective.dim))  # noqa: NPY002


class Idle(Optimiser):
    def minimise(self, objective: SearchSpace, rng: np.random.Generator) -> None:
        pass


@pytest.mark.parametrize(("optimiser", "said"), [(Worldly, "global generator"), (Idle, "no improvement")])
def test_the_kit_says_what_is_wrong_with_an_optimiser(optimiser: type[Optimiser], said: str) -> None:
    assert any(said in finding for finding in checks.check_optimiser(optimiser))
