"""Worker processes that outlast an experiment, so that tests need not wait for Torch to be imported again and again."""

from __future__ import annotations

import os
import sys
from typing import Any, ClassVar

from bench.running.workers.process import Crew, Worker


class LastingCrew(Crew):
    """A crew that leaves its idle processes to the next one in the same folder, with the same path and environment."""

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
        self._left.setdefault(_place(), []).extend(idle)
        super().end()

    @classmethod
    def end_all(cls) -> None:
        """Kill all processes that were left."""
        for worker in [worker for waiting in cls._left.values() for worker in waiting]:
            worker.end()
        cls._left.clear()


def _place() -> Any:
    """What a process takes over from its parent when it starts."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    return os.getcwd(), tuple(sys.path), tuple(sorted(environment.items()))
