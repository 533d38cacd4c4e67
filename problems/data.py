"""Training data as a part of any problem: where designs come from, which are withheld, and what they cost.

::

    class Beam(Problem):
        def __init__(self, data: DataSettings = DataSettings(source="beams.npy")) -> None:
            read = partial(read_array, data.source)
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
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from problems import files
from problems.base import DataFacts

if TYPE_CHECKING:
    from problems.base import Problem

MOST_DESIGNS = 10**6
HELD_OUT = 0.1
"""The share of a file's designs that stays out of the training data, so that a start can be found there."""

Sample = tuple[np.ndarray, np.ndarray | None]
"""Designs (n, d), and the class of each, (n,), where there are classes."""


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """Settings of any problem's training data, in an experiment file.

    Attributes
    ----------
    withhold : float
        The share of the draw, in [0, 1), that is withheld: the best designs by the problem's own objective (leak
        control).
    n : int
        How many training designs an experiment draws.
    source : str, tuple of str, or None
        The user's own designs: a file, a folder of files, or several of either; see `problems.files`.
    digest : str
        SHA-256 of the file or of all files. It is filled in; if it is given, the files must match it.
    """

    withhold: float = 0.0
    n: int = 2000
    source: str | tuple[str, ...] | None = None
    digest: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.withhold < 1:
            raise ValueError(f"data.withhold: {self.withhold} must be at least 0 and less than 1")
        if not 2 <= self.n <= MOST_DESIGNS:
            raise ValueError(f"data.n: {self.n} must be at least 2 and at most {MOST_DESIGNS}")
        if self.source is not None:
            object.__setattr__(self, "digest", self._check_source())

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files of `source`, in the order in which they are read."""
        given = (self.source,) if isinstance(self.source, str) else self.source or ()
        return tuple(member for each in given for member in files.members(Path(each)))

    def _check_source(self) -> str:
        paths = self.paths
        if not paths:
            raise ValueError("data.source: is an empty list; it must name a file at least")
        for path in paths:
            files.check(path)
        digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
        digest = digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
        if self.digest not in ("", digest):
            raise ValueError(f"data.source: {self.source} is not the file that it was (SHA-256 {digest[:12]}…)")
        return digest


def named(source: str | tuple[str, ...]) -> str:
    """What a source is called on record: the name of the file, or of the first of several."""
    names = [Path(each).name for each in ((source,) if isinstance(source, str) else source)]
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def read_array(source: str | Path | tuple[str, ...]) -> np.ndarray:
    """Read the numbers of files, one row per design, shape (M, d); a single array may have any shape.

    Raises
    ------
    ValueError
        If there are no arrays of finite numbers in them, or of different numbers of columns.
    """
    arrays = read_all(source)
    if len({array.shape[1:] for array in arrays}) > 1:
        raise ValueError(f"data.source: {source} holds designs of different numbers of coordinates")
    array = np.concatenate(arrays)
    if not np.isfinite(array).all():
        raise ValueError(f"data.source: {source} holds values that are not finite")
    return array


def read_all(source: str | Path | tuple[str, ...]) -> list[np.ndarray]:
    """Read all arrays of a file, of a folder, or of several; see `problems.files.read`."""
    given = (source,) if isinstance(source, str | Path) else source
    return [array for each in given for array in files.read(Path(each))]


class Own(NamedTuple):
    """Designs (M, d) of a user's source, and in words how many were left out or repaired, and why."""

    designs: np.ndarray
    left_out: str


def counted(faults: list[tuple[str, str]]) -> str:
    """Say how many share a fault, and which is the first of them; pairs of what has a fault and the fault."""
    first: dict[str, str] = {}
    for where, fault in faults:
        first.setdefault(fault, where)
    counts = Counter(fault for _, fault in faults).most_common()
    return "; ".join(f"{number} × {fault} (the first: {first[fault]})" for fault, number in counts)


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

    @property
    def left_out(self) -> str:
        """How many of its designs cannot be used, and why; empty where all can."""

    def training(self, n: int, rng: np.random.Generator, problem: Problem) -> Sample:
        """Draw n designs that training may see, or as many as there are."""

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n designs, or as many as there are, of all that it has."""


@dataclass(frozen=True)
class Drawn:
    """Designs that a function draws, in any number. Nothing is held out, since no two draws are the same.

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
    left_out : str
        Nothing is.
    """

    name: str
    draw: Callable[[int, np.random.Generator], Sample]
    everything: Callable[[int, np.random.Generator], Sample] | None = None
    price: float = 0.0
    left_out: str = ""

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
    """Designs of a file. It is read at once, so that an unusable file is an error now and not in a worker.

    Attributes
    ----------
    path : str or tuple of str
        On record are names alone.
    identity : str
        SHA-256 of the file.
    read : callable
        Gives all its designs (M, d); it is called at every draw, so it should remember them.
    price : float
        Evaluations that one design took to make.
    left_out : str
        How many designs of it cannot be used, and why; empty where all can.
    """

    path: str | tuple[str, ...]
    identity: str
    read: Callable[[], np.ndarray]
    price: float = 0.0
    left_out: str = ""

    def __post_init__(self) -> None:
        self.read()

    @property
    def name(self) -> str:
        """The file's name."""
        return named(self.path)

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
    """A source, without the share of best designs that training must not see.

    Attributes
    ----------
    source : Source
    withhold : float
        The share of the source's designs, in [0, 1), that is withheld: the best by the problem's own objective.
    """

    source: Source
    withhold: float = 0.0

    @property
    def facts(self) -> DataFacts:
        """What goes on record."""
        source = self.source
        return DataFacts(source.name, source.identity, self.withhold, source.price, source.left_out)

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
