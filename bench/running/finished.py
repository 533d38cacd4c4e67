"""Whether an experiment is finished, told without importing a plug-in, for then there is nothing to do.

An experiment file says what it stands for only once its plug-ins are imported, for defaults are theirs. So each start
leaves a digest of all that this hangs on: the file, this code, versions, and the experiment that came out. Where it is
the same again, `experiment.json` is what the file asks for.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bench
import encoders
import problems
from bench.experiments.catalogue import source_text
from bench.experiments.plan import Plan
from bench.experiments.sources import sources
from bench.running import provenance
from bench.store.directory import Store
from bench.store.finds import Find, better_than_known

if TYPE_CHECKING:
    from bench.experiments.experiment import Experiment

RESULTS = Path("results") / "runs"
ASKED = "asked"
"""The digest's name in an entry of provenance.json."""


@dataclass(frozen=True)
class Summary:
    """How an experiment ended.

    Attributes
    ----------
    path : Path
        Where it lies.
    runs : int
        How many it has.
    failures : dict of str
        The reason of each run that failed, by its name.
    finds : list of Find
        Designs that are better than the best on record.
    """

    path: Path
    runs: int
    failures: dict[str, str]
    finds: list[Find]


def finished(source: str | Path, out: str | Path | None = None) -> Summary | None:
    """How the experiment of a suite or TOML file ended; None if there may be anything to do, or to say of it.

    Nothing is written.

    Raises
    ------
    BadInput
        If the file cannot be read.
    """
    text, _ = source_text(source)
    try:
        store = Store(out if out is not None else RESULTS / tomllib.loads(text)["name"])
        last = store.provenance()[-1]
        identity = store.identity() if store.exists() else None
    except (ValueError, RecursionError, LookupError, TypeError):  # what is wrong, is said elsewhere
        return None
    if identity is None or last.get(ASKED) != digest(text, identity):
        return None
    doubted: list[Path] = []
    rows = list(store.rows(lambda path, _: doubted.append(path)))
    if doubted or not _whole(rows, Plan.read(identity)) or better_than_known(rows):
        return None
    return Summary(store.path, len(rows), {}, [])


def asked(experiment: Experiment) -> dict[str, str]:
    """What an entry of provenance says of what was asked for, if it can be told again without importing anything.

    It cannot where the experiment is read from no text, or hangs on files or plug-ins of the user's own.
    """
    specs = experiment.specs()
    if experiment.text is None or sources(specs) or any("source" in spec.unrecorded for spec in specs):
        return {}
    return {ASKED: digest(experiment.text, experiment.identity())}


def digest(text: str, identity: dict[str, Any]) -> str:
    """A hash of an experiment file, what came out of it, and what it was read by."""
    code = sha256()
    for package in (bench, problems, encoders):
        for path in sorted(Path(package.__path__[0]).rglob("*.py")):
            code.update(path.read_bytes())
    parts = (text, json.dumps(identity, sort_keys=True), json.dumps(provenance.versions()), code.hexdigest())
    return sha256(json.dumps(parts).encode()).hexdigest()


def _whole(rows: list[dict[str, Any]], plan: Plan) -> bool:
    """Whether each run of a plan is there, and is completed; the rows are some of its runs, each once."""
    completed = {
        (row["problem"], row["arm"], row["replicate"], row["search"]) for row in rows if row["status"] == "completed"
    }
    return len(completed) == len(rows) == plan.runs
