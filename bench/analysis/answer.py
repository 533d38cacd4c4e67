"""The answer of an experiment in three sentences: who is faster, by how much, and at what cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isinf, isnan

import pandas as pd

from bench.analysis.compare import STRONGEST, SpeedUp, cost_text, target_text

LATENT, RAW, OPEN = "latent", "raw", "open"


@dataclass(frozen=True)
class Verdict:
    """The best latent arm of a problem against the strongest raw arm, at the hardest target that anybody reached.

    Attributes
    ----------
    problem, target, latent, raw : str
        In words; the last two are labels of arms, and ``raw`` is "raw search" where none of its arms reached it.
    speed_up : SpeedUp
    break_even : str
        Cost of an evaluation from which the latent arm is cheaper, its training included.
    winner : {"latent", "raw", "open"}
        Open where the 95 % interval holds 1.
    shown : bool
        Whether the best training design of the median replicate meets the target already.
    """

    problem: str
    target: str
    latent: str
    raw: str
    speed_up: SpeedUp
    break_even: str
    winner: str
    shown: bool


def verdicts(table: pd.DataFrame) -> list[Verdict]:
    """Judge each problem that has both raw and latent arms, and a target that one of them reached.

    Parameters
    ----------
    table : DataFrame
        From `tables.efficiency_table`.
    """
    return [verdict for _, rows in table.groupby("problem") if (verdict := _judge(rows)) is not None]


def _judge(rows: pd.DataFrame) -> Verdict | None:
    reached = rows[rows["successes"] > 0]
    raw = rows["raw"].eq(True)
    if reached.empty or raw.all() or not raw.any():
        return None
    larger = bool(reached["larger_is_better"].iloc[0])
    hardest = reached["target"].max() if larger else reached["target"].min()
    latent = rows[~raw & (rows["target"] == hardest) & (rows["searches"] > 0)]
    if latent.empty or isnan(latent["ert_raw"].iloc[0]):
        return None
    # of equal ones, which are those without a success, the one that is known to be least bad
    best = latent.sort_values(["ert", "speed_up_strongest", "arm"], ascending=[True, False, True]).iloc[0]
    speed_up = SpeedUp(*best[STRONGEST])
    return Verdict(
        str(best["problem"]),
        target_text(best),
        str(best["arm"]),
        "raw search" if isinf(best["ert_raw"]) else str(best["strongest_raw"]),
        speed_up,
        cost_text(best["break_even"], best["break_even_relation"]),
        _winner(speed_up),
        bool(best["data_best"] >= hardest if larger else best["data_best"] <= hardest),
    )


def _winner(speed_up: SpeedUp) -> str:
    low, high = {
        "=": (speed_up.low, speed_up.high),
        "≥": (speed_up.value, float("inf")),
        "≤": (0.0, speed_up.value),
    }.get(speed_up.relation, (0.0, float("inf")))
    return LATENT if low > 1 else RAW if high < 1 else OPEN


def answer(table: pd.DataFrame) -> list[str]:
    """Three sentences, or one that says why there is no answer.

    Parameters
    ----------
    table : DataFrame
        From `tables.efficiency_table`.
    """
    judged = verdicts(table)
    if not judged:
        return [
            "There is nothing to compare: no problem has raw and latent arms, and a target that one of them reached."
        ]
    return [_who(judged), _how_much(judged), _at_what_cost(judged)]


def _who(judged: list[Verdict]) -> str:
    by_winner = {who: [_named(each) for each in judged if each.winner == who] for who in (LATENT, RAW, OPEN)}
    said = [
        f"{name} on {len(problems)} ({_listed(problems)})"
        for name, problems in {"latent search": by_winner[LATENT], "raw search": by_winner[RAW]}.items()
        if problems
    ]
    if by_winner[OPEN]:
        said.append(f"neither, within its 95 % interval, on {len(by_winner[OPEN])} ({_listed(by_winner[OPEN])})")
    return f"At the hardest target that anybody reached, the fewest evaluations were spent by {'; by '.join(said)}."


def _named(verdict: Verdict) -> str:
    return verdict.problem + " – where training designs already meet it" * verdict.shown


def _how_much(judged: list[Verdict]) -> str:
    told = [each for each in judged if _says_something(each.speed_up)]
    if not told:
        return "By how much cannot be told: of no problem did both sides reach it."
    ranked = sorted(told, key=lambda each: each.speed_up.value)
    said = [
        f"{each.latent} is {each.speed_up} times as fast as {each.raw} on {each.problem} ({each.target})"
        for each in dict.fromkeys([ranked[-1], ranked[0]])
    ]
    return f"Of the best latent arm of each problem, {' and '.join(said)}."


def _says_something(speed_up: SpeedUp) -> bool:
    """Whether it is a value, or a bound that tells who is faster."""
    return speed_up.relation == "=" or (bool(speed_up.relation) and _winner(speed_up) != OPEN)


def _at_what_cost(judged: list[Verdict]) -> str:
    pays = [f"{each.break_even} on {each.problem}" for each in judged if each.break_even not in ("–", "never")]
    never = [each.problem for each in judged if each.break_even == "never"]
    said = []
    if pays:
        said.append(f"it pays, its training included, from this cost of an evaluation: {_listed(pays)}")
    if never:
        said.append(f"on {_listed(never)} it pays at no cost of an evaluation")
    sentence = "; ".join(said) or "it is not known from which cost of an evaluation it pays"
    return sentence[0].upper() + sentence[1:] + "."


def _listed(names: Iterable[str]) -> str:
    return "; ".join(names)  # labels may hold commas
