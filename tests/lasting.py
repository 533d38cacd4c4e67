"""Worker processes that outlast an experiment, so that tests need not wait for Torch to be imported again and again."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, ClassVar

from bench.running.workers.process import Crew, Worker

PLACES = 2
"""Of so many places, the last ones, idle processes are kept; each process holds hundreds of megabytes."""


class LastingCrew(Crew):
    """A crew that leaves its idle processes to the next one that would find the same modules and environment."""

    _left: ClassVar[dict[Any, list[Worker]]] = {}

    def _borrow(self) -> Worker:
        with self._lock:
            if not self._over and not self._idle and (waiting := self._left.get(_place())):
                worker = waiting.pop()
                self._all.add(worker)
                return worker
        return super()._borrow()

    def end(self) -> None:
        """Leave the idle processes, and kill the others."""
        with self._lock:
            idle, self._idle = self._idle, []
            self._all.difference_update(idle)
        place = _place()
        self._left[place] = [*self._left.pop(place, []), *idle]
        while len(self._left) > PLACES:
            for worker in self._left.pop(next(iter(self._left))):
                worker.end()
        super().end()

    @classmethod
    def end_all(cls) -> None:
        """Kill all processes that were left."""
        for worker in [worker for waiting in cls._left.values() for worker in waiting]:
            worker.end()
        cls._left.clear()


def _place() -> Any:
    """What a process takes over from its parent when it starts; its folder is its own."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    return tuple(filter(_holds_modules, map(os.path.abspath, sys.path))), tuple(sorted(environment.items()))


def _holds_modules(folder: str) -> bool:
    """Whether modules may be imported from a folder: from many a test's there are none."""
    return any(any(Path(folder).glob(pattern)) for pattern in ("*.py", "*/__init__.py", "*.so", "*.dist-info"))
