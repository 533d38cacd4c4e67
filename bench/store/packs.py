"""The records of an experiment directory: a file a run, or many runs in a pack."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from itertools import compress
from pathlib import Path
from typing import Any

from bench.store.files import LARGEST_RECORDS, Doubt, content, write
from bench.store.records import Record, concatenate, read_parquet, to_parquet

Row = dict[str, Any]
PACK_SIZE = 500
"""So many records of a run each are put into one file."""
PACK = "pack-"
"""How the name of a file of many records begins; that of a run's own is its key, which is hexadecimal."""
PACKABLE = 2**20
"""Larger records, in bytes, keep a file of their own: packs must fit in memory, and these are read fast anyway."""
FOREIGN = "is the record of another run or experiment"


class Packs:
    """Reads and writes the records in one folder.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._appended = 0

    def append(self, record: Record) -> None:
        """Write one record; it takes the place of an older one of the same run.

        Raises
        ------
        ValueError
            If what would be written could not be read back; nothing is written then.
        """
        data = record.to_parquet()
        read_parquet(data)
        write(self.folder / f"{record.row['run']}.parquet", data)
        self._appended += 1
        if self._appended % PACK_SIZE == 0:
            self.pack()

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
            write(self.folder / f"{PACK}{last + 1:06}.parquet", to_parquet(concatenate(tables)))
            for path in packed:
                path.unlink()

    def read(
        self,
        belongs: Callable[[Row], bool],
        outgrown: Callable[[Row], bool],
        doubt: Doubt,
        columns: Collection[str] | None = None,
    ) -> Iterator[tuple[list[Row], Any]]:
        """Rows and table of every file of records that can be believed, each run once.

        Parameters
        ----------
        belongs : callable
            Whether a row is of a run of the experiment.
        outgrown : callable
            Whether it is left out all the same, another run having taken its place.
        doubt : Doubt
            Told of the other files.
        columns : collection of str, optional
            Columns of the traces that are wanted; all by default.
        """
        seen: set[str] = set()
        for path in self._files():
            try:
                rows, table = read_parquet(content(path, LARGEST_RECORDS), columns)
                if not all(belongs(row) for row in rows):
                    raise ValueError(FOREIGN)
                if not path.stem.startswith(PACK) and [row["run"] for row in rows] != [path.stem]:
                    raise ValueError(FOREIGN)
            except FileNotFoundError:  # another process has packed it meanwhile
                continue
            except OSError as error:
                doubt(path, f"cannot be read ({error.strerror})")
                continue
            except ValueError as error:
                doubt(path, str(error))
                continue
            new = [row["run"] not in seen and not outgrown(row) for row in rows]
            seen.update(row["run"] for row in rows)
            yield list(compress(rows, new)), table if all(new) else table.filter(new)

    def _files(self) -> Iterator[Path]:
        """The newest record of a run comes first: those with a file each, then packs, from the last."""
        yield from self._singles()
        yield from reversed(self._packs())

    def _singles(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("*.parquet") if not path.stem.startswith(PACK))

    def _packs(self) -> list[Path]:
        paths = self.folder.glob(f"{PACK}*.parquet")
        return sorted((path for path in paths if path.stem.removeprefix(PACK).isdecimal()), key=_number)


def _number(pack: Path) -> int:
    return int(pack.stem.removeprefix(PACK))
