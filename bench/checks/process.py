"""The same again in another process, with another hash seed, as a worker would do it."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import cloudpickle
import numpy as np

from bench.checks.kit import as_a_worker_does, same
from bench.errors import reason
from bench.running.workers.process import Death, Worker

Results = dict[str, np.ndarray]


class Unimportable(Exception):
    """The other process cannot import something that it needs."""


class Raised(Exception):
    """The plug-in raised something in the other process."""


def differences(task: Callable[[], Results], plugin: Any, here: Results | None = None) -> Iterator[str]:
    """Say which results of a task differ in another process.

    The plug-in's own module is sent along if it cannot be imported there: a test's, for instance.

    Parameters
    ----------
    task : callable
        What to do: it gives named arrays.
    plugin : object
        The plug-in at work.
    here : dict, optional
        What it gives in this process, where that is known.
    """
    here, module = task() if here is None else here, type(plugin).__module__
    try:
        there = _elsewhere(task, module)
    except Unimportable as error:
        yield f"another process cannot import it: {error}"
    except Raised as error:
        yield f"in another process it raised {error}"
    else:
        if isinstance(there, Death):
            yield f"in another process {there.reason}"
            return
        for name, expected in here.items():
            if not same(there[name], expected):
                yield f"in another process, with another PYTHONHASHSEED, its {name} differ"


def death(task: Callable[[], Results], plugin: Any, limit: float) -> str | None:
    """Say how another process died of a task, or that it took longer than so many seconds; None where it ended.

    Whatever it raised is for other checks to tell.
    """
    try:
        there = _elsewhere(task, type(plugin).__module__, limit)
    except (Unimportable, Raised):
        return None
    return there.reason if isinstance(there, Death) else None


def _elsewhere(task: Callable[[], Results], module: str, limit: float | None = None) -> Results | Death:
    path = [os.path.abspath(folder) for folder in sys.path]
    try:
        there = _worker().do(_do, path, module, cloudpickle.dumps(task), limit=limit)
    except Unimportable:
        with _sent_along(module):
            there = _worker().do(_do, path, module, cloudpickle.dumps(task), limit=limit)
    if isinstance(there, Death):
        _worker().end()
        _worker.cache_clear()
    return there


@cache
def _worker() -> Worker:
    worker = Worker({"PYTHONHASHSEED": "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"})
    atexit.register(worker.end)
    return worker


def _do(path: list[str], module: str, pickled: bytes) -> Results:
    """What the other process does, which lives on from check to check, while modules may be edited."""
    sys.path[:] = path
    if module not in ("__main__", *sys.builtin_module_names):  # a class made by exec says that it is of builtins
        sys.modules.pop(module, None)
    try:
        task = cloudpickle.loads(pickled)
    except (ImportError, AttributeError) as error:
        raise Unimportable(reason(error)) from None
    try:
        with as_a_worker_does():
            return task()
    except (Exception, SystemExit) as error:  # a plug-in may raise anything
        raise Raised(reason(error)) from None


@contextmanager
def _sent_along(module: str) -> Iterator[None]:
    cloudpickle.register_pickle_by_value(sys.modules[module])
    try:
        yield
    finally:
        cloudpickle.unregister_pickle_by_value(sys.modules[module])
