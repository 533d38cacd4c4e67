"""EngiBench both ways, where it is installed: its problems are ours, and ours keep its protocol."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from support import experiment_file, latentbench

import bench
from bench import checks
from bench.errors import BadInput

pytest.importorskip("engibench")
pytest.importorskip("cvxopt")

EXPERIMENT = """
name = "beams"
replicates = 1
budget = 20
[[problems]]
name = "engibench"
config = { forcedist = 0.5, nelx = 20, nely = 10 }
data = { source = "beams.npy", n = 30 }
[[encoders]]
name = "raw"
[[encoders]]
name = "pca"
latent_dim = 3
[[optimisers]]
name = "cma-es"
"""


def beams(monkeypatch: pytest.MonkeyPatch) -> object:
    """Their beams, with a data set that was made here instead of fetched."""
    from datasets import Dataset, DatasetDict
    from engibench.problems.beams2d import Beams2D

    rng = np.random.default_rng(0)
    shape, n = Beams2D.design_space.shape, 12
    rows = {
        "optimal_design": rng.uniform(size=(n, *shape)).tolist(),
        "volfrac": [0.35] * n,
        "rmin": [2.0] * n,
        "forcedist": [0.0] * 2 + [0.5] * (n - 2),
        "overhang_constraint": [0] * n,
        "optimization_history": [[1.0] * 30] * n,
    }
    made = DatasetDict({"train": Dataset.from_dict(rows)})
    monkeypatch.setattr(Beams2D, "dataset", property(lambda self: made))
    return rows


def test_a_value_of_theirs_is_theirs_and_the_volume_is_kept() -> None:
    from engibench.problems.beams2d import Beams2D

    problem = bench.make_problem("engibench", dataset=False, config={"forcedist": 0.25, "volfrac": 0.4})
    x = problem.reference(3, np.random.default_rng(0))
    assert x is not None
    assert x.mean(axis=1) == pytest.approx([0.4] * 3)
    theirs = Beams2D(seed=0, config={"forcedist": 0.25, "volfrac": 0.4})
    values = [theirs.simulate(row.reshape(50, 100))[0] for row in x]
    assert problem.evaluate(x).objective == pytest.approx(values)
    far = problem.repair(3 * x - 1)
    assert far.mean(axis=1) == pytest.approx([0.4] * 3)
    assert problem.evaluate(far).feasible.all()
    assert (problem.warnings(far) < 0).all()


def test_it_conforms_and_is_searched(tmp_path: Path) -> None:
    config = {"forcedist": 0.5, "nelx": 20, "nely": 10}
    assert checks.check("engibench", dataset=False, config=config) == []
    problem = bench.make_problem("engibench", dataset=False, config=config)
    np.save(tmp_path / "beams.npy", problem.reference(40, np.random.default_rng(0)))
    summary = bench.run(experiment_file(EXPERIMENT, tmp_path), tmp_path / "out", jobs=1)
    assert summary.failures == {}
    runs, _ = bench.load(tmp_path / "out")
    assert runs["problem_version"][0].startswith("engibench ")
    assert latentbench("verify", tmp_path / "out").returncode == 0


def test_its_data_set_is_paid_data_of_other_conditions(monkeypatch: pytest.MonkeyPatch) -> None:
    beams(monkeypatch)
    problem = bench.make_problem("engibench")
    designs = problem.designs(100, np.random.default_rng(0))
    assert designs is not None
    assert designs.shape == (10, 5000)  # two of twelve are of these very conditions
    assert problem.data_facts is not None
    assert problem.data_facts.price(10) == 300


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"problem": "bridges"}, "problem: bridges is not there"),
        ({"config": {"force": 1}}, "config: 'force' is unknown; allowed: volfrac"),
        ({"objective": "mass"}, "objective: 'mass' is none of c"),
    ],
)
def test_what_is_not_there_is_refused(params: dict[str, object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        bench.make_problem("engibench", dataset=False, **params)


@pytest.mark.parametrize("name", ["structure", "heat-dispersion", "bbob"])
def test_a_problem_of_ours_keeps_their_protocol(name: str) -> None:
    from engibench.core import ObjectiveDirection, OptiStep, Problem

    problem = bench.make_problem(name)
    ours = bench.as_engibench(problem, n_designs=30)
    assert isinstance(ours, Problem)
    assert isinstance(ours.version, int)
    (direction,) = [direction for _, direction in ours.objectives]
    assert (direction is ObjectiveDirection.MAXIMIZE) == problem.larger_is_better
    ours.reset(seed=3)
    design, number = ours.random_design()
    ours.reset(seed=3)
    assert ours.random_design()[1] == number
    assert ours.design_space.contains(design)
    assert np.array_equal(ours.dataset["train"][number]["optimal_design"], design)
    assert set(ours.dataset) == {"train", "val", "test"}
    assert set(ours.conditions_keys) <= set(ours.dataset["train"].column_names)
    value = problem.display(problem.evaluate(design.reshape(1, -1)).objective)
    assert ours.simulate(design) == pytest.approx(value)
    best, steps = ours.optimize(design, {"budget": 40})
    assert all(isinstance(step, OptiStep) for step in steps)
    assert ours.simulate(best) == pytest.approx(steps[-1].obj_values)
    assert ours.design_space.contains(best)
    ours.render(best)
    plt.close("all")


def test_conditions_of_ours_are_theirs_and_are_checked() -> None:
    problem = bench.make_problem("structure")
    ours = bench.as_engibench(problem, n_designs=30)
    design, _ = ours.random_design()
    for place in (0.2, 0.9):
        here = problem.at(np.array([place, 45.0]))
        value = here.display(here.evaluate(design.reshape(1, -1)).objective)
        assert ours.simulate(design, {"place": place, "angle": 45.0}) == pytest.approx(value)
    assert not ours.check_constraints(design, {"place": 0.2, "angle": 45.0})
    assert len(ours.check_constraints(design, {"place": 1.2, "angle": 45.0})) == 1


def test_broken_constraints_of_ours_are_violations_by_name_and_category() -> None:
    from engibench.constraint import IMPL, Criticality

    problem = bench.make_problem("heat-dispersion")
    ours = bench.as_engibench(problem, n_designs=30)
    design, _ = ours.random_design()
    assert not ours.check_constraints(design, {})
    found = ours.check_constraints(design[::-1], {})
    assert "orientation" in {each.constraint.check.__name__ for each in found.violations}
    assert len(found.by_category(IMPL)) == len(found.by_criticality(Criticality.Error)) == len(found)
