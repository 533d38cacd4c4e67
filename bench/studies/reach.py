"""The best design that can be found through a decoder by any search: the reachable part of the gap."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import torch

from bench.optimisers.base import Optimiser
from bench.optimisers.cmaes import CMAES
from bench.optimisers.lbfgs import LBFGS
from bench.searching.endings import BudgetSpent
from bench.searching.evaluation import evaluate
from bench.searching.instance import Instance
from bench.searching.ledger import Ledger
from bench.searching.losses import penalised
from bench.searching.objective import Objective
from bench.store.designs import told
from bench.studies.diagnostics import PRIOR_SAMPLES, decoded, displayed
from encoders.base import Encoder

BUDGET = 20_000
"""Evaluations, N_f + N_g, of a reach search by default."""
BEST = 3
"""Of the training designs, and of the prior samples, so many are started from."""


@dataclass(frozen=True)
class Reached:
    """What a reach search has found.

    Attributes
    ----------
    objective, displayed : float
        Of the best verified design; NaN if there is none.
    design : list of float, ndarray or None
        That design, as `bench.store.designs.told` has it.
    budget, evaluations, starts : int
        What might be spent and was, and from how many latents.
    """

    objective: float
    displayed: float
    design: list[float] | np.ndarray | None
    budget: int
    evaluations: int
    starts: int


def reach(instance: Instance, encoder: Encoder, budget: int, rng: np.random.Generator) -> Reached:
    """Search with a large budget from good starts, which no arm may use.

    The starts are latents that decode to the optimal or best known design as nearly as can be, the codes of the best
    training designs, the best of 1,000 prior samples, and the prior mean. From each there is a descent by L-BFGS, where
    there are gradients, and from the first of each kind a search by CMA-ES; every one may spend an equal share.

    Parameters
    ----------
    instance : Instance
        Of the replicate that the encoder was fitted in.
    encoder : Encoder
        Fitted.
    budget : int
        In evaluations, N_f + N_g, over all starts; the fit of the known design is not counted.
    rng : Generator
    """
    problem = instance.problem
    ledger = Ledger(problem, budget)
    kinds = _starts(instance, encoder, ledger, rng)
    searches: list[tuple[Optimiser, np.ndarray]] = []
    if problem.differentiable and encoder.differentiable:
        searches += [(LBFGS("each", step=1 / math.sqrt(len(latent))), latent) for kind in kinds for latent in kind]
    searches += [(CMAES(), kind[0]) for kind in kinds if len(kind)]
    for number, (optimiser, latent) in enumerate(searches, 1):
        ledger.open_stage(until=number / len(searches))
        with suppress(BudgetSpent):
            optimiser.minimise(Objective(ledger, encoder, instance.start, latent), rng)
    ledger.close()
    best = math.nan if ledger.best is None else ledger.best_objective
    return Reached(
        best,
        displayed(problem.display, best),
        told(ledger.best),
        budget,
        ledger.price,
        sum(map(len, kinds)),
    )


def _starts(instance: Instance, encoder: Encoder, ledger: Ledger, rng: np.random.Generator) -> list[np.ndarray]:
    """Latents to start from, by kind, shape (n, k) each, the best first; a kind may have none."""
    problem = instance.problem
    kinds = []
    if problem.known_design is not None:
        kinds.append(_fit_known(problem.known_design, encoder)[None])
    if instance.designs is not None:
        kinds.append(_best(ledger, encoder, encoder.encode(instance.designs)))
    if encoder.centre is not None:
        kinds.append(_best(ledger, encoder, encoder.sample(PRIOR_SAMPLES, rng)))
        kinds.append(encoder.prior_mean()[None])
    kinds.append(encoder.encode(instance.start[None]))
    return kinds


def _best(ledger: Ledger, encoder: Encoder, latents: np.ndarray) -> np.ndarray:
    evaluation = evaluate(ledger.problem, ledger.problem.repair(decoded(encoder, latents)))
    loss = penalised(ledger.problem, evaluation.objective, evaluation.constraints)
    return np.asarray(latents[np.argsort(np.where(np.isnan(loss), np.inf, loss), kind="stable")[:BEST]])


def _fit_known(design: np.ndarray, encoder: Encoder) -> np.ndarray:
    """The latent (k,) whose design is the nearest to one, in least squares, as far as a descent from its code finds."""
    from scipy.optimize import minimize

    code = np.asarray(encoder.encode(design[None])[0], dtype=float)
    if not encoder.differentiable:
        return code
    target = torch.as_tensor(design)

    def error(z: np.ndarray) -> tuple[float, np.ndarray]:
        latent = torch.tensor(z[None], requires_grad=True)
        squares = (encoder.decode(latent)[0] - target).square().sum()
        (slope,) = torch.autograd.grad(squares, latent)
        return squares.item(), slope[0].numpy()

    found = minimize(error, code, jac=True, method="L-BFGS-B").x
    return np.asarray(found) if np.isfinite(found).all() else code
