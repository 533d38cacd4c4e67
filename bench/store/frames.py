"""Records as two frames, put together column by column: so that very many need little more memory than the frames."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from bench.store.completion import completed
from bench.store.records import concatenate, traces

if TYPE_CHECKING:
    import pandas as pd

MISSING = float("nan")


class Columns:
    """Rows as columns, in the order in which these first come; a row that lacks one is NaN there.

    Parameters
    ----------
    without : collection of str
        Columns that are not wanted.
    """

    def __init__(self, without: Collection[str] = ()) -> None:
        self._without = frozenset(without)
        self._columns: dict[str, list[Any]] = {}
        self._texts: dict[str, str] = {}
        self._length = 0

    def extend(self, rows: Sequence[dict[str, Any]]) -> None:
        """Add rows."""
        for name in dict.fromkeys(chain(self._columns, chain.from_iterable(rows))):
            if name in self._without:
                continue
            values = [row.get(name, MISSING) for row in rows]
            if str in set(map(type, values)):  # long texts are the same in many rows
                values = [self._texts.setdefault(each, each) if type(each) is str else each for each in values]
            if name not in self._columns:
                self._columns[name] = [MISSING] * self._length
            self._columns[name] += values
        self._length += len(rows)

    def frame(self) -> pd.DataFrame:
        """All of them."""
        import pandas as pd

        return pd.DataFrame(self._columns)


def frames(
    parts: Iterable[tuple[list[dict[str, Any]], Any]], without: Collection[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Runs, in their order in the experiment, and traces.

    Parameters
    ----------
    parts : iterable of (list of dict, pyarrow Table)
        Rows of records, and the same with their traces.
    without : collection of str
        Columns of the runs that are not wanted.
    """
    import pandas as pd

    gathered, tables = Columns(without), []
    for rows, table in parts:
        gathered.extend([completed(row) for row in rows])
        tables.append(traces(table))
    runs = gathered.frame()
    if runs.empty:
        return pd.DataFrame(columns=["run", "status"]), pd.DataFrame(columns=["run"])
    whole = concatenate(tables).unify_dictionaries()
    tables.clear()
    runs = runs.sort_values("order", kind="stable", ignore_index=True).drop(columns="order")
    return runs, whole.to_pandas(self_destruct=True)
