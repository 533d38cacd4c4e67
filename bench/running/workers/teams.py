"""Teams that carry tasks out: processes of this machine, or the workers of a Dask cluster; both look the same."""

from __future__ import annotations

import errno
import warnings
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bench.errors import BadInput
from bench.running import provenance
from bench.running.workers.process import Crew, Death

if TYPE_CHECKING:
    from distributed import Client

Task = TypeVar("Task", bound=tuple[Any, ...])

SECONDS_TO_CONNECT = 30
WORK = "bench.running.execution"
"""The module of fits and runs."""


@dataclass(frozen=True)
class Team:
    """Something that carries out tasks side by side, each in a process of its own.

    Attributes
    ----------
    executor : Executor
        Runs `do` somewhere.
    do : callable
        As `Crew.do`.
    size : callable
        How many tasks it can do at a time, at the moment.
    """

    executor: Executor
    do: Callable[..., Any]
    size: Callable[[], int]

    def each(
        self,
        work: Callable[..., Any],
        tasks: Iterable[Task],
        limit: float | None = None,
        kin: Callable[[Task], Hashable] | None = None,
    ) -> Iterator[tuple[Task, Any]]:
        """Do tasks in no particular order; yield each with what the work returned, or with the `Death` it died.

        One whose process was killed from outside, for memory perhaps, or for no fault of its own, is done again when
        all others are, alone.

        Parameters
        ----------
        work : callable
        tasks : iterable of tuple
            The arguments of each.
        limit : float, optional
            Seconds.
        kin : callable, optional
            What tasks share that a process remembers from one to the next, such as data: as long as there is something
            else to do for the others, one process does all of a kind.
        """
        suspects = []
        for task, result in self._side_by_side(work, tasks, limit, kin):
            if isinstance(result, Death) and not result.by_itself:
                suspects.append(task)
            else:
                yield task, result
        for suspect in suspects:
            for task, result in self._side_by_side(work, [suspect], limit):
                if isinstance(result, Death):
                    result = Death(f"{result.reason}, for the second time, this time alone", result.details, True)
                yield task, result

    def _side_by_side(
        self,
        work: Callable[..., Any],
        tasks: Iterable[Task],
        limit: float | None,
        kin: Callable[[Task], Hashable] | None = None,
    ) -> Iterator[tuple[Task, Any]]:
        families = None if kin is None else _Families(tasks, kin)
        line: Iterator[Task] = iter(tasks) if families is None else families
        pending: dict[Future[Any], Task] = {}
        ahead = 2 if families is None else 1  # which process takes what waits, nobody knows

        def submit() -> None:
            while len(pending) < ahead * max(1, self.size()) and (task := next(line, None)) is not None:
                pending[self.executor.submit(self.do, work, *task, limit=limit)] = task

        submit()
        while pending:
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                task = pending.pop(future)
                if families is not None:
                    families.over(task)
                submit()  # tasks carry arrays: few wait at a time
                yield task, _result(future)


class _Families(Iterator[Task]):
    """Tasks by kin: after one that is over comes the next of its own, else of one that nobody is at, else any.

    The process that has become free is the one that takes what comes next: see `Crew`.
    """

    def __init__(self, tasks: Iterable[Task], kin: Callable[[Task], Hashable]) -> None:
        self._kin = kin
        self._left: dict[Hashable, list[Task]] = {}
        for task in tasks:
            self._left.setdefault(kin(task), []).append(task)
        self._at = Counter[Hashable]()
        self._last: Hashable = None

    def __next__(self) -> Task:
        if not self._left:
            raise StopIteration
        chosen = self._last if self._last in self._left else min(self._left, key=self._at.__getitem__)
        task = self._left[chosen].pop(0)
        if not self._left[chosen]:
            del self._left[chosen]
        self._at[chosen] += 1
        self._last = None
        return task

    def over(self, task: Task) -> None:
        """Tell that a task is done."""
        self._last = self._kin(task)
        self._at[self._last] -= 1


