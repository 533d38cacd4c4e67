"""What must not change when code is moved: designs, gradients and a run through each encoder that knows its shape.

``python -m frozen.values`` in `tests` writes the file anew; do so only for a change that is meant to change numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

import bench

PATH = Path(__file__).with_name("values.npz")
ENCODERS: dict[str, dict[str, Any]] = {
    "raw-fourier": {},
    "fourier": {"latent_dim": 9},
    "bspline": {"latent_dim": 10},
    "random-subspace": {"latent_dim": 6},
    "spectral-vae": {"latent_dim": 4, "epochs": 3},
    "conv-vae": {"latent_dim": 3, "epochs": 3},
    "lstm-vae": {"latent_dim": 3, "epochs": 1},
    "diffusion-ae": {"latent_dim": 3, "epochs": 3},
}
DESIGNS, LATENTS, BUDGET = 200, 3, 60


def values(name: str) -> dict[str, np.ndarray]:
    """Decoded designs, the gradient of a weighted sum of them, and the best values of a run, for one encoder."""
    rng = np.random.default_rng(0)
    problem = bench.make_problem("isoperimetric", data={"classes": ["triangle", "square", "star"]}).instance(rng)
    designs = problem.designs(DESIGNS, rng)
    assert designs is not None
    encoder = bench.make_encoder(name, **ENCODERS[name]).fit(designs, rng, layout=problem.layout)
    latents = torch.tensor(encoder.sample(LATENTS, rng), requires_grad=True)
    decoded = encoder.decode(latents)
    weights = torch.from_numpy(rng.normal(size=tuple(decoded.shape)))
    (gradient,) = torch.autograd.grad((decoded * weights).sum(), latents)
    ledger = bench.search(problem, encoder, bench.make_optimiser("l-bfgs"), designs[0], BUDGET, rng, trace="all")
    return {
        "latents": latents.detach().numpy(),
        "decoded": decoded.detach().numpy(),
        "gradient": gradient.numpy(),
        "encoded": encoder.encode(designs[:LATENTS]),
        "run": np.array([row["objective"] for row in ledger.rows]),
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    np.savez_compressed(PATH, **{f"{name}/{key}": a for name in ENCODERS for key, a in values(name).items()})
