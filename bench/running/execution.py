"""What a worker does: fit one encoder, or make one run; either ends in plain data, whatever a plug-in raises."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np
import torch

from bench.errors import reason
from bench.experiments.experiment import Fit, Run
from bench.experiments.registry import Spec
from bench.experiments.sources import sources
from bench.optimisers.base import Optimiser
from bench.running import provenance, recording
from bench.searching import instance
from bench.searching.evaluation import PluginError
from bench.searching.instance import Groundwork, Reference
from bench.searching.ledger import Ledger
from bench.searching.objective import search_stage
from bench.searching.retraining import weighted
from bench.seeds import generator
from bench.store.records import Fitted, Record
from bench.studies.diagnostics import diagnose
from bench.studies.reach import Reached, reach
from encoders.base import Encoder, Tasks
from problems.base import Problem

UNFITTED = "its encoder could not be fitted"


@dataclass(frozen=True)
class Failure:
    """Why a fit came to nothing, in one line and in full."""

    key: str
    reason: str
    details: str


def execute_reference(problem: Spec) -> Reference | Failure:
    """Evaluate a problem's reference sample."""
    _one_thread()
    try:
        return instance.reference_of(problem)
    except BaseException as error:  # a plug-in may raise anything, and must not take the others with it
        return Failure(problem.name, f"{unready(problem)}: {reason(error)}", traceback.format_exc())


def execute_groundwork(
    problem: Spec, seed: int, replicate: int, reference: Reference, learned: bool
) -> Groundwork | Failure:
    """Evaluate what all arms of a replicate share; designs only where encoders learn from them."""
    _one_thread()
    try:
        learned |= not _does_without(instance.problem_of(problem, seed, replicate))
        found = instance.lay(problem, seed, replicate, reference, learned)
        return found if found.weight <= instance.LIGHT else replace(found, drawn=None)
    except BaseException as error:  # as above
        return Failure(problem.name, f"{unready(problem)}: {reason(error)}", traceback.format_exc())


def unready(problem: Spec) -> str:
    """Begin to say why none of a problem's runs can be made."""
    return f"problem '{problem.name}' could not be made ready"


def execute_fit(fit: Fit, groundwork: Groundwork | None = None) -> Fitted | Failure:
    """Draw the replicate's instance, lay its groundwork if that is to be done, and fit the encoder on its designs."""
    _one_thread()
    begun = time.perf_counter()
    failed = unready(fit.problem)
    try:
        laid = groundwork or instance.laid(fit.problem, fit.seed, fit.replicate)
        drawn = instance.draw(fit.problem, fit.seed, fit.replicate, laid)
        failed = UNFITTED
        encoder = fit.encoder.make()
        info: dict[str, Any] = {"problem": fit.problem.identity(), "encoder": fit.encoder.identity()}
        info |= {"replicate": fit.replicate, "reference": drawn.reference, "fit_seconds": 0.0, "n_designs": 0}
        info |= {"beside_reference": laid.reference.n, "beside_replicate": laid.n, "beside_fit": 0}
        if drawn.designs is not None and (encoder.needs_designs or not _does_without(drawn.problem)):
            _import(encoder.libraries)
            started = time.perf_counter()
            encoder.fit(drawn.designs, generator(*fit.seed_names, "fit"), drawn.problem.layout, drawn.tasks)
            info |= {"fit_seconds": time.perf_counter() - started, "n_designs": len(drawn.designs)}
            failed = "its encoder could not be measured"
            rng = generator(*fit.seed_names, "diagnostics")
            known = laid.designs, laid.held_out
            info |= diagnose(drawn.problem, encoder, drawn.designs, drawn.held_out, rng, known)
        info["seconds_worker"] = time.perf_counter() - begun
        return Fitted.pack(fit.key, encoder, drawn.start, info)
    except BaseException as error:  # a plug-in may raise anything, and must not take the others with it
        return Failure(fit.key, f"{failed}: {reason(error)}", traceback.format_exc())


def _does_without(problem: Problem) -> bool:
    """Whether raw search needs no designs, which cost evaluations, since the problem has a box of its own."""
    return problem.bounds is not None and problem.data_facts is not None and problem.data_facts.price_each > 0