def both_ends(team: Team | None, work: Callable[..., Any], tasks: Sequence[Task]) -> Iterator[Future[Any] | None]:
    """Share a line of tasks with another process: it takes them from the last on, who asks from the first.

    Parameters
    ----------
    team : Team or None
        None to do all here.
    work : callable
    tasks : sequence of tuple
        The arguments of each.

    Yields
    ------
    Future or None
        For each task in turn what the other process makes of it, perhaps a `Death`; None if it is to be done here.
    """
    there = [] if team is None else [team.executor.submit(team.do, work, *task) for task in reversed(tasks)][::-1]
    for number in range(len(tasks)):
        yield None if not there or there[number].cancel() else there[number]


@contextmanager
def local(jobs: int, early: int = 0, work: str = WORK) -> Iterator[Team]:
    """Processes of this machine.

    Parameters
    ----------
    jobs : int
        How many.
    early : int
        So many of them start at once, and the others when there is something to do for them.
    work : str
        The module of what they will do.
    """
    crew, executor = Crew(work), ThreadPoolExecutor(jobs)
    try:
        crew.expect(min(early, jobs))
        yield Team(executor, crew.do, lambda: jobs)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        crew.end()
        executor.shutdown()


@contextmanager
def cluster(address: str) -> Iterator[Team]:
    """The workers of a Dask cluster, each of which starts a process of ours for every thread it has.

    Parameters
    ----------
    address : str
        Of its scheduler, such as ``tcp://10.0.0.1:8786``, or the path of a scheduler file.

    Raises
    ------
    BadInput
        If Dask is not installed, the scheduler does not answer, no worker joins, or the workers lack this suite.
    """
    client = _connect(address)
    try:
        _await_a_worker(address, client)
        _refuse_strangers(address, client)
        executor = client.get_executor(pure=False)
        try:
            yield Team(executor, do_on_cluster, lambda: sum(client.nthreads().values()))
        finally:
            executor.shutdown(wait=False)
            client.run(_end_idle, on_error="ignore")
    finally:
        client.close()


_CREW = Crew(WORK)
"""Of the Dask worker that has imported this module; several experiments may share it."""


def do_on_cluster(work: Callable[..., Any], *arguments: Any, limit: float | None = None) -> Any:
    """Do a task in a process beside the Dask worker that this is called in; see `Crew.do`."""
    return _CREW.do(work, *arguments, limit=limit)


def _end_idle() -> None:
    _CREW.end_idle()


def _connect(address: str) -> Client:
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise BadInput(f"--dask {address}: needs Dask; pip install 'latentbench[cluster]'") from None
    try:
        if Path(address).is_file():
            return Client(scheduler_file=address, timeout=SECONDS_TO_CONNECT)
        return Client(address, timeout=SECONDS_TO_CONNECT)
    except Exception as error:  # a scheduler file may hold anything
        raise BadInput(f"--dask {address}: no Dask scheduler answers ({type(error).__name__}: {error})") from None


def _await_a_worker(address: str, client: Client) -> None:
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_CONNECT)
    except TimeoutError:
        raise BadInput(f"--dask {address}: no worker joined within {SECONDS_TO_CONNECT} s") from None


def _refuse_strangers(address: str, client: Client) -> None:
    """See that every worker has this very version of the suite, and warn where libraries differ."""
    here = provenance.collect()["versions"]
    for worker, answer in client.run(provenance.collect, on_error="return").items():
        if isinstance(answer, BaseException):
            raise BadInput(f"--dask {address}: worker {worker} cannot import latentbench: {answer}")
        there = answer["versions"]
        if there["latentbench"] != here["latentbench"]:
            raise BadInput(
                f"--dask {address}: worker {worker} has latentbench {there['latentbench']}; "
                f"it must be {here['latentbench']}, as here"
            )
        differing = [f"{name} {there.get(name)}, not {here[name]}" for name in here if there.get(name) != here[name]]
        if differing:
            warnings.warn(f"worker {worker} has {'; '.join(differing)}: digits may differ", stacklevel=4)


def _result(future: Future[Any]) -> Any:
    """What a task returned; a Dask worker that dies time after time is a death too."""
    try:
        return future.result()
    except CancelledError:
        raise OSError(
            errno.ECONNRESET, "the connection is lost; finished runs are kept, run again to go on", "dask"
        ) from None
    except Exception as error:
        if type(error).__name__ != "KilledWorker":  # not imported: Dask may not be there
            raise
        return Death("its Dask workers died again and again", str(error), by_itself=True)
