"""Commands that compute (run, reach), and commands that take in runs made elsewhere (merge, import)."""

from __future__ import annotations

from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.commands.common import (
    DONE,
    SOME_FAILED,
    Directories,
    Directory,
    Format,
    Settings,
    Trust,
    app,
    distinct,
    look_in_this_folder,
    parameters,
    say,
    say_failures,
    show_table,
)
from bench.errors import BadInput
from bench.running.workers import TIME_LIMIT

if TYPE_CHECKING:
    from bench.running.finished import Summary
    from bench.store.directory import Store

NEXT = {
    "report": "one interactive page with all figures and tables",
    "table": "what each arm found, and how many evaluations it needed",
    "audit": "what limits the comparison",
    "map": "who is ahead, by budget and by the cost of an evaluation",
}
"""What to do next with the records of an experiment."""
EARLY = 2
"""Processes that are started before it is known how much there is to do."""
ANSWER = "bench.analysis.answer"
"""Imported while others compute."""


@app.command()
def run(
    experiment: Annotated[str, typer.Argument(metavar="[SUITE|FILE.toml]", help="What to run.")] = "quick",
    out: Annotated[Path | None, typer.Option(help="The experiment directory; results/runs/NAME by default.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Worker processes; a core each by default.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Move an old directory aside and start again.")] = False,
    mix: Annotated[
        bool, typer.Option("--mix", help="Keep results although the code of plug-ins has changed since.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be done; write nothing.")] = False,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Run on the Dask cluster of this scheduler.")
    ] = None,
    time_limit: Annotated[
        float, typer.Option(metavar="SECONDS", help="A fit or run that takes longer is stopped and counts as failed.")
    ] = TIME_LIMIT,
    part: Annotated[
        str, typer.Option(metavar="K/N", help="Run only the K-th of N parts of the replicates; `merge` joins them.")
    ] = "1/1",
) -> int:
    """Run an experiment, or the rest of it, and say who is ahead."""
    from bench.running.finished import finished

    look_in_this_folder()
    which = _part(part)
    if not (fresh or dry_run or dask) and (summary := finished(experiment, out)) is not None:
        _say_summary(summary)
        return DONE
    from joblib import cpu_count

    from bench.running.workers import teams

    # processes import what they need while this one does
    with nullcontext() if dry_run or dask else teams.local(jobs or cpu_count(), EARLY) as team:
        from bench.experiments.experiment import Experiment
        from bench.running import runner
        from bench.running.progress import on_stderr

        loaded = Experiment.load(experiment)
        for said in loaded.remarks():
            say(said)
        if dry_run:
            _say_plan(loaded, runner.store_for(loaded, out), fresh, which)
            return DONE
        Thread(target=import_module, args=(ANSWER,), daemon=True).start()
        summary = runner.run(loaded, out, jobs, fresh, on_stderr, dask, time_limit, mix, which, team)
    _say_summary(summary)
    return SOME_FAILED if summary.failures else DONE


@app.command()
def reach(
    directory: Directory,
    budget: Annotated[int | None, typer.Option(min=1, help="Evaluations for each encoder.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Worker processes; a core each by default.")] = None,
    trust: Trust = None,
) -> int:
    """Find the best design that can be reached through each encoder, and print the table of encoders."""
    from bench.analysis.contents import TABLES
    from bench.running import reaching
    from bench.running.progress import on_stderr
    from bench.studies.reach import BUDGET

    if trust:
        look_in_this_folder()
    failures = reaching.reach(directory, budget or BUDGET, jobs, trust or (), on_stderr)
    show_table([directory], Format.text, TABLES["encoders"].text)
    say_failures(failures)
    return SOME_FAILED if failures else DONE


@app.command()
def merge(
    directories: Directories,
    out: Annotated[Path, typer.Option(help="A new directory.")],
    mix: Annotated[bool, typer.Option("--mix", help="Join results although the code of plug-ins differs.")] = False,
) -> None:
    """Join the runs of independent jobs into one experiment directory, and print how many there are."""
    from bench.store.merging import merge

    store = merge(distinct(directories), out, mix)
    there = sum(1 for _ in store.rows())
    say(f"{there} of {store.expected()} runs of {store.plan().name} in {store.path}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or Parquet, one row per evaluation.")],
    problem: Annotated[
        str | None, typer.Option(help="NAME, module:Class, or a label of your own; by default the file's name.")
    ] = None,
    settings: Settings = None,
    out: Annotated[Path | None, typer.Option(help="A new directory; results/runs/FILE by default.")] = None,
) -> None:
    """Make an experiment directory of your own program's runs: columns arm, replicate, evaluation, value, x0, x1, …"""
    from bench.experiments import plugins, registry
    from bench.running.finished import RESULTS
    from bench.running.importing import take_in

    look_in_this_folder()
    known = problem is not None and (":" in problem or problem in plugins.targets("problems"))
    if settings and not known:
        raise BadInput(
            f"--set: '{problem or file.stem}' is not a problem that latentbench knows, so it has no parameters"
        )
    label = problem or file.stem
    what = registry.resolve("problems", label, parameters(settings or [])) if known else label
    if not known:
        say(f"'{label}' is not a problem that latentbench knows: its values are minimised, and not checked")
    store = take_in(file, out or RESULTS / file.stem, what)
    say(f"{sum(1 for _ in store.rows())} runs in {store.path}, not counted by latentbench")


def _say_summary(summary: Summary) -> None:
    from bench.analysis.contents import TABLES
    from bench.store.directory import FINDS

    show_table([summary.path], Format.text, TABLES["answer"].text)
    say_failures(summary.failures)
    for find in summary.finds:
        say(f"better than known: {find.problem}: {find.text}")
    if any(find.entry for find in summary.finds):
        say(f"the lines to add to the tables of best known designs are in {summary.path / FINDS}")
    say(f"{summary.runs} runs in {summary.path}; {len(summary.failures)} failed")
    for command, what in NEXT.items():
        say(f"latentbench {command} {summary.path}: {what}")


def _part(text: str) -> tuple[int, int]:
    number, _, parts = text.partition("/")
    if not (number.isdecimal() and parts.isdecimal()):
        raise BadInput(f"--part: {text!r} must be K/N, such as 2/4")
    return int(number), int(parts)


def _say_plan(experiment: Any, store: Store, fresh: bool, part: tuple[int, int]) -> None:
    from bench.running import runner

    if not fresh:
        store.check(experiment)
    todo = runner.plan(experiment, store if store.exists() and not fresh else None, part=part)
    budget = sum(run.arm.budget for _, run in todo.runs)
    say(
        f"{experiment.name} into {store.path}: "
        f"{len(todo.fits)} fits and {len(todo.runs)} runs, {budget} evaluations in all"
    )
    beside = runner.beside_budgets(todo.fits)
    if beside:
        say(
            f"beside these, starts, references and diagnoses of encoders take up to {beside} evaluations; "
            "`reference = 16` of a problem makes them few"
        )
    say(f"{todo.done} runs are there already" if todo.done else "nothing is there yet")
    for reason in sorted({f"{run.problem_label}: {run.arm.label}: {run.skip}" for _, run in todo.skips}):
        say(f"skipped: {reason}")
