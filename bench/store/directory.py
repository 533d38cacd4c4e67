"""An experiment directory on disk: the experiment as resolved, fitted encoders, run records."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import compress, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from bench.errors import BadInput, visible, visible_lines
from bench.store import rows as shape
from bench.store.columns import RUNS
from bench.store.reading import LARGEST_RECORDS, content, read_json
from bench.store.records import Fitted, Record, concatenate, read_parquet, to_parquet, traces

if TYPE_CHECKING:
    import pandas as pd

    from bench.experiments.experiment import Experiment


Doubt = Callable[[Path, str], None]
"""What is told of a file that cannot be believed: its path and the reason."""


def ignore(path: Path, reason: str) -> None:
    """Pass over what cannot be believed."""


def _warn(path: Path, reason: str) -> None:
    warnings.warn(visible(f"{path} {reason}; it is left out, and its run will be done again"), stacklevel=2)


def _free(path: Path, suffix: str) -> Path:
    """Find the first path of the form NAME.suffix-1 that is free."""
    names = (path.with_name(f"{path.name}.{suffix}-{number}") for number in count(1))
    return next(name for name in names if not name.exists())


PACK_SIZE = 500
"""So many records of a run each are put into one file."""
FINDS = "best_known.toml"
"""Lines for tables of best known designs, in an experiment directory."""
LONGEST_NAME = 50
"""Characters that are kept of the name of what is set aside, from its end."""
PACK = "pack-"
"""How the name of a file of many records begins; that of a run's own is its key, which is hexadecimal."""
PACKABLE = 2**20
"""Larger records, in bytes, keep a file of their own: packs must fit in memory, and these are read fast anyway."""
SHAPE = {"name": str, "seed": int, "problems": list, "arms": list, "replicates": int, "searches": int}
"""What an experiment.json must at least hold."""
ARM = ("label", "encoder", "optimiser", "budget")
"""What an arm of it is called, and may spend."""
WRITTEN = ("records", "encoders", "aside", "log.txt", ".lock")
"""What is written into as it is, and must be no link to somewhere else; other files are replaced, links too."""


