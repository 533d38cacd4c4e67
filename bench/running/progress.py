"""How far an experiment has come: a bar on a terminal, a line now and then in a pipe, or nothing."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from bench.quantities import whole

SECONDS_BETWEEN_LINES = 5.0


class Progress:
    """Counts fits and runs; what shows them derives from it."""

    def __init__(self, fits: int, runs: int) -> None:
        self.totals = {"fits": fits, "runs": runs}
        self.done = {"fits": 0, "runs": 0}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def fitted(self) -> None:
        """Count a fit."""
        self._advance("fits")

    def ran(self) -> None:
        """Count a run."""
        self._advance("runs")

    def _advance(self, what: str) -> None:
        self.done[what] += 1


class Silent(Progress):
    """Shows nothing."""


class Lines(Progress):
    """A plain line on standard error, every few seconds and at the end of each kind."""

    def __init__(self, fits: int, runs: int) -> None:
        super().__init__(fits, runs)
        self._shown = self._started = time.monotonic()

    def _advance(self, what: str) -> None:
        super()._advance(what)
        if self.done[what] == 1:
            self._started = time.monotonic()
        done, total, now = self.done[what], self.totals[what], time.monotonic()
        if done < total and now - self._shown < SECONDS_BETWEEN_LINES:
            return
        self._shown = now
        left = (now - self._started) / max(done - 1, 1) * (total - done)
        print(f"{what} {done}/{total}" + (f", about {whole(left)} s left" if done < total else ""), file=sys.stderr)


class Bars(Progress):
    """Bars with the remaining time, for a terminal."""

    def __init__(self, fits: int, runs: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        super().__init__(fits, runs)
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        self._bars = RichProgress(*columns, TextColumn("left"), TimeRemainingColumn(), console=Console(stderr=True))
        self._tasks = {name: self._bars.add_task(name, total=total) for name, total in self.totals.items() if total}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def _advance(self, what: str) -> None:
        super()._advance(what)
        self._bars.advance(self._tasks[what])


def on_stderr(fits: int, runs: int) -> Progress:
    """Make bars on a terminal, and lines elsewhere."""
    return Bars(fits, runs) if sys.stderr.isatty() else Lines(fits, runs)
