"""The one main loop: first the fits of an experiment, then its runs, each in a worker; the parent alone writes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from joblib import cpu_count

from bench.errors import BadInput
from bench.experiments.data_files import located
from bench.experiments.experiment import Experiment, Fit, Run, fits
from bench.experiments.registry import Spec
from bench.experiments.sources import sources
from bench.quantities import stated
from bench.running import provenance
from bench.running.execution import (
    UNFITTED,
    Failure,
    execute_fit,
    execute_groundwork,
    execute_reference,
    execute_run,
    lost,
    skipped,
    unready,
)
from bench.running.finished import RESULTS, Summary, asked
from bench.running.progress import Progress, Silent
from bench.running.workers import TIME_LIMIT, teams
from bench.running.workers.process import Death
from bench.running.workers.teams import Team
from bench.searching import instance
from bench.searching.instance import Groundwork, Reference
from bench.seeds import generator
from bench.store.directory import Store
from bench.store.files import Doubt, ignore
from bench.store.finds import better_than_known
from bench.store.records import Fitted, Record
from bench.studies.diagnostics import cost

WHOLE = (1, 1)
"""The first part of one."""
KEPT = 2**28
"""Bytes of instances that are kept from their groundwork to their fits; others are drawn again."""
LONGEST = 1e7
"""Seconds; timers of the system allow no more."""


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


def plan(
    experiment: Experiment, store: Store | None = None, doubt: Doubt = ignore, part: tuple[int, int] = WHOLE
) -> Plan:
    """Find what is left to do: failed runs are done again, and skipped ones that can work now; writes nothing."""
    known = {row["run"]: row.get("status") for row in store.rows(doubt)} if store else {}
    again = {"failed", None}
    number, parts = part
    planned = [(order, run) for order, run in enumerate(experiment.runs()) if run.replicate % parts == number - 1]
    left = [
        (order, run) for order, run in planned if known.get(run.key) in (again if run.skip else again | {"skipped"})
    ]
    runs = [(order, run) for order, run in left if run.skip is None]
    needed = fits([run for _, run in runs])
    missing = needed if store is None else [fit for fit in needed if not _is_there(fit, store, doubt)]
    return Plan(missing, runs, [(order, run) for order, run in left if run.skip], len(planned) - len(left))


def run(
    source: str | Path | Experiment,
    out: str | Path | None = None,
    jobs: int | None = None,
    fresh: bool = False,
    progress: Callable[[int, int], Progress] = Silent,
    dask: str | None = None,
    time_limit: float = TIME_LIMIT,
    mix: bool = False,
    part: tuple[int, int] = WHOLE,
    team: Team | None = None,
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
    dask : str, optional
        Address of a Dask scheduler, or its scheduler file: its workers are used instead of this machine's cores.
    time_limit : float
        Seconds that a fit or run may take; one that takes longer fails with this reason.
    mix : bool
        Whether results may stay that plug-ins gave whose code has changed since.
    part : (int, int)
        Which part of how many: of three, the second has the replicates 1, 4, 7, …; see `bench.store.merging`.
    team : Team, optional
        Who does it, where they are there already, and `jobs` and `dask` are of no account.

    Raises
    ------
    BadInput
        Before anything is written.
    """
    experiment = source if isinstance(source, Experiment) else Experiment.load(source)
    store = store_for(experiment, out)
    if jobs is not None and (jobs < 1 or dask is not None):
        raise BadInput(f"jobs: {jobs} " + ("must be at least 1" if jobs < 1 else "has no meaning on a Dask cluster"))
    if not 0 < time_limit <= LONGEST:
        raise BadInput(f"time_limit: {time_limit} must be more than 0 and at most {stated(LONGEST)} seconds")
    if not 1 <= part[0] <= part[1]:
        raise BadInput(f"part: {part[0]}/{part[1]} must be from 1/{part[1]} to {part[1]}/{part[1]}")
    if not fresh:
        store.check(experiment)
    opened = teams.local(jobs or cpu_count()) if dask is None else teams.cluster(dask)
    with opened if team is None else nullcontext(team) as there:
        if fresh:
            store.set_aside()
        began = {"started": provenance.now(), **provenance.collect(), "plugins": sources(experiment.specs())}
        began |= asked(experiment)
        with store.begin(experiment, began, mix):
            kept = {label: located(spec) for label, spec in experiment.problems.items()}
            return run_all(replace(experiment, problems=kept), store, there, time_limit, progress, part)


def beside_budgets(fits: list[Fit]) -> int:
    """How many evaluations some fits take at most, of starts, references and diagnoses: no budget has them."""
    total = 0
    for problem in {fit.problem for fit in fits}:
        made = problem.make()
        learned = made.designs(2, generator("probe")) is not None
        of_it = [fit for fit in fits if fit.problem == problem]
        replicates = len({fit.replicate for fit in of_it})
        reference, candidates = (
            instance.at_most(made, usual) for usual in (instance.REFERENCE_SIZE, instance.CANDIDATES)
        )
        data = sum(instance.at_most(made, n) for n in (made.n_designs, instance.HELD_OUT)) if learned else 0
        diagnosis = cost(made, instance.HELD_OUT) if learned else 0
        total += learned * reference + replicates * (candidates + data) + len(of_it) * diagnosis
    return total


def store_for(experiment: Experiment, out: str | Path | None = None) -> Store:
    """Where an experiment goes: a directory by name, or results/runs/<name>."""
    return Store(out if out is not None else RESULTS / experiment.name)


