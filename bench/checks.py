"""Conformance checks for plug-ins; third parties import them for their own tests.

Each check takes a plug-in and returns what is wrong with it, in words; an empty list says that nothing was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bench.ledger import Ledger
from bench.objective import search
from bench.optimisers.base import Optimiser
from bench.seeds import generator
from encoders.base import Encoder
from encoders.identity import Identity
from problems.base import DifferentiableProblem, Evaluation, Problem

STEP = 1e-6
"""Of the finite differences, relative to a design's largest coordinate."""


def check_problem(problem: Problem) -> list[str]:
    """Shapes, types, batches, purity, determinism, gradients, and the declared optimum."""
    return list(_problem(problem))


def check_encoder(make: Callable[[], Encoder], designs: np.ndarray) -> list[str]:
    """Shapes, types, batches, determinism, gradients, geometry of the latent space, state.

    Parameters
    ----------
    make : callable
        Makes a new, unfitted encoder.
    designs : ndarray, shape (n, d)
        To fit it on.
    """
    return list(_encoder(make, designs))


def check_optimiser(make: Callable[[], Optimiser]) -> list[str]:
    """Budget, determinism, progress, and calm in the face of failed evaluations, on a quadratic of five variables."""
    return list(_optimiser(make))


def _problem(problem: Problem) -> Iterator[str]:
    rng = generator("check problem")
    sample = _sample(problem, rng)
    if sample is None:
        yield "it has neither designs nor bounds; one is needed to say where to search"
        return
    if sample.shape != (8, problem.dim):
        yield f"designs(8, rng) has shape {sample.shape}; it must be (8, {problem.dim})"
        return
    before = sample.copy()
    whole = problem.evaluate(sample)
    m = whole.constraints.shape[1] if whole.constraints.ndim == 2 else -1
    for n in (0, 1, 8):
        part = problem.evaluate(sample[:n])
        if part.objective.shape != (n,) or part.constraints.shape != (n, m):
            shapes = f"{part.objective.shape} and {part.constraints.shape}"
            yield f"evaluate of {n} designs gives {shapes}; it must be ({n},) and ({n}, m)"
        elif not _close(part, whole, n):
            yield f"evaluate gives other values for a design alone than among {len(sample)}, or at a second call"
    if whole.objective.dtype != np.float64 or whole.constraints.dtype != np.float64:
        yield f"evaluate gives {whole.objective.dtype} and {whole.constraints.dtype}; both must be float64"
    if not np.array_equal(before, sample):
        yield "evaluate changes the designs that it is given"
    again = _sample(problem, generator("check problem"))
    if again is None or not np.array_equal(again, sample):
        yield "designs(n, rng) gives other designs for the same generator"
    displayed = problem.display(np.sort(whole.objective))
    steps = np.diff(displayed[np.isfinite(displayed)])
    if not np.all(steps * (-1 if problem.larger_is_better else 1) >= 0):
        yield "display does not rank designs as the objective does (mind larger_is_better)"
    if problem.optimum is not None and np.any(whole.objective[whole.feasible] < problem.optimum - 1e-9):
        yield f"a random design beats the declared optimum {problem.optimum}"
    if problem.differentiable:
        yield from _gradient_of_problem(problem, sample)


def _gradient_of_problem(problem: Problem, sample: np.ndarray) -> Iterator[str]:
    import torch

    if not isinstance(problem, DifferentiableProblem):
        yield "it says that it is differentiable, but does not derive from DifferentiableProblem"
        return

    def total(x: torch.Tensor) -> torch.Tensor:
        return problem.objective(x).sum() + problem.constraints(x).sum()

    for row in sample[:3]:
        leaf = torch.tensor(row[None], requires_grad=True)
        (gradient,) = torch.autograd.grad(total(leaf), leaf)
        direction = generator("check direction").normal(size=row.shape)
        step = STEP * max(float(np.abs(row).max()), 1e-300)
        up, down = (float(total(torch.tensor((row + sign * step * direction)[None]))) for sign in (1, -1))
        expected, found = (up - down) / (2 * step), float(gradient[0].numpy() @ direction)
        if not abs(found - expected) <= 1e-4 * max(1.0, abs(expected)):
            yield f"its gradient along a direction is {found:.6g}, by finite differences {expected:.6g}"
            return


