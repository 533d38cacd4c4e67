"""Figures saved in a process beside this one, which meanwhile draws the next, or saves one too where many wait."""

from __future__ import annotations

import warnings
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import cloudpickle

from bench.analysis import plots
from bench.running.workers import teams
from bench.running.workers.process import Death
from bench.running.workers.teams import Team

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Saved = tuple[list[Path], list[str]]
"""The files, and what was warned of."""
AHEAD = 2
"""Figures that may wait for the other process, the one that it is at included."""


class Saver:
    """Saves figures, most of them in a process of its own; a context manager, which ends it.

    Parameters
    ----------
    team : Team, optional
        Of a process that is there already, and is not ended.
    """

    def __init__(self, team: Team | None = None) -> None:
        self._open = ExitStack()
        self._team = team or self._open.enter_context(teams.local(1, early=1, work=__name__))
        self._waiting: list[Future[Saved]] = []

    def save(self, figure: Figure, path_stem: Path) -> Future[Saved]:
        """Save as `plots.save` does, at some time; at once where many wait, or it cannot be sent to another process."""
        stem = path_stem.absolute()
        self._waiting = [each for each in self._waiting if not each.done()]
        if len(self._waiting) >= AHEAD:
            return _at_once(figure, stem)
        try:
            sent = cloudpickle.dumps(figure)
        except Exception:  # a plug-in may draw with anything
            return _at_once(figure, stem)
        self._waiting.append(self._team.executor.submit(self._save, sent, stem))
        return self._waiting[-1]

    def _save(self, figure: bytes, stem: Path) -> Saved:
        saved = self._team.do(_sent, figure, stem)
        if isinstance(saved, Death):
            raise RuntimeError(saved.reason)
        return saved

    def __enter__(self) -> Saver:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()


def _at_once(figure: Figure, stem: Path) -> Future[Saved]:
    done: Future[Saved] = Future()
    try:
        done.set_result(_saved(figure, stem))
    except Exception as error:  # as in another process, for whoever asks for the files
        done.set_exception(error)
    return done


def _sent(figure: bytes, stem: Path) -> Saved:
    return _saved(cloudpickle.loads(figure), stem)


def _saved(figure: Figure, stem: Path) -> Saved:
    with warnings.catch_warnings(record=True) as told:
        paths = plots.save(figure, stem)
    return paths, [str(each.message) for each in told]