def run_all(
    experiment: Experiment,
    store: Store,
    team: Team,
    time_limit: float = TIME_LIMIT,
    progress: Callable[[int, int], Progress] = Silent,
    part: tuple[int, int] = WHOLE,
) -> Summary:
    """Do all that is left; a fit or run that fails is recorded with its reason and does not stop the others."""
    todo = plan(experiment, store, store.doubt, part)
    for order, run in todo.skips:
        store.append(skipped(run, order, experiment.name))
    broken: dict[str, Failure] = {}
    failures: dict[str, str] = {}
    with progress(len(todo.fits), len(todo.runs)) as shown:
        laid = _groundwork(todo.fits, team, time_limit)
        for fit in todo.fits:
            if isinstance(failed := laid[fit.problem, fit.replicate], Failure):
                broken[fit.key] = replace(failed, key=fit.key)
                store.log(f"fit {fit.key} failed: {failed.reason}\n{failed.details}")
                shown.fitted()
        tasks = ((fit, laid[fit.problem, fit.replicate]) for fit in todo.fits if fit.key not in broken)
        for (fit, _), fitted in team.each(execute_fit, tasks, time_limit, _instance_of):
            if isinstance(fitted, Death):
                fitted = Failure(fit.key, f"{UNFITTED}: {fitted.reason}", fitted.details)
            if isinstance(fitted, Fitted):
                store.put(fitted)
            else:
                broken[fit.key] = fitted
                store.log(f"fit {fit.key} failed: {fitted.reason}\n{fitted.details}")
            shown.fitted()
        searches = ((run, order, experiment.name, _encoders(run, store, broken)) for order, run in todo.runs)
        for (run, order, name, _), record in team.each(execute_run, searches, time_limit):
            if isinstance(record, Death):
                record = lost(run, order, name, record.reason, record.details)
            record = _keep(run, order, name, record, store)
            if record.row["status"] == "failed":
                label = f"{run.problem_label}: {run.arm.label}, replicate {run.replicate}, search {run.search}"
                failures[label] = record.row["reason"]
            shown.ran()
    finds = better_than_known(store.rows())
    store.keep_finds([find.entry for find in finds if find.entry])
    return Summary(store.path, todo.done + len(todo.skips) + len(todo.runs), failures, finds)


def _instance_of(task: tuple[Fit, Any]) -> tuple[Any, ...]:
    """The instance that a fit is of, which a worker draws once for all fits of it that it makes."""
    fit = task[0]
    return fit.seed, fit.problem, fit.replicate


def _groundwork(fits: list[Fit], team: Team, time_limit: float) -> dict[tuple[Spec, int], Groundwork | Failure]:
    """Evaluate what fits of one replicate share, by problem and replicate, once and for all of them."""
    references: dict[Spec, Reference | Failure] = {}
    samples = ((problem,) for problem in dict.fromkeys(fit.problem for fit in fits))
    for (problem,), reference in team.each(execute_reference, samples, time_limit):
        references[problem] = _alive(reference, problem)
    learned: dict[tuple[Spec, int, int], bool] = {}
    for fit in fits:
        place = (fit.problem, fit.seed, fit.replicate)
        learned[place] = learned.get(place, False) or fit.encoder.make().needs_designs
    found: dict[tuple[Spec, int], Groundwork | Failure] = {}
    tasks = []
    for (problem, seed, replicate), wanted in learned.items():
        reference = references[problem]
        if isinstance(reference, Failure):
            found[problem, replicate] = reference
        else:
            tasks.append((problem, seed, replicate, reference, wanted))
    kept = 0
    for (problem, _, replicate, *_), laid in team.each(execute_groundwork, tasks, time_limit):
        laid = _alive(laid, problem)
        if isinstance(laid, Groundwork):
            kept += laid.weight
            laid = laid if kept <= KEPT else replace(laid, drawn=None)
        found[problem, replicate] = laid
    return found


def _alive(result: Any, problem: Spec) -> Any:
    if isinstance(result, Death):
        return Failure(problem.name, f"{unready(problem)}: {result.reason}", result.details)
    return result


def _is_there(fit: Fit, store: Store, doubt: Doubt) -> bool:
    """Whether the encoder is stored, and is of use: else its runs would fail time after time."""
    fitted = store.fitted(fit.key, doubt)
    if fitted is None:
        return False
    try:
        encoder, start = fitted.unpack(fit)
        latent = encoder.encode(start[None])
        if start.shape != (fit.problem.make().dim,) or not np.isfinite(latent).all():
            raise ValueError
        if encoder.centre is not None and latent.shape != (1, len(encoder.centre)):
            raise ValueError
    except Exception:  # what an encoder makes of other arrays than its own, may be anything
        doubt(store.folder_of(fit.key), "is not an encoder that can be used")
        return False
    return True


def _encoders(run: Run, store: Store, broken: dict[str, Failure]) -> list[Fitted | Failure]:
    found: list[Fitted | Failure] = []
    for fit in run.fits:
        fitted = broken.get(fit.key) or store.fitted(fit.key)
        found.append(fitted or Failure(fit.key, "the fitted encoder is gone from the directory; run again", ""))
    return found


def _keep(run: Run, order: int, name: str, record: Record, store: Store) -> Record:
    """Store a record, or where it could not be read back, one that says so; give what is stored."""
    details = record.row.pop("details", None)
    if details:
        store.log(f"run {record.row['run']} failed: {record.row['reason']}\n{details}")
    try:
        store.append(record)
    except ValueError as error:
        record = lost(run, order, name, f"its record cannot be read back: it {error}", "")
        record.row.pop("details")
        store.append(record)
    return record
