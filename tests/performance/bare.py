"""What one would write by hand: each optimiser's library in a loop, without anybody keeping books.

They visit the points that the suite visits (tests/bench/optimisers/test_bare.py).
"""

from __future__ import annotations

import math

import cma
import numpy as np
import optuna
import torch
from scipy.optimize import differential_evolution, minimize

from encoders.base import Encoder
from problems.base import DifferentiableProblem, Problem


def values(problem: Problem, encoder: Encoder, latents: np.ndarray) -> np.ndarray:
    """Decode latents (n, k) and evaluate them, shape (n,)."""
    with torch.no_grad():
        designs = encoder.decode(torch.tensor(latents)).numpy()
    return problem.evaluate(designs).objective


def cma_es(problem: Problem, encoder: Encoder, design: np.ndarray, budget: int, rng: np.random.Generator) -> int:
    """Search by CMA-ES until pycma stops or the budget is spent; give what was spent, the start included."""
    options = {"randn": lambda *shape: rng.standard_normal(shape), "seed": math.nan, "verbose": -9}
    strategy = cma.CMAEvolutionStrategy(np.zeros(encoder.latent_dim), 0.3, options)
    start, best, spent = encoder.encode(design[None])[0], math.inf, 1
    while spent < budget and not strategy.stop():
        steps = strategy.ask()
        losses = values(problem, encoder, start + encoder.scale * np.array(steps))
        strategy.tell(steps, losses)
        best = min(best, losses.min())
        spent += len(losses)
    return spent


def tpe(problem: Problem, encoder: Encoder, design: np.ndarray, budget: int, rng: np.random.Generator) -> int:
    """Search by TPE until the budget is spent."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    start = encoder.encode(design[None])[0]
    sampler = optuna.samplers.TPESampler(n_startup_trials=10, multivariate=True, seed=int(rng.integers(2**31)))
    study = optuna.create_study(sampler=sampler)
    box = np.array([np.minimum(encoder.bounds[0], start), np.maximum(encoder.bounds[1], start)])
    space = {f"z{i}": optuna.distributions.FloatDistribution(low, high) for i, (low, high) in enumerate(box.T)}
    params = dict(zip(space, start.tolist(), strict=True))
    value = float(values(problem, encoder, start[None])[0])
    study.add_trial(optuna.create_trial(params=params, distributions=space, value=value))
    for _ in range(budget - 1):
        trial = study.ask(space)
        params = trial.params
        study.tell(trial, float(values(problem, encoder, np.array([[params[name] for name in space]]))[0]))
    return budget


def lbfgs(
    problem: DifferentiableProblem, encoder: Encoder, design: np.ndarray, budget: int, rng: np.random.Generator
) -> int:
    """Descend by L-BFGS until SciPy stops; the budget must suffice."""
    start = encoder.encode(design[None])[0]
    scale = 0.3 * np.sqrt(encoder.latent_dim) * np.sqrt(np.mean(encoder.scale**2))

    def value_and_gradient(step: np.ndarray) -> tuple[float, np.ndarray]:
        latent = torch.tensor((start + scale * step)[None], requires_grad=True)
        design = encoder.decode(latent)
        found, pullback = problem.linearise(design.detach().numpy())
        design.backward(torch.from_numpy(pullback(np.ones(1), np.zeros((1, 0)))))
        return float(found.objective[0]), scale * latent.grad[0].numpy()

    options = {"maxcor": 10, "ftol": 1e-12, "gtol": 0.0, "maxiter": budget, "maxfun": budget}
    found = minimize(value_and_gradient, np.zeros(encoder.latent_dim), jac=True, method="L-BFGS-B", options=options)
    return 1 + 2 * found.nfev


def evolve(problem: Problem, encoder: Encoder, design: np.ndarray, budget: int, rng: np.random.Generator) -> int:
    """Evolve differentially for as many generations as the budget allows, the start included."""
    start, scale, k = encoder.encode(design[None])[0], encoder.scale, encoder.latent_dim
    box = np.array([np.minimum(encoder.bounds[0], start), np.maximum(encoder.bounds[1], start)])
    members = np.vstack([start, start + scale * rng.standard_normal((29, k))])
    options = {"maxiter": (budget - 1) // 30 - 1, "tol": 0, "polish": False, "updating": "deferred", "vectorized": True}
    found = differential_evolution(
        lambda z: values(problem, encoder, z.T), box.T, init=np.clip(members, *box), rng=rng, **options
    )
    return 1 + 30 * found.nfev


def random_search(problem: Problem, encoder: Encoder, design: np.ndarray, budget: int, rng: np.random.Generator) -> int:
    """Draw uniform points in batches of 100 until the budget is spent."""
    start = encoder.encode(design[None])[0]
    low, high = np.minimum(encoder.bounds[0], start), np.maximum(encoder.bounds[1], start)
    best = values(problem, encoder, start[None])[0]
    for first in range(1, budget, 100):
        batch = rng.uniform(low, high, size=(100, encoder.latent_dim))[: budget - first]
        best = min(best, values(problem, encoder, batch).min())
    return budget
