"""
A problem of your own, searched in three spaces
===============================================

A profile of 40 heights should match a wave. The encoders learn from waves of other lengths. No experiment file is needed, only a
class, an encoder, an optimiser and a call.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import bench
from problems.base import DifferentiableProblem

PLACES = np.linspace(0, 1, 40)


class Wave(DifferentiableProblem):
    """Minimise the mean squared distance to a wave."""

    name, dim, optimum, targets = "wave", 40, 0.0, (0.01, 0.001)
    bounds = np.array([[-1.5] * 40, [1.5] * 40])

    def objective(self, x):
        """Torch, (n, d) -> (n,); gradients follow."""
        return ((x - x.new_tensor(np.sin(9 * PLACES))) ** 2).mean(dim=-1)

    def designs(self, n, rng):
        """Waves of random length, height and phase, shape (n, d)."""
        length, height, phase = rng.uniform(5, 12, (n, 1)), rng.uniform(0.5, 1, (n, 1)), rng.uniform(-1, 1, (n, 1))
        return height * np.sin(length * PLACES + phase)


# %%
# The encoders learn from these designs (grey); the wave to match is orange.

rng = np.random.default_rng(1)
problem = Wave()
designs = problem.designs(300, rng)
figure, ax = plt.subplots(figsize=(6, 2.5))
ax.plot(PLACES, designs[:12].T, color="0.7")
ax.plot(PLACES, np.sin(9 * PLACES), color="C1")

# %%
# Now search in three spaces, with the same optimiser, the same start and the same budget.

figure, ax = plt.subplots(figsize=(6, 3.5))
for name, settings in {"raw": {}, "pca": {"latent_dim": 6}, "vae": {"latent_dim": 3}}.items():
    encoder = bench.make_encoder(name, **settings).fit(designs, rng)
    ledger = bench.search(problem, encoder, bench.make_optimiser("cma-es"), start=designs[0], budget=1000, rng=rng)
    trace = pd.DataFrame(ledger.rows)
    ax.step(trace["evaluations"], trace["objective"].cummin(), where="post", label=f"{name}, k = {encoder.latent_dim}")
    print(f"{name:4} {ledger.best_objective:.2g} after {ledger.price} evaluations")
ax.set(xscale="log", yscale="log", xlabel="evaluations", ylabel="best objective")
ax.legend()
figure.tight_layout()

# %%
# One search in each space does not show which one is better. `The tutorial <../tutorial.html>`_ makes an experiment of this, with
# replicates, intervals and tests.
