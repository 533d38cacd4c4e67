"""The best verified bodies so far, in best_known.npz, an array a setting.

    python -m problems.bodies.best

looks for the roundest body of each of the smaller meshes, and keeps what is better.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

STORED = Path(__file__).with_name("best_known.npz")
FINEST = 4
"""Subdivisions of the finest mesh whose roundest body is on record; those of finer ones would make a large file."""
CALLS = 3000


@cache
def _table() -> dict[str, np.ndarray]:
    if not STORED.exists():
        return {}
    with np.load(STORED, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def find(setting: str) -> np.ndarray | None:
    """The best design on record, shape (d,); None where there is none."""
    found = _table().get(setting)
    return None if found is None else found.copy()


def record(setting: str, design: np.ndarray) -> None:
    """Put a design on record."""
    arrays: dict[str, Any] = _table() | {setting: design}
    np.savez_compressed(STORED, **dict(sorted(arrays.items())))
    _table.cache_clear()


def main() -> None:
    """Descend from the sphere, and keep the roundest bodies."""
    from scipy.optimize import minimize

    from problems.bodies.families import normalise
    from problems.bodies.isoperimetric import Isoperimetric3D

    for subdivisions in range(1, FINEST + 1):
        problem = Isoperimetric3D(subdivisions)

        def call(x: np.ndarray, problem: Isoperimetric3D = problem) -> tuple[float, np.ndarray]:
            evaluation, pullback = problem.linearise(x[None])
            return float(evaluation.objective[0]), pullback(np.ones(1), np.zeros((1, 0)))[0]

        start = normalise(problem.layout.rest, problem.layout.faces).ravel()
        options = {"maxfun": CALLS, "maxiter": CALLS, "ftol": 1e-16, "gtol": 1e-12, "maxcor": 50}
        found = minimize(call, start, jac=True, method="L-BFGS-B", options=options)
        print(subdivisions, 1 - call(start)[0], 1 - found.fun, problem.verify(found.x))
        if problem.best_known is None or found.fun < problem.best_known:
            record(problem.setting, normalise(found.x.reshape(-1, 3), problem.layout.faces).ravel())


if __name__ == "__main__":
    main()
