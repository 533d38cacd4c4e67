"""What a worker does: fit one encoder, or make one run; either ends in plain data, whatever a plug-in raises."""

from __future__ import annotations

import json
import math
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np
import torch

from bench.errors import reason
from bench.experiments.experiment import Fit, Run
from bench.experiments.registry import Spec
from bench.experiments.sources import sources
from bench.optimisers.base import Optimiser
from bench.running import provenance
from bench.searching import instance
from bench.searching.evaluation import PluginError
from bench.searching.instance import Groundwork, Reference
from bench.searching.ledger import Ledger
from bench.searching.objective import search_stage
from bench.searching.retraining import weighted
from bench.seeds import generator
from bench.store.columns import OF_A_FIT
from bench.store.designs import told
from bench.store.records import Fitted, Record
from bench.studies.diagnostics import diagnose, displayed
from bench.studies.reach import Reached, reach
from encoders.base import Encoder, Tasks
from problems.base import Problem

Display = Callable[[np.ndarray], np.ndarray]
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
    row = _names(run, order, experiment)
    ledger = None
    try:
        problem = instance.problem_of(run.problem, run.seed, run.replicate)
        row |= facts(problem)
        for broken in fitted:
            if isinstance(broken, Failure):
                raise PluginError(broken.reason)
        whole = [f for f in fitted if isinstance(f, Fitted)]
        encoders, starts = zip(*(f.unpack(fit) for f, fit in zip(whole, run.fits, strict=True)), strict=True)
        row |= _fit_facts(whole)
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
        record = _record(row | {"status": "completed"}, ledger, problem.display)
    except BaseException as error:  # as above
        row |= {"status": "failed", "reason": reason(error), "details": traceback.format_exc()}
        try:
            record = _record(row, ledger, problem.display)
        except BaseException:  # it may be the display that is broken
            record = _record(row, ledger, _undisplayed)
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
    return Record(_names(run, order, experiment) | {"status": "skipped", "reason": run.skip}, {})


def lost(run: Run, order: int, experiment: str, reason: str, details: str) -> Record:
    """Make the record of a run that ended its worker process."""
    return Record(_names(run, order, experiment) | {"status": "failed", "reason": reason, "details": details}, {})


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


def _names(run: Run, order: int, experiment: str) -> dict[str, Any]:
    return {
        "run": run.key,
        "order": order,
        "experiment": experiment,
        "problem": run.problem_label,
        "arm": run.arm.label,
        "encoder": run.arm.encoder,
        "stages": len(run.arm.stages),
        "fit": run.fits[0].key,
        "optimiser": run.arm.optimiser,
        "replicate": run.replicate,
        "search": run.search,
        "seed": run.seed,
        "budget": run.arm.budget,
        "problem_spec": json.dumps(run.problem.identity(), sort_keys=True),
        "arm_spec": json.dumps(run.arm.identity(), sort_keys=True),
        "status": "",
        "reason": "",
        "raw": False,
        "started": provenance.now(),
        "provenance": "",
    }


def facts(problem: Problem) -> dict[str, Any]:
    """What a run has on record of its problem."""
    known, bound = (math.nan if value is None else float(value) for value in (problem.best_known, problem.bound))
    data = problem.data_facts
    names = () if problem.conditions is None else problem.conditions.names
    return {
        "task": "" if problem.task is None else json.dumps(dict(zip(names, problem.task.tolist(), strict=True))),
        "problem_version": str(problem.version),
        "constraints": json.dumps([asdict(kind) for kind in problem.constraint_kinds]),
        "dim": int(problem.dim),
        "quantity": str(problem.quantity),
        "larger_is_better": bool(problem.larger_is_better),
        "targets": [float(target) for target in problem.targets],
        "optimum": math.nan if problem.optimum is None else float(problem.optimum),
        "best_known": known,
        "bound": bound,
        "best_known_displayed": displayed(problem.display, known),
        "bound_displayed": displayed(problem.display, bound),
        "evaluation_seconds": math.nan
        if problem.seconds_per_evaluation is None
        else float(problem.seconds_per_evaluation),
        "data_source": "" if data is None else str(data.source),
        "data_identity": "" if data is None else str(data.identity),
        "data_withheld": math.nan if data is None else float(data.withheld),
        "data_left_out": "" if data is None else str(data.left_out),
    }


def _fit_facts(fitted: Sequence[Fitted]) -> dict[str, Any]:
    """What the first stage's fit says, but the seconds of all distinct fits together."""
    info = fitted[0].info
    seconds = {f.key: float(f.info["fit_seconds"]) for f in fitted}
    return {name: info.get(name, math.nan) for name in OF_A_FIT} | {"fit_seconds": sum(seconds.values())}


def _record(row: dict[str, Any], ledger: Ledger | None, display: Display) -> Record:
    """Close a run: what it cost and found, and its trace, as far as it came."""
    if ledger is None or not ledger.rows:
        return Record(row, {})
    best = math.nan if ledger.best is None else ledger.best_objective
    total = ledger.total_seconds()
    trace = {name: [logged[name] for logged in ledger.rows] for name in ledger.rows[0]}
    shown = np.asarray(display(np.array(trace["objective"])), dtype=float)
    if shown.shape != (len(ledger.rows),):
        raise PluginError(f"display returned shape {shown.shape} for {len(ledger.rows)} objectives")
    trace["displayed"] = shown.tolist()
    account = {
        "n_f": ledger.n_f,
        "n_g": ledger.n_g,
        "n_failed": ledger.n_failed,
        "failure": ledger.failure,
        "n_refused": ledger.n_refused,
        "start": trace["displayed"][0],
        "best": displayed(display, best),
        "best_objective": best,
        "design": told(ledger.best),
        "switched_at": [float(price) for price, _ in ledger.switches],
        "switched_why": "; ".join(why for _, why in ledger.switches),
        "seconds": total,
        "seconds_optimiser": total - ledger.seconds["objective"] - ledger.seconds["decode"],
    }
    if "fit_seconds" in row:
        account["fit_seconds"] = row["fit_seconds"] + ledger.seconds["refit"]
    return Record(row | account | {f"seconds_{part}": spent for part, spent in ledger.seconds.items()}, trace)


def _undisplayed(objective: np.ndarray) -> np.ndarray:
    """Stand in for the display of a problem that may be what failed."""
    return np.full(len(objective), math.nan)
