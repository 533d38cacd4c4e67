from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.running.workers.process import Crew, Death, Worker

LEAVE = "import os; os._exit(7)"  # in words: where coverage is measured, os._exit itself cannot be pickled
posix = pytest.mark.skipif(os.name != "posix", reason="ends or watches processes by signals")


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.end()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 30
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid)


def test_a_worker_is_another_process_of_one_thread_that_does_one_task_after_another(worker: Worker) -> None:
    pids = {worker.do(os.getpid) for _ in range(3)}
    assert len(pids) == 1
    assert pids != {os.getpid()}
    assert worker.do(os.getenv, "OMP_NUM_THREADS") == "1"


def test_what_a_task_raises_is_raised_and_the_worker_lives_on(worker: Worker) -> None:
    with pytest.raises(ZeroDivisionError):
        worker.do(divmod, 1, 0)
    with pytest.raises(SystemExit):
        worker.do(sys.exit, 3)
    assert worker.do(divmod, 7, 2) == (3, 1)


def test_what_a_task_prints_or_reads_does_not_get_into_its_answer(worker: Worker) -> None:
    assert worker.do(print, "something") is None
    assert worker.do(os.write, 1, b"more") == 4
    assert worker.do(os.read, 0, 100) == b""
    assert worker.do(bytes, 10_000_000) == bytes(10_000_000)


@pytest.mark.parametrize(
    ("work", "arguments", "reason", "by_itself"),
    [
        (ctypes.string_at, (0,), "it ended its process: Fatal Python error: Segmentation fault", True),
        (os.abort, (), "it ended its process: Fatal Python error: Aborted", True),
        (exec, (LEAVE,), "it ended its process with exit code 7", True),
        (signal.raise_signal, (getattr(signal, "SIGKILL", None),), "its process was killed by SIGKILL", False),
    ],
)
@posix
def test_a_death_is_told_in_words(
    worker: Worker, work: object, arguments: tuple[int, ...], reason: str, by_itself: bool
) -> None:
    death = worker.do(work, *arguments)
    assert isinstance(death, Death)
    assert (death.reason, death.by_itself) == (reason, by_itself)


def test_a_task_that_never_returns_is_ended_at_its_time_limit(worker: Worker) -> None:
    assert worker.do(time.sleep, 0.01, limit=60) is None
    begun = time.monotonic()
    death = worker.do(time.sleep, 1000, limit=0.3)
    assert isinstance(death, Death)
    assert death.reason == "it took longer than the time limit of 0.3 s"
    assert death.by_itself
    assert time.monotonic() - begun < 100


def test_a_time_limit_ends_with_its_task(worker: Worker) -> None:
    pid = worker.do(os.getpid, limit=1)
    time.sleep(1.5)
    assert worker.do(os.getpid) == pid


@posix
def test_a_crew_has_as_many_processes_as_tasks_at_a_time_and_replaces_the_dead() -> None:
    crew = Crew()
    first = crew.do(os.getpid)
    assert crew.do(os.getpid) == first
    assert isinstance(crew.do(exec, LEAVE), Death)
    wait_until_gone(first)
    second = crew.do(os.getpid)
    assert second != first
    crew.end_idle()
    wait_until_gone(second)
    third = crew.do(os.getpid)
    crew.end()
    wait_until_gone(third)
    with pytest.raises(RuntimeError, match="dismissed"):
        crew.do(os.getpid)


@posix
def test_ending_a_crew_ends_what_it_is_at() -> None:
    crew, results = Crew(), []
    thread = threading.Thread(target=lambda: results.append(crew.do(time.sleep, 1000)))
    pid = crew.do(os.getpid)
    thread.start()
    time.sleep(0.2)
    crew.end()
    thread.join(30)
    assert isinstance(results[0], Death)
    wait_until_gone(pid)


@posix
def test_a_worker_ends_with_its_parent_even_in_the_midst_of_a_task_and_leaves_nothing(tmp_path: Path) -> None:
    code = (
        "import os, threading, time\nfrom bench.running.workers.process import Worker\nw = Worker()\n"
        "print(w.do(os.getpid), flush=True)\nthreading.Thread(target=w.do, args=(time.sleep, 1000)).start()\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TMPDIR": str(tmp_path)}
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
    pid = int(parent.stdout.readline())
    assert alive(pid)
    assert list(tmp_path.iterdir()) != []
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until_gone(pid)
    assert list(tmp_path.iterdir()) == []
