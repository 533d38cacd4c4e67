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
    """Replace the command's last parameter by a flag for every table except the default, for Typer to read."""
    signature = inspect.signature(command, eval_str=True)
    *named, _ = signature.parameters.values()
    flags = [
        inspect.Parameter(
            table.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=False,
            annotation=Annotated[bool, typer.Option(f"--{table.name}", help=f"Another table: {table.help}.")],
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
    format: Annotated[Format, typer.Option(help="Format of the output.")] = Format.text,
    at: Annotated[
        list[int] | None,
        typer.Option(
            min=1, metavar="EVALUATIONS", help="Another table: what was found after so many evaluations; repeatable."
        ),
    ] = None,
    gap: Annotated[float | None, typer.Option(help="Another table: calls to this normalised gap.")] = None,
    seconds: Annotated[
        list[float] | None,
        typer.Option(
            metavar="SECONDS", help="Another table: seconds of a search if an evaluation took so long; repeatable."
        ),
    ] = None,
    problem: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help="Show only these problems; repeatable.")
    ] = None,
    arms: Annotated[list[str] | None, typer.Option(metavar="PATTERN", help="Show only these arms; repeatable.")] = None,
    targets: Annotated[list[float] | None, typer.Option(metavar="TARGET", help="Show only these; repeatable.")] = None,
    to: Annotated[
        list[float] | None, typer.Option(metavar="VALUE", help="Targets in place of the problems' own; repeatable.")
    ] = None,
    **flags: bool,
) -> None:
    """Print the efficiency table, or another table, of one experiment or of several together."""
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
    """List what limits the comparison: what is unequal, leaked, missing or out of reach."""
    from bench.analysis.audit import caveats, render
    from bench.analysis.records import Records

    records = Records(*load(directory, ["evaluations", "objective", "displayed", "verified"]))
    show(render(caveats(records)).removesuffix("\n"))


@app.command()
def export(
    directory: Directory,
    to: Annotated[
        Target, typer.Option(help="ioh: for IOHprofiler; coco: for cocopp; parquet: two tables.")
    ] = Target.ioh,
    out: Annotated[
        Path | None, typer.Option(help="A new or empty folder; by default DIR/FORMAT, such as DIR/ioh.")
    ] = None,
) -> None:
    """Write the records in a format of other tools, and print the names of the files."""
    from bench.inspection.coco import to_coco
    from bench.inspection.export import to_ioh, to_parquet

    write = {Target.ioh: to_ioh, Target.coco: to_coco, Target.parquet: to_parquet}[to]
    runs, traces = load(directory, ["evaluations", "objective", "displayed", "verified"])
    for path in write(runs, traces, out or within(directory, to.value)):
        show(str(path))


@app.command()
def info(directory: Directory) -> None:
    """Print what an experiment is, how much of it is done, and with which versions and machines."""
    from bench.inspection.info import describe
    from bench.store.directory import Store

    show(describe(Store(directory)).removesuffix("\n"))


@app.command()
def verify(
    directory: Directory,
    trust: Trust = None,
    fem: Annotated[
        bool, typer.Option("--fem", help="Also solve by finite elements, if the problem has such a solver (extra fem).")
    ] = False,
) -> int:
    """Evaluate every best design again from its vertices, check all files, and list what does not agree."""
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
