"""Training data as a part that any problem composes: where designs come from, what is kept back, and what they cost.

::

    class Beam(Problem):
        def __init__(self, data: DataSettings = DataSettings(source="beams.npy")) -> None:
            read = partial(read_array, Path(data.source))
            self.data = TrainingData(File(data.source, data.digest, read, price=30.0), data.withhold)
            self.n_designs, self.data_facts = data.n, self.data.facts

        def designs(self, n, rng):
            return self.data.draw(n, rng, self)[0]

        def reference(self, n, rng):
            return self.data.reference(n, rng)

Settings are the problem's parameter ``data``, a table in an experiment file; a problem adds keys by deriving from
`DataSettings`. Problems that differ in nothing but this parameter are compared as such (`latentbench audit`).
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from problems.base import DataFacts

if TYPE_CHECKING:
    from problems.base import Problem

MOST_DESIGNS = 10**6
HELD_OUT = 0.1
"""The share of a file's designs that stays out of the training data, so that a start can be found there."""
SUFFIXES = (".npy", ".csv")

Sample = tuple[np.ndarray, np.ndarray | None]
"""Designs (n, d), and the class of each, (n,), where there are classes."""


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """What an experiment file may say of any problem's training data.

    Attributes
    ----------
    withhold : float
        The share of the draw, in [0, 1), that is dropped: the best by the problem's own objective (leak control).
    n : int
        How many training designs an experiment draws.
    source : str or None
        A .npy or .csv file of the user's own designs, a row a design.
    digest : str
        SHA-256 of the file; filled in, and where it is given, the file must match it.
    """

    withhold: float = 0.0
    n: int = 2000
    source: str | None = None
    digest: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.withhold < 1:
            raise ValueError(f"data.withhold: {self.withhold} must be at least 0 and less than 1")
        if not 2 <= self.n <= MOST_DESIGNS:
            raise ValueError(f"data.n: {self.n} must be at least 2 and at most {MOST_DESIGNS}")
        if self.source is not None:
            object.__setattr__(self, "digest", self._check_source(Path(self.source)))

    def _check_source(self, path: Path) -> str:
        if path.suffix not in SUFFIXES:
            raise ValueError(f"data.source: {path} must be a {' or '.join(SUFFIXES)} file")
        if not path.is_file():
            raise ValueError(f"data.source: there is no file {path}")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if self.digest not in ("", digest):
            raise ValueError(f"data.source: {path} is not the file that it was (SHA-256 {digest[:12]}…)")
        return digest


def read_array(path: Path) -> np.ndarray:
    """Read the numbers of a .npy or .csv file.

    Raises
    ------
    ValueError
        If there is no array of finite numbers in it.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # of an empty file, which has no shape that will do
            text = path.suffix == ".csv"
            array = np.loadtxt(path, delimiter=",", ndmin=2) if text else np.load(path, allow_pickle=False)
        array = np.asarray(array, dtype=float)
    except (ValueError, TypeError, EOFError, UnicodeDecodeError) as error:
        raise ValueError(f"data.source: {path} cannot be read: {error}") from None
    if not np.isfinite(array).all():
        raise ValueError(f"data.source: {path} holds values that are not finite")
    return array


class Source(Protocol):
    """Where designs come from: drawn, a file, or whatever has these."""

    @property
    def name(self) -> str:
        """In words, for the record."""

    @property
    def identity(self) -> str:
        """What other designs would have another of."""

    @property
    def price(self) -> float:
        """Evaluations that one of its designs took to make."""

    def training(self, n: int, rng: np.random.Generator, problem: Problem) -> Sample:
        """Draw n designs that training may see, or as many as there are."""

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n designs, or as many as there are, of all that it has."""


@dataclass(frozen=True)
class Drawn:
    """Designs that a function draws, as many as are asked for; nothing is held out, since no two draws are the same.

    Attributes
    ----------
    name : str
        What is drawn, in words; it is its identity, too.
    draw : callable
        From (n, rng) to a `Sample`.
    everything : callable, optional
        Likewise, of all that the problem knows; by default the same.
    price : float
        Evaluations that one design takes to make; none for one that is drawn by a formula.
    """

    name: str
    draw: Callable[[int, np.random.Generator], Sample]
    everything: Callable[[int, np.random.Generator], Sample] | None = None
    price: float = 0.0

    @property
    def identity(self) -> str:
        """Its name."""
        return self.name

    def training(self, n: int, rng: np.random.Generator, problem: Problem) -> Sample:
        """Draw n designs."""
        return self.draw(n, rng)

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n designs of all that the problem knows."""
        return (self.everything or self.draw)(n, rng)[0]


@dataclass(frozen=True)
class File:
    """Designs of a file, read at once, so that one that cannot be used is an error now and not in a worker.

    Attributes
    ----------
    path : str
        On record is its name alone.
    identity : str
        SHA-256 of the file.
    read : callable
        Gives all its designs (M, d); it is called at every draw, so it should remember them.
    price : float
        Evaluations that one design took to make.
    """

    path: str
    identity: str
    read: Callable[[], np.ndarray]
    price: float = 0.0

    def __post_init__(self) -> None:
        self.read()

    @property
    def name(self) -> str:
        """The file's name."""
        return Path(self.path).name

    def training(self, n: int, rng: np.random.Generator, problem: Problem) -> Sample:
        """Draw n of all but a random tenth, which is held out with one at least from the worse half."""
        own = rng.permutation(self.read())
        objective = problem.evaluate(own).objective
        first_of_the_worse = int(np.argmax(objective >= np.median(objective)))
        held_out = {first_of_the_worse, *range(int(HELD_OUT * len(own)))}
        return own[[i for i in range(len(own)) if i not in held_out]][:n], None

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n of all."""
        return rng.permutation(self.read())[:n]


@dataclass(frozen=True)
class TrainingData:
    """A source, less the share of the best that training must not see.

    Attributes
    ----------
    source : Source
    withhold : float
        The share of what the source gives, in [0, 1), that is dropped: the best by the problem's own objective.
    """

    source: Source
    withhold: float = 0.0

    @property
    def facts(self) -> DataFacts:
        """What goes on record."""
        return DataFacts(self.source.name, self.source.identity, self.withhold, self.source.price)

    def draw(self, n: int, rng: np.random.Generator, problem: Problem) -> Sample:
        """Draw n training designs and their classes; fewer where the source has no more.

        Parameters
        ----------
        n : int
        rng : Generator
        problem : Problem
            By whose objective the best are told.
        """
        drawn, labels = self.source.training(int(np.ceil(n / (1 - self.withhold))), rng, problem)
        kept = np.arange(len(drawn))
        dropped = int(np.floor(len(drawn) * self.withhold))
        if dropped:
            worst_first = np.argsort(-problem.evaluate(drawn).objective, kind="stable")
            kept = np.sort(worst_first[: len(drawn) - dropped])
        kept = kept[:n]
        return drawn[kept], None if labels is None else labels[kept]

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n designs of all that the source has, withholding nothing; starts come from here."""
        return self.source.reference(n, rng)
