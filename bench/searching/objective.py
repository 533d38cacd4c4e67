"""The objective: the ledger seen through an encoder; all that an optimiser is given."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch

from bench.errors import BadInput
from bench.optimisers.base import Optimiser
from bench.searching import arguments
from bench.searching.endings import BudgetSpent, Unheard
from bench.searching.evaluation import PluginError, all_finite
from bench.searching.ledger import Ledger
from bench.searching.losses import Merit
from encoders.base import Encoder
from problems.base import Problem

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def search(
    problem: Problem,
    encoder: Encoder,
    optimiser: Optimiser,
    start: ArrayLike,
    budget: int,
    rng: np.random.Generator | int,
    trace: Literal["improvements", "all"] = "improvements",
) -> Ledger:
    """Search once, with one encoder and one optimiser.

    Parameters
    ----------
    problem : Problem
    encoder : Encoder
        Fitted, or in need of no designs.
    optimiser : Optimiser
    start : ndarray, shape (d,)
        The design to start from.
    budget : int
        In evaluations, N_f + N_g.
    rng : Generator or int
        For the optimiser's random draws, or its seed.
    trace : {"improvements", "all"}
        See `bench.searching.ledger.Ledger`.

    Raises
    ------
    BadInput
        For arguments that cannot be used.

    Returns
    -------
    Ledger
        With the best verified design, the trace, and all costs.
    """
    arguments.made(problem=(Problem, problem), encoder=(Encoder, encoder), optimiser=(Optimiser, optimiser))
    if trace not in ("improvements", "all"):
        raise BadInput(f"trace: {trace!r:.80} must be 'improvements' or 'all'")
    design = arguments.start(start, problem, encoder)
    ledger = Ledger(problem, arguments.number("budget", budget), trace)
    search_stage(ledger, encoder, optimiser, design, arguments.generator("rng", rng))
    ledger.close()
    return ledger


def search_stage(
    ledger: Ledger,
    encoder: Encoder,
    optimiser: Optimiser,
    start: np.ndarray,
    rng: np.random.Generator,
    until: float | None = None,
    stagnation: int | None = None,
) -> None:
    """Search on an open ledger until the optimiser is done, or the budget or the stage's switch rule ends it."""
    ledger.open_stage(until, stagnation)
    with suppress(BudgetSpent, Unheard):
        optimiser.minimise(Objective(ledger, encoder, start), rng)


class Objective:
    """A function of latents, shape (k,), to be minimised; see `bench.optimisers.base.SearchSpace` for its promises.

    Making one evaluates its start, charged, before the optimiser has the word.

    Parameters
    ----------
    ledger : Ledger
        Counts, times and remembers; its stage is open.
    encoder : Encoder
        Fitted, or in need of no designs.
    design : ndarray, shape (d,)
        The design that the search starts from; in latent space, from its encoding.
    latent : ndarray, shape (k,), optional
        Where it starts instead.

    Raises
    ------
    BudgetSpent
        If not even the start can be paid for.
    PluginError
        If the encoder returns other shapes than it should.
    """

    def __init__(self, ledger: Ledger, encoder: Encoder, design: np.ndarray, latent: np.ndarray | None = None) -> None:
        self._ledger = ledger
        self._encoder = encoder
        latents = np.asarray(encoder.encode(design[None]) if latent is None else latent[None], dtype=float)
        if latents.ndim != 2 or len(latents) != 1:
            raise PluginError(f"the encoder returned shape {latents.shape} for 1 design; it must be (1, k)")
        self.start = latents[0]
        self.dim = len(self.start)
        box = encoder.bounds if encoder.bounds is not None else ledger.problem.bounds
        if box is None:
            raise PluginError(
                f"problem '{ledger.problem.name}' has neither designs nor bounds; nothing says where to search"
            )
        self.scale = (box[1] - box[0]) / 4 if encoder.scale is None else encoder.scale.copy()
        self.centre = box.mean(axis=0) if encoder.centre is None else encoder.centre.copy()
        self.variables: tuple[str, ...] = ledger.problem.variables if encoder.keeps_variables else ()
        if self.variables and ledger.problem.bounds is not None:  # numbers of categories have no spread to learn
            whole, limits = ledger.problem.whole, ledger.problem.bounds
            box = np.where(whole, limits, box)
            self.scale = np.where(whole, (limits[1] - limits[0]) / 4, self.scale)
        self.bounds = np.array([np.minimum(box[0], self.start), np.maximum(box[1], self.start)])
        self.fineness = encoder.fineness
        self.known = self._encoded(ledger.archive or [])
        self.start_value = float(self(self.start[None])[0])

    @property
    def best(self) -> np.ndarray:
        """The latent of least shared loss so far in this search; the start, while every evaluation has failed."""
        best = self._ledger.stage_best
        return (self.start if best is None else best).copy()

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw latents (n, k) from the encoder's prior; from the box where no designs have been learned from."""
        if self._encoder.centre is None:
            return rng.uniform(self.bounds[0], self.bounds[1], size=(n, self.dim))
        return np.asarray(self._encoder.sample(n, rng), dtype=float)

    @property
    def remaining(self) -> int:
        """What may still be spent, in evaluations."""
        return self._ledger.remaining

    def __call__(self, z: np.ndarray, merit: Merit | None = None) -> np.ndarray:
        """Losses (m,) of latents (m, k); each costs 1."""
        z = self._points(z)
        begun = time.perf_counter()
        with torch.no_grad():
            designs = self._decode(torch.from_numpy(z)).numpy()
        self._ledger.seconds["decode"] += time.perf_counter() - begun
        return self._ledger.evaluate(designs, z, merit)

    def value_and_gradient(
        self, z: np.ndarray, merit: Merit | None = None, field: bool = False
    ) -> tuple[float, np.ndarray]:
        """Loss and its gradient (k,) at one latent (k,); costs 2. (inf, 0) where an evaluation failed."""
        points = self._points(z[None])
        begun = time.perf_counter()
        latent = torch.from_numpy(points).requires_grad_()
        design = self._decode(latent)
        self._ledger.seconds["decode"] += time.perf_counter() - begun
        loss, outer = self._ledger.differentiate(design.detach(), points, merit, field)
        begun = time.perf_counter()
        (gradient,) = torch.autograd.grad(design, latent, torch.from_numpy(outer[None]))
        self._ledger.seconds["decode"] += time.perf_counter() - begun
        slope = gradient[0].numpy()
        return (loss, slope) if all_finite(slope) else (np.inf, np.zeros(self.dim))

    def _encoded(self, archive: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
        """Latents (n, k) of designs that are paid for, and their losses (n,)."""
        if not archive:
            return np.empty((0, self.dim)), np.empty(0)
        designs, losses = (np.concatenate(parts) for parts in zip(*archive, strict=True))
        return np.asarray(self._encoder.encode(designs), dtype=float), losses

    def _points(self, z: np.ndarray) -> np.ndarray:
        z = np.array(z, dtype=float)
        if z.ndim != 2 or z.shape[1] != self.dim:
            raise PluginError(f"the optimiser asked for points of shape {z.shape}; it must be (m, {self.dim})")
        return z

    def _decode(self, z: torch.Tensor) -> torch.Tensor:
        designs = self._encoder.decode(z)
        expected = (z.shape[0], self._ledger.problem.dim)
        if designs.shape != expected or designs.dtype is not torch.float64:
            raise PluginError(
                f"the encoder decoded to {tuple(designs.shape)} {designs.dtype}; it must be {expected} torch.float64"
            )
        return designs
