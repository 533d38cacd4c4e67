"""A reach search through every fitted encoder of an experiment directory."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict
from pathlib import Path

from joblib import cpu_count

from bench.errors import BadInput
from bench.experiments.experiment import Fit
from bench.running.execution import execute_reach
from bench.running.progress import Progress, Silent
from bench.running.workers import TIME_LIMIT, teams
from bench.store.directory import Store
from bench.store.records import Fitted
from bench.studies.reach import BUDGET, Reached


def reach(
    directory: str | Path,
    budget: int = BUDGET,
    jobs: int | None = None,
    trusted: Collection[str] = (),
    progress: Callable[[int, int], Progress] = Silent,
) -> dict[str, str]:
    """Find the best design that can be reached through each fitted encoder; `bench.load` then tells it beside the runs.

    Parameters
    ----------
    directory : str or Path
        Of an experiment that has run.
    budget : int
        Evaluations, N_f + N_g, for each encoder. One that was searched with as many before is passed over.
    jobs : int, optional
        Worker processes; by default one for each core.
    trusted : collection of str
        Modules that may be imported because the directory names them.
    progress : callable
        Makes what shows progress, from the numbers of encoders and of runs, which are none.

    Returns
    -------
    dict of str
        The reason of each search that failed, by what it was through.

    Raises
    ------
    BadInput
        If the directory holds no experiment, or no encoder that can be used, or for a budget or jobs below 1.
    """
    for name, value in {"budget": budget, "jobs": jobs}.items():
        if value is not None and value < 1:
            raise BadInput(f"{name}: {value} must be at least 1")
    store = Store(directory)
    tasks = [(fit, fitted, budget) for fit, fitted in _fits(store, budget, trusted)]
    failures = {}
    with (
        store.lock(),
        teams.local(jobs or cpu_count()) as team,
        progress(len(tasks), 0) as shown,
    ):
        for (fit, _, _), reached in team.each(execute_reach, tasks, TIME_LIMIT):
            if isinstance(reached, Reached):
                store.put_reach(fit.key, asdict(reached))
            else:  # a failure, or the death of the worker
                failures[f"{fit.problem.name}: {fit.encoder.name}, replicate {fit.replicate}"] = reached.reason
                store.log(f"reach {fit.key} failed: {reached.reason}\n{reached.details}")
            shown.fitted()
    return failures


def _fits(store: Store, budget: int, trusted: Collection[str]) -> list[tuple[Fit, Fitted]]:
    """Those that have not been searched with so large a budget."""
    seed, done = store.plan().seed, store.reaches()
    found = []
    for key in store.encoders():
        fitted = store.fitted(key)
        if fitted is None or (key in done and done[key]["budget"] >= budget):
            continue
        if fitted.is_of(seed):
            found.append((fitted.fit(seed, trusted), fitted))
    if not found and not done:
        raise BadInput(f"{store.path}: holds no fitted encoder that can be used")
    return found
