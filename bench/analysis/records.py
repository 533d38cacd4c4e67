"""Records, and what tables, figures, audit and exports derive from them, each computed once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
import pandas as pd

from bench.analysis import frames
from bench.analysis.compare import compare_arms
from bench.analysis.summary import summarise


def _once(make: Callable[[Records], pd.DataFrame]) -> cached_property[pd.DataFrame]:
    """Make a frame with a column ``problem`` once: that of one problem is rows of the whole."""

    def rows(self: Records) -> pd.DataFrame:
        if self.whole is None:
            return make(self)
        frame: pd.DataFrame = getattr(self.whole, make.__name__)
        return frame[frame["problem"] == self.problem].reset_index(drop=True)

    rows.__doc__ = make.__doc__
    return cached_property(rows)


class Records:
    """Records of an experiment, and what follows from them; each property is made when it is first asked for.

    Parameters
    ----------
    runs, traces : DataFrame
        One row per run, one row per logged evaluation, in any order; neither may be changed afterwards.
    """

    def __init__(self, runs: pd.DataFrame, traces: pd.DataFrame | None = None) -> None:
        self.runs = runs
        self.traces = pd.DataFrame(columns=frames.TRACE) if traces is None else traces
        self.whole: Records | None = None
        self.problem: str | None = None
        self._made: dict[object, pd.DataFrame] = {}

    def once(self, key: object, make: Callable[[Records], pd.DataFrame]) -> pd.DataFrame:
        """Give what a function makes of all these records, made once for each key; of one problem, its rows of that.

        What is made has a column ``problem``.
        """
        if self.whole is not None:
            frame = self.whole.once(key, make)
            return frame[frame["problem"] == self.problem].reset_index(drop=True)
        if key not in self._made:
            self._made[key] = make(self)
        return self._made[key]

    @cached_property
    def parts(self) -> dict[str, Records]:
        """Those of each problem, by its label, in the order of the runs."""
        parts: dict[str, Records] = {}
        for problem, runs in self.runs.groupby("problem", sort=False) if len(self.runs) else ():
            part = parts[str(problem)] = Records(runs, self.traces)
            part.whole, part.problem = self, str(problem)
        return parts

    @cached_property
    def tried(self) -> pd.DataFrame:
        """All runs but the skipped ones, `frames.attempted`, with whatever other columns there are."""
        tried = frames.attempted(self.runs)
        others = [name for name in self.runs.columns if name not in tried.columns]
        return pd.concat([tried, self.runs.loc[self.runs["status"] != "skipped", others]], axis=1)

    @property
    def raw(self) -> pd.DataFrame:
        """The attempted runs of raw arms."""
        return self.tried[self.tried["raw"]]

    @property
    def latent(self) -> pd.DataFrame:
        """The attempted runs of latent arms."""
        return self.tried[~self.tried["raw"]]

    def column(self, name: str) -> pd.Series[float]:
        """Numbers of a column of the attempted runs, NaN where the records lack it."""
        return pd.to_numeric(self.tried.get(name, pd.Series(np.nan, self.tried.index)))

    @cached_property
    def uses_gradients(self) -> pd.Series[bool]:
        """Whether an arm took gradients, by its label."""
        return self.tried.groupby("arm")["n_g"].max().gt(0)

    @cached_property
    def optima(self) -> pd.DataFrame:
        """Best value that is known of every attempted problem: f* of the gap, and what people read beside it.

        One row per problem: ``f_star``, the optimum where it is known, else the least best-known value of the records
        (objective units; NaN without either, or where it is no better than the reference); ``exact``, whether it is the
        optimum; ``reference`` (objective units); ``best_known`` and ``bound`` (displayed units), the furthest of the
        records, for a record on file may have been bettered since a run was made.
        """
        return frames.best_known(self.tried)

    @property
    def known(self) -> pd.Series:
        """The row of `optima` of the one problem that these are of; NaN where none of its runs was attempted."""
        return self.optima.reindex([self.problem]).iloc[0]

    @property
    def sign(self) -> float:
        """1 where a smaller displayed value of the one problem is better, -1 where a larger one is."""
        return float(frames.direction(self.tried)[0]) if len(self.tried) else 1.0

    @cached_property
    def verified(self) -> pd.DataFrame:
        """The verified designs of all traces: run (categorical), evaluations, objective, displayed."""
        return frames.verified(self.traces) if self.whole is None else self.whole.verified

    @cached_property
    def improvements(self) -> pd.DataFrame:
        """Those that were at least as good as all before them in their run, by evaluations."""
        return frames.improving(self.verified) if self.whole is None else self.whole.improvements

    @cached_property
    def own_improvements(self) -> pd.DataFrame:
        """Those of the attempted runs of these records alone; run is categorical."""
        own = self.improvements["run"].isin(set(self.tried["run"]))
        return self.improvements[own].astype({"run": "category"})

    @cached_property
    def starts(self) -> pd.Series[float]:
        """Objective of the first logged evaluation, by run."""
        first = self.traces[["run", "evaluations", "objective"]].sort_values("evaluations").drop_duplicates("run")
        return first.set_index(first["run"].astype(object))["objective"]

    @_once
    def hits(self) -> pd.DataFrame:
        """First verified design of every attempted run that meets each target of its problem.

        One row per (attempted run, target): run, problem, arm, optimiser, raw, replicate, search, target (displayed
        units), ``evaluations`` (price at the first hit, inf without one), ``spent`` (price up to the hit, or of the
        whole run) and ``success``.
        """
        return frames.first_hits(self.tried, self.verified)

    @_once
    def compared(self) -> pd.DataFrame:
        """Every arm at every target beside the raw arms, with bootstrap intervals: `compare.compare_arms`."""
        return compare_arms(self.hits)

    @_once
    def arms(self) -> pd.DataFrame:
        """What each arm of each problem did, targets aside; arms that never ran are there too.

        One row per (problem, arm), raw arms first: problem, arm, encoder, optimiser, raw, stages; ``searches``
        (attempted runs), ``failed`` (those of them that failed), ``note`` (why runs failed or were skipped, else
        empty); ``best_median`` and ``best`` (displayed; a run without a verified design counts as infinitely bad, and
        NaN stands for such a run), ``start_median``, ``fit_seconds`` (median), ``budget_least`` and ``budget``
        (smallest and largest of a run), ``price`` (median a run), ``spent`` (evaluations of all runs), ``overhead``
        (seconds an evaluation outside the objective, median over runs); and the problem's quantity, larger_is_better,
        targets and, as medians over replicates, n_designs, data_best, data_median.
        """
        return summarise(self.runs, self.tried)

    @cached_property
    def reachable(self) -> pd.DataFrame:
        """The best that is known to be reachable through the encoder of each run, by the index of the runs.

        ``objective`` and ``displayed`` of the best of a reach search and all runs through the same fitted encoder, NaN
        without a reach search or for an arm of several stages; ``evaluations`` of it.
        """
        return frames.reachable(self.runs)
