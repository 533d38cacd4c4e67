"""Records of COCO's test functions in its own data format, which cocopp reads beside all that others have published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.errors import BadInput
from bench.inspection.export import make_empty, written
from bench.names import file_names

if TYPE_CHECKING:
    import pandas as pd

SUITES = ("bbob", "bbob-largescale")
"""Names of problems that are functions of a suite without constraints."""
PRECISION = 1e-8
"""Of the last target of the suites."""
HEADING = (
    "% f evaluations | g evaluations | best noise-free fitness - Fopt (0.000000000000e+00) + sum g_i+ | "
    "measured fitness | best measured fitness or single-digit g-values | x1 | x2..."
)


def to_coco(runs: pd.DataFrame, traces: pd.DataFrame, folder: Path) -> Iterator[Path]:
    """Write runs of the problems `SUITES`, a folder an arm and suite, and give each file's name when it is written.

    Values are f − f*, so that what COCO calls Fopt is 0. Evaluations are the price N_f + N_g. Each replicate and search
    is a trial of the problem's instance. There is a row at each improvement that was verified, and at the end of the
    run; designs are left out.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: one row per run, one row per logged evaluation.
    folder : Path
        Created if it does not exist; otherwise it must be empty.

    Yields
    ------
    Path

    Raises
    ------
    BadInput
        If no run was attempted on such a problem, or the folder is not empty or cannot be made.

    References
    ----------
    Hansen, Auger, Finck & Ros 2009, Real-parameter black-box optimization benchmarking 2009: experimental setup,
    INRIA RR-6828, which describes the files; here they are as COCO 2.8 writes them (data_format bbob-new2).
    """
    import pandas as pd

    from bench.analysis.records import Records

    records = Records(runs, traces)
    tried = records.tried
    named = pd.DataFrame([_problem(spec) for spec in tried["problem_spec"]], index=tried.index)
    tried = tried.join(named)[named["suite"].isin(SUITES).to_numpy()] if len(named) else tried
    if tried.empty:
        raise BadInput(f"export: no run is of a problem of COCO's; these are {' and '.join(SUITES)}")
    make_empty(folder)
    found = {str(run): some for run, some in records.improvements.groupby("run", observed=True)}
    names = file_names((tried["arm"] + " " + tried["suite"]).unique())
    for (arm, suite, function), of_function in tried.groupby(["arm", "suite", "function"]):
        place, lines = folder / names[f"{arm} {suite}"], []
        for dim, of_dim in of_function.groupby("dimension"):
            stem = f"data_f{function}/bbobexp_f{function}_DIM{dim}"
            runs_of_it = zip(of_dim["run"], of_dim["price"], strict=True)
            trials = [_rows(found.get(run), int(price)) for run, price in runs_of_it]
            text = "\n".join("\n".join([HEADING, *map(_line, rows)]) for rows in trials)
            for suffix in ("dat", "tdat"):
                yield written(place / f"{stem}.{suffix}", text)
            ends = (
                f"{instance}:{rows[-1][0]}|{rows[-1][1]:.1e}"
                for instance, rows in zip(of_dim["instance"], trials, strict=True)
            )
            about = (
                f"suite = '{suite}', funcId = {function}, DIM = {dim}, Precision = {PRECISION:.3e}, "
                f"algId = '{names[f'{arm} {suite}']}', coco_version = '2.8.2', logger = 'bbob', "
                "data_format = 'bbob-new2', settings = ''"
            )
            lines += [about, "% latentbench", f"{stem}.dat, {', '.join(ends)}"]
        yield written(place / f"bbobexp_f{function}.info", "\n".join(lines))


def _problem(spec: str) -> dict[str, object]:
    told = json.loads(spec)
    params = told.get("params", {})
    return {"suite": told.get("name"), **{key: params.get(key) for key in ("function", "dimension", "instance")}}


def _rows(improved: pd.DataFrame | None, price: int) -> list[tuple[int, float]]:
    """Evaluations and f − f* at each improvement, the first and the last evaluation."""
    rows: list[tuple[int, float]] = []
    if improved is not None:
        rows = [(int(n), float(f)) for n, f in improved[["evaluations", "objective"]].to_numpy()]
    if not rows or rows[0][0] > 1:
        rows = [(1, np.inf), *rows]
    return rows if rows[-1][0] == price else [*rows, (price, rows[-1][1])]


def _line(row: tuple[int, float]) -> str:
    evaluations, value = row
    return f"{evaluations} 0 {value:+.9e} {value:+.9e} {value:+.9e}"
