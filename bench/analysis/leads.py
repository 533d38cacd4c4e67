"""By how much the leader of each problem is ahead, at a small, a medium and a large budget."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from bench.analysis import frames
from bench.analysis.ahead import LEADERS, LEVEL, SIDES, Race, Standing, budgets, races
from bench.analysis.by_price import DRAWS
from bench.analysis.compare import SpeedUp, speed_up, target_text
from bench.analysis.records import Records
from bench.analysis.runtimes import resample


@dataclass(frozen=True)
class Lead:
    """Who is ahead on a problem at a budget, and by how much.

    Attributes
    ----------
    problem : str
    gradients : bool
        Whether arms that take gradients took part.
    budget : int
        Evaluations.
    kind, arm : str or None
        The leader, of `LEADERS`, and its best arm; None if no kind has a verified design in most runs.
    certain : bool
    reached : str
        The median of the arm at that budget, as a target in words.
    rival : str or None
        The best arm of the other side, learned or not, at that target.
    speed_up : SpeedUp
        How many times fewer evaluations the arm needs to reach that target than the strongest arm of the other side,
        if no search may exceed the budget.
    seen : bool
        Whether the best training design of the median replicate meets that target already.
    """

    problem: str
    gradients: bool
    budget: int
    kind: str | None = None
    arm: str | None = None
    certain: bool = False
    reached: str = ""
    rival: str | None = None
    speed_up: SpeedUp = field(default_factory=SpeedUp)
    seen: bool = False


def leads(records: Records) -> list[Lead]:
    """Who is ahead on each problem at its three `budgets`, without gradients and, where some take them, with."""
    found = []
    for part in records.parts.values():
        at = budgets(part) if len(part.tried) else []
        for gradients, race in races(part, at).items():
            standing = race.at(at)
            found += [_lead(race, gradients, standing, place, budget) for place, budget in enumerate(at)]
    return found


def _lead(race: Race, gradients: bool, standing: Standing, place: int, budget: int) -> Lead:
    problem, number, arm = str(race.records.problem), int(standing.kind[place]), standing.arm[place]
    if number < 0:
        return Lead(problem, gradients, budget)
    tried, larger = race.records.tried, race.records.sign < 0
    target = _easier(_displayed(race.records.own_improvements, standing.objective[place]), larger)
    aimed = tried.assign(targets=pd.Series([[target]] * len(tried), index=tried.index), target=target)
    data = race.records.arms["data_best"].median()
    lead = Lead(
        *(problem, gradients, budget, LEADERS[number], arm, bool(standing.certain[place])),
        reached=target_text(aimed.iloc[0]),
        seen=bool(data >= target if larger else data <= target),
    )
    if lead.kind == LEVEL:
        return lead
    others = [each for each, kind in zip(race.arms, race.kind, strict=True) if SIDES[kind] == 1 - SIDES[number]]
    aimed = aimed[aimed["arm"].isin([arm, *others])]
    runtimes = resample(_within(budget, frames.first_hits(aimed, race.records.own_improvements)), DRAWS)
    ranked = runtimes.observed[others].fillna(np.inf)
    rival = str(ranked.idxmin()) if np.isfinite(ranked.min()) else None
    return replace(lead, rival=rival, speed_up=speed_up(runtimes, arm, others))


def _within(budget: int, hits: pd.DataFrame) -> pd.DataFrame:
    """Hits as they would be, had no search been given more."""
    return hits.assign(success=hits["evaluations"] <= budget, spent=np.minimum(hits["spent"], budget))


def _displayed(found: pd.DataFrame, objective: float) -> float:
    """The displayed value of an objective that a run has had."""
    nearest = (found["objective"] - objective).abs().to_numpy().argmin()
    return float(found["displayed"].to_numpy()[nearest])


def _easier(displayed: float, larger_is_better: bool) -> float:
    """Four significant digits of a value, so rounded that what has it meets them."""
    if displayed == 0.0 or not np.isfinite(displayed):
        return displayed
    unit = 10.0 ** (np.floor(np.log10(abs(displayed))) - 3)
    steps = displayed / unit
    return float(f"{(np.floor(steps) if larger_is_better else np.ceil(steps)) * unit:.10g}")
