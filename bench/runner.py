"""The one main loop: first the fits of an experiment, then its runs, each in a worker; the parent alone writes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from loky import FIRST_COMPLETED, ProcessPoolExecutor, as_completed, cpu_count, wait

from bench import provenance
from bench.errors import BadInput
from bench.execution import Failure, die_with, execute_fit, execute_run, skipped
from bench.experiment import Experiment, Fit, Run, fits
from bench.finds import Find, better_than_known
from bench.progress import Progress, Silent
from bench.records import Fitted, Record
from bench.store import Doubt, Store, ignore

RESULTS = Path("results") / "runs"

THREAD_SETTINGS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")

Result = TypeVar("Result")
Parallel = Callable[[Callable[..., Any], Iterable[tuple[Any, ...]]], Iterator[Any]]


@dataclass(frozen=True)
class Plan:
    """What is left to do of an experiment in a directory.

    Attributes
    ----------
    fits : list of Fit
        Encoders that the runs need and the directory lacks.
    runs : list of (int, Run)
        With their place in the whole grid.
    skips : list of (int, Run)
        Pairs that cannot work and are not yet on record.
    done : int
        Runs on record already.
    """

    fits: list[Fit]
    runs: list[tuple[int, Run]]
    skips: list[tuple[int, Run]]
    done: int


@dataclass(frozen=True)
class Summary:
    """How an experiment ended.

    Attributes
    ----------
    path : Path
        Where it lies.
    runs : int
        How many it has.
    failures : dict of str
        The reason of each run that failed, by its name.
    finds : list of Find
        Designs that are better than the best on record.
    """

    path: Path
    runs: int
    failures: dict[str, str]
    finds: list[Find]


def plan(experiment: Experiment, store: Store | None = None, doubt: Doubt = ignore) -> Plan:
    """Find what is left to do: failed runs are done again, completed and skipped ones stay; writes nothing."""
    kept = {key for key, row in store.rows(doubt).items() if row.get("status") != "failed"} if store else set()
    left = [(order, run) for order, run in enumerate(experiment.runs()) if run.key not in kept]
    runs = [(order, run) for order, run in left if run.skip is None]
    missing = [fit for fit in fits([run for _, run in runs]) if store is None or store.fitted(fit.key, doubt) is None]
    return Plan(missing, runs, [(order, run) for order, run in left if run.skip], len(kept))


def run(
    source: str | Path | Experiment,
    out: str | Path | None = None,
    jobs: int | None = None,
    fresh: bool = False,
    progress: Callable[[int, int], Progress] = Silent,
) -> Summary:
    """Run an experiment, or what is left of it, into a directory.

    Parameters
    ----------
    source : str, Path or Experiment
        A suite's name, the path of a TOML file, or an experiment.
    out : str or Path, optional
        The directory; results/runs/<name> by default. One that holds the same experiment is resumed.
    jobs : int, optional
        Worker processes; by default one for each core. Results do not depend on it.
    fresh : bool
        Whether a directory that is there already is set aside first; nothing is deleted.
    progress : callable
        Makes what shows progress, from the numbers of fits and of runs.

    Raises
    ------
    BadInput
        Before anything is written.
    """
    experiment = source if isinstance(source, Experiment) else Experiment.load(source)
    store = store_for(experiment, out)
    if jobs is not None and jobs < 1:
        raise BadInput(f"jobs: {jobs} must be at least 1")
    if fresh:
        store.set_aside()
    with store.begin(experiment, provenance.collect()):
        return run_all(experiment, store, jobs or cpu_count(), progress)


def store_for(experiment: Experiment, out: str | Path | None = None) -> Store:
    """Where an experiment goes: a directory by name, or results/runs/<name>."""
    return Store(out if out is not None else RESULTS / experiment.name)


def run_all(experiment: Experiment, store: Store, jobs: int, progress: Callable[[int, int], Progress]) -> Summary:
    """Do all that is left; a run that fails is recorded with its reason and does not stop the others."""
    todo = plan(experiment, store, store.doubt)
    for order, run in todo.skips:
        store.append(skipped(run, order, experiment.name))
    broken: dict[str, Failure] = {}
    failures: dict[str, str] = {}
    with progress(len(todo.fits), len(todo.runs)) as shown, _workers(jobs) as parallel:
        for fitted in parallel(execute_fit, ((fit,) for fit in todo.fits)):
            if isinstance(fitted, Fitted):
                store.put(fitted)
            else:
                broken[fitted.key] = fitted
                store.log(f"fit {fitted.key} failed\n{fitted.details}")
            shown.fitted()
        tasks = ((run, order, experiment.name, _encoders(run, store, broken)) for order, run in todo.runs)
        for record in parallel(execute_run, tasks):
            _keep(record, store)
            row = record.row
            if row["status"] == "failed":
                name = f"{row['problem']}: {row['arm']}, replicate {row['replicate']}, search {row['search']}"
                failures[name] = row["reason"]
            shown.ran()
    finds = better_than_known(store.rows().values())
    store.keep_finds([find.entry for find in finds if find.entry])
    return Summary(store.path, todo.done + len(todo.skips) + len(todo.runs), failures, finds)


def _encoders(run: Run, store: Store, broken: dict[str, Failure]) -> list[Fitted | Failure]:
    found: list[Fitted | Failure] = []
    for fit in run.fits:
        fitted = broken.get(fit.key) or store.fitted(fit.key)
        found.append(fitted or Failure(fit.key, "the fitted encoder is gone from the directory; run again", ""))
    return found


def _keep(record: Record, store: Store) -> None:
    details = record.row.pop("details", None)
    if details:
        store.log(f"run {record.row['run']} failed\n{details}")
    store.append(record)


@contextmanager
def _workers(jobs: int) -> Iterator[Parallel]:
    """Processes of one thread each, even if it is but one, so that no result depends on how many there are."""
    pool = ProcessPoolExecutor(
        jobs, initializer=die_with, initargs=(os.getpid(),), env=dict.fromkeys(THREAD_SETTINGS, "1")
    )

    def parallel(work: Callable[..., Result], tasks: Iterable[tuple[Any, ...]]) -> Iterator[Result]:
        pending: set[Future[Result]] = set()
        for task in tasks:
            pending.add(pool.submit(work, *task))
            if len(pending) >= 2 * jobs:  # tasks carry arrays: few wait at a time
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        yield from (future.result() for future in as_completed(pending))

    try:
        yield parallel
    except BaseException:
        pool.shutdown(wait=False, kill_workers=True)
        raise
    pool.shutdown()
