"""Records for other readers: in the format of IOHprofiler, or as two small tables of what comparisons are made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.errors import BadInput
from bench.names import file_names

if TYPE_CHECKING:
    import pandas as pd

    from bench.analysis.records import Records

VERSION = "0.3.22"
"""The release of IOHexperimenter whose format is written."""
COLUMNS = ("evaluations", "raw_y", "displayed")
Row = tuple[int, float, float]
Run = tuple[dict[str, Any], list[Row]]
"""What the JSON file says of a run, and its rows in the data file."""


def to_ioh(runs: pd.DataFrame, traces: pd.DataFrame, folder: Path) -> Iterator[Path]:
    """Write all attempted runs, one algorithm per arm, one function per problem; give each file's name when written.

    A row of a run holds ``evaluations``, the price N_f + N_g, ``raw_y``, the best verified objective so far, which is
    always minimised, and ``displayed``, the same as people read it. There is one at each improvement, and at the end
    of the run, hit or not. Until a design is verified, the values are infinitely bad. A run's instance is its
    replicate, and its ``evals`` are all that it spent.

    The ERT of iohinspector charges each unsuccessful run its ``eval_max``. So it equals that of `bench.analysis` where
    this is set to the budget and such runs have spent it all; else each run's ``evals`` must be charged instead.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: one row per run, one row per logged evaluation.
    folder : Path
        Created if it does not exist; otherwise it must be empty, for readers take in all that lies in it.

    Yields
    ------
    Path

    Raises
    ------
    BadInput
        If no run was attempted, or the folder is not empty or cannot be made.

    References
    ----------
    de Nobel, Ye, Vermetten, Wang, Doerr & Bäck (2024), IOHexperimenter, 10.1162/evco_a_00342.
    """
    from bench.analysis.records import Records

    records = Records(runs, traces)
    tried = records.tried
    if tried.empty:
        raise BadInput(f"export: none of {len(runs)} recorded runs was attempted; there must be one at least")
    make_empty(folder)
    found = _improvements(records)
    arms, problems = (_names(tried[column]) for column in ("arm", "problem"))
    numbers, dimensions = {label: number for number, label in enumerate(problems, 1)}, _dimensions(runs)
    for names, of_pair in tried.groupby(["arm", "problem"]):
        arm, problem = map(str, names)
        function = f"f{numbers[problem]}_{problems[problem]}"
        about = {
            "version": VERSION,
            "suite": "latentbench",
            "function_id": numbers[problem],
            "function_name": problem,
            "maximization": False,
            "algorithm": {"name": arm, "info": ""},
            # iohinspector runs the text of these as Python, so none that records hold may stand here
            "experiment_attributes": [],
            "attributes": COLUMNS,
        }
        yield from _write(folder / arms[arm], function, about, dimensions[problem], list(_of_runs(of_pair, found)))


HEAVY = ["design", "provenance", "details", "started"]
"""Columns of runs on which no number of a table of efficiency depends."""


def to_parquet(runs: pd.DataFrame, traces: pd.DataFrame, folder: Path) -> Iterator[Path]:
    """Write runs.parquet and traces.parquet, which together are small enough to be published.

    From them comes every efficiency table, as from the whole records. Designs and where runs were made
    are left out, and of the traces all but verified improvements.

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
        If the folder is not empty or cannot be made.
    """
    from bench.analysis.records import Records

    make_empty(folder)
    found = Records(runs, traces).improvements.drop_duplicates(["run", "objective"]).assign(verified=True)
    for name, frame in {
        "runs": runs.drop(columns=HEAVY, errors="ignore"),
        "traces": found.reset_index(drop=True),
    }.items():
        frame.to_parquet(folder / f"{name}.parquet", compression="zstd", index=False)
        yield folder / f"{name}.parquet"


def make_empty(folder: Path) -> None:
    """Make a folder, or see that it is empty."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BadInput(f"{folder}: is not empty; name a new or empty folder")
    except OSError as error:
        raise BadInput(f"{folder}: cannot be written: {error.strerror}; name a new or empty folder") from None


def _names(labels: pd.Series[str]) -> dict[str, str]:
    """Names without dots, since readers take a folder that ends in .json for a file."""
    return {label: name.replace(".", "_") for label, name in file_names(labels.unique()).items()}


def _dimensions(runs: pd.DataFrame) -> dict[str, int]:
    """Variables of each problem, as its runs tell that did not fail too early to know; 0 if all did."""
    known = runs.reindex(columns=["problem", "dim"]).astype({"dim": float})
    return {str(problem): int(dim) for problem, dim in known.groupby("problem")["dim"].max().fillna(0.0).items()}


def _improvements(records: Records) -> dict[str, list[Row]]:
    """Rows at which each run's best verified design became a better one."""
    from bench.analysis.frames import improving

    columns = ["evaluations", "objective", "displayed"]
    found = records.verified
    numbers = found[columns].to_numpy()
    honest = found[np.isfinite(numbers).all(axis=1) & (numbers[:, 0] >= 1.0)]
    better = improving(honest)[["run", *columns]]
    # a price stands on one row: a second 1 would begin another run
    better = better.drop_duplicates(["run", "objective"]).drop_duplicates(["run", "evaluations"], keep="last")
    rows: dict[str, list[Row]] = {}
    for run, price, objective, displayed in better.itertuples(index=False, name=None):
        rows.setdefault(run, []).append((int(price), objective, displayed))
    return rows


def _of_runs(runs: pd.DataFrame, found: dict[str, list[Row]]) -> Iterator[Run]:
    from bench.analysis.frames import direction

    worst = direction(runs) * np.inf
    for run, replicate, price, bad in zip(runs["run"], runs["replicate"], runs["price"], worst, strict=True):
        improved = found.get(run, [])
        begin = [] if improved and improved[0][0] == 1 else [(1, np.inf, float(bad))]
        rows = begin + improved
        if price > rows[-1][0]:
            rows = [*rows, (int(price), *rows[-1][1:])]
        at, least = improved[-1][:2] if improved else (0, None)
        yield {"instance": int(replicate), "evals": int(price), "best": {"evals": at, "y": least, "x": []}}, rows


def _write(folder: Path, function: str, about: dict[str, Any], dim: int, runs: list[Run]) -> Iterator[Path]:
    """Write one JSON file, and its data files before it."""
    scenarios = []
    for number, some in enumerate(_apart(runs), 1):
        path = Path(f"data_{function}", f"IOHprofiler_{function.partition('_')[0]}_DIM{dim}_{number}.dat")
        lines = [" ".join(map(repr, row)) for _, rows in some for row in rows]
        yield written(folder / path, "\n".join([" ".join(COLUMNS), *lines]))
        scenarios.append({"dimension": dim, "path": path.as_posix(), "runs": [said for said, _ in some]})
    text = json.dumps(about | {"scenarios": scenarios}, indent=1, allow_nan=False)
    yield written(folder / f"IOHprofiler_{function}.json", text)


def _apart(runs: list[Run]) -> Iterator[list[Run]]:
    """Runs by data file: iohinspector 0.0.8 drops the first row of a run that begins as the one above it ended."""
    some: list[Run] = []
    for run in runs:
        if some and some[-1][1][-1][1] == run[1][0][1]:
            yield some
            some = []
        some.append(run)
    yield some


def written(path: Path, text: str) -> Path:
    """Write a text file, and the folders that it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path
