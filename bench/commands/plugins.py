"""Commands about plug-ins: list, check, new."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.commands.common import DONE, OBJECTIONS, Settings, app, look_in_this_folder, parameters, say

if TYPE_CHECKING:
    from bench.checks.kit import Finding


class Listed(StrEnum):
    """What can be listed."""

    problems = "problems"
    encoders = "encoders"
    optimisers = "optimisers"
    suites = "suites"


class New(StrEnum):
    """What can be started from a skeleton."""

    problem = "problem"
    encoder = "encoder"
    optimiser = "optimiser"


@app.command("list")
def list_(
    kind: Annotated[Listed | None, typer.Argument(help="What to list; everything by default.")] = None,
    name: Annotated[str | None, typer.Argument(help="One of them, with its parameters and defaults.")] = None,
) -> None:
    """List problems, encoders, optimisers and suites."""
    from bench.experiments import catalogue

    look_in_this_folder()
    if kind is not None and name is not None:
        typer.echo(catalogue.describe(kind.value, name))
        return
    for each in [kind] if kind else list(Listed):
        typer.echo(f"{each.value}:")
        summaries = catalogue.summaries(each.value)
        width = max(map(len, summaries))
        for entry, summary in summaries.items():
            typer.echo(f"  {entry:{width}}  {summary}")


@app.command()
def check(
    plugin: Annotated[str, typer.Argument(metavar="NAME|module:Class", help="A problem, encoder or optimiser.")],
    settings: Settings = None,
) -> int:
    """Check that a plug-in does what its interface promises, and list what is wrong."""
    from bench.experiments import registry

    look_in_this_folder()
    spec = registry.resolve_any(plugin, parameters(settings or []))
    from bench.checks import named

    passed = [_show(finding) for finding in named.findings(spec)]
    if all(passed):
        typer.echo(f"{plugin} conforms: {len(passed)} checks")
        return DONE
    typer.echo(f"{plugin} does not conform: {passed.count(False)} of {len(passed)} checks object")
    return OBJECTIONS


@app.command()
def new(
    kind: Annotated[New, typer.Argument(help="The kind of plug-in.")],
    name: Annotated[str, typer.Argument(help="Such as my-wing, which gives my_wing.py with a class MyWing.")],
) -> None:
    """Write a working plug-in and its test into the current folder, for you to replace its formulas."""
    from bench.checks.skeletons import class_of, written

    plugin, test = written(kind.value, name, Path())
    typer.echo(f"{plugin}\n{test}")
    named = class_of(plugin)
    say(f'check it with: latentbench check {named}; in an experiment file write name = "{named}"')


def _show(finding: Finding) -> bool:
    typer.echo(f"{'no' if finding.objections else 'ok':4}{finding.what}")
    for sentence in finding.objections:
        typer.echo(f"      {sentence}")
    return not finding.objections
