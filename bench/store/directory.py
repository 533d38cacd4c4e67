"""An experiment directory on disk: the experiment as resolved, fitted encoders, run records."""

from __future__ import annotations

import json
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from bench.errors import BadInput, visible, visible_lines
from bench.experiments import data_files, sources
from bench.experiments.plan import Plan
from bench.store import layouts
from bench.store.columns import RUNS
from bench.store.encoders import Encoders
from bench.store.files import Doubt, free, ignore, read_json, write
from bench.store.packs import Packs
from bench.store.records import Fitted, Record, traces
from bench.store.resuming import changed

if TYPE_CHECKING:
    import pandas as pd

    from bench.experiments.experiment import Experiment


def warn(path: Path, reason: str) -> None:
    """Warn of what cannot be believed."""
    warnings.warn(visible(f"{path} {reason}; it is left out, and its run will be done again"), stacklevel=2)


FINDS = "best_known.toml"
"""Lines for tables of best known designs, in an experiment directory."""
LONGEST_NAME = 50
"""Characters that are kept of the name of what is set aside, from its end."""
WRITTEN = ("records", "encoders", "data", "aside", "log.txt", ".lock")
"""What is written into as it is, and must be no link to somewhere else; other files are replaced, links too."""


class Store:
    """Reads and writes one experiment directory; whatever it writes is whole or not there.

    ::

        experiment.json              the experiment as resolved
        provenance.json              versions and machine, one entry each time it was run
        encoders/<key>/              arrays.safetensors and info.json of a fit
        layouts.json                 what designs of each problem are the coordinates of
        data/<digest>/               files of the users' own designs, as they were
        records/<key>.parquet        a run each
        records/pack-000001.parquet  many runs, once there are many
        aside/                       files that could not be believed, numbered
        log.txt                      what was skipped, failed or set aside, and why

    Parameters
    ----------
    path : Path
        The directory; made by `begin`.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._records = Packs(self.path / "records")
        self._encoders = Encoders(self.path / "encoders")
        data_files.kept_in(self.data)

    @property
    def data(self) -> Path:
        """Where files of the users' own designs lie, a folder a digest."""
        return self.path.absolute() / "data"

    @property
    def _identity_file(self) -> Path:
        return self.path / "experiment.json"

    def exists(self) -> bool:
        """Whether there is an experiment in the directory."""
        return self._identity_file.is_file()

    def identity(self) -> dict[str, Any]:
        """Read the experiment that the directory holds, as `Experiment.identity` gave it.

        Raises
        ------
        BadInput
            If it holds none that can be read.
        """
        if self.path.exists() and not self.path.is_dir():
            raise BadInput(f"{self.path}: is a file; it must be a directory")
        if not self.path.exists():
            raise BadInput(f"{self.path}: there is no such directory")
        if not self.exists():
            raise BadInput(f"{self.path}: holds no experiment (there is no experiment.json)")
        try:
            identity = read_json(self._identity_file)
        except (OSError, ValueError) as error:
            raise BadInput(f"{self._identity_file}: cannot be read: {error}") from None
        try:
            Plan.read(identity)
        except ValueError:
            raise BadInput(f"{self._identity_file}: is not the experiment.json of an experiment") from None
        return dict(identity)

    def plan(self) -> Plan:
        """Read the same as what it says, of which nothing is imported; raises `BadInput` likewise."""
        return Plan.read(self.identity())

    def _is_vacant(self) -> bool:
        """Whether there is no directory, or nothing in it but what a start cut short leaves behind."""
        return not self.path.exists() or (
            self.path.is_dir() and all(path.name.startswith(".") for path in self.path.iterdir())
        )

    def expected(self) -> int:
        """Count the runs that the experiment has when it is whole."""
        return self.plan().runs

    def check(self, experiment: Experiment) -> None:
        """Whether the experiment may be run, or resumed, here; nothing is written.

        Raises
        ------
        BadInput
            If the directory holds something else. The same experiment with more replicates, searches, arms or problems,
            or other labels may be resumed, since none of its runs is another by that; and with larger budgets, since
            runs of these are new ones, which begin as those of smaller budgets do.
        """
        if self.path.is_file():
            raise BadInput(f"{self.path}: is a file; it must be a directory, or not be there")
        if not self.exists():
            if not self._is_vacant():
                raise BadInput(f"{self.path}: holds something that is no experiment; name an empty or new directory")
            self._refuse_links()
            return
        wrong = changed(self.identity(), json.loads(json.dumps(experiment.identity())))
        if wrong is not None:
            raise BadInput(
                f"{self.path}: holds a different experiment ({wrong}); "
                "name another directory, or set this one aside with --fresh"
            )
        self._refuse_links()

    def _refuse_links(self) -> None:
        """Raise `BadInput` where writing would follow a link, for a directory from elsewhere may hold any."""
        for path in (self.path / name for name in WRITTEN):
            if path.is_symlink():
                raise BadInput(f"{path}: is a link; put there what it points to, or name another directory")

    @contextmanager
    def begin(self, experiment: Experiment, provenance: dict[str, Any], mix: bool = False) -> Iterator[None]:
        """Make the directory ready for the experiment, and keep other processes out while it is written to.

        Results of plug-ins whose code has changed since are mixed only if that is asked for.

        Raises
        ------
        BadInput
            Like `check`, or if the directory cannot be written, or another process is at it.
        """
        self.check(experiment)
        other = sources.changes(self.provenance(), provenance.get("plugins", {}))
        if other and not mix:
            raise BadInput(
                f"{self.path}: the code of {', '.join(other)} has changed since this experiment was begun; "
                "add --mix to keep what is there beside what is new, or start anew with --fresh"
            )
        with self.lock():
            kept = self.layouts()
            new = {label: spec for label, spec in experiment.problems.items() if label not in kept}
            history = self.provenance()
            self.declare(experiment.identity(), kept | layouts.of(new), [*history, provenance])
            for spec in experiment.problems.values():
                data_files.keep(spec, self.data)
            if history and history[-1].get("versions") != provenance["versions"]:
                changed = "this directory was begun with other versions; `latentbench info` names them"
                self.log(changed)
                warnings.warn(f"{self.path}: {changed}", stacklevel=3)
            yield

    def declare(self, identity: dict[str, Any], layouts: dict[str, Any], provenance: list[dict[str, Any]]) -> None:
        """Write what the experiment is, what its designs are the coordinates of, and what it was run with each time."""
        write(self._identity_file, json.dumps(identity, indent=1, ensure_ascii=False).encode())
        for folder in ("encoders", "records"):
            (self.path / folder).mkdir(exist_ok=True)
        write(self.path / "layouts.json", json.dumps(layouts).encode())
        write(self.path / "provenance.json", json.dumps(provenance, indent=1).encode())

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes out while the directory is written to; it is made if it is not there.

        Raises
        ------
        BadInput
            If it cannot be written, or another process is at it.
        """
        self._refuse_links()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.path / ".lock", timeout=0)
            lock.acquire()
        except Timeout:
            raise BadInput(f"{self.path}: another process is running an experiment here") from None
        except OSError as error:
            raise BadInput(f"{self.path}: cannot be written: {error.strerror}") from None
        try:
            yield
        finally:
            lock.release()

    def set_aside(self) -> Path | None:
        """Rename the directory, if there is one, to the first free name of the form DIR.old-1; give the new name.

        Raises
        ------
        BadInput
            If it holds no experiment, or another process is at it, which would go on under the old name.
        """
        if self._is_vacant():
            return None
        self.identity()
        with self.lock():
            pass  # and not held, since Windows renames no directory in which a file is open
        return self.path.rename(free(self.path.resolve(), "old"))

    def append(self, record: Record) -> None:
        """Write one record; it takes the place of an older one of the same run."""
        self._records.append(record)

    def put(self, fitted: Fitted) -> None:
        """Write one fitted encoder."""
        self._encoders.put(fitted)

    def keep_finds(self, entries: list[str]) -> None:
        """Write the lines that the experiment has for tables of best known designs, if it has any."""
        if entries:
            write(self.path / FINDS, "".join(entries).encode())

    def folder_of(self, key: str) -> Path:
        """Where a fitted encoder lies."""
        return self._encoders.folder / key

    def fitted(self, key: str, doubt: Doubt = ignore) -> Fitted | None:
        """Read a fitted encoder; None if it is not there, or cannot be believed, which `doubt` is told."""
        return self._encoders.get(key, doubt)

    def put_reach(self, key: str, reached: dict[str, Any]) -> None:
        """Write what a reach search through a fitted encoder has found."""
        self._encoders.put_reach(key, reached)

    def reaches(self, doubt: Doubt = ignore) -> dict[str, dict[str, Any]]:
        """What reach searches have found, by the key of the fit; `doubt` is told of files that cannot be believed."""
        return self._encoders.reaches(doubt)

    def pack(self) -> None:
        """Put the records that have a file each into one, which is read many times as fast."""
        self._records.pack()

    def rows(self, doubt: Doubt = ignore) -> Iterator[dict[str, Any]]:
        """Rows of all records that can be believed; `doubt` is told of the others."""
        for rows, _ in self._read(doubt):
            yield from rows

    def records(self, doubt: Doubt = ignore) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Row and trace of all records that can be believed, the latter as arrays; `doubt` is told of the others."""
        for rows, table in self._read(doubt):
            for number, row in enumerate(rows):
                trace = traces(table.slice(number, 1))
                yield row, {name: trace[name].to_numpy() for name in trace.column_names if name != "run"}

    def encoders(self) -> list[str]:
        """Keys of the fitted encoders, whether they can be believed or not."""
        return self._encoders.keys()

    def load(
        self, columns: Collection[str] | None = None, without: Collection[str] = ()
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """All records as two frames; changes nothing.

        Parameters
        ----------
        columns : collection of str, optional
            Columns of the traces that are wanted beside `run`; all by default.
        without : collection of str
            Columns of the runs that are not wanted, such as designs, which take most of the memory.

        Returns
        -------
        runs : DataFrame
            A row a run, with what its fits and its specifications say.
        traces : DataFrame
            A row a logged evaluation, its run named in column `run`.
        """
        from bench.store.frames import frames

        runs, told = frames(self._read(warn, columns), without)
        if len(runs) and (reached := self.reaches(warn)):
            fits = runs.reindex(columns=["fit"])["fit"]  # records of older versions do not name theirs
            for name in (column.name for column in RUNS if column.told_by == "reach"):
                runs[name] = fits.map({key: each[name.removeprefix("reach_")] for key, each in reached.items()})
        return runs, told

    def doubt(self, path: Path, reason: str) -> None:
        """Set a file or folder that cannot be believed aside, and log the reason."""
        (self.path / "aside").mkdir(exist_ok=True)
        path.rename(free(self.path / "aside" / path.name[-LONGEST_NAME:], "doubted"))
        self.log(visible(f"set aside: {path.relative_to(self.path)} {reason}"))

    def _read(self, doubt: Doubt, columns: Collection[str] | None = None) -> Iterator[tuple[list[dict[str, Any]], Any]]:
        """Rows and table of every file of records that can be believed, each run once."""
        plan = self.plan()
        for rows, table in self._records.read(plan.holds, plan.outgrown, doubt, columns):
            yield [row | plan.labels(row) for row in rows], table

    def log(self, line: str) -> None:
        """Add a line to log.txt."""
        with (self.path / "log.txt").open("a", encoding="utf-8") as file:
            file.write(visible_lines(line.rstrip()) + "\n")

    def layouts(self) -> dict[str, dict[str, Any]]:
        """What designs of each problem are the coordinates of, by its label; see `bench.store.layouts`.

        Those are missing that cannot be read, or that older versions have not written.
        """
        try:
            return layouts.believed(read_json(self.path / "layouts.json"))
        except (OSError, ValueError):
            return {}

    def provenance(self) -> list[dict[str, Any]]:
        """What the experiment was run with, an entry each time; empty if that cannot be read."""
        try:
            entries = read_json(self.path / "provenance.json")
        except (OSError, ValueError):
            return []
        return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def load(path: str | Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read an experiment directory as two frames, runs and traces; see `Store.load`."""
    return Store(path).load()
