"""Who is ahead: which kind of space has the best design after a number of evaluations, or after some time.

An arm's value at a price is the median over replicates of its best verified design at that price. A kind's value is
that of its best arm. Two values are level if they differ by less than a thousandth of the normalised gap. If kinds of
one side (learned, or not) are level, the simplest of them leads; if both sides are level, nobody leads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.analysis import cost
from bench.analysis.by_price import draws, median, of_replicates, unit
from bench.analysis.kinds import KINDS, UNLEARNED, kinds
from bench.analysis.records import Records

CERTAIN = 0.95
"""The share of bootstrap draws in which a side must lead for its lead to be certain."""
LEVEL_GAP = 1e-3
"""Difference of normalised gaps below which two values are level."""
LEVEL = "level"
LEADERS = (*KINDS, LEVEL)
"""Who may lead: a kind, or nobody, since the best learned space and the best other one are level."""
SIDES = np.array([*(kind not in UNLEARNED for kind in KINDS), 2, 3], dtype=int)
"""The side of each leader: not learned, learned, level; the last is of -1, where there is none."""
POINTS = 160
"""Prices at which arms are looked at, spaced evenly on a logarithmic scale."""


@dataclass(frozen=True)
class Standing:
    """Who leads at each of several places (prices, or times and costs).

    Attributes
    ----------
    kind : ndarray of int, shape (n,)
        Index of the leader in `LEADERS`; -1 where no kind has a verified design in most of its runs.
    certain : ndarray of bool, shape (n,)
        Whether its side, learned or not, leads in 95 % of the bootstrap draws over replicates.
    arm : ndarray of object, shape (n,)
        The best arm of the leader's kind, or of all where they are level; None without a leader.
    objective : ndarray, shape (n,)
        Its median.
    """

    kind: NDArray[np.int_]
    certain: NDArray[np.bool_]
    arm: NDArray[np.object_]
    objective: NDArray[np.float64]


@dataclass(frozen=True)
class Race:
    """The arms of one problem, their medians at every price, and the same in bootstrap draws over replicates.

    Attributes
    ----------
    records : Records
        Of one problem.
    arms : list of str
        Those that evaluated anything.
    kind : ndarray of int, shape (arms,)
        In `KINDS`.
    prices : ndarray, shape (m,)
        Evaluations N_f + N_g, from 1 to the largest price of a run.
    medians : ndarray, shape (1 + draws, arms, m)
        Of the objective: observed, then in each bootstrap draw; inf where most runs have no verified design.
    level : float
        Difference of objectives that counts as none.
    """

    records: Records
    arms: list[str]
    kind: NDArray[np.int_]
    prices: NDArray[np.float64]
    medians: NDArray[np.float64]
    level: float

    @classmethod
    def of(cls, records: Records, prices: ArrayLike | None = None) -> Race:
        """The race on one problem, at least one of whose runs evaluated something; at all prices by default."""
        tried = records.tried[records.tried["price"] > 0]
        if prices is None:
            spaced = np.geomspace(1.0, max(float(tried["price"].max()), 2.0), POINTS).round()
            prices = np.unique([*spaced, *budgets(records)])
        at = np.asarray(prices, dtype=float)
        arms, values = of_replicates(records, at)
        n = values.shape[1]
        taken = np.vstack([np.arange(n)[None], draws(records, n)])
        medians = np.empty((len(taken), len(arms), len(at)))
        for number, of_arm in enumerate(values):
            medians[:, number] = median(of_arm[taken.T])
        kind = np.array([KINDS.index(each) for each in kinds(records)[arms]], dtype=int)
        return cls(records, arms, kind, at, medians, _level(records, medians[0]))

    def without_gradients(self) -> Race:
        """The race of the arms that take no gradients."""
        kept = [not self.records.uses_gradients[arm] for arm in self.arms]
        arms = [arm for arm, keep in zip(self.arms, kept, strict=True) if keep]
        return replace(self, arms=arms, kind=self.kind[kept], medians=self.medians[:, kept])

    def at(self, prices: ArrayLike) -> Standing:
        """Who leads when each arm has paid a price.

        Parameters
        ----------
        prices : array_like, shape (n,) or (arms, n)
            Evaluations; below 1 an arm has nothing, and after its end it keeps its best.
        """
        spent = np.broadcast_to(np.asarray(prices, dtype=float), (len(self.arms), np.shape(prices)[-1]))
        index = np.searchsorted(self.prices, spent * (1 + 1e-9), side="right")
        values = np.concatenate([np.full((*self.medians.shape[:2], 1), np.inf), self.medians], axis=2)
        of_kind = np.full((len(values), len(KINDS), spent.shape[1]), np.inf)
        for number, kind in enumerate(self.kind):  # one after the other: all at once would be most of a gigabyte
            of_kind[:, kind] = np.minimum(of_kind[:, kind], values[:, number, index[number]])
        best = of_kind.min(axis=1)
        leads = (of_kind <= best[:, None] + self.level).argmax(axis=1)
        of_sides = [of_kind[:, SIDES[: len(KINDS)] == side].min(axis=1) for side in (0, 1)]
        leads = np.where(np.maximum(*of_sides) <= best + self.level, len(KINDS), leads)
        leads = np.where(np.isfinite(best), leads, -1)
        mine = (self.kind[:, None] == leads[0]) | (leads[0] == len(KINDS))
        ranked = np.where(mine, np.take_along_axis(values[0], index, axis=1), np.inf)
        first = ranked.argmin(axis=0)
        objective = np.take_along_axis(ranked, first[None], axis=0)[0]
        arm = np.array([*self.arms, None], dtype=object)[np.where(leads[0] >= 0, first, -1)]
        sides = SIDES[leads]
        certain = (sides[1:] == sides[0]).mean(axis=0) >= CERTAIN if len(leads) > 1 else np.zeros_like(best[0], bool)
        return Standing(leads[0], certain, arm, objective)

    def after(self, time: ArrayLike, evaluation: ArrayLike, reuse: float = 1.0) -> Standing:
        """Who leads after some seconds, training and data included, if an evaluation takes so many seconds.

        Parameters
        ----------
        time, evaluation : array_like, shape (n,)
            Seconds.
        reuse : float
            Searches that share one fitted encoder and its data, M.
        """
        paid = cost.items(self.records).droplevel("problem").reindex(self.arms)
        t, t_f = np.asarray(time, dtype=float), np.asarray(evaluation, dtype=float)
        fit, refit, data, overhead = (
            paid[name].fillna(0.0).to_numpy(float)[:, None]
            for name in ("fit_seconds", "refit_seconds", "data_evaluations", "overhead")
        )
        return self.at((t - (fit + data * t_f) / reuse - refit) / (t_f + overhead))


def budgets(records: Records) -> list[int]:
    """A small, a medium and a large budget: a hundredth, a tenth and the whole of the largest of the problem."""
    largest = float(records.tried["budget"].max())
    return sorted({max(1, round(largest * share)) for share in (0.01, 0.1, 1.0)})


def races(records: Records, prices: ArrayLike | None = None) -> dict[bool, Race]:
    """The races without gradients and, if some arms take them, with all arms; none if nothing was evaluated.

    Parameters
    ----------
    records : Records
        Of one problem.
    prices : array_like, optional
        As for `Race.of`.
    """
    if not records.tried["price"].gt(0).any():
        return {}
    whole = Race.of(records, prices)
    bare = whole.without_gradients()
    found = {False: bare} if bare.arms else {}
    return found | ({True: whole} if len(whole.arms) > len(bare.arms) else {})


def _level(records: Records, medians: NDArray[np.float64]) -> float:
    return LEVEL_GAP * unit(records, medians)[1]
