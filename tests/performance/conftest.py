"""How the two sides of a ratio are timed: in turn, many times over, in one process of one thread."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch

import bench
from encoders.base import Encoder
from problems.base import Problem

Call = Callable[[], object]

LEAST_SECONDS = 0.02
"""How long a side is timed in a round, at least: a short call is repeated."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rounds", type=int, default=25, help="how often each side of a ratio is timed (few: a trial)")


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def versus(benchmark: Any, request: pytest.FixtureRequest) -> Callable[..., None]:
    """Time a call of ours against those of others, and leave for the page what came of it.

    The page reads ``benchmark.extra_info``: "what" is a row's name; "seconds" are lists of equal length by side, "ours"
    and every other; "aims" are the largest ratios ours / other that would do, by side; "note" stands beside the row;
    "at" is its place in the picture.
    """
    clock = _clock(request.node)

    def compare(
        what: str,
        ours: Call,
        others: Mapping[str, Call],
        *,
        per: int = 1,
        aims: Mapping[str, float] | None = None,
        without: Mapping[str, Call] | None = None,
        rounds: int = 10**6,
        at: tuple[str, str, int] | None = None,
    ) -> None:
        """Alternate.

        Parameters
        ----------
        what : str
            What the row is called.
        ours : callable
        others : mapping of str to callable
        per : int
            What the seconds of a call are divided by, such as evaluations.
        aims : mapping of str to float, optional
            The ratio ours / other to be reached, by other.
        without : mapping of str to callable, optional
            By side: what is timed too and taken away from it, such as the bare function under a logger.
        rounds : int
            At most so many, for what is slow.
        at : (str, str, int), optional
            The panel of the page's picture that it is in, which is what its horizontal axis says, the line, and where.
        """
        sides = {**others, **{f"without {name}": call for name, call in (without or {}).items()}}
        repeats = {call: _repeats(call, clock) for call in (ours, *sides.values())}
        seconds: dict[str, list[float]] = {name: [] for name in sides}

        def all_but_ours() -> None:
            for name, call in sides.items():
                begun = clock()
                for _ in range(repeats[call]):
                    call()
                seconds[name].append((clock() - begun) / repeats[call] / per)

        def repeated() -> None:
            for _ in range(repeats[ours]):
                ours()

        rounds = min(rounds, request.config.getoption("rounds"))
        benchmark.pedantic(repeated, setup=all_but_ours, rounds=rounds)
        seconds["ours"] = [spent / repeats[ours] / per for spent in benchmark.stats.stats.data]
        for name in without or {}:
            bare = seconds.pop(f"without {name}")
            seconds[name] = [whole - part for whole, part in zip(seconds[name], bare, strict=True)]
        benchmark.extra_info.update(what=what, seconds=seconds, aims=dict(aims or {}), at=at)

    return compare


def _clock(node: pytest.Item) -> Callable[[], float]:
    """CPU time, which others on the machine disturb least, unless a file's marker says otherwise."""
    marker = node.get_closest_marker("benchmark")
    return time.process_time if marker is None else marker.kwargs.get("timer", time.process_time)


def _repeats(call: Call, clock: Callable[[], float]) -> int:
    """How many calls fill a round; the calls made to find out warm up."""
    call()
    begun = clock()
    call()
    return max(1, math.ceil(LEAST_SECONDS / max(clock() - begun, 1e-6)))


@pytest.fixture(scope="session")
def isoperimetric() -> Problem:
    return bench.make_problem("isoperimetric", data={"classes": ["triangle", "square", "star"]})


@pytest.fixture(scope="session")
def designs(isoperimetric: Problem) -> np.ndarray:
    drawn = isoperimetric.designs(500, np.random.default_rng(0))
    assert drawn is not None
    return drawn


@pytest.fixture(scope="session")
def pca(designs: np.ndarray) -> Encoder:
    """PCA-8 of those designs."""
    return bench.make_encoder("pca", latent_dim=8).fit(designs, np.random.default_rng(0))
