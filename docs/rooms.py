"""Draw the rooms of bench and who imports whom, from the sources: ``python docs/rooms.py`` writes docs/rooms.svg."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "rooms.svg"
SIDES = ("problems", "encoders")
"""Packages beside bench, which import nothing of it."""


def layers() -> list[list[str]]:
    """The rooms of bench from the top down, as the contract of pyproject.toml has them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    rows = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [row.split(" | ") for row in rows]


def imports() -> dict[str, dict[str, int]]:
    """How many files of each room import each other room, problems and encoders included; for types too."""
    found: dict[str, dict[str, int]] = {}
    for path in sorted((ROOT / "bench").rglob("*.py")):
        room = path.relative_to(ROOT / "bench").parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        counts = found.setdefault(room, {})
        for other in sorted(imported(path) - {room}):
            counts[other] = counts.get(other, 0) + 1
    return found


def imported(path: Path) -> set[str]:
    """The rooms that a file imports."""
    seen = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            package, _, rest = name.partition(".")
            seen |= {package} & set(SIDES)
            seen |= {rest.partition(".")[0]} if package == "bench" and rest else set()
    return seen


def summary(room: str) -> str:
    """The first sentence of what a room says of itself."""
    folder = ROOT / room if room in SIDES else ROOT / "bench" / room
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    text = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n\n")[0]
    return re.split(r"[:;.](?: |$)", " ".join(text.split()))[0]


def write(path: Path = PICTURE) -> None:
    """Draw the rooms from the top down as a matrix: which of its columns a row imports, and in how many files."""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "rooms", "font.size": 8})
    rooms = [*(room for layer in layers() for room in layer), *SIDES]
    counts = imports()
    figure, ax = plt.subplots(figsize=(6.5, 4.6))
    for row, room in enumerate(rooms):
        ax.axhline(row - 0.5, color="#dddddd", lw=0.5)
        ax.axvline(row - 0.5, color="#dddddd", lw=0.5)
        ax.fill_between([row - 0.5, row + 0.5], row - 0.5, row + 0.5, color="#999999", lw=0)
        ax.text(len(rooms) - 0.2, row, summary(room), va="center", fontsize=7)
        for other, files in counts.get(room, {}).items():
            column = rooms.index(other)
            ax.fill_between([column - 0.5, column + 0.5], row - 0.5, row + 0.5, color="#56b4e9", lw=0)
            ax.text(column, row, str(files), ha="center", va="center", fontsize=6.5)
    ax.set_xticks(range(len(rooms)), rooms, rotation=60, ha="left", rotation_mode="anchor")
    ax.set_yticks(range(len(rooms)), rooms)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.set(xlim=(-0.5, len(rooms) - 0.5), ylim=(len(rooms) - 0.5, -0.5))
    ax.set_aspect("equal")
    figure.savefig(
        path, bbox_inches="tight", metadata={"Date": None, "Creator": None} if path.suffix == ".svg" else None
    )
    plt.close(figure)


if __name__ == "__main__":
    write()