def execute_run(run: Run, order: int, experiment: str, fitted: Sequence[Fitted | Failure]) -> Record:
    """Search with every stage of the arm on one ledger; a failure is a record, with its reason and what was logged."""
    _one_thread()
    begun = time.perf_counter()
    row = recording.names(run, order, experiment)
    ledger = None
    try:
        problem = instance.problem_of(run.problem, run.seed, run.replicate)
        row |= recording.facts(problem)
        for broken in fitted:
            if isinstance(broken, Failure):
                raise PluginError(broken.reason)
        whole = [f for f in fitted if isinstance(f, Fitted)]
        encoders, starts = zip(*(f.unpack(fit) for f, fit in zip(whole, run.fits, strict=True)), strict=True)
        row |= recording.fit_facts(whole)
        if problem.data_facts is not None:
            row["data_price"] = problem.data_facts.price(float(row["n_designs"]))
        dims = [encoder.encode(starts[0][None]).shape[1] for encoder in encoders]
        row |= {"raw": all(dim == problem.dim for dim in dims), "latent_dim": dims[-1]}
        row["confined"] = any(bool(encoder.confined) for encoder in encoders)
        optimisers = [stage.optimiser.make() for stage in run.arm.stages]
        _import(library for optimiser in optimisers for library in optimiser.libraries)
        row["settings"] = json.dumps([o.settings(dim) for o, dim in zip(optimisers, dims, strict=True)], sort_keys=True)
        archive = any(stage.refit for stage in run.arm.stages)
        ledger = Ledger(problem, run.arm.budget, run.trace, archive)
        _search(run, ledger, encoders, optimisers, starts[0])
        record = recording.closed(row | {"status": "completed"}, ledger, problem.display)
    except BaseException as error:  # as above
        row |= {"status": "failed", "reason": reason(error), "details": traceback.format_exc()}
        try:
            record = recording.closed(row, ledger, problem.display)
        except BaseException:  # it may be the display that is broken
            record = recording.closed(row, ledger, recording.undisplayed)
    record.row["provenance"] = json.dumps(provenance.of_worker() | _plugins(run), sort_keys=True)
    record.row["seconds_worker"] = time.perf_counter() - begun
    return record


def _plugins(run: Run) -> dict[str, Any]:
    try:
        used = sources([run.problem, *(s.encoder for s in run.arm.stages), *(s.optimiser for s in run.arm.stages)])
    except BaseException:  # they may not be there; the record says that already
        return {}
    return {"plugins": used} if used else {}


def execute_reach(fit: Fit, fitted: Fitted, budget: int) -> Reached | Failure:
    """Look for the best design that the encoder's decoder reaches."""
    _one_thread()
    try:
        drawn = instance.draw(fit.problem, fit.seed, fit.replicate)
        encoder, _ = fitted.unpack(fit)
        return reach(drawn, encoder, budget, generator(*fit.seed_names, "reach"))
    except BaseException as error:  # as above
        return Failure(fit.key, reason(error), traceback.format_exc())


def skipped(run: Run, order: int, experiment: str) -> Record:
    """Make the record of a pair that cannot work."""
    return Record(recording.names(run, order, experiment) | {"status": "skipped", "reason": run.skip}, {})


def lost(run: Run, order: int, experiment: str, reason: str, details: str) -> Record:
    """Make the record of a run that ended its worker process."""
    return Record(
        recording.names(run, order, experiment) | {"status": "failed", "reason": reason, "details": details}, {}
    )


def _search(
    run: Run, ledger: Ledger, encoders: Sequence[Encoder], optimisers: Sequence[Optimiser], start: np.ndarray
) -> None:
    for number, (stage, encoder, optimiser) in enumerate(zip(run.arm.stages, encoders, optimisers, strict=True)):
        design = start if ledger.incumbent is None else ledger.incumbent
        rng = generator(*run.seed_names, "search", number)
        if stage.refit and ledger.price < ledger.budget:
            encoder = _refitted(run, number, ledger)
        search_stage(ledger, encoder, optimiser, design, rng, stage.until, stage.stagnation)
    ledger.close()


def _refitted(run: Run, number: int, ledger: Ledger) -> Encoder:
    """Fit a stage's encoder on the training designs and on what the ledger has seen; the time is that of fits."""
    begun = time.perf_counter()
    where = (run.problem, run.seed, run.replicate)
    known, tasks = instance.training(*where), instance.tasks(*where)
    rng = generator(*run.seed_names, "refit", number)
    assert known is not None
    assert ledger.archive is not None
    encoder: Encoder = run.arm.stages[number].encoder.make()
    designs, tasks = _seen(known, tasks, ledger.archive, rng)
    encoder.fit(designs, rng, instance.problem_of(*where).layout, tasks)
    ledger.seconds["refit"] += time.perf_counter() - begun
    return encoder


def _seen(
    known: np.ndarray, tasks: Tasks | None, archive: list[tuple[np.ndarray, np.ndarray]], rng: np.random.Generator
) -> tuple[np.ndarray, Tasks | None]:
    """Draw training designs and what a ledger has seen, by rank; what was seen is of the replicate's own task."""
    if tasks is None:
        return weighted(known, archive, rng), None
    own, dim = tasks.own, known.shape[1]
    rows = np.hstack([known, tasks.designs])
    found = [(np.hstack([batch, np.tile(own, (len(batch), 1))]), losses) for batch, losses in archive]
    mixed = weighted(rows, found, rng)
    return mixed[:, :dim], Tasks(mixed[:, dim:], own)


def _import(modules: Iterable[str]) -> None:
    """Import what a plug-in will need, so that no clock measures it."""
    for module in modules:
        import_module(module)


def _one_thread() -> None:
    torch.set_num_threads(1)