def _encoder(make: Callable[[], Encoder], designs: np.ndarray) -> Iterator[str]:
    import torch

    encoder = make()
    if encoder.fit(designs, generator("check encoder")) is not encoder:
        yield "fit does not return the encoder itself"
    k, d = encoder.latent_dim, designs.shape[1]
    for n in (0, 1, 8):
        latents = encoder.encode(designs[:n])
        if latents.shape != (n, k) or latents.dtype != np.float64:
            yield f"encode of {n} designs gives {latents.shape} {latents.dtype}; it must be ({n}, {k}) float64"
            return
        decoded = encoder.decode(torch.as_tensor(latents))
        if decoded.shape != (n, d) or decoded.dtype != torch.float64:
            yield f"decode of {n} latents gives {tuple(decoded.shape)} {decoded.dtype}; it must be ({n}, {d}) float64"
            return
    latents = encoder.encode(designs)
    geometry = (encoder.centre, encoder.scale, encoder.bounds)
    for name, array, shape in zip(("centre", "scale", "bounds"), geometry, ((k,), (k,), (2, k)), strict=True):
        if array is None or array.shape != shape or not np.isfinite(array).all():
            yield f"{name} must be finite and of shape {shape} after fit"
            return
    assert encoder.bounds is not None
    assert encoder.scale is not None
    inside = np.mean(np.all((latents >= encoder.bounds[0]) & (latents <= encoder.bounds[1]), axis=1))
    if not (np.all(encoder.scale > 0) and inside > 0.5):
        yield "scale must be positive, and bounds must hold most of the encoded designs"
    samples = encoder.sample(16, generator("check samples"))
    if samples.shape != (16, k) or not np.array_equal(samples, encoder.sample(16, generator("check samples"))):
        yield f"sample(16, rng) must be a pure function of the generator, of shape (16, {k})"
    mean = designs.mean(axis=0)
    with torch.no_grad():
        rebuilt = encoder.decode(torch.as_tensor(latents)).numpy()
    if not np.mean((rebuilt - designs) ** 2) <= 1.5 * np.mean((mean - designs) ** 2):
        yield "decode(encode(x)) is farther from the designs than their mean is"
    twin = make().fit(designs, generator("check encoder"))
    if not np.array_equal(twin.encode(designs), latents):
        yield "a second fit from the same generator gives another encoder"
    restored = make()
    restored.restore({name: array.copy() for name, array in encoder.state().items()})
    with torch.no_grad():
        if not np.array_equal(restored.decode(torch.as_tensor(samples)), encoder.decode(torch.as_tensor(samples))):
            yield "restore(state()) gives an encoder that decodes differently"
    if not np.array_equal(restored.encode(designs), latents):
        yield "restore(state()) gives an encoder that encodes differently"
    if encoder.differentiable:
        yield from _gradient_of_encoder(encoder, latents[0])


def _gradient_of_encoder(encoder: Encoder, latent: np.ndarray) -> Iterator[str]:
    import torch

    assert encoder.scale is not None
    leaf = torch.tensor(latent[None], requires_grad=True)
    decoded = encoder.decode(leaf)
    weights = torch.as_tensor(generator("check weights").normal(size=decoded.shape))
    (gradient,) = torch.autograd.grad((decoded * weights).sum(), leaf)
    direction = encoder.scale * generator("check direction").normal(size=latent.shape)
    with torch.no_grad():
        ends = (encoder.decode(torch.tensor((latent + sign * STEP * direction)[None])) for sign in (1, -1))
        up, down = (float((end * weights).sum()) for end in ends)
    expected, found = (up - down) / (2 * STEP), float(gradient[0].numpy() @ direction)
    if not abs(found - expected) <= 1e-4 * max(1.0, abs(expected)):
        yield f"its gradient along a direction is {found:.6g}, by finite differences {expected:.6g}"


class Bowl(DifferentiableProblem):
    """A shifted quadratic of five variables, for checking optimisers; a share of its evaluations fails on demand."""

    name = "bowl"
    dim = 5
    optimum = 0.0
    bounds = np.array([[-2.0] * 5, [2.0] * 5])

    def __init__(self, failing: bool = False) -> None:
        self.failing = failing

    def objective(self, x: Any) -> Any:
        """Σ (x − ½)², not a number where x₀ is above ⅔ and failures are asked for."""
        value = ((x - 0.5) ** 2).sum(dim=-1)
        return value.where(x[:, 0] < 2 / 3, value * np.nan) if self.failing else value


def _search(optimiser: Optimiser, problem: Problem, budget: int, name: str = "") -> Ledger:
    assert problem.bounds is not None
    start = problem.bounds[0] + 0.25 * (problem.bounds[1] - problem.bounds[0])
    return search(
        optimiser=optimiser,
        problem=problem,
        encoder=Identity(),
        start=start,
        budget=budget,
        rng=generator("check search", name),
        trace="all",
    )


def _optimiser(make: Callable[[], Optimiser]) -> Iterator[str]:
    state = _global_state()
    for budget in (1, 2, 3, 7, 60):
        ledger = _search(make(), Bowl(), budget)
        if ledger.price > budget:
            yield f"it spent {ledger.price} of a budget of {budget}"
        if [row["evaluations"] for row in ledger.rows][:1] != [1]:
            yield "its first evaluation is not the start"
    first, again = (_search(make(), Bowl(), 60) for _ in range(2))
    if _points(first) != _points(again):
        yield "two searches from the same generator visit different points"
    if not first.best_objective < first.rows[0]["objective"]:
        yield "60 evaluations of a quadratic bring no improvement on the start"
    if _search(make(), Bowl(failing=True), 60).price > 60:
        yield "it spends more than its budget where evaluations fail"
    if state != _global_state():
        yield "it draws from, or seeds, a global generator of Python, NumPy or Torch"


def _global_state() -> tuple[Any, ...]:
    import random

    import torch

    numpy = np.random.get_state(legacy=False)["state"]  # noqa: NPY002 - to see that nobody touches it
    return numpy["key"].tobytes(), numpy["pos"], random.getstate(), torch.get_rng_state().numpy().tobytes()


def _points(ledger: Ledger) -> list[Any]:
    return [row["latent"] for row in ledger.rows]


def _sample(problem: Problem, rng: np.random.Generator) -> np.ndarray | None:
    designs = problem.designs(8, rng)
    if designs is None and problem.bounds is not None:
        designs = rng.uniform(problem.bounds[0], problem.bounds[1], size=(8, problem.dim))
    return designs


def _close(part: Evaluation, whole: Evaluation, n: int) -> bool:
    same = np.allclose(part.objective, whole.objective[:n], rtol=1e-10, atol=1e-12, equal_nan=True)
    return same and np.allclose(part.constraints, whole.constraints[:n], rtol=1e-10, atol=1e-12, equal_nan=True)
