"""Files of runs of a user's own loop: CSV or Parquet, a row an evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("arm", "replicate", "evaluation", "value")
"""Columns of a file of runs."""
OPTIONAL = {"search": 0, "feasible": True}
"""Columns that may be missing, and what holds then; beside these, a design's variables in columns x0, x1, …"""


def read(file: Path) -> pd.DataFrame:
    """Read a file of runs: a row an evaluation, every column `NEEDED` or `OPTIONAL`, and ``row``, its number there.

    Raises
    ------
    BadInput
        With the column or the row that is wrong.
    """
    import pandas as pd
    import pyarrow as pa

    try:
        if file.suffix.lower() == ".parquet":
            frame = pd.read_parquet(file)
        else:
            frame = pd.read_csv(file, sep=None, engine="python", encoding="utf-8-sig", skipinitialspace=True)
    except (ValueError, pa.ArrowException, pd.errors.ParserError) as error:
        raise BadInput(f"{file}: cannot be read: {' '.join(str(error).split())}") from None
    missing = [name for name in NEEDED if name not in frame]
    if missing:
        raise BadInput(f"{file}: lacks the column {missing[0]}; needed: {', '.join(NEEDED)}")
    if frame.empty:
        raise BadInput(f"{file}: holds no evaluation")
    frame = frame.assign(**{name: frame.get(name, usual) for name, usual in OPTIONAL.items()})
    told = pd.DataFrame({name: _numbers(file, frame, name) for name in ("value", *variables(frame))})
    frame = pd.concat([frame.drop(columns=list(told)), told], axis=1)  # as one: there may be thousands of columns
    for name, least in {"replicate": 0, "search": 0, "evaluation": 1}.items():
        numbers = _numbers(file, frame, name)
        wrong = ~((numbers >= least) & (numbers == numbers.round()))
        if wrong.any():
            row = int(np.argmax(wrong))
            raise BadInput(f"{file}: row {row + 1}: {name} {frame[name].iloc[row]} must be an integer from {least} up")
        frame[name] = numbers.astype(int)
    frame["feasible"] = frame["feasible"].map(_truth)
    if frame["feasible"].isna().any():
        raise BadInput(f"{file}: row {int(np.argmax(frame['feasible'].isna())) + 1}: feasible must be true or false")
    return frame.assign(arm=frame["arm"].astype(str), row=np.arange(1, len(frame) + 1))


def variables(frame: pd.DataFrame) -> Iterator[str]:
    """Columns of a design's variables, in their order."""
    for number in count():
        if f"x{number}" not in frame:
            return
        yield f"x{number}"


def _numbers(file: Path, frame: pd.DataFrame, name: str) -> pd.Series[float]:
    import pandas as pd

    given = frame[name]
    if not pd.api.types.is_numeric_dtype(given):
        given = given.map(lambda cell: cell.replace(",", ".") if isinstance(cell, str) else cell)
    found = pd.to_numeric(given, errors="coerce").astype(float)
    wrong = found.isna() & frame[name].notna()
    if wrong.any():
        row = int(np.argmax(wrong))
        raise BadInput(f"{file}: row {row + 1}: {name} {frame[name].iloc[row]!r:.40} must be a number")
    return found


def _truth(cell: Any) -> bool | None:
    return {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}.get(str(cell).lower())
