"""All the figures of an experiment as files, of which another process may draw some.

Here the problems of the records are made again, to draw their designs.
"""

from __future__ import annotations

import gc
import json
import pickle
import warnings
from collections.abc import Collection, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.analysis import plots
from bench.analysis.plots.designs import from_records as gallery
from bench.analysis.records import Records
from bench.errors import reason, visible
from bench.experiments import data_files
from bench.experiments.registry import from_record
from bench.names import file_names
from bench.quantities import displayed
from bench.running.workers.process import Death
from bench.running.workers.teams import Team, both_ends
from bench.searching import instance
from bench.searching.evaluation import evaluate

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Drawing

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
KINDS = {kind.name: kind for kind in FIGURES}
DESIGNS = "designs"
"""The kind of figures that show designs."""


@dataclass(frozen=True)
class Sketch:
    """Figures of some records that are drawn together, before they are.

    Attributes
    ----------
    kind : str
        Name of one of `FIGURES`, or `DESIGNS`.
    problem : str or None
        The problem that they are of; None for all.
    ending : str
        How the names of their files end.
    """

    kind: str
    problem: str | None = None
    ending: str = ""

    def __str__(self) -> str:
        return self.kind if self.problem is None else f"{self.problem}: its {self.kind}"

    def drawn(self, records: Records, trusted: Collection[str]) -> Iterator[tuple[str, Drawing]]:
        """Draw what there are data for, and name it as a file may be named."""
        part = records if self.problem is None else records.parts[self.problem]
        if self.kind == DESIGNS:
            for what, figure in _designs(part, trusted):
                yield what + self.ending, figure
            return
        figure, data = KINDS[self.kind].draw(part)
        if len(data):
            yield self.kind + self.ending, figure


def sketches(records: Records) -> list[Sketch]:
    """List all figures that there may be, those of designs last: these take longest."""
    names = file_names(records.parts)
    each = [(label, f"-{name}") for label, name in names.items()]
    line = []
    for kind in FIGURES:
        line += [Sketch(kind.name)] * kind.of_all
        if kind.of_each and not (kind.of_all and len(names) == 1):
            line += [Sketch(kind.name, *of_one) for of_one in each]
    return line + [Sketch(DESIGNS, *of_one) for of_one in each]


def write(
    runs: pd.DataFrame, traces: pd.DataFrame, folder: Path, trusted: Collection[str] = (), team: Team | None = None
) -> Iterator[Path]:
    """Write every figure as PNG and PDF, and give each file's name when it is written.

    The map, convergence, the runtime distribution and leak sensitivity show all problems; the others show one each.
    Those that need what these records lack (gradients, encoders, a reach search, a target that was reached, problems
    that differ in their data alone) are left out. Where something cannot be drawn, a warning says why, and the rest is.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: one row per run, one row per logged evaluation.
    folder : Path
        Created if it does not exist.
    trusted : collection of str
        Modules that the records may name; see `bench.experiments.registry.from_record`.
    team : Team, optional
        A process that draws too: from the last figure on, while this one draws from the first.

    Yields
    ------
    Path
    """
    records = Records(runs, traces)
    line = sketches(records)
    with TemporaryDirectory(ignore_cleanup_errors=True) as shared:
        file = Path(shared) / "records"
        if team is not None:
            with file.open("wb") as stream:
                pickle.dump((runs, traces, data_files.FOLDERS), stream, pickle.HIGHEST_PROTOCOL)
        tasks = [(sketch, file, folder.absolute(), tuple(trusted)) for sketch in line]
        for sketch, there in zip(line, both_ends(team, _written_there, tasks), strict=True):
            if there is None:
                yield from _written(sketch, records, folder, trusted)
            else:
                yield from (folder / name for name in _answer(sketch, there))


def _written(sketch: Sketch, records: Records, folder: Path, trusted: Collection[str]) -> Iterator[Path]:
    figures: list[tuple[str, Drawing]] = []
    with warned(str(sketch), but=()):
        for each in sketch.drawn(records, trusted):
            figures.append(each)  # and keep them, should the next fail
    for name, figure in figures:
        with warned(name):
            yield from plots.save(figure, folder / name)


Written = tuple[list[str], list[str]]
"""The names of files that another process has written, and what it warned of."""


def _written_there(sketch: Sketch, records: Path, folder: Path, trusted: Collection[str]) -> Written:
    gc.set_threshold(20_000)  # as for a command
    with warnings.catch_warnings(record=True) as told:
        names = [path.name for path in _written(sketch, _records(records), folder, trusted)]
    return names, [str(each.message) for each in told]


@lru_cache(maxsize=1)
def _records(file: Path) -> Records:
    with file.open("rb") as stream:
        runs, traces, folders = pickle.load(stream)  # noqa: S301 - from the parent
    for folder in folders:
        data_files.kept_in(folder)
    return Records(runs, traces)


def _answer(sketch: Sketch, there: Future[Written | Death]) -> list[str]:
    """Names of the files that another process writes, once it has; what it warned of is said here."""
    names: list[str] = []
    with warned(str(sketch)):
        written = there.result()
        if isinstance(written, Death):
            raise RuntimeError(written.reason)
        names, told = written
        for text in told:
            warnings.warn(text, stacklevel=2)
    return names


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
