"""The tables of records by name. A new table is a file that makes and writes it, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bench.errors import BadInput, unknown

if TYPE_CHECKING:
    import pandas as pd

    from bench.analysis.records import Records

Text = Callable[["Records", str], str]
"""Of records and a format, see `writers.render`, makes a table for people."""
TRACE = ("evaluations", "objective", "displayed", "verified", "n_f", "n_g")
"""The columns of the traces that any of them reads."""


@dataclass(frozen=True)
class Choice:
    """Rows of a table: those of some problems and arms, as shell patterns, and of some targets; all by default.

    A row is chosen after the table is made, so that its numbers do not depend on what is shown beside it.
    """

    problems: Sequence[str] = ()
    arms: Sequence[str] = ()
    targets: Sequence[float] = ()

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The chosen rows; a table that has no such column is taken whole.

        Raises
        ------
        BadInput
            If a pattern or a target fits nothing.
        """
        for name, patterns in (("problem", self.problems), ("arm", self.arms)):
            if patterns and name in frame:
                labels = frame[name].dropna().unique()
                fits = {label for label in labels if any(fnmatchcase(label, pattern) for pattern in patterns)}
                if not fits:
                    raise unknown(name, " ".join(patterns), labels)
                frame = frame[frame[name].isin(fits)]
        if self.targets and "target" in frame:
            there = sorted(frame["target"].dropna().unique())
            if missing := [each for each in self.targets if each not in there]:
                allowed = ", ".join(f"{each:g}" for each in there)
                raise BadInput(f"target: {missing[0]:g} is not a target; allowed: {allowed}")
            frame = frame[frame["target"].isin(self.targets)]
        return frame.reset_index(drop=True)


EVERYTHING = Choice()


@dataclass(frozen=True)
class Table:
    """A table of records: ``latentbench table --NAME``, and a part of the report.

    It is imported when it is first made, so that the command line may name all tables and starts fast.

    Attributes
    ----------
    name : str
    help : str
        What it says, in a few words.
    home : str
        The module that makes it.
    make, write : str
        Functions there: of `Records` a frame; of that frame and a format its text.
    main : bool
        Whether the report shows it unasked.
    """

    name: str
    help: str
    home: str
    make: str = "table"
    write: str = "render"
    main: bool = False

    def made(self, records: Records) -> pd.DataFrame:
        """The frame, a number a cell; without rows where the records have nothing for it."""
        frame: pd.DataFrame = self._function(self.make)(records)
        return frame

    def written(self, frame: pd.DataFrame, fmt: str) -> str:
        """The frame for people, in a format of `writers.render`."""
        return str(self._function(self.write)(frame, fmt))

    def text(self, records: Records, fmt: str, choice: Choice = EVERYTHING) -> str:
        """Make it of all records, and write the rows that are chosen."""
        return self.written(choice.of(self.made(records)), fmt)

    def _function(self, name: str) -> Any:
        return getattr(import_module(self.home), name)


_ALL = (
    Table("efficiency", "What each arm found, and evaluations to each target", "bench.analysis.tables", main=True),
    Table("answer", "Who is ahead, in words and one table", "bench.analysis.answer"),
    Table("encoders", "Measurements of each encoder before any search", "bench.analysis.encoders", main=True),
    Table("tests", "Which arms differ significantly: rank-sum tests, A₁₂", "bench.analysis.significance"),
    Table("cost", "Cost ledger, and break-even if an encoder is reused", "bench.analysis.cost"),
    Table("price", "Seconds of a search at the measured or declared price of an evaluation", "bench.analysis.price"),
    Table("gradients", "Speed-ups by the price of a gradient", "bench.analysis.gradient_price"),
    Table("decomposition", "Representation gap and search gap", "bench.analysis.decomposition"),
    Table("profiles", "Share of instances solved within a factor of the fastest arm", "bench.analysis.profiles"),
    Table("aocc", "Area over the convergence curve", "bench.analysis.anytime", write="render_areas"),
)
TABLES = {table.name: table for table in _ALL}
DEFAULT = "efficiency"
"""The table that is shown by default."""


def at_budgets(budgets: Sequence[int], choice: Choice = EVERYTHING) -> Text:
    """The table of what was found by given budgets."""
    from bench.analysis import fixed

    return lambda records, fmt: fixed.render_budgets(choice.of(fixed.at(records, budgets)), fmt)


def at_prices(seconds: Sequence[float], choice: Choice = EVERYTHING) -> Text:
    """The table of what searches cost at given prices of an evaluation, in seconds."""
    from bench.analysis import price

    return lambda records, fmt: price.render(choice.of(price.table(records, seconds)), fmt)


def to_gap(gap: float, choice: Choice = EVERYTHING) -> Text:
    """The table of calls to a normalised gap."""
    from bench.analysis import fixed

    return lambda records, fmt: fixed.render_gap(choice.of(fixed.calls(records, gap)), gap, fmt)
