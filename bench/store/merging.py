"""The runs of independent jobs as one experiment directory."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from itertools import chain, product
from pathlib import Path
from typing import Any

from bench.errors import BadInput
from bench.experiments.plan import Plan
from bench.experiments.schema import refuse_twins
from bench.experiments.sources import changes
from bench.store.directory import Store, warn
from bench.store.finds import better_than_known
from bench.store.records import Record
from bench.store.resuming import nameless

SAME = ("name", "seed", "trace")
"""What experiments must agree on, for their runs hang on it."""
OF_THE_DAY = ("order", "started", "provenance", "details")
"""Columns, beside those of seconds, that may differ where a run was made twice."""


def merge(paths: Sequence[Path], out: Path, mix: bool = False) -> Store:
    """Join experiment directories into a new one, which holds all their problems, arms, replicates and searches.

    A run that is in several of them is kept once; one that was completed takes the place of one that failed. The new
    directory is there when it is whole, or not at all; the others stay as they are.

    Parameters
    ----------
    paths : sequence of Path
    out : Path
        A directory that is not there yet.
    mix : bool
        Whether runs may be joined that plug-ins of different code have made.

    Raises
    ------
    BadInput
        If the experiments differ in name, seed or trace; if a label stands for different things in them, or two labels
        for one; if a run or an encoder that is in two of them is not the same; or if plug-ins have different code.
    """
    stores = [Store(path) for path in paths]
    identity = _union({str(path): store.identity() for path, store in zip(paths, stores, strict=True)})
    provenance = [entry for store in stores for entry in store.provenance()]
    told = [entry["plugins"] for entry in provenance if isinstance(entry.get("plugins"), dict)]
    if not mix and (other := sorted({name for plugins in told for name in changes(provenance, plugins)})):
        raise BadInput(f"the code of {', '.join(other)} is not the same in all; add --mix to join them all the same")
    with new(out) as merged:
        merged.declare(identity, dict(chain.from_iterable(store.layouts().items() for store in stores)), provenance)
        for store in stores:
            _take_encoders(store, merged)
            for kept in store.data.glob("*"):
                if kept.is_dir() and not (merged.data / kept.name).exists():
                    shutil.copytree(kept, merged.data / kept.name, symlinks=True)
            if (log := store.path / "log.txt").is_file():
                merged.log(log.read_text(encoding="utf-8", errors="replace"))
        _take_records(stores, merged, Plan.read(identity))
        merged.pack()
        merged.keep_finds([find.entry for find in better_than_known(merged.rows()) if find.entry])
    return Store(out)


@contextmanager
def new(out: Path) -> Iterator[Store]:
    """Give a directory to be written to, which gets its name once it is whole; what is cut short leaves none.

    Raises
    ------
    BadInput
        If there is something of that name, or no directory can be made.
    """
    if out.exists() or out.is_symlink():
        raise BadInput(f"{out}: is there already; name a new directory")
    part = out.absolute().with_name(f".{out.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)  # of one that was cut short
        part.mkdir(parents=True)
    except OSError as error:
        raise BadInput(f"{out}: cannot be made: {error.strerror}") from None
    try:
        yield Store(part)
        part.rename(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _union(identities: dict[str, dict[str, Any]]) -> dict[str, Any]:
    first, *others = identities
    whole = json.loads(json.dumps(identities[first]))
    for path in others:
        there = identities[path]
        for key in SAME:
            if there.get(key) != whole.get(key):
                raise BadInput(f"{path}: {key} is {there.get(key)!r}, and {whole.get(key)!r} in {first}")
        for key in ("replicates", "searches"):
            whole[key] = max(whole[key], there[key])
        for key in ("problems", "arms"):
            known = {each["label"]: each for each in whole[key]}
            for each in there[key]:
                if known.setdefault(each["label"], each) != each:
                    raise BadInput(f"{path}: {key}: '{each['label']}' is another than in the directories before it")
            whole[key] = list(known.values())
    for key in ("problems", "arms"):
        refuse_twins({part["label"]: nameless(part) for part in whole[key]})
    return dict(whole)


def _take_encoders(store: Store, merged: Store) -> None:
    for key in store.encoders():
        fitted, there = store.fitted(key, warn), merged.fitted(key)
        if fitted is None:
            continue
        if there is None:
            merged.put(fitted)
        elif there.arrays != fitted.arrays:
            raise BadInput(f"{store.path}: encoder {key} is not the same as in a directory before it")
    reached = merged.reaches()
    for key, found in store.reaches(warn).items():
        if reached.get(key, found) != found:
            raise BadInput(f"{store.path}: the reach search of encoder {key} is not that of a directory before it")
        if merged.fitted(key) is not None:
            merged.put_reach(key, found)


def _take_records(stores: Sequence[Store], merged: Store, plan: Plan) -> None:
    cells = product(
        range(plan.replicates), (p.label for p in plan.problems), (a.label for a in plan.arms), range(plan.searches)
    )
    order = {cell: number for number, cell in enumerate(cells)}
    taken: dict[str, str | None] = {}
    for store in stores:
        for row, trace in store.records(warn):
            if row["run"] in taken and row["status"] != "completed":
                continue
            said = _timeless(row, trace) if row["status"] == "completed" else None
            if (known := taken.get(row["run"])) is not None:
                if known != said:
                    raise BadInput(f"{store.path}: run {row['run']} is not the same as in a directory before it")
                continue
            taken[row["run"]] = said
            place = order[row["replicate"], row["problem"], row["arm"], row["search"]]
            merged.append(Record(row | {"order": place}, {name: column.tolist() for name, column in trace.items()}))


def _timeless(row: dict[str, Any], trace: dict[str, Any]) -> str:
    """A hash of what a run that is made again repeats, to the last digit."""
    kept = {name: value for name, value in row.items() if name not in OF_THE_DAY and "seconds" not in name}
    columns = {name: column for name, column in trace.items() if "seconds" not in name}
    return sha256(json.dumps([kept, columns], sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(array: Any) -> Any:
    return array.tolist()
