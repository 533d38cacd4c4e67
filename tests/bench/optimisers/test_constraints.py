"""An optimiser that handles constraints itself ends on their boundary, feasible; a missing library is a reason."""

from __future__ import annotations

import importlib.util
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import bench
from bench.checks import Bowl
from bench.experiments import pairs
from bench.experiments.experiment import Experiment
from bench.optimisers.augmented_lagrangian import AugmentedLagrangian, Merit

if TYPE_CHECKING:
    from torch import Tensor


class Fenced(Bowl):
    """The bowl outside a disc about its middle: a circle of radius ½ is as good as it gets, from wherever one comes."""

    penalty = 0.1

    def constraints(self, x: Tensor) -> Tensor:
        return 0.25 - ((x - 0.5) ** 2).sum(dim=-1, keepdim=True)


def test_an_augmented_lagrangian_ends_feasible_where_the_shared_penalty_is_too_small() -> None:
    start, raw = np.array([-1.0, -1.0, 0.0, 0.0, 1.0]), bench.make_encoder("raw")
    ledgers = {
        name: bench.search(Fenced(), raw, bench.make_optimiser(name), start, 400, np.random.default_rng(0))
        for name in ("l-bfgs", "augmented-lagrangian")
    }
    assert ledgers["augmented-lagrangian"].best_objective == pytest.approx(0.25, abs=2e-3)
    assert ledgers["augmented-lagrangian"].best_objective >= 0.25 - 1e-6
    assert ledgers["l-bfgs"].best_objective > 0.26


def test_without_constraints_an_augmented_lagrangian_descends_like_l_bfgs() -> None:
    start, raw = np.full(5, -1.0), bench.make_encoder("raw")
    ledger = bench.search(Bowl(), raw, AugmentedLagrangian(), start, 400, np.random.default_rng(0))
    assert ledger.best_objective < 1e-12
    assert ledger.price < 400


@given(arrays(float, (1, 6), elements=st.floats(-1e3, 1e3)), st.floats(0.0, 1e3), st.floats(1e-3, 1e5))
def test_the_slopes_of_a_merit_are_what_torch_derives_to_the_last_digit(
    constraints: np.ndarray, shift: float, penalty: float
) -> None:
    f, g = torch.zeros(1, dtype=torch.float64, requires_grad=True), torch.tensor(constraints, requires_grad=True)
    shifted = g + shift
    (f + penalty / 2 * ((shifted * (shifted > 0)) ** 2).sum(-1)).sum().backward()
    merit = Merit(shift, penalty)
    by_objective, by_constraints = merit.slopes(np.zeros(1), constraints)
    assert (by_objective == f.grad.numpy()).all()
    assert (by_constraints == g.grad.numpy()).all()
    assert merit(np.zeros(1), constraints)[0] == pytest.approx(penalty / 2 * shifted.relu().square().sum().item())


def test_a_missing_extra_is_a_skip_that_names_the_command(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = tiny.replace('name = "random-search"', 'name = "gp-logei"\nlabel = "random-search"')

    def find(name: str) -> ModuleSpec | None:
        return None if name == "botorch" else importlib.util.find_spec(name)

    monkeypatch.setattr(pairs, "find_spec", find)
    skips = Experiment.from_toml(text).skips
    assert skips["isoperimetric", "raw/random-search"] == "'gp-logei' needs botorch; pip install 'latentbench[bo]'"
    assert skips["isoperimetric", "raw/l-bfgs"] is None
    monkeypatch.undo()
    assert Experiment.from_toml(text).skips["isoperimetric", "raw/random-search"] is None
