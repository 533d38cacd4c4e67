"""An optimiser seen through the suite visits the points that the bare library visits."""

from __future__ import annotations

import math

import cma
import numpy as np
import torch

import bench


def test_cma_es_on_pca_visits_the_points_of_a_bare_pycma_loop() -> None:
    problem = bench.make_problem("isoperimetric")
    designs = problem.designs(200, np.random.default_rng(0))
    assert designs is not None
    encoder = bench.make_encoder("pca", latent_dim=8).fit(designs, np.random.default_rng(0))
    optimiser = bench.make_optimiser("cma-es")
    ledger = bench.search(problem, encoder, optimiser, designs[0], 501, np.random.default_rng(1), trace="all")
    ours = np.array([row["latent"] for row in ledger.rows])[1:]

    rng = np.random.default_rng(1)
    options = {"randn": lambda *shape: rng.standard_normal(shape), "seed": math.nan, "verbose": -9}
    strategy = cma.CMAEvolutionStrategy(np.zeros(8), 0.3, options)
    start, bare = encoder.encode(designs[:1])[0], []
    while len(bare) < 500:
        steps = strategy.ask()
        points = start + encoder.scale * np.array(steps)
        strategy.tell(steps, problem.evaluate(encoder.decode(torch.tensor(points)).numpy()).objective)
        bare.extend(points)
    assert np.array_equal(ours, bare)
