"""All the figures of an experiment as files; here the problems of the records are made again, to draw their designs."""

from __future__ import annotations

import json
import re
import unicodedata
import warnings
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from bench import instance
from bench.analysis import plots
from bench.analysis.compare import significant
from bench.errors import visible
from bench.execution import reason
from bench.ledger import evaluate
from bench.registry import from_record

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SHEET_SIZE = 48
LONGEST_NAME = 60


def write(runs: pd.DataFrame, traces: pd.DataFrame, folder: Path, trusted: Collection[str] = ()) -> Iterator[Path]:
    """Write every figure as PNG and PDF, and name each file once it is there.

    Convergence and the runtime distribution show all problems; runtime distribution, speed-up, gallery and a contact
    sheet of the training designs show one each. Where something cannot be drawn, a warning says why, and the rest is.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: a row a run, a row a logged evaluation.
    folder : Path
        Made where it is not there.
    trusted : collection of str
        Modules that the records may name; see `bench.registry.from_record`.

    Yields
    ------
    Path
    """
    with _warned("convergence"):
        yield from plots.save(plots.convergence(runs, traces)[0], folder / "convergence")
    with _warned("ecdf"):
        yield from plots.save(plots.ecdf(runs, traces)[0], folder / "ecdf")
    for label, name in file_names(runs["problem"].unique()).items():
        of_one = runs[runs["problem"] == label]
        if len(of_one) < len(runs):
            with _warned(f"{label}: its ecdf"):
                yield from plots.save(plots.ecdf(of_one, traces)[0], folder / f"ecdf-{name}")
        with _warned(f"{label}: its speed-up"):
            yield from plots.save(plots.speed_up(of_one, traces)[0], folder / f"speed-up-{name}")
        shown: dict[str, Figure] = {}
        with _warned(f"{label}: its designs", but=()):
            for kind, figure in _designs(of_one, trusted):
                shown[kind] = figure
        for kind, figure in shown.items():
            with _warned(f"{label}: its {kind}"):
                yield from plots.save(figure, folder / f"{kind}-{name}")


@contextmanager
def _warned(what: str, but: tuple[type[Exception], ...] = (OSError,)) -> Iterator[None]:
    """Go on where something cannot be drawn: a plug-in may be gone, or raise anything, and records hold any numbers."""
    try:
        yield
    except but:  # a full disk, say
        raise
    except (Exception, SystemExit) as error:
        warnings.warn(visible(f"{what} cannot be drawn: {reason(error)}"), stacklevel=3)


def file_names(labels: Iterable[str]) -> dict[str, str]:
    """A name for each label that is safe in any file system: of a-z, 0-9, dots and dashes, and all different."""
    names: dict[str, str] = {}
    for label in sorted(labels):
        ascii_only = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9.]+", "-", ascii_only)[:LONGEST_NAME].strip("-.") or "problem"
        candidates = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
        names[label] = next(name for name in candidates if name not in names.values())
    return names


def _designs(runs: pd.DataFrame, trusted: Collection[str]) -> Iterator[tuple[str, Figure]]:
    """Gallery of one problem's runs, and contact sheet of the training designs of replicate 0, if it has any."""
    spec = from_record(json.loads(runs["problem_spec"].iloc[0]), trusted)
    drawn = instance.draw(spec, int(runs["seed"].iloc[0]), 0)
    problem = drawn.problem
    yield "gallery", plots.gallery(runs, problem.draw)[0]
    if drawn.designs is not None:
        designs = drawn.designs[:SHEET_SIZE]
        values = problem.display(evaluate(problem, designs).objective)
        captions = [f"{problem.quantity} {significant(value, 5)}" for value in values]
        yield "sheet", plots.sheet(designs, problem.draw, captions)[0]
