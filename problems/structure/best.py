"""The least compliance known of a load: on record in best_known.toml, a line a load, or from optimality criteria.

    python -m problems.structure.best FILE

adds the lines of a file, such as those that `latentbench run` leaves in its directory, wherever they are better.
"""

from __future__ import annotations

import base64
import re
import sys
import tomllib
import zlib
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from problems.structure.criteria import optimality_criteria
from problems.structure.density import projected
from problems.structure.plate import Plate

if TYPE_CHECKING:
    from problems.structure.problem import Structure

TABLE = Path(__file__).with_name("best_known.toml")
STEPS = 100
"""Of optimality criteria for a load that is not on record."""
FINEST = np.iinfo(np.uint16).max
"""What a density of 1 is stored as."""
KEY = re.compile(r"(\w+) (\d+)x(\d+) v=(\S+) radius=(\S+) e_min=(\S+) place=(\S+) angle=(\S+)")


@cache
def table(path: Path = TABLE) -> dict[str, dict[str, Any]]:
    """All that is on record, by plate and load."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def key(problem: Structure) -> str:
    """What a plate under its load is called in the table; f and -f are the same load."""
    place, angle = problem.task
    return f"{problem.setting} place={place:.9g} angle={angle % 180:.9g}"


def best_known(problem: Structure) -> np.ndarray:
    """The best density on record for a problem's load, shape (d,), or else what a run finds; its volume is exact."""
    found = table().get(key(problem))
    if found is not None:
        return projected(unpacked(found["density"]), problem.volume)
    return _run(problem.plate, tuple(problem.forces), problem.volume)


@lru_cache(maxsize=256)
def _run(plate: Plate, forces: tuple[float, ...], volume: float) -> np.ndarray:
    uniform = np.full(plate.filter.shape[0], volume)
    return optimality_criteria(plate, np.array(forces), uniform, STEPS)[0]


def packed(density: np.ndarray) -> str:
    """A density as text, to 16 bits."""
    whole = np.round(FINEST * density).astype("<u2")
    return base64.b85encode(zlib.compress(whole.tobytes(), 9)).decode()


def unpacked(text: str) -> np.ndarray:
    """Take back what `packed` gave, shape (d,)."""
    return np.frombuffer(zlib.decompress(base64.b85decode(text)), dtype="<u2") / FINEST


def entry(problem: Structure, x: np.ndarray, found: str) -> str:
    """Write the line of a design for the table, with its compliance as stored."""
    density = packed(projected(x, problem.volume))
    compliance, _ = problem.plate.compliance(projected(unpacked(density), problem.volume), problem.forces)
    said = found.replace("\\", "\\\\").replace('"', '\\"')
    facts = f'value = {compliance!r}, found = "{said}", date = {date.today()}, density = "{density}"'
    return f'"{key(problem)}" = {{ {facts} }}\n'


def of_key(name: str) -> Structure | None:
    """The plate under its load that a line of the table is of; None for a line of another problem."""
    from problems.structure.problem import Structure
    from problems.structure.siblings import StructureData

    if (parts := KEY.fullmatch(name)) is None:
        return None
    support, nx, ny, *numbers = parts.groups()
    volume, radius, e_min, place, angle = map(float, numbers)
    fields = StructureData(kind="fields")
    return Structure(int(nx), int(ny), volume, support, place, angle, radius, e_min, fields)  # type: ignore[arg-type]


def keep(lines: str, path: Path = TABLE) -> list[str]:
    """Put those of some lines on record that are better than what is there, and name them.

    Raises
    ------
    ValueError
        If a density is refused by verification, or has another compliance than its line says.
    """
    kept = table(path) if path.exists() else {}
    new = {}
    for name, row in tomllib.loads(lines).items():
        if (problem := of_key(name)) is None:
            continue
        density = projected(unpacked(row["density"]), problem.volume)
        compliance, _ = problem.plate.compliance(density, problem.forces)
        if not (verification := problem.verify(density)).ok:
            raise ValueError(f"'{name}': {'; '.join(verification.reasons)}")
        if abs(compliance / row["value"] - 1) > 1e-9:
            raise ValueError(f"'{name}': the compliance is {compliance!r}, and not {row['value']!r}")
        if name not in kept or compliance < kept[name]["value"]:
            new[name] = next(line for line in lines.splitlines(keepends=True) if line.startswith(f'"{name}"'))
    before = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    others = [line for line in before if line.partition('" = ')[0].removeprefix('"') not in new]
    path.write_text("".join(sorted([*others, *new.values()])), encoding="utf-8")
    table.cache_clear()
    return list(new)


if __name__ == "__main__":
    for name in keep(Path(sys.argv[1]).read_text(encoding="utf-8")):
        print("better:", name)
