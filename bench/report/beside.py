"""Figures saved in a process beside this one, which meanwhile draws the next: each takes about as long."""

from __future__ import annotations

import warnings
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import cloudpickle

from bench.analysis import plots
from bench.running.workers.process import Death, Worker

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Saved = tuple[list[Path], list[str]]
"""The files, and what was warned of."""


class Saver:
    """Saves figures one after another, in a process of its own; a context manager, which ends it."""

    def __init__(self) -> None:
        self._worker, self._line = Worker(), ThreadPoolExecutor(1)
        self._line.submit(self._worker.do, _ready)

    def save(self, figure: Figure, path_stem: Path) -> Future[Saved]:
        """Save as `plots.save` does, at some time; a figure that cannot be sent to another process, at once."""
        stem = path_stem.absolute()
        try:
            sent = cloudpickle.dumps(figure)
        except Exception:  # a plug-in may draw with anything
            done: Future[Saved] = Future()
            done.set_result((plots.save(figure, stem), []))
            return done
        return self._line.submit(self._save, sent, stem)

    def _save(self, figure: bytes, stem: Path) -> Saved:
        saved = self._worker.do(_saved, figure, stem)
        if isinstance(saved, Death):
            raise RuntimeError(saved.reason)
        return saved

    def __enter__(self) -> Saver:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.shutdown(wait=False, cancel_futures=True)
        self._worker.end()


def _ready() -> None:
    """Nothing, once what saves is imported."""


def _saved(figure: bytes, stem: Path) -> Saved:
    with warnings.catch_warnings(record=True) as told:
        paths = plots.save(cloudpickle.loads(figure), stem)
    return paths, [str(each.message) for each in told]
