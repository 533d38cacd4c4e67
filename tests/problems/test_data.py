"""Training data are a part: sources, withholding, what is held out and prices are true of any problem."""

from __future__ import annotations

import hashlib
import math
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems.base import DataFacts, Evaluation, Problem
from problems.data import HELD_OUT, DataSettings, Drawn, File, Sample, TrainingData, read_array

SHARES = st.floats(0.0, 0.9)


class Sum(Problem):
    """The sum of three numbers."""

    name, dim = "sum", 3

    def evaluate(self, x: np.ndarray) -> Evaluation:
        return Evaluation(x.sum(axis=1), np.zeros((len(x), 0)))


def uniform(n: int, rng: np.random.Generator, low: float = 0.0) -> Sample:
    designs = rng.uniform(low, 1.0, (n, 3))
    return designs, np.where(designs[:, 0] < 0.5, "left", "right")


def value(designs: np.ndarray) -> np.ndarray:
    return designs.sum(axis=1)


def of_file(designs: np.ndarray, withhold: float = 0.0) -> TrainingData:
    return TrainingData(File("some/own.npy", "digest", lambda: designs, price=30.0), withhold)


@given(SHARES, st.integers(2, 60), st.integers(0, 99))
def test_withholding_keeps_the_worse_of_one_draw_in_its_order_with_their_classes(
    withhold: float, n: int, seed: int
) -> None:
    data = TrainingData(Drawn("drawn: uniform", uniform), withhold)
    kept, labels = data.draw(n, np.random.default_rng(seed), Sum())
    whole, classes = uniform(math.ceil(n / (1 - withhold)), np.random.default_rng(seed))
    assert kept.shape == (n, 3)
    where = [int(np.flatnonzero((whole == x).all(axis=1))[0]) for x in kept]
    assert where == sorted(where)
    assert list(classes[where]) == list(labels)
    dropped = math.floor(len(whole) * withhold)
    assert value(kept).min() >= np.sort(value(whole))[dropped]


def test_a_reference_withholds_nothing_and_may_know_more_than_training_sees() -> None:
    data = TrainingData(Drawn("drawn: high", partial(uniform, low=0.9), uniform), 0.5)
    rng = np.random.default_rng(0)
    assert data.draw(50, rng, Sum())[0].min() >= 0.9
    assert data.reference(50, rng).min() < 0.9


@given(st.integers(4, 60), SHARES, st.integers(0, 99))
def test_of_a_file_a_tenth_is_held_out_and_one_at_least_of_the_worse_half(m: int, withhold: float, seed: int) -> None:
    designs = np.random.default_rng(m).uniform(size=(m, 3))
    seen, labels = of_file(designs).draw(1000, np.random.default_rng(seed), Sum())
    assert labels is None
    held_out = np.array([x for x in designs if not (seen == x).all(axis=1).any()])
    assert len(held_out) in (max(int(HELD_OUT * m), 1), int(HELD_OUT * m) + 1)
    assert value(held_out).max() >= np.median(value(designs))
    assert len(of_file(designs).reference(1000, np.random.default_rng(seed))) == m
    fewer, _ = of_file(designs, withhold).draw(1000, np.random.default_rng(seed), Sum())
    assert len(fewer) == len(seen) - math.floor(len(seen) * withhold)
    assert value(fewer).sum() / len(fewer) >= value(seen).mean() - 1e-12


@given(st.integers(0, 10**6), SHARES, st.floats(0.0, 100.0))
def test_prices_are_charged_for_what_is_thrown_away_too_and_for_telling_it(n: int, share: float, each: float) -> None:
    facts = DataFacts("a", "a", share, each)
    if share:
        assert facts.price(n) == pytest.approx(math.ceil(n / (1 - share)) * (each + 1))
    else:
        assert facts.price(n) == n * each
    assert facts.price(n) >= n * each


def test_what_goes_on_record() -> None:
    assert of_file(np.eye(3), 0.25).facts == DataFacts("own.npy", "digest", 0.25, 30.0)
    drawn = TrainingData(Drawn("drawn: uniform", uniform)).facts
    assert (drawn.source, drawn.identity, drawn.price(2000)) == ("drawn: uniform", "drawn: uniform", 0.0)
    assert TrainingData(Drawn("drawn: uniform", uniform), 0.5).facts.price(2000) == 4000.0
    assert math.isnan(TrainingData(Drawn("drawn: uniform", uniform), 0.5).facts.price(math.nan))
    assert Sum().data_facts is None


@pytest.mark.parametrize(("facts", "said"), [({"withheld": 1.0}, "less than 1"), ({"price_each": -1.0}, "at least 0")])
def test_facts_that_cannot_be_are_refused(facts: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        DataFacts("a", "a", **facts)


def test_a_file_is_read_and_named_by_its_digest(tmp_path: Path) -> None:
    designs = np.random.default_rng(0).uniform(size=(5, 3))
    np.save(tmp_path / "own.npy", designs)
    np.savetxt(tmp_path / "own.csv", designs, delimiter=",", fmt="%.17g")
    for name in ("own.npy", "own.csv"):
        path = tmp_path / name
        settings = DataSettings(source=str(path))
        assert settings.digest == hashlib.sha256(path.read_bytes()).hexdigest()
        assert np.array_equal(read_array(path), designs)
        with pytest.raises(ValueError, match="not the file that it was"):
            DataSettings(source=str(path), digest="0" * 64)


@pytest.mark.parametrize("text", ["a,b\n", "1,2\n3\n", "nan,1\n"])
def test_a_file_without_numbers_is_refused_in_words_and_at_once(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"data\.source: .*own\.csv (cannot be read|holds values)"):
        File(str(path), "", partial(read_array, path))