class Store:
    """Reads and writes one experiment directory; whatever it writes is whole or not there.

    ::

        experiment.json              the experiment as resolved
        provenance.json              versions and machine, one entry each time it was run
        encoders/<key>/              arrays.safetensors and info.json of a fit
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
        self._appended = 0

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
        if not _is_identity(identity):
            raise BadInput(f"{self._identity_file}: is not the experiment.json of an experiment")
        return dict(identity)

    def _is_vacant(self) -> bool:
        """Whether there is no directory, or nothing in it but what a start cut short leaves behind."""
        return not self.path.exists() or (
            self.path.is_dir() and all(path.name.startswith(".") for path in self.path.iterdir())
        )

    def expected(self) -> int:
        """Count the runs that the experiment has when it is whole."""
        there = self.identity()
        return int(len(there["problems"]) * len(there["arms"]) * there["replicates"] * there["searches"])

    def check(self, experiment: Experiment) -> None:
        """Whether the experiment may be run, or resumed, here; nothing is written.

        Raises
        ------
        BadInput
            If the directory holds something else. The same experiment with more replicates may be resumed.
        """
        if self.path.is_file():
            raise BadInput(f"{self.path}: is a file; it must be a directory, or not be there")
        if not self.exists():
            if not self._is_vacant():
                raise BadInput(f"{self.path}: holds something that is no experiment; name an empty or new directory")
            self._refuse_links()
            return
        there, new = self.identity(), json.loads(json.dumps(experiment.identity()))
        for key in new | there:
            if key == "replicates" and new[key] >= there[key]:
                continue
            if new.get(key) != there.get(key):
                raise BadInput(
                    f"{self.path}: holds a different experiment ({key} differs); "
                    "name another directory, or set this one aside with --fresh"
                )
        self._refuse_links()

    def _refuse_links(self) -> None:
        """Raise `BadInput` where writing would follow a link, for a directory from elsewhere may hold any."""
        for path in (self.path / name for name in WRITTEN):
            if path.is_symlink():
                raise BadInput(f"{path}: is a link; put there what it points to, or name another directory")

    @contextmanager
    def begin(self, experiment: Experiment, provenance: dict[str, Any]) -> Iterator[None]:
        """Make the directory ready for the experiment, and keep other processes out while it is written to.

        Raises
        ------
        BadInput
            Like `check`, or if the directory cannot be written, or another process is at it.
        """
        self.check(experiment)
        with self.lock():
            self._write("experiment.json", json.dumps(experiment.identity(), indent=1, ensure_ascii=False).encode())
            for folder in ("encoders", "records"):
                (self.path / folder).mkdir(exist_ok=True)
            history = self.provenance()
            if history and history[-1].get("versions") != provenance["versions"]:
                changed = "this directory was begun with other versions; `latentbench info` names them"
                self.log(changed)
                warnings.warn(f"{self.path}: {changed}", stacklevel=3)
            self._write("provenance.json", json.dumps([*history, provenance], indent=1).encode())
            yield

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
        return self.path.rename(_free(self.path.resolve(), "old"))

    def append(self, record: Record) -> None:
        """Write one record; it takes the place of an older one of the same run."""
        self._write(f"records/{record.row['run']}.parquet", record.to_parquet())
        self._appended += 1
        if self._appended % PACK_SIZE == 0:
            self.pack()

    def put(self, fitted: Fitted) -> None:
        """Write one fitted encoder."""
        folder = self.folder_of(fitted.key)
        folder.mkdir(exist_ok=True)
        self._write(f"encoders/{fitted.key}/arrays.safetensors", fitted.arrays)
        info = {"key": fitted.key, "sha256": sha256(fitted.arrays).hexdigest(), **fitted.info}
        self._write(f"encoders/{fitted.key}/info.json", json.dumps(info, indent=1).encode())

    def keep_finds(self, entries: list[str]) -> None:
        """Write the lines that the experiment has for tables of best known designs, if it has any."""
        if entries:
            self._write(FINDS, "".join(entries).encode())

    def folder_of(self, key: str) -> Path:
        """Where a fitted encoder lies."""
        return self.path / "encoders" / key

    def fitted(self, key: str, doubt: Doubt = ignore) -> Fitted | None:
        """Read a fitted encoder; None if it is not there, or cannot be believed, which `doubt` is told."""
        folder = self.folder_of(key)
        try:
            if folder.is_symlink():
                raise ValueError
            arrays = content(folder / "arrays.safetensors", LARGEST_RECORDS)
            info = dict(read_json(folder / "info.json"))
            if (info.pop("key", None), info.pop("sha256", None)) != (key, sha256(arrays).hexdigest()):
                raise ValueError
            if shape.misfit(info, shape.INFO) or "fit_seconds" not in info:
                raise ValueError
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError):
            doubt(folder, "is not the encoder that was stored")
            return None
        return Fitted(key, arrays, info)

    def put_reach(self, key: str, reached: dict[str, Any]) -> None:
        """Write what a reach search through a fitted encoder has found."""
        self._write(f"encoders/{key}/reach.json", json.dumps({"key": key, **reached}, indent=1).encode())

    def reaches(self, doubt: Doubt = ignore) -> dict[str, dict[str, Any]]:
        """What reach searches have found, by the key of the fit; `doubt` is told of files that cannot be believed."""
        found = {}
        for key in self.encoders():
            path = self.folder_of(key) / "reach.json"
            try:
                reached = dict(read_json(path))
                if reached.pop("key", None) != key or shape.misfit(reached, shape.REACH):
                    raise ValueError
                if not reached.keys() >= shape.REACH.keys():
                    raise ValueError
            except FileNotFoundError:
                continue
            except (OSError, ValueError, TypeError):
                doubt(path, "is not what a reach search has left")
                continue
            found[key] = reached
        return found

    def pack(self) -> None:
        """Put the records that have a file each into one, which is read many times as fast.

        They are removed once that is written, so that a crash may leave a record twice, but never loses one.
        """
        tables, packed = [], []
        for path in self._singles():
            try:
                if path.stat().st_size > PACKABLE:
                    continue
                tables.append(read_parquet(content(path, PACKABLE))[1])
            except (OSError, ValueError):  # it stays, to be doubted when it is read
                continue
            packed.append(path)
        if not packed:
            return
        last = max(map(_number, self._packs()), default=0)
        with suppress(OSError):  # a disk may have room for a record, but not for a pack
            self._write(f"records/{PACK}{last + 1:06}.parquet", to_parquet(concatenate(tables)))
            for path in packed:
                path.unlink()

    def rows(self, doubt: Doubt = ignore) -> Iterator[dict[str, Any]]:
        """Rows of all records that can be believed; `doubt` is told of the others."""
        for rows, _ in self._records(doubt):
            yield from rows

    def records(self, doubt: Doubt = ignore) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Row and trace of all records that can be believed, the latter as arrays; `doubt` is told of the others."""
        for rows, table in self._records(doubt):
            for number, row in enumerate(rows):
                trace = traces(table.slice(number, 1))
                yield row, {name: trace[name].to_numpy() for name in trace.column_names if name != "run"}

    def encoders(self) -> list[str]:
        """Keys of the fitted encoders, whether they can be believed or not."""
        return sorted(path.name for path in (self.path / "encoders").glob("*") if not path.name.startswith("."))

    def load(self, columns: Collection[str] | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
        """All records as two frames; changes nothing.

        Parameters
        ----------
        columns : collection of str, optional
            Columns of the traces that are wanted beside `run`; all by default.

        Returns
        -------
        runs : DataFrame
            A row a run, with what its fits say.
        traces : DataFrame
            A row a logged evaluation, its run named in column `run`.
        """
        import pandas as pd

        rows, tables = [], []
        for some, table in self._records(_warn, columns):
            rows += some
            tables.append(traces(table))
        if not rows:
            return pd.DataFrame(columns=["run", "status"]), pd.DataFrame(columns=["run"])
        runs = pd.DataFrame(rows).sort_values("order", kind="stable", ignore_index=True).drop(columns="order")
        if reached := self.reaches(_warn):
            fits = runs.reindex(columns=["fit"])["fit"]  # records of older versions do not name theirs
            for name in (column.name for column in RUNS if column.told_by == "reach"):
                runs[name] = fits.map({key: each[name.removeprefix("reach_")] for key, each in reached.items()})
        return runs, concatenate(tables).unify_dictionaries().to_pandas()

    def doubt(self, path: Path, reason: str) -> None:
        """Set a file or folder that cannot be believed aside, and log the reason."""
        (self.path / "aside").mkdir(exist_ok=True)
        path.rename(_free(self.path / "aside" / path.name[-LONGEST_NAME:], "doubted"))
        self.log(visible(f"set aside: {path.relative_to(self.path)} {reason}"))

    def log(self, line: str) -> None:
        """Add a line to log.txt."""
        with (self.path / "log.txt").open("a", encoding="utf-8") as file:
            file.write(visible_lines(line.rstrip()) + "\n")

    def _records(
        self, doubt: Doubt, columns: Collection[str] | None = None
    ) -> Iterator[tuple[list[dict[str, Any]], Any]]:
        """Rows and table of every file of records that can be believed, each run once."""
        belongs = _membership(self.identity())
        seen: set[str] = set()
        for path in self._record_files():
            try:
                rows, table = read_parquet(content(path, LARGEST_RECORDS), columns)
                if not all(belongs(row) for row in rows):
                    raise ValueError("is the record of another run or experiment")
                if not path.stem.startswith(PACK) and [row["run"] for row in rows] != [path.stem]:
                    raise ValueError("is the record of another run or experiment")
            except FileNotFoundError:  # another process has packed it meanwhile
                continue
            except OSError as error:
                doubt(path, f"cannot be read ({error.strerror})")
                continue
            except ValueError as error:
                doubt(path, str(error))
                continue
            new = [row["run"] not in seen for row in rows]
            seen.update(row["run"] for row in rows)
            yield list(compress(rows, new)), table if all(new) else table.filter(new)

    def _record_files(self) -> Iterator[Path]:
        """The newest record of a run comes first: those with a file each, then packs, from the last."""
        yield from self._singles()
        yield from reversed(self._packs())

    def _singles(self) -> list[Path]:
        return sorted(path for path in (self.path / "records").glob("*.parquet") if not path.stem.startswith(PACK))

    def _packs(self) -> list[Path]:
        paths = (self.path / "records").glob(f"{PACK}*.parquet")
        return sorted((path for path in paths if path.stem.removeprefix(PACK).isdecimal()), key=_number)

    def provenance(self) -> list[dict[str, Any]]:
        """What the experiment was run with, an entry each time; empty if that cannot be read."""
        try:
            entries = read_json(self.path / "provenance.json")
        except (OSError, ValueError):
            return []
        return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []

    def _write(self, name: str, data: bytes) -> None:
        target = self.path / name
        temporary = target.with_name(f".{target.name}.part")
        try:
            temporary.unlink(missing_ok=True)  # it may be a link
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
            _sync(target.parent)
        except BaseException as error:
            temporary.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise OSError(error.errno, error.strerror, str(target)) from error
            raise


def _sync(folder: Path) -> None:
    """See that a renaming within a folder outlives a power cut, where the system offers that."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _is_identity(identity: Any) -> bool:
    """Whether this has the shape of what `Experiment.identity` gives."""

    def has(part: Any, **kinds: type) -> bool:
        return isinstance(part, dict) and all(type(part.get(key)) is kind for key, kind in kinds.items())

    def is_stage(stage: Any) -> bool:
        return has(stage) and all(has(stage.get(part), name=str, params=dict) for part in ("encoder", "optimiser"))

    return (
        has(identity, **SHAPE)
        and all(0 < identity[key] < shape.LARGEST for key in ("replicates", "searches"))
        and all(has(problem, label=str, name=str, params=dict) for problem in identity["problems"])
        and all(has(arm, label=str, encoder=str, optimiser=str, budget=int, stages=list) for arm in identity["arms"])
        and all(is_stage(stage) for arm in identity["arms"] for stage in arm["stages"])
    )


def _number(pack: Path) -> int:
    return int(pack.stem.removeprefix(PACK))


def _membership(identity: dict[str, Any]) -> Callable[[dict[str, Any]], bool]:
    """Make the test whether a record's row is one of an experiment's."""

    def plain(part: dict[str, Any], *keys: str) -> str:
        return json.dumps({key: part.get(key) for key in keys}, sort_keys=True)

    problems = {(part["label"], plain(part, "name", "params")) for part in identity["problems"]}
    arms = {(*(part[name] for name in ARM), plain(part, "stages")) for part in identity["arms"]}

    def belongs(row: dict[str, Any]) -> bool:
        return (
            (row["problem"], row["problem_spec"]) in problems
            and (row["arm"], row["encoder"], row["optimiser"], row["budget"], row["arm_spec"]) in arms
            and (row["experiment"], row["seed"]) == (identity["name"], identity["seed"])
            and row["replicate"] in range(identity["replicates"])
            and row["search"] in range(identity["searches"])
        )

    return belongs


def load(path: str | Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read an experiment directory as two frames, runs and traces; see `Store.load`."""
    return Store(path).load()
