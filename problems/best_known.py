"""The best verified designs so far, kept in tables of TOML: a line a setting."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("best_known.toml")


@dataclass(frozen=True)
class BestKnown:
    """A design that no known one surpasses.

    Attributes
    ----------
    value : float
        What people read of it: σ, or how much better it cools.
    found : str
        How it was found.
    date : date
        When.
    design : tuple of float
        Its vertices (x0, y0, x1, y1, ...).
    """

    value: float
    found: str
    date: date
    design: tuple[float, ...]


@cache
def table(path: Path = TABLE) -> dict[str, BestKnown]:
    """Read a whole table, by setting: ``N=100 r=0.135 h=0.09 R_c=1``."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))
    return {key: BestKnown(**{**row, "design": tuple(row["design"])}) for key, row in rows.items()}


def find(key: str, path: Path = TABLE) -> BestKnown | None:
    """Look a setting up; None where nothing is known."""
    return table(path).get(key)


def entry(key: str, best: BestKnown) -> str:
    """Write one line of the table."""
    found = best.found.replace("\\", "\\\\").replace('"', '\\"')
    design = ", ".join(f"{coordinate:.12g}" for coordinate in best.design)
    return f'"{key}" = {{ value = {best.value!r}, found = "{found}", date = {best.date}, design = [{design}] }}\n'


def keep(line: str, path: Path = TABLE) -> None:
    """Put a line of `entry` into a table, in place of the one of its setting."""
    key = line.partition(" = ")[0]
    others = [each for each in path.read_text(encoding="utf-8").splitlines(keepends=True) if not each.startswith(key)]
    path.write_text("".join([*others, line]), encoding="utf-8")
    table.cache_clear()
