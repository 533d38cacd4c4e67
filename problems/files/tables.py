"""Tables and airfoils as text: .csv, .tsv, .txt and .dat, in the ways in which people and programs write them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np

COORDINATE = re.compile(r"([xyz])[\s_.]*(\d+(?:_\d+)*)", re.IGNORECASE)
"""The heading of a column of coordinates, as `latentbench sample` writes it."""
NUMBERING = {"", "index", "id", "no", "no.", "nr", "nr.", "#", "number", "unnamed: 0"}
"""Headings of columns that count rows."""


def read(path: Path) -> list[np.ndarray]:
    """The table of a text file, a row a line; of an airfoil, in Selig's or Lednicer's order, its outline (m, 2).

    A byte order mark, headings, quotes, comments, columns of words or of row numbers, separators at the end, and
    commas, semicolons, tabs or blanks between columns are understood, and so is a decimal comma. Where columns are
    headed x0, y0, … they alone are read, point by point; in whatever order they stand.
    """
    lines = [line.strip(" \r\n") for line in _text(path).splitlines()]
    lines = [line for line in lines if line.strip() and not line.lstrip().startswith(("#", "%", "//"))]
    separator = _separator(lines)
    rows = [_cells(line, separator) for line in lines]
    width = max((len(row) for row in rows), default=0)
    while width and all(not row[width - 1] for row in rows if len(row) == width):  # separators at the end
        width -= 1
        rows = [row[:width] for row in rows]
    first = next((i for i, row in enumerate(rows) if _has_numbers(row)), None)
    if first is None:
        raise ValueError("there are no numbers in it")
    heading = rows[first - 1] if first else []
    body = rows[first:]
    for number, row in enumerate(body, first + 1):
        if len(row) != len(body[0]):
            raise ValueError(f"line {number} has {len(row)} columns, and the first has {len(body[0])}")
    table = np.array([[_number(cell) for cell in row] for row in body])
    return [_airfoil(table) if table.shape[1] == 2 else _wanted(table, body, heading)]


def _text(path: Path) -> str:
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _separator(lines: list[str]) -> str | None:
    """What stands between columns; None for blanks."""
    end = " ".join(lines[-5:])
    for separator in ";\t":
        if separator in end:
            return separator
    decimal = all(re.fullmatch(r"[-+]?\d+(,\d+)?([eE][-+]?\d+)?", word) for word in end.split())
    return "," if "," in end and not (decimal and any(" " in line for line in lines[-5:])) else None


def _cells(line: str, separator: str | None) -> list[str]:
    if separator is None:
        return line.split()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True))]


def _number(cell: str) -> float:
    """The number of a cell, NaN for an empty one or a word."""
    try:
        return float(cell.replace(",", ".", 1) if "." not in cell else cell)
    except ValueError:
        return np.nan


def _has_numbers(row: list[str]) -> bool:
    """Whether most of a row is numbers: a title may hold one."""
    return sum(np.isfinite(_number(cell)) for cell in row) > len(row) / 2


def _wanted(table: np.ndarray, body: list[list[str]], heading: list[str]) -> np.ndarray:
    names = heading if len(heading) == table.shape[1] else [""] * table.shape[1]
    named = [COORDINATE.fullmatch(name) for name in names]
    if sum(map(bool, named)) > 1:
        found = [(i, match[1].lower(), match[2]) for i, match in enumerate(named) if match]
        if len({letter for _, letter, _ in found}) > 1:  # points: x0, y0, x1, y1, … however they are ordered
            found.sort(key=lambda each: (tuple(map(int, each[2].split("_"))), each[1]))
        return table[:, [i for i, _, _ in found]]
    words = [
        not any(np.isfinite(_number(row[i])) or row[i].lower() == "nan" for row in body) for i in range(len(names))
    ]
    first = next((i for i, word in enumerate(words) if not word), 0)
    counts = len(table) > 1 and (np.diff(table[:, first]) == 1).all() and table[0, first] in (0, 1)
    headed = bool(heading) and names[first].strip().lower() in NUMBERING
    keep = [i for i, word in enumerate(words) if not (word and any(row[i] for row in body))]
    return table[:, [i for i in keep if not (i == first and counts and headed)]]


def _airfoil(table: np.ndarray) -> np.ndarray:
    """Points (m, 2) in their order; where upper and lower side follow their counts, round from the trailing edge."""
    counts = table[0]
    if not (np.isfinite(counts).all() and (counts > 1).all() and (counts == counts.round()).all()):
        return table
    if counts.sum() != len(table) - 1:
        return table
    upper, lower = np.split(table[1:], [int(counts[0])])
    forward = all((np.diff(side[[0, -1], 0]) > 0).all() for side in (upper, lower))
    if not forward:
        return table
    return np.concatenate([upper[::-1], lower[1:] if np.allclose(upper[0], lower[0]) else lower])
