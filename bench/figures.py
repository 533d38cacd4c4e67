"""All the figures of an experiment as files; here the problems of the records are made again, to draw their designs."""

from __future__ import annotations

import json
import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from bench import instance
from bench.analysis import plots
from bench.analysis.compare import significant
from bench.execution import reason
from bench.ledger import evaluate
from bench.registry import Spec

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SHEET_SIZE = 48
LONGEST_NAME = 60


def write(runs: pd.DataFrame, traces: pd.DataFrame, folder: Path) -> Iterator[Path]:
    """Write every figure as PNG and PDF, and name each file once it is there.

    Convergence and the runtime distribution show all problems; runtime distribution, speed-up, gallery and a contact
    sheet of the training designs show one each. Where designs cannot be drawn, a warning says why, and the others are.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: a row a run, a row a logged evaluation.
    folder : Path
        Made where it is not there.

    Yields
    ------
    Path
    """
    yield from plots.save(plots.convergence(runs, traces)[0], folder / "convergence")
    yield from plots.save(plots.ecdf(runs, traces)[0], folder / "ecdf")
    for label, name in file_names(runs["problem"].unique()).items():
        of_one = runs[runs["problem"] == label]
        if len(of_one) < len(runs):
            yield from plots.save(plots.ecdf(of_one, traces)[0], folder / f"ecdf-{name}")
        yield from plots.save(plots.speed_up(of_one, traces)[0], folder / f"speed-up-{name}")
        shown: dict[str, Figure] = {}
        try:
            for kind, figure in _designs(of_one):
                shown[kind] = figure
        except (Exception, SystemExit) as error:  # a plug-in may be gone, or raise anything
            warnings.warn(f"{label}: its designs cannot be drawn: {reason(error)}", stacklevel=2)
        for kind, figure in shown.items():
            yield from plots.save(figure, folder / f"{kind}-{name}")


def file_names(labels: Iterable[str]) -> dict[str, str]:
    """A name for each label that is safe in any file system: of a-z, 0-9, dots and dashes, and all different."""
    names: dict[str, str] = {}
    for label in sorted(labels):
        ascii_only = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9.]+", "-", ascii_only)[:LONGEST_NAME].strip("-.") or "problem"
        candidates = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
        names[label] = next(name for name in candidates if name not in names.values())
    return names


def _designs(runs: pd.DataFrame) -> Iterator[tuple[str, Figure]]:
    """Gallery of one problem's runs, and contact sheet of the training designs of replicate 0, if it has any."""
    identity = json.loads(runs["problem_spec"].iloc[0])
    spec = Spec("problems", identity["name"], json.dumps(identity["params"], sort_keys=True))
    drawn = instance.draw(spec, int(runs["seed"].iloc[0]), 0)
    problem = drawn.problem
    yield "gallery", plots.gallery(runs, problem.draw)[0]
    if drawn.designs is not None:
        designs = drawn.designs[:SHEET_SIZE]
        values = problem.display(evaluate(problem, designs).objective)
        captions = [f"{problem.quantity} {significant(value, 5)}" for value in values]
        yield "sheet", plots.sheet(designs, problem.draw, captions)[0]
