"""Every plug-in that can be found by name conforms, without being listed here."""

from __future__ import annotations

import numpy as np
import pytest

from bench import checks, registry
from problems import outlines


@pytest.mark.parametrize("name", registry.targets("problems"))
def test_problem_conforms(name: str) -> None:
    assert checks.check_problem(registry.make_problem(name)) == []


@pytest.mark.parametrize("name", registry.targets("problems"))
def test_problem_with_an_optimum_beats_designs_with_it(name: str) -> None:
    problem = registry.make_problem(name)
    designs = problem.designs(200, np.random.default_rng(0))
    if problem.optimum is not None and designs is not None:
        assert problem.evaluate(designs).objective.min() >= problem.optimum - 1e-12


@pytest.mark.parametrize("name", registry.targets("encoders"))
def test_encoder_conforms(name: str) -> None:
    designs, _ = outlines.draw(120, np.random.default_rng(0), 24)
    assert checks.check_encoder(lambda: registry.make_encoder(name), designs) == []


@pytest.mark.parametrize("name", registry.targets("optimisers"))
def test_optimiser_conforms(name: str) -> None:
    assert checks.check_optimiser(lambda: registry.make_optimiser(name)) == []
