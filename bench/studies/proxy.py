"""Is surface-to-volume a good proxy for cooling? Three kinds of designs, measured by both, over Biot numbers."""

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
STARTS, BUDGET, TRAINING = 6, 4000, 500
LONGER = 0.25
"""The share of its budget for which a search goes on."""
DRAWN, SURFACE, COOLING = "training", "optimised for σ", "optimised for cooling"
COLUMNS = ("kind", "at", "replicate", "biot", "sigma", "cooling")


def measured(
    starts: int = STARTS, budget: int = BUDGET, training: int = TRAINING, seed: int = 0, jobs: int = 1
) -> pd.DataFrame:
    """Draw and optimise designs, and measure σ and cooling of each at all Biot numbers.

    Searches for σ go from coarse to fine over Fourier coefficients; from the design that each finds, searches for
    cooling go on. What they gain is what was lost by optimising σ.

    Parameters
    ----------
    starts : int
        Searches for σ, each followed by one for cooling at each Biot number.
    budget : int
        Evaluations, N_f + N_g, of a search for σ; one that goes on has a quarter of it.
    training : int
        Training designs, none of which is optimised.
    seed : int
    jobs : int
        Processes.

    Returns
    -------
    DataFrame
        One row per (design, Biot number), with `COLUMNS`: ``kind`` of the design, ``at`` which Biot number it was
        optimised (NaN where at none), its ``replicate``, ``biot``, ``sigma``, and ``cooling``, on edges cut in halves.
    """
    found = Parallel(n_jobs=jobs)(delayed(_optimised)(number, budget, training, seed) for number in range(starts))
    drawn = _problem(None, training).make().designs(training, generator(seed, "proxy", "training"))
    parts = [_rows(DRAWN, math.nan, np.arange(len(drawn)), drawn)]
    for replicate, designs in enumerate(found):
        for biot, design in designs.items():
            kind = SURFACE if biot is None else COOLING
            parts.append(_rows(kind, math.nan if biot is None else biot, np.array([replicate]), design[None]))
    return pd.concat(parts, ignore_index=True)


def _problem(biot: float | None, training: int) -> Spec:
    data = {"n": training}
    if biot is None:
        return resolve("problems", "heat-dispersion", {"data": data})
    return resolve("problems", "conduction", {"biot": biot, "data": data})


def _optimised(replicate: int, budget: int, training: int, seed: int) -> dict[float | None, np.ndarray]:
    """The best verified design (d,) for σ, under None, and from there that for cooling at each Biot number."""
    drawn = instance.draw(_problem(None, training), seed, replicate)
    assert drawn.designs is not None
    encoder = make_encoder("raw-fourier").fit(drawn.designs, generator(seed, "proxy", "fit"), drawn.problem.layout)
    found: dict[float | None, np.ndarray] = {None: drawn.start}
    for biot in (None, *BIOTS):
        problem, spent = _problem(biot, training).make(), budget if biot is None else round(LONGER * budget)
        rng = generator(seed, "proxy", replicate, biot)
        best = search(problem, encoder, make_optimiser("coarse-to-fine"), found[None], spent, rng).best
        found[biot] = found[None] if best is None else best
    return found


def _rows(kind: str, at: float, replicates: np.ndarray, designs: np.ndarray) -> pd.DataFrame:
    surface = _problem(None, 2).make()
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
