"""Commands that read records: table, audit, plot, report, export, info, verify."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from bench.analysis import contents
from bench.commands.common import (
    DONE,
    OBJECTIONS,
    Directories,
    Directory,
    Format,
    Trust,
    app,
    load,
    look_in_this_folder,
    show,
    show_table,
    within,
)
from bench.errors import BadInput, visible


class Target(StrEnum):
    """What records can be exported to."""

    ioh = "ioh"
    coco = "coco"
    parquet = "parquet"


def _with_flags(command: Callable[..., None]) -> Callable[..., None]:
    """Put a flag for every table but the default in the place of the command's last parameter, as Typer reads them."""
    signature = inspect.signature(command, eval_str=True)
    *named, _ = signature.parameters.values()
    flags = [
        inspect.Parameter(
            table.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=False,
            annotation=Annotated[bool, typer.Option(f"--{table.name}", help=f"{table.help}, instead.")],
        )
        for table in contents.TABLES.values()
        if table.name != contents.DEFAULT
    ]
    command.__signature__ = signature.replace(parameters=[*named, *flags])  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in (*named, *flags)}
    return command


@app.command()
@_with_flags
def table(
    directories: Directories,
    format: Annotated[Format, typer.Option(help="How it is written.")] = Format.text,
    at: Annotated[
        list[int] | None,
        typer.Option(min=1, metavar="EVALUATIONS", help="What was found by then, instead; repeatable."),
    ] = None,
    gap: Annotated[float | None, typer.Option(help="Calls to this normalised gap, instead.")] = None,
    seconds: Annotated[
        list[float] | None,
        typer.Option(metavar="SECONDS", help="What searches cost if an evaluation took so long, instead; repeatable."),
    ] = None,
    problem: Annotated[list[str] | None, typer.Option(metavar="PATTERN", help="Show these only; repeatable.")] = None,
    arms: Annotated[list[str] | None, typer.Option(metavar="PATTERN", help="Show these only; repeatable.")] = None,
    targets: Annotated[list[float] | None, typer.Option(metavar="TARGET", help="Show these only; repeatable.")] = None,
    to: Annotated[
        list[float] | None, typer.Option(metavar="VALUE", help="Targets, instead of the problems' own; repeatable.")
    ] = None,
    **flags: bool,
) -> None:
    """Print the efficiency table of an experiment, or of several together, or another table of them."""
    given_too = {"at": bool(at), "gap": gap is not None, "seconds": bool(seconds)}
    asked = [name for name, given in {**flags, **given_too}.items() if given]
    if len(asked) > 1:
        raise BadInput(f"{' and '.join(f'--{name}' for name in asked)} are tables of their own; choose one")
    if gap is not None and not 0 <= gap <= 1:
        raise BadInput(f"--gap: {gap} must be between 0 and 1")
    if not all(0 <= each < math.inf for each in seconds or ()):
        raise BadInput(f"--seconds: {min(seconds or ())} must be at least 0 and finite")
    choice = contents.Choice(problem or (), arms or (), targets or ())
    chosen = contents.TABLES[next((name for name, given in flags.items() if given), contents.DEFAULT)]
    text: contents.Text = partial(chosen.text, choice=choice)
    if at:
        text = contents.at_budgets(sorted(set(at)), choice)
    elif seconds:
        text = contents.at_prices(sorted(set(seconds)), choice)
    elif gap is not None:
        text = contents.to_gap(gap, choice)
    show_table(directories, format, text, to or ())


@app.command()
def audit(directory: Directory) -> None:
    """Say what a reader must know before believing a comparison: what is unequal, leaked, missing or out of reach."""
    from bench.analysis.audit import caveats, render
    from bench.analysis.records import Records

    records = Records(*load(directory, ["evaluations", "objective", "displayed", "verified"]))
    show(render(caveats(records)).removesuffix("\n"))


@app.command()
def export(
    directory: Directory,
    to: Annotated[Target, typer.Option(help="For IOHprofiler, cocopp, or as two tables.")] = Target.ioh,
    out: Annotated[
        Path | None, typer.Option(help="A new or empty folder; DIR/ioh, or as the format is called, by default.")
    ] = None,
) -> None:
    """Write the records in a format that other tools read, and name the files."""
    from bench.inspection.coco import to_coco
    from bench.inspection.export import to_ioh, to_parquet

    write = {Target.ioh: to_ioh, Target.coco: to_coco, Target.parquet: to_parquet}[to]
    runs, traces = load(directory, ["evaluations", "objective", "displayed", "verified"])
    for path in write(runs, traces, out or within(directory, to.value)):
        show(str(path))


@app.command()
def info(directory: Directory) -> None:
    """Say what an experiment is, how far it has come, and with which versions and machines."""
    from bench.inspection.info import describe
    from bench.store.directory import Store

    show(describe(Store(directory)).removesuffix("\n"))


@app.command()
def verify(
    directory: Directory,
    trust: Trust = None,
    fem: Annotated[
        bool, typer.Option("--fem", help="Solve by finite elements, too, where a problem has a solver (extra fem).")
    ] = False,
) -> int:
    """Evaluate every best design again from its vertices, check all files, and say what cannot be believed."""
    if fem and find_spec("skfem") is None:
        raise BadInput("--fem: needs skfem; pip install 'latentbench[fem]'")
    from bench.inspection.verify import examined
    from bench.store.directory import Store

    if trust:
        look_in_this_folder()
    store = Store(directory)
    looked_at = doubted = 0
    for each in examined(store, trust or (), fem):
        looked_at += 1
        doubted += bool(each.objections)
        for sentence in each.objections:
            show(visible(f"{each.what}: {sentence}"))
        for sentence in each.remarks:
            show(visible(f"{each.what}: warning: {sentence}"))
    show(f"{directory}: {looked_at} records and encoders, {doubted} not believed")
    return OBJECTIONS if doubted else DONE
