"""What keeping books costs: each optimiser through the suite, against its library in a bare loop.

On the same objective (isoperimetric, N = 100), the same decoder (PCA-8) and the same points, in CPU time. "unverified"
is without the checks of improvements by Shapely, which a bare loop does without.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from performance import bare

import bench
from bench.optimisers.base import Optimiser
from bench.searching.ledger import Ledger
from bench.searching.objective import search_stage
from encoders.base import Encoder
from problems.base import Problem, Verification

SEARCHES: dict[str, tuple[Callable[..., int], int, int, str]] = {
    "cma-es": (bare.cma_es, 5, 5000, "5,000 evaluations, from another start when converged"),
    "tpe": (bare.tpe, 1, 100, "100 evaluations"),
    "differential-evolution": (bare.evolve, 1, 4981, "4,981 evaluations"),
    "l-bfgs": (bare.lbfgs, 10, 10**6, "ten descents"),
    "random-search": (bare.random_search, 1, 5000, "5,000 evaluations in batches of 100"),
}
"""By name: the bare loop, how many searches, their budget together, and how to say so."""
AIM = 1.05
"""Set for them all."""


def ours(problem: Problem, encoder: Encoder, optimiser: Optimiser, starts: np.ndarray, budget: int) -> int:
    """Search from one start after another on one ledger; give what was spent."""
    ledger = Ledger(problem, budget)
    for number, start in enumerate(starts):
        search_stage(ledger, encoder, optimiser, start, np.random.default_rng(number))
    return ledger.price


def theirs(problem: Problem, encoder: Encoder, loop: Callable[..., int], starts: np.ndarray, budget: int) -> int:
    """Do the same with a bare loop."""
    spent = 0
    for number, start in enumerate(starts):
        if spent < budget:
            spent += loop(problem, encoder, start, budget - spent, np.random.default_rng(number))
    return spent


@pytest.mark.parametrize("verified", [True, False], ids=["verified", "unverified"])
@pytest.mark.parametrize("name", SEARCHES)
def test_books(
    versus: Any,
    name: str,
    verified: bool,
    isoperimetric: Problem,
    pca: Encoder,
    designs: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop, searches, budget, how = SEARCHES[name]
    optimiser, starts = bench.make_optimiser(name), designs[:searches]
    if not verified:
        monkeypatch.setattr(isoperimetric, "verify", lambda x: Verification(True))
    spent = ours(isoperimetric, pca, optimiser, starts, budget)
    more = theirs(isoperimetric, pca, loop, starts, budget) - spent
    assert 0 <= more < 20  # a bare loop does not cut its last generation short
    versus(
        f"{name}, {how}{'' if verified else ', unverified'}",
        lambda: ours(isoperimetric, pca, optimiser, starts, budget),
        {"bare loop": lambda: theirs(isoperimetric, pca, loop, starts, budget)},
        per=spent,
        aims={"bare loop": AIM},
    )
