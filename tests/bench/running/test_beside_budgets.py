"""What is evaluated beside budgets is bounded by what the problem allows, and by what is said beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bench
from bench.errors import BadInput
from bench.experiments import registry
from bench.experiments.experiment import Fit, fits
from bench.running import execution, runner
from bench.searching import instance
from bench.store.records import Fitted

PLUGIN = """
import numpy as np
from problems.base import Evaluation, Problem

COUNT = [0]


class Dear(Problem):
    name, dim, n_designs = "dear", 6, 100

    def __init__(self, allowed: int | None = None) -> None:
        self.n_reference = allowed

    def designs(self, n, rng):
        return rng.normal(size=(n, 6)) * [1, 1, 1, 0.1, 0.1, 0.1]

    def evaluate(self, x):
        COUNT[0] += len(x)
        return Evaluation((x**2).sum(axis=1), np.zeros((len(x), 0)))
"""
EXPERIMENT = """
name = "dear"
replicates = 2
budget = 10
[[problems]]
name = "dear_plugin:Dear"
ALLOWED
[[encoders]]
name = "raw"
[[encoders]]
name = "pca"
latent_dim = 2
[[optimisers]]
name = "random-search"
"""


class Here:
    """Does tasks in this process."""

    def each(self, work: Any, tasks: Any, limit: float) -> Iterator[Any]:
        for task in tasks:
            yield task, work(*task)


@pytest.mark.parametrize("key", ["", "allowed = 16", "reference = 16"])
def test_as_many_as_said_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    allowed = 16 if key else None
    (tmp_path / "dear_plugin.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(tmp_path)
    text = EXPERIMENT.replace("ALLOWED", key)
    needed: list[Fit] = fits(list(bench.Experiment.from_toml(text).runs()))
    said = runner.beside_budgets(needed)
    for cached in (instance._drawn, instance.laid, instance.reference_of):
        cached.cache_clear()
    import dear_plugin  # type: ignore[import-not-found]

    before = dear_plugin.COUNT[0]
    laid = runner._groundwork(needed, Here(), 60.0)  # type: ignore[arg-type]
    fitted = [execution.execute_fit(fit, laid[fit.problem, fit.replicate]) for fit in needed]
    made = dear_plugin.COUNT[0] - before
    told = [each.info for each in fitted if isinstance(each, Fitted)]
    assert len(told) == len(needed)
    assert made == (
        told[0]["beside_reference"]
        + sum({info["replicate"]: info["beside_replicate"] for info in told}.values())
        + sum(info["beside_fit"] for info in told)
    )
    assert 0.5 * said <= made <= said
    assert said == 8716 if allowed is None else said <= 16 * (1 + 2 * 3 + 4 * 3) + 4
    assert np.isfinite(said)


def test_any_problem_may_be_told_how_much_to_evaluate_beside_budgets() -> None:
    spec = registry.resolve("problems", "isoperimetric", {"n_vertices": 20, "reference": 16})
    assert spec.make().n_reference == 16
    assert registry.from_record(spec.identity()).make().n_reference == 16
    assert instance.problem_of(spec, 0, 0).n_reference == 16
    assert spec.identity() != registry.resolve("problems", "isoperimetric", {"n_vertices": 20}).identity()
    with pytest.raises(BadInput, match="reference: 1 must be an integer of at least 2"):
        registry.resolve("problems", "isoperimetric", {"reference": 1})
