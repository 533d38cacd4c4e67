"""How a plug-in is checked: one thing after another, with sentences as results, even if the plug-in fails."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch

from bench.errors import reason

Subject = TypeVar("Subject")
Stage = Mapping[str, Callable[[Subject], Iterator[str]]]
"""Checks by what they look at: the end of a sentence that begins with "it"."""

RELATIVE, ABSOLUTE = 1e-8, 1e-9
"""How far equal results may differ: sums of other batches, or at other addresses, round otherwise."""
MARK = 2_718_281_828
GLOBALS = "leaves the global generators of Python, NumPy and Torch alone"


@dataclass(frozen=True)
class Finding:
    """What was looked at, and the sentences that speak against the plug-in; none where it conforms."""

    what: str
    objections: tuple[str, ...]


def examine(subject: Subject, first: Stage[Subject], then: Iterable[Stage[Subject]]) -> Iterator[Finding]:
    """Give the findings, as far as they mean something.

    Parameters
    ----------
    subject
        What every check is given.
    first : dict
        Checks each of which rests on those before it: the first objection ends the examination.
    then : iterable of dict
        Checks that rest on the stage before theirs.
    """
    for what, check in first.items():
        finding = _listen(what, check, subject)
        yield finding
        if finding.objections:
            return
    left_alone = True
    for stage in then:  # not sooner: libraries may draw as they are imported
        with _marked() as left:
            findings = [_listen(what, check, subject) for what, check in stage.items()]
            left_alone &= left()
        yield from findings
        if any(finding.objections for finding in findings):
            break
    yield Finding(GLOBALS, () if left_alone else ("it draws from, or seeds, a global generator",))


def _listen(what: str, check: Callable[[Subject], Iterator[str]], subject: Subject) -> Finding:
    objections = []
    with as_a_worker_does():
        try:
            for sentence in check(subject):
                objections.append(sentence)
        except (Exception, SystemExit) as error:  # a plug-in may raise anything
            objections.append(f"whether it {what} cannot be told: it raised {reason(error)}")
    return Finding(what, tuple(objections))


@contextmanager
def as_a_worker_does() -> Iterator[None]:
    """Compute on one thread, and without warnings: designs that are not finite are meant to be seen."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        torch.set_num_threads(threads)


def same(found: Any, expected: Any) -> bool:
    """Whether two arrays are equal but for rounding, in shape as well."""
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    if found.shape != expected.shape:
        return False
    size = np.abs(expected[np.isfinite(expected)]).max(initial=0.0)
    return np.allclose(found, expected, rtol=RELATIVE, atol=ABSOLUTE * min(1.0, size), equal_nan=True)


def describe(array: Any) -> str:
    """Name what an array is, or what is there in place of one."""
    dtype = getattr(array, "dtype", None)
    return type(array).__name__ if dtype is None else f"{dtype} of shape {tuple(array.shape)}"


@contextmanager
def _marked() -> Iterator[Callable[[], bool]]:
    """Put the global generators into states that nobody seeds them with; gives whether they still are in them."""
    kept = np.random.get_state(), random.getstate(), torch.get_rng_state()  # noqa: NPY002 - to see that nobody touches it
    np.random.seed(MARK)  # noqa: NPY002
    random.seed(MARK)
    torch.manual_seed(MARK)
    marked = _global_state()
    try:
        yield lambda: _global_state() == marked
    finally:
        np.random.set_state(kept[0])  # noqa: NPY002
        random.setstate(kept[1])
        torch.set_rng_state(kept[2])


def _global_state() -> tuple[Any, ...]:
    numpy = np.random.get_state(legacy=False)["state"]  # noqa: NPY002 - to see that nobody touches it
    return numpy["key"].tobytes(), numpy["pos"], random.getstate(), torch.get_rng_state().numpy().tobytes()
