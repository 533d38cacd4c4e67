"""Problems and encoders as other libraries take them: a counted function with bounds, a transformer."""

from __future__ import annotations

import numpy as np
import optuna
import pytest
from scipy.optimize import minimize
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import bench
from bench.searching.function import Function
from encoders.transformer import Transformer


@pytest.fixture(scope="module")
def function() -> Function:
    rng = np.random.default_rng(0)
    problem = bench.make_problem("isoperimetric", n_vertices=20)
    designs = problem.designs(60, rng)
    assert designs is not None
    return bench.as_function(problem, bench.make_encoder("pca", latent_dim=2).fit(designs, rng), designs[0])


def test_scipy_minimises_it_and_the_ledger_counts_and_verifies(function: Function) -> None:
    before = function.ledger.price
    found = minimize(function, function.start, bounds=function.bounds, method="Powell", options={"maxfev": 80})
    assert function.ledger.price == before + found.nfev
    assert function.ledger.best_objective == pytest.approx(found.fun)
    slope = minimize(function.value_and_gradient, function.start, jac=True, bounds=function.bounds, method="L-BFGS-B")
    assert slope.fun <= found.fun + 1e-6
    problem = function.ledger.problem
    assert problem.evaluate(function.design(slope.x)[None]).objective[0] == pytest.approx(slope.fun)


def test_optuna_minimises_it(function: Function) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))

    def value(trial: optuna.Trial) -> float:
        return float(function(np.array([trial.suggest_float(f"z{i}", *b) for i, b in enumerate(function.bounds)])))

    study.optimize(value, n_trials=20)
    assert study.best_value >= function.ledger.best_objective


def test_batches_are_their_rows(function: Function) -> None:
    points = np.stack([function.start, function.lower, function.upper])
    assert np.allclose(function(points), [function(point) for point in points])


def test_an_encoder_is_a_transformer_in_a_pipeline() -> None:
    designs = np.random.default_rng(0).normal(size=(50, 3)) @ np.random.default_rng(1).normal(size=(3, 8))
    pipeline = make_pipeline(FunctionTransformer(), Transformer(bench.make_encoder("pca", latent_dim=3)))
    latents = pipeline.fit_transform(designs)
    assert latents.shape == (50, 3)
    assert np.allclose(pipeline[-1].inverse_transform(latents), designs)
