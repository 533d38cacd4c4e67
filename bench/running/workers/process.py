"""A worker process, seen from outside: it does one task at a time, and its death is told in words."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO, Any, TypeVar, cast

from bench.quantities import stated
from bench.running.provenance import THREAD_SETTINGS
from bench.running.workers import serve
from bench.searching.endings import DEAF

Result = TypeVar("Result")

TIMED_OUT = "Timeout"
"""How the diary of a process that ended itself on its timer begins; see `faulthandler`."""


@dataclass(frozen=True)
class Death:
    """How a process ended in the midst of a task.

    Attributes
    ----------
    reason : str
        One line.
    details : str
        Where in the code it happened, if that is known.
    by_itself : bool
        Whether the task is to blame without doubt: a fault of its own or too long a time, not a signal from outside.
    """

    reason: str
    details: str
    by_itself: bool


class Worker:
    """A Python process of one thread that does one task at a time.

    Nothing is shared but what goes through its pipes, so that it may crash, hang or be killed without harm; its current
    folder is its own, anew for each task, and it ends by itself once its parent is gone. Unlike `multiprocessing`'s, it
    may be started within a daemonic process, such as a worker of a Dask cluster is.

    Parameters
    ----------
    environment : mapping of str, optional
        Variables beside those of this process.
    beforehand : str
        A module that it imports until its first task comes; empty for none.
    """

    def __init__(self, environment: Mapping[str, str] | None = None, beforehand: str = "") -> None:
        self._scratch = Path(tempfile.mkdtemp(prefix="latentbench-"))
        self._diary = self._scratch / "diary.txt"
        diary, path = str(self._diary), [os.path.abspath(folder) for folder in sys.path]
        served = f"serve.main({diary!r}, {beforehand!r})"
        code = f"import sys; sys.path[:] = {path!r}; from bench.running.workers import serve; {served}"
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | dict.fromkeys(THREAD_SETTINGS, "1") | dict(environment or {}),
            start_new_session=True,  # a signal to the parent's group is the parent's to handle
        )
        self._tasks, self._answers = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)

    def do(self, work: Callable[..., Result], *arguments: Any, limit: float | None = None) -> Result | Death:
        """Give what the work returns, or raises; or how the process died of it.

        Parameters
        ----------
        work : callable
            One that can be imported by its name.
        *arguments
            What can be pickled.
        limit : float, optional
            Seconds after which the process ends itself.
        """
        try:
            serve.send(self._tasks, (work, arguments, limit))
            answer = serve.receive(self._answers)
        except (EOFError, OSError):
            return self._death(limit)
        returned, result = pickle.loads(answer)  # noqa: S301 - from our own child
        if not returned:
            raise result
        return result

    def end(self) -> None:
        """Kill the process, if it lives, and wait for its end."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._tasks, self._answers):
            with suppress(OSError):  # what was still to be flushed has no reader any more
                pipe.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _death(self, limit: float | None) -> Death:
        code = self._process.wait()
        diary = self._diary.read_text(encoding="utf-8", errors="replace") if self._diary.exists() else ""
        if limit is not None and diary.startswith(TIMED_OUT):
            return Death(f"it took longer than the time limit of {stated(limit)} s", diary, by_itself=True)
        if diary:
            return Death(f"it ended its process: {diary.partition(chr(10))[0]}", diary, by_itself=True)
        if code == DEAF:
            return Death(
                "its search went on and on after its budget was spent, whatever was raised", "", by_itself=True
            )
        if code < 0:
            return Death(f"its process was killed by {_signal_name(-code)}", "", by_itself=False)
        return Death(f"it ended its process with exit code {code}", "", by_itself=True)


class Crew:
    """Worker processes, as many as there are tasks at a time; each is kept for the next task until it dies.

    Parameters
    ----------
    beforehand : str
        A module that each imports until its first task comes; empty for none.
    """

    def __init__(self, beforehand: str = "") -> None:
        self._beforehand = beforehand
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._lock = Lock()
        self._over = False

    def do(self, work: Callable[..., Result], *arguments: Any, limit: float | None = None) -> Result | Death:
        """Do a task in a process that does nothing else meanwhile; see `Worker.do`. May be called from many threads."""
        worker = self._borrow()
        alive = True
        try:
            result = worker.do(work, *arguments, limit=limit)
            alive = not isinstance(result, Death)
            return result
        finally:
            if alive:
                self._idle.append(worker)
            else:
                self._dismiss(worker)

    def expect(self, tasks: int) -> None:
        """Start as many processes as there will be tasks at a time, at least, before there are any."""
        self._idle += [self._borrow() for _ in range(tasks)]

    def end(self) -> None:
        """Kill all processes, busy ones too, and start no more."""
        with self._lock:
            self._over = True
            workers = list(self._all)
        for worker in workers:
            self._dismiss(worker)

    def end_idle(self) -> None:
        """End the processes that have nothing to do."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            self._dismiss(worker)

    def _borrow(self) -> Worker:
        with self._lock:
            if self._over:
                raise RuntimeError("the crew has been dismissed")
            if self._idle:
                return self._idle.pop()
            worker = Worker(beforehand=self._beforehand)
            self._all.add(worker)
            return worker

    def _dismiss(self, worker: Worker) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.end()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
