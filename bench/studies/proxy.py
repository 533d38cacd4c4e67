"""Does surface-to-volume stand for cooling? Designs of three kinds, each measured by both, over Biot numbers."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from bench.experiments.registry import Spec, make_encoder, make_optimiser, resolve
from bench.searching import instance
from bench.searching.objective import search
from bench.seeds import generator
from problems.conduction.problem import Conduction

BIOTS = (0.01, 0.1, 1.0, 10.0, 100.0)
STARTS, BUDGET, TRAINING = 12, 1000, 500
LEVELS = 10
"""Times that a level of the search from coarse to fine fits into its budget."""
DRAWN, SURFACE, COOLING = "training", "optimised for σ", "optimised for cooling"
COLUMNS = ("kind", "at", "replicate", "biot", "sigma", "cooling")


def measured(
    starts: int = STARTS, budget: int = BUDGET, training: int = TRAINING, seed: int = 0, jobs: int = 1
) -> pd.DataFrame:
    """Draw and optimise designs, and measure σ and cooling of each at all Biot numbers.

    All searches of a replicate begin with the same design, and go from coarse to fine over Fourier coefficients.

    Parameters
    ----------
    starts : int
        Replicates, of each of which there is a design with much surface, and one that stays cool for each Biot number.
    budget : int
        Evaluations, N_f + N_g, of a search.
    training : int
        Training designs, none of which is optimised.
    seed : int
    jobs : int
        Processes.

    Returns
    -------
    DataFrame
        A row per (design, Biot number), with `COLUMNS`: ``kind`` of the design, ``at`` which Biot number it was
        optimised (NaN where at none), its ``replicate``, ``biot``, ``sigma``, and ``cooling``, on edges cut in halves.
    """
    tasks = [(biot, replicate) for replicate in range(starts) for biot in (math.nan, *BIOTS)]
    found = Parallel(n_jobs=jobs)(delayed(_optimised)(*task, budget, training, seed) for task in tasks)
    drawn = _problem(math.nan, training).make().designs(training, generator(seed, "proxy", "training"))
    parts = [_rows(DRAWN, math.nan, np.arange(len(drawn)), drawn)]
    for (biot, replicate), design in zip(tasks, found, strict=True):
        if design is not None:
            kind = SURFACE if math.isnan(biot) else COOLING
            parts.append(_rows(kind, biot, np.array([replicate]), design[None]))
    return pd.concat(parts, ignore_index=True)


def _problem(biot: float, training: int) -> Spec:
    data = {"n": training}
    if math.isnan(biot):
        return resolve("problems", "heat-dispersion", {"data": data})
    return resolve("problems", "conduction", {"biot": biot, "data": data})


def _optimised(biot: float, replicate: int, budget: int, training: int, seed: int) -> np.ndarray | None:
    """The best verified design (d,) of one search; its start is that of heat-dispersion, whatever is optimised."""
    drawn = instance.draw(_problem(math.nan, training), seed, replicate)
    problem = _problem(biot, training).make()
    rng = generator(seed, "proxy", replicate, "search")
    assert drawn.designs is not None
    encoder = make_encoder("raw-fourier").fit(drawn.designs, rng, drawn.problem.layout)
    optimiser = make_optimiser("coarse-to-fine", price=max(1, budget // LEVELS))
    return search(problem, encoder, optimiser, drawn.start, budget, rng).best


def _rows(kind: str, at: float, replicates: np.ndarray, designs: np.ndarray) -> pd.DataFrame:
    surface = _problem(math.nan, 2).make()
    sigma = surface.display(surface.evaluate(designs).objective)
    rows = {"kind": kind, "at": at, "replicate": replicates, "sigma": sigma}
    parts = [pd.DataFrame(rows | {"biot": biot, "cooling": cooling(designs, biot)}) for biot in BIOTS]
    return pd.concat(parts)[list(COLUMNS)]


def cooling(designs: np.ndarray, biot: float) -> np.ndarray:
    """How many times better than the disc designs (n, 2N) cool, with every edge cut in halves: (n,)."""
    points = designs.reshape(len(designs), -1, 2)
    halved = np.stack([points, (points + np.roll(points, -1, axis=1)) / 2], axis=2).reshape(len(designs), -1)
    problem = _halved(halved.shape[1] // 2, biot)
    return np.asarray(problem.display(problem.evaluate(halved).objective))


@cache
def _halved(n_vertices: int, biot: float) -> Conduction:
    return Conduction(n_vertices=n_vertices, biot=biot)
