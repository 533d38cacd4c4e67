"""Commands that draw what is on record: plot, map, report, explore."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bench.commands.common import (
    Directories,
    Directory,
    Trust,
    app,
    distinct,
    load,
    look_in_this_folder,
    records_of,
    show,
    within,
)
from bench.errors import BadInput

DRAWING, EXPLORING = "bench.report.figures", "bench.explorer.page"
"""What another process does, too."""


@app.command()
def plot(
    directory: Directory,
    out: Annotated[Path | None, typer.Option(help="Directory for the figures; DIR/plots by default.")] = None,
    trust: Trust = None,
) -> None:
    """Draw every figure as PNG and PDF, and print the names of the files."""
    from bench.analysis.contents import TRACE
    from bench.running.workers import teams

    # it imports what it needs while this process does; where modules are trusted, only once they can be found
    with teams.local(1, early=0 if trust else 1, work=DRAWING) as team:
        runs, traces = load(directory, list(TRACE))
        if "completed" not in set(runs["status"]):
            raise BadInput(f"{directory}: no run is completed; there is nothing to draw")
        from bench.report import figures

        if trust:
            look_in_this_folder()
        for path in figures.write(runs, traces, out or within(directory, "plots"), trust or (), team):
            show(str(path))


@app.command("map")
def when(
    directories: Directories,
    reuse: Annotated[float, typer.Option(min=1.0, help="Searches that share one fitted encoder.")] = 1.0,
    out: Annotated[Path | None, typer.Option(help="Directory for the figures; DIR/plots by default.")] = None,
) -> None:
    """Draw who is ahead, by budget and by the cost of an evaluation, for each problem and for all together."""
    from bench.analysis.plots import overall, save, when
    from bench.names import file_names

    records = records_of(directories)
    folder = out or within(directories[0], "plots")
    names = file_names(records.parts)
    pages: dict[str, str | None] = {"map": None, **{f"map-{names[each]}": each for each in names if len(names) > 1}}
    led = when.leaders(records, reuse)
    drawn = {
        name: when.drawn(led if problem is None else led[led["problem"] == problem]) for name, problem in pages.items()
    }
    if len(names) > 1:
        drawn["map-overall"] = overall.from_records(records, reuse)
    if drawn["map"][1].empty:
        raise BadInput(f"{directories[0]}: no run evaluated anything; there is nothing to draw")
    for name, (figure, data) in drawn.items():
        if data.empty:
            continue  # no problem has arms of both sides
        drawings = save(figure, folder / name)
        data.to_csv(folder / f"{name}.csv", index=False)
        for path in (*drawings, folder / f"{name}.csv"):
            show(str(path))


@app.command()
def report(
    directories: Directories,
    out: Annotated[
        Path | None, typer.Option(help="The file; DIR/report.html by default, report.html for several directories.")
    ] = None,
    trust: Trust = None,
) -> None:
    """Write one interactive HTML page with the answer, figures, tables, designs, and how to reproduce them."""
    from bench.report.page import page

    alone = len(directories) == 1
    path = out or (within(directories[0], "report.html") if alone else Path("report.html"))
    _write_page(page, distinct(directories), path, trust)


@app.command()
def explore(
    directory: Directory,
    out: Annotated[Path | None, typer.Option(help="The file; DIR/explorer.html by default.")] = None,
    trust: Trust = None,
) -> None:
    """Write one HTML page on which you can move through the latent spaces of an experiment."""
    from bench.running.workers import teams

    with teams.local(1, early=0 if trust else 1, work=EXPLORING) as team:
        from bench.explorer.page import page

        _write_page(partial(page, team=team), [directory], out or within(directory, "explorer.html"), trust)


def _write_page(page: Callable[..., str], directories: list[Path], path: Path, trust: list[str] | None) -> None:
    """Write a page about experiments, and print its name."""
    from bench.store.directory import Store

    if trust:
        look_in_this_folder()
    path.write_text(page(*map(Store, directories), trusted=trust or ()), encoding="utf-8")
    show(str(path))
