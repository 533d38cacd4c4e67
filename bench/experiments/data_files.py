"""Where the files of the users' own designs lie: beside the experiment file at first, then in the experiment directory.

On record is what the experiment file says, and a digest; the place itself is unrecorded, so that no result hangs on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.experiments.registry import Spec

DIGITS = 20
"""Of a digest, by which data are named."""
FOLDERS: list[Path] = []
"""Where data are looked for."""


def kept_in(folder: Path) -> None:
    """Look for data of known digests in a folder, too; since what is found is told by its digest, any will do."""
    if folder not in FOLDERS:
        FOLDERS.append(folder)


def rebased(data: Any, folder: Path | None) -> Any:
    """A table of data settings with its sources as absolute paths; they are relative to a folder, or to this one."""
    source = data.get("source") if isinstance(data, dict) else None
    if isinstance(source, str):
        return data | {"source": _absolute(source, folder)}
    if isinstance(source, list) and all(isinstance(each, str) for each in source):
        return data | {"source": [_absolute(each, folder) for each in source]}
    return data


def _absolute(source: str, folder: Path | None) -> str:
    return str((folder or Path()).absolute() / source)


def located(spec: Spec) -> Spec:
    """The spec, told where its data lie if they have been kept."""
    found: dict[str, Any] = {}
    for parameter, digest in _digests(spec.params):
        for folder in FOLDERS:
            for kept in (folder / digest).glob("*"):
                found[parameter] = {"source": str(kept.absolute())}
    return replace(spec, unrecorded=json.dumps(json.loads(spec.unrecorded) | found, sort_keys=True)) if found else spec


def keep(spec: Spec, folder: Path) -> None:
    """Copy the data of a problem into a folder of their digest, unless they are there: a file, or a folder of files."""
    from problems.data import DataSettings, named

    beside = json.loads(spec.unrecorded)
    for parameter, digest in _digests(spec.params):
        place = folder / digest
        if place.exists() or parameter not in beside:
            continue
        source = beside[parameter]["source"]
        sources = source if isinstance(source, str) else tuple(source)
        paths, part = DataSettings(source=sources).paths, place.with_suffix(".part")
        name = part / named(sources)  # what is on record keeps its name
        alone = len(paths) == 1
        (part if alone else name).mkdir(parents=True, exist_ok=True)
        for number, path in enumerate(paths):
            copyfile(path, part / path.name if alone else name / f"{number:06}-{path.name}")
        part.rename(place)


def _digests(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Parameters that name data, and what these are kept as; a record may come from anywhere."""
    for parameter, value in params.items():
        digest = value.get("digest") if isinstance(value, dict) and value.get("source") else None
        if isinstance(digest, str) and len(digest) >= DIGITS and digest.isalnum():
            yield parameter, digest[:DIGITS]
