"""All the figures of an experiment as files; here the problems of the records are made again, to draw their designs."""

from __future__ import annotations

import json
import warnings
from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from bench.analysis import plots
from bench.analysis.plots.designs import from_records as gallery
from bench.analysis.records import Records
from bench.errors import reason, visible
from bench.experiments.registry import from_record
from bench.names import file_names
from bench.quantities import displayed
from bench.report.beside import Saved, Saver
from bench.searching import instance
from bench.searching.evaluation import evaluate

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Drawing

    from bench.running.workers.teams import Team

SHEET_SIZE = 48
Drawn = tuple["Drawing", "pd.DataFrame"]
"""A figure, and the data drawn: none where these records lack what it shows."""


@dataclass(frozen=True)
class Figure:
    """A figure of records: its name, which is that of its files, the module that draws it, and what it is of.

    One that is of all problems and of each is drawn of each where there are several.
    """

    name: str
    home: str
    of_all: bool = False
    of_each: bool = True

    def draw(self, records: Records) -> Drawn:
        """Draw it; the module has ``from_records``."""
        drawn: Drawn = import_module(f"bench.analysis.plots.{self.home}").from_records(records)
        return drawn


FIGURES = (
    Figure("map", "when", of_all=True, of_each=False),
    Figure("convergence", "curves", of_all=True, of_each=False),
    Figure("ecdf", "distribution", of_all=True),
    Figure("leaks", "leaks", of_all=True, of_each=False),
    Figure("speed-up", "forest"),
    Figure("gradient-price", "prices"),
    Figure("break-even", "breakeven"),
    Figure("gap-parts", "parts"),
    Figure("reachability", "reachability"),
    Figure("encoders", "diagnostics"),
)
"""A new figure is a file that draws it from records, and a line here."""


def write(
    runs: pd.DataFrame, traces: pd.DataFrame, folder: Path, trusted: Collection[str] = (), team: Team | None = None
) -> Iterator[Path]:
    """Write every figure as PNG and PDF, and give each file's name when it is written; see `drawn`.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: one row per run, one row per logged evaluation.
    folder : Path
        Created if it does not exist.
    trusted : collection of str
        Modules that the records may name; see `bench.experiments.registry.from_record`.
    team : Team, optional
        A process to save them in that is there already.

    Yields
    ------
    Path
    """
    with Saver(team) as saver:
        waiting = deque[tuple[str, Future[Saved]]]()
        for name, figure in drawn(Records(runs, traces), trusted):
            with warned(name):
                waiting.append((name, saver.save(figure, folder / name)))
            while waiting and waiting[0][1].done():
                yield from _written(folder, *waiting.popleft())
        while waiting:
            yield from _written(folder, *waiting.popleft())


def _written(folder: Path, name: str, saved: Future[Saved]) -> Iterator[Path]:
    """Wait for a figure's files, name them, and say what saving them warned of."""
    with warned(name):
        paths, told = saved.result()
        for text in told:
            warnings.warn(text, stacklevel=2)
        yield from (folder / path.name for path in paths)


def drawn(records: Records, trusted: Collection[str] = ()) -> Iterator[tuple[str, Drawing]]:
    """Draw every figure, and name it as a file may be named.

    Convergence, the runtime distribution and leak sensitivity show all problems; the others show one each. Those that
    need what these records lack (gradients, encoders, a reach search, a target that was reached, problems that differ
    in their data alone) are left out. Where something cannot be drawn, a warning says why, and the rest is.

    Parameters
    ----------
    records : Records
    trusted
        As for `write`.

    Yields
    ------
    tuple of str and matplotlib Figure
    """
    for kind in FIGURES:
        if kind.of_all:
            yield from _tried(kind.name, kind.name, kind.draw, records)
    for label, name in file_names(records.parts).items():
        part = records.parts[label]
        for kind in FIGURES:
            if kind.of_each and not (kind.of_all and len(records.parts) == 1):
                yield from _tried(f"{label}: its {kind.name}", f"{kind.name}-{name}", kind.draw, part)
        shown: dict[str, Drawing] = {}
        with warned(f"{label}: its designs", but=()):
            for what, figure in _designs(part, trusted):
                shown[what] = figure
        yield from ((f"{what}-{name}", figure) for what, figure in shown.items())


def _tried(what: str, name: str, draw: Callable[[Records], Drawn], records: Records) -> Iterator[tuple[str, Drawing]]:
    """Draw a figure, if there are any data for it."""
    made = []
    with warned(what):
        figure, data = draw(records)
        made = [(name, figure)] if len(data) else []
    yield from made


@contextmanager
def warned(what: str, but: tuple[type[Exception], ...] = (OSError,)) -> Iterator[None]:
    """Go on where something cannot be drawn: a plug-in may be gone, or raise anything, and records hold any numbers."""
    try:
        yield
    except but:  # a full disk, say
        raise
    except (Exception, SystemExit) as error:
        warnings.warn(visible(f"{what} cannot be drawn: {reason(error)}"), stacklevel=3)


def _designs(records: Records, trusted: Collection[str]) -> Iterator[tuple[str, Drawing]]:
    """Gallery of one problem's runs, and contact sheet of the training designs of replicate 0, if it has any."""
    runs = records.runs
    spec = from_record(json.loads(runs["problem_spec"].iloc[0]), trusted)
    problem = spec.make()
    yield "gallery", gallery(records, problem.draw)[0]
    drawn = instance.training(spec, int(runs["seed"].iloc[0]), 0)
    if drawn is not None:
        shown = drawn[:SHEET_SIZE]
        values = problem.display(evaluate(problem, shown).objective)
        captions = [f"{problem.quantity} {displayed(value)}" for value in values]
        yield "sheet", plots.sheet(shown, problem.draw, captions)[0]
