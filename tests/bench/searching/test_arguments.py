"""What is passed to a search from Python is taken as it can only be meant, or refused in one line that names it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bench
from bench.errors import BadInput
from bench.searching.ledger import Ledger
from encoders.base import NotFitted
from problems.base import Evaluation, Problem


class Sphere(Problem):
    name, dim, bounds = "sphere", 3, np.array([[-1.0] * 3, [1.0] * 3])

    def evaluate(self, x: np.ndarray) -> Evaluation:
        return Evaluation((x**2).sum(axis=1), np.zeros((len(x), 0)))


def searched(**other: Any) -> Ledger:
    given = {
        "problem": Sphere(),
        "encoder": bench.make_encoder("raw"),
        "optimiser": bench.make_optimiser("random-search"),
        "start": np.full(3, 0.5),
        "budget": 20,
        "rng": np.random.default_rng(0),
    }
    return bench.search(**(given | other))


@pytest.mark.parametrize("meant", [{"start": [0.5] * 3}, {"rng": 0}, {"budget": 2e1}, {"budget": np.int64(20)}])
def test_what_can_only_be_meant_one_way_is_taken_so(meant: dict[str, Any]) -> None:
    found = searched(**meant)
    assert (found.price, found.best_objective) == (20, searched().best_objective)


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({"start": np.zeros((1, 3))}, r"^start: has shape \(1, 3\); it must be \(3,\)$"),
        ({"start": [0.0, np.nan, 0.0]}, "^start: holds values that are not finite$"),
        ({"start": ["a", "b", "c"]}, r"^start: \['a', 'b', 'c'\] must be 3 numbers$"),
        ({"budget": 1.5}, "^budget: 1.5 must be a whole number of at least 1$"),
        ({"budget": 0}, "^budget: 0 must be"),
        ({"budget": np.inf}, "^budget: inf must be"),
        ({"rng": None}, "^rng: None must be a generator of NumPy, or a seed"),
        ({"rng": -1}, "^rng: -1 must be"),
        ({"trace": "most"}, "^trace: 'most' must be 'improvements' or 'all'$"),
        ({"problem": "isoperimetric"}, "^problem: 'isoperimetric' must be made: bench.make_problem makes one by"),
        ({"optimiser": bench.make_optimiser}, "^optimiser: .* must be made"),
        ({"encoder": bench.make_encoder("pca", latent_dim=2)}, r"^encoder: it is not fitted: encoder.fit\("),
    ],
)
def test_anything_else_is_refused_in_a_line(odd: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        searched(**odd)


@pytest.mark.parametrize("odd", [np.zeros((1, 3)), [np.nan] * 3])
def test_a_function_for_other_libraries_is_as_strict(odd: Any) -> None:
    with pytest.raises(BadInput, match=r"^start: "):
        bench.as_function(Sphere(), bench.make_encoder("raw"), odd)


@pytest.mark.parametrize("name", ["pca", "spectral-vae", "kernel-pca"])
def test_an_encoder_that_is_not_fitted_says_so(name: str) -> None:
    encoder = bench.make_encoder(name, latent_dim=2)
    for ask in (lambda: encoder.encode(np.zeros((2, 3))), encoder.state):
        with pytest.raises(NotFitted, match="the encoder is not fitted"):
            ask()
    assert not hasattr(encoder, "anything")


def test_an_encoder_is_fitted_with_a_seed_as_with_its_generator() -> None:
    designs = np.random.default_rng(1).normal(size=(20, 3))
    seeded, drawn = (
        bench.make_encoder("ae", latent_dim=2, epochs=1).fit(designs, rng) for rng in (4, np.random.default_rng(4))
    )
    assert np.array_equal(seeded.encode(designs), drawn.encode(designs))
    with pytest.raises(ValueError, match="rng: None"):
        bench.make_encoder("pca", latent_dim=2).fit(designs, None)  # type: ignore[arg-type]
