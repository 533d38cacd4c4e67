"""What tests share: the command line, an experiment's file, what is made once, and whether directories are alike."""

from __future__ import annotations

import inspect
import io
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
from filelock import FileLock

import bench
from bench import cli
from bench.experiments import plugins

ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
"""Of a process that can import what the tests can."""

CHEAP = {"epochs": 10, "startup": 59}
"""Little training, and a single model in each search of a check."""


class Answer(NamedTuple):
    """What a command has answered, under the names that `subprocess` gives."""

    returncode: int
    stdout: str
    stderr: str


@contextmanager
def as_it_was() -> Iterator[None]:
    """Leave the process as it was found."""
    handler, path, arguments, folder = signal.getsignal(signal.SIGTERM), list(sys.path), sys.argv, Path.cwd()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            yield
    finally:
        signal.signal(signal.SIGTERM, handler)
        sys.path[:], sys.argv = path, arguments
        os.chdir(folder)


def latentbench(*arguments: str | Path, cwd: Path | None = None) -> Answer:
    """Run the command line in this process; whatever it raises is a traceback to its user."""
    out, err = io.StringIO(), io.StringIO()
    with as_it_was(), redirect_stdout(out), redirect_stderr(err):
        os.chdir(cwd or Path.cwd())
        sys.argv = ["latentbench", *map(str, arguments)]
        code = cli.main()
    return Answer(code, out.getvalue(), err.getvalue())


def made_once(name: str, make: Callable[[Path], object], temporary: pytest.TempPathFactory) -> Path:
    """Give a folder that the first process of this session to ask for it has made; the others wait until it is done."""
    base = temporary.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / f"once-{name}"
    with FileLock(shared / f"once-{name}.lock"):
        if not (folder / "done").exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            (folder / "done").touch()
    return folder


def cheaply(name: str) -> dict[str, Any]:
    """Parameters with which a plug-in is quick to try; and those that it cannot lack."""
    defaults = plugins.defaults_of(plugins.kind_of(name), name)
    needed = {"optimiser": "nelder-mead"} if defaults.get("optimiser") is inspect.Parameter.empty else {}
    return needed | {parameter: value for parameter, value in CHEAP.items() if defaults.get(parameter)}


def experiment_file(text: str, folder: Path) -> Path:
    """Write the text of an experiment to a file of a folder."""
    path = folder / "experiment.toml"
    path.write_text(text, encoding="utf-8")
    return path


def timeless(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out what a clock has measured."""
    return frame[[column for column in frame if "seconds" not in column and column != "started"]]


def assert_same_records(one: Path, other: Path) -> None:
    """Compare all records, column by column and digit by digit, time columns aside."""
    for a, b in zip(bench.load(one), bench.load(other), strict=True):
        keys = ["run", "evaluations"] if "evaluations" in a else ["run"]
        a, b = (timeless(frame).astype({"run": str}).sort_values(keys, ignore_index=True) for frame in (a, b))
        pd.testing.assert_frame_equal(a, b, check_exact=True)


class AtOnce(Executor):
    """Does what it is given at once: nothing is left for who gave it."""

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(work(*arguments, **named))
        except Exception as error:
            future.set_exception(error)
        return future
