"""The inside of a worker process: one task after another from its standard input, until that closes."""

from __future__ import annotations

import faulthandler
import os
import pickle
import shutil
import signal
import struct
import sys
import threading
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

LENGTH = struct.Struct("!Q")
TRIES = 10
"""To remove the scratch folder at the end."""


def main(diary: str, beforehand: str) -> None:
    """Serve tasks: each a pickled (function, arguments, time limit), answered with (whether it returned, result).

    Parameters
    ----------
    diary : str
        File that is told, in words, of a segmentation fault or a time limit exceeded, before the process ends of it.
    beforehand : str
        A module to import until the first task comes; empty for none.
    """
    tasks, answers = _private_streams()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the parent decides
    queue: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_receive, args=(tasks, queue, Path(diary)), daemon=True).start()
    with Path(diary).open("w", encoding="utf-8") as file:
        faulthandler.enable(file)
        if beforehand:
            with suppress(Exception):  # a task that needs it says why it cannot be imported
                import_module(beforehand)
        while True:
            answer = _do(queue.get(), file)
            send(answers, answer)


def send(stream: IO[bytes], content: Any) -> None:
    """Write something pickled, its length first."""
    data = pickle.dumps(content, pickle.HIGHEST_PROTOCOL)
    stream.write(LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes:
    """Read what `send` wrote, still pickled.

    Raises
    ------
    EOFError
        If the other end is gone, in the midst of it perhaps.
    """
    (length,) = LENGTH.unpack(_exactly(LENGTH.size, stream))
    return _exactly(length, stream)


def _exactly(length: int, stream: IO[bytes]) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def _do(task: bytes, diary: Any) -> tuple[bool, Any]:
    try:
        work, arguments, limit = pickle.loads(task)  # noqa: S301 - from the parent
        _new_folder(Path(diary.name).parent)
        if limit is not None:
            # a thread of C, which needs no lock of the interpreter: it ends loops in foreign code too
            faulthandler.dump_traceback_later(limit, exit=True, file=diary)
        return True, work(*arguments)
    except BaseException as error:
        return False, error
    finally:
        faulthandler.cancel_dump_traceback_later()


def _new_folder(scratch: Path) -> None:
    """Make an empty folder the current one, so that files of simulators stay apart, from task to task too."""
    os.chdir(scratch)
    shutil.rmtree(scratch / "work", ignore_errors=True)
    (scratch / "work").mkdir(exist_ok=True)
    os.chdir(scratch / "work")


def _private_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Keep the pipes to the parent from plug-ins, which may read from standard input or print to standard output."""
    tasks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return tasks, answers


def _receive(tasks: IO[bytes], queue: SimpleQueue[bytes], diary: Path) -> None:
    try:
        while True:
            queue.put(receive(tasks))
    except EOFError:  # the parent is gone, or has no more use for this process
        with suppress(OSError):
            os.chdir(diary.anchor)
            for _ in range(TRIES):  # a task that is at it may write until this process ends
                shutil.rmtree(diary.parent, ignore_errors=True)
                if not diary.parent.exists():
                    break
            sys.stderr.flush()
        os._exit(0)
