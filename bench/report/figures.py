"""All the figures of an experiment as files; here the problems of the records are made again, to draw their designs."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.analysis import plots
from bench.errors import reason, visible
from bench.experiments.registry import from_record
from bench.names import file_names
from bench.quantities import displayed
from bench.searching import instance
from bench.searching.ledger import evaluate

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SHEET_SIZE = 48
Drawn = tuple["Figure", "pd.DataFrame"]
OF_PROBLEMS: dict[str, Callable[..., Drawn]] = {"convergence": plots.convergence, "ecdf": plots.ecdf}
"""Figures of all problems."""
OF_ONE: dict[str, Callable[..., Drawn]] = {
    "ecdf": plots.ecdf,
    "speed-up": plots.speed_up,
    "gradient-price": plots.gradient_price,
    "break-even": plots.break_even_map,
}
"""Figures of one problem."""
OF_RUNS: dict[str, Callable[..., Drawn]] = {
    "gap-parts": plots.gap_parts,
    "reachability": plots.reachability,
    "encoders": plots.encoder_diagnostics,
}
"""Figures of one problem for which no trace is needed."""


def write(runs: pd.DataFrame, traces: pd.DataFrame, folder: Path, trusted: Collection[str] = ()) -> Iterator[Path]:
    """Write every figure as PNG and PDF, and name each file once it is there; see `drawn`.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: a row a run, a row a logged evaluation.
    folder : Path
        Made where it is not there.
    trusted : collection of str
        Modules that the records may name; see `bench.experiments.registry.from_record`.

    Yields
    ------
    Path
    """
    for name, figure in drawn(runs, traces, trusted):
        with warned(name):
            yield from plots.save(figure, folder / name)


def drawn(
    runs: pd.DataFrame, traces: pd.DataFrame, trusted: Collection[str] = (), sheets: bool = True
) -> Iterator[tuple[str, Figure]]:
    """Draw every figure, and name it as a file may be named.

    Convergence, the runtime distribution and leak sensitivity show all problems; the others show one each. Those that
    need what these records lack (gradients, encoders, a reach search, a target that was reached, problems that differ
    in their data alone) are left out. Where something cannot be drawn, a warning says why, and the rest is.

    Parameters
    ----------
    runs, traces, trusted
        As for `write`.
    sheets : bool
        Whether training designs are drawn anew, for which some problems take seconds.

    Yields
    ------
    tuple of str and Figure
    """
    for kind, draw in OF_PROBLEMS.items():
        yield from _tried(kind, kind, draw, runs, traces)
    yield from _tried("leaks", "leaks", plots.leak_sensitivity, runs)
    for label, name in file_names(runs["problem"].unique()).items():
        of_one = runs[runs["problem"] == label]
        for kind, draw in OF_ONE.items():
            if kind not in OF_PROBLEMS or len(of_one) < len(runs):
                yield from _tried(f"{label}: its {kind}", f"{kind}-{name}", draw, of_one, traces)
        for kind, draw_runs in OF_RUNS.items():
            yield from _tried(f"{label}: its {kind}", f"{kind}-{name}", draw_runs, of_one)
        shown: dict[str, Figure] = {}
        with warned(f"{label}: its designs", but=()):
            for kind, figure in _designs(of_one, trusted, sheets):
                shown[kind] = figure
        yield from ((f"{kind}-{name}", figure) for kind, figure in shown.items())


def _tried(what: str, name: str, draw: Callable[..., Drawn], *records: pd.DataFrame) -> Iterator[tuple[str, Figure]]:
    """Draw a figure, if there are any data for it."""
    made = []
    with warned(what):
        figure, data = draw(*records)
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


def _designs(runs: pd.DataFrame, trusted: Collection[str], sheets: bool) -> Iterator[tuple[str, Figure]]:
    """Gallery of one problem's runs, and contact sheet of the training designs of replicate 0, if it has any."""
    spec = from_record(json.loads(runs["problem_spec"].iloc[0]), trusted)
    problem = spec.make()
    yield "gallery", plots.gallery(runs, problem.draw)[0]
    if not sheets:
        return
    drawn = instance.draw(spec, int(runs["seed"].iloc[0]), 0).designs
    if drawn is not None:
        designs = drawn[:SHEET_SIZE]
        values = problem.display(evaluate(problem, designs).objective)
        captions = [f"{problem.quantity} {displayed(value)}" for value in values]
        yield "sheet", plots.sheet(designs, problem.draw, captions)[0]
