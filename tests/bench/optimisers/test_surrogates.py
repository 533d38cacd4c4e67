"""What is true of Bayesian searches beside that they search: of what their models and embeddings are made."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import bench
from bench.checks import Bowl
from bench.optimisers import baxus
from bench.optimisers.linear_gp import on_sphere
from bench.searching.ledger import Ledger
from bench.searching.losses import penalised
from bench.searching.objective import Objective, search_stage


@pytest.mark.parametrize("dim", [1, 2, 8, 200])
def test_the_middle_of_the_box_is_a_pole_and_its_corners_lie_on_the_equator(dim: int) -> None:
    rng = np.random.default_rng(0)
    mapped = on_sphere(torch.from_numpy(rng.random((20, dim))))
    np.testing.assert_allclose(mapped.norm(dim=1), 1)
    corners = torch.from_numpy(rng.integers(0, 2, (20, dim)).astype(float))
    np.testing.assert_allclose(on_sphere(corners)[:, -1], 0, atol=1e-12)
    np.testing.assert_allclose(on_sphere(torch.full((1, dim), 0.5).double())[0], [0.0] * dim + [-1.0])


@pytest.mark.parametrize("dim", [1, 2, 5, 30, 200])
def test_embeddings_split_from_one_direction_to_all(dim: int) -> None:
    embeddings = baxus._nested(np.random.default_rng(0).permutation(dim))
    assert set(embeddings[0]) == {0}
    assert sorted(embeddings[-1]) == list(range(dim))
    for coarse, fine in pairwise(embeddings):
        parents = baxus._parents(coarse, fine)
        assert (parents[fine] == coarse).all()
        assert np.bincount(parents).max() <= baxus.PARTS


def test_a_split_moves_no_point_and_no_point_leaves_the_box() -> None:
    rng = np.random.default_rng(0)
    start = rng.uniform(-1, 1, 30)
    box = SimpleNamespace(start=start, bounds=np.array([np.full(30, -1.0), np.full(30, 2.0)]))
    signs = rng.choice([-1.0, 1.0], 30)
    coarse, fine = baxus._nested(rng.permutation(30))[1:3]
    points = np.vstack([np.full(4, 0.5), rng.integers(0, 2, (5, 4)), rng.random((5, 4))])
    placed = baxus._placed(box, signs, coarse, points)
    np.testing.assert_allclose(placed[0], start)
    assert (placed >= box.bounds[0] - 1e-12).all()
    assert (placed <= box.bounds[1] + 1e-12).all()
    again = baxus._placed(box, signs, fine, points[:, baxus._parents(coarse, fine)])
    np.testing.assert_array_equal(again, placed)


def test_sparse_priors_find_the_variables_that_matter() -> None:
    points = torch.from_numpy(np.random.default_rng(0).random((30, 12)))
    goodness = torch.sin(6 * points[:, 2]) + points[:, 7]
    model = bench.make_optimiser("saasbo")._model(points, goodness - goodness.mean())  # type: ignore[attr-defined]
    moved = []
    for variable in range(12):
        line = torch.full((9, 12), 0.5).double()
        line[:, variable] = torch.linspace(0, 1, 9)
        moved.append(float(model.posterior(line).mean.detach().std()))
    assert set(np.argsort(moved)[-2:]) == {2, 7}


def test_a_stage_knows_what_earlier_ones_have_paid_for_and_a_trust_region_begins_there() -> None:
    problem, raw = Bowl(), bench.make_encoder("raw")
    ledger = Ledger(problem, 40, trace="all", archive=True)
    start = np.full(5, -1.0)
    search_stage(ledger, raw, bench.make_optimiser("random-search"), start, np.random.default_rng(0), until=0.5)
    ledger.open_stage()
    objective = Objective(ledger, raw, start)
    points, losses = objective.known
    assert len(points) == len(losses) == 20
    np.testing.assert_allclose(penalised(problem, *_values(problem, points)), losses)
    assert ledger.incumbent is not None
    search_stage(ledger, raw, bench.make_optimiser("lol-bo"), ledger.incumbent, np.random.default_rng(0))
    # the first batch lies in the region about the best, which is smaller than the box; samples of the prior do not
    first = np.array([row["latent"] for row in ledger.rows if row["stage"] == 2][1:5])
    assert (np.abs(first - points[losses.argmin()]) < 0.9 * np.ptp(objective.bounds, axis=0)).all()


def _values(problem: Bowl, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    found = problem.evaluate(points)
    return found.objective, found.constraints
