"""The answer of an experiment: who is ahead, by how much and at what cost, in sentences and in one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import astuple, fields
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

import pandas as pd

from bench.analysis import cost, writers
from bench.analysis.ahead import LEVEL
from bench.analysis.compare import SpeedUp
from bench.analysis.kinds import BASIS, HAND_OFF, LEARNED, PCA, RAW, UNLEARNED, kinds
from bench.analysis.leads import Lead, leads
from bench.analysis.price import measured
from bench.analysis.records import Records
from bench.analysis.writers import Writer
from bench.quantities import duration, expected, rough, whole

SIZES = ("small", "medium", "large")
"""Names of a hundredth, a tenth and the whole of the largest budget of a problem."""
SPEED_UP = ["speed_up", "speed_up_low", "speed_up_high", "speed_up_relation"]
LEAD = [field.name for field in fields(Lead) if field.name != "speed_up"]
COLUMNS = [*LEAD, *SPEED_UP, "size", "compared", "fit_seconds", "evaluation_seconds"]
SURE, UNSURE, SEEN = "", "?", "°"
LEGEND = (
    "Who has the best verified design after a small, a medium and a large budget (1 %, 10 % and all of the problem's "
    "largest), in the median over replicates, without and with arms that take gradients. The number says how many "
    "times fewer evaluations its best arm needs to the value it has by then than the best of the other side, with its "
    "95 % interval; the sides are spaces learned from designs (PCA, a learned encoder, a hand-off from one) and the "
    "others (the raw vector, a fixed basis). level: both sides have the same. "
    f"{UNSURE}: the leading side is not the same in 95 % of bootstrap draws over replicates. "
    f"{SEEN}: the best training design has that value already."
)
CALLED = {
    RAW: "the raw vector",
    BASIS: "a fixed basis",
    PCA: "PCA",
    LEARNED: "a learned encoder",
    HAND_OFF: "a hand-off",
}
"""Kinds of spaces in a sentence."""
MANY = 5
"""Problems from which on it is counted on how many of them who is ahead."""
NOTHING = "No answer: no problem has arms that search a learned space and arms that search another."
SHORT = (
    "Small, medium, large: 1 %, 10 % and all of the largest budget. A cell names the kind of space whose best arm has "
    "the best design, and how many times fewer evaluations it needs than the best arm of the other side (learned from "
    "designs, or not), with a 95 % interval. A lead is sure if the same side is better in 95 % of bootstrap draws "
    f"({UNSURE}: not sure). The interval compares two arms, so it can go below 1 although a lead is sure. "
    f"{SEEN}: the best training design is as good."
)
"""The legend on a screen: what a first-time reader needs to know."""


def table(records: Records) -> pd.DataFrame:
    """Who is ahead on every problem at three budgets.

    Returns
    -------
    DataFrame
        One row per (problem, gradients, budget), with `COLUMNS`: those of `leads.Lead`, with the speed-up in four
        columns; ``size``, the name of the budget; ``compared``, whether the problem has arms of both sides;
        ``fit_seconds`` of the arm's encoder and ``evaluation_seconds`` of the problem, medians over runs.
    """
    found = leads(records)
    rows = [(*(getattr(lead, name) for name in LEAD), *astuple(lead.speed_up)) for lead in found]
    if not rows:
        return pd.DataFrame(columns=COLUMNS).astype({"compared": bool})
    frame = pd.DataFrame(rows, columns=[*LEAD, *SPEED_UP])
    order = frame.groupby(["problem", "gradients"]).cumcount()
    last = frame.groupby(["problem", "gradients"])["budget"].transform("size")
    frame["size"] = [SIZES[len(SIZES) - n + i] for i, n in zip(order, last, strict=True)]
    both = {problem: _both(part) for problem, part in records.parts.items()}
    frame["compared"] = frame["problem"].map(both).astype(bool)
    fits = cost.items(records)["fit_seconds"]
    frame["fit_seconds"] = fits.reindex(pd.MultiIndex.from_frame(frame[["problem", "arm"]])).to_numpy(float)
    seconds = {problem: measured(part.tried) for problem, part in records.parts.items()}
    frame["evaluation_seconds"] = frame["problem"].map(seconds).astype(float)
    return frame[COLUMNS]


def answer(frame: pd.DataFrame) -> list[str]:
    """The answer in a few sentences, from `table`."""
    told = frame[frame["compared"]]
    if told.empty:
        return [NOTHING]
    many = told["problem"].nunique() >= MANY
    said = _counted(told) if many else _told(told)
    sides = _sides(told)
    learned = told[sides == "learned"]
    largest = [
        *_largest(learned, "a learned space", "any search in another one"),
        *_largest(told[sides == "others"], "the others", "any search in a learned space"),
    ]
    said += largest if many else largest[:1]
    ahead = learned[learned["certain"]]
    if ahead["seen"].any():
        said.append(
            f"In {ahead['seen'].sum()} of the {len(ahead)} places where a learned space is surely ahead, "
            "the best training design is as good already: evaluating all of them would have found it."
        )
    return [*said, *_cost(learned)]


def render(frame: pd.DataFrame, fmt: str = "text") -> str:
    """Write what `table` gives for people; see `bench.analysis.writers.render`."""
    return writers.render(frame, partial(_page, screen=fmt == "text"), fmt)


def _page(frame: pd.DataFrame, write: Writer, screen: bool) -> Iterator[str]:
    yield write.items(answer(frame))
    if frame.loc[frame["compared"], "problem"].nunique() >= MANY:
        yield write.table("On how many problems who is surely ahead", _counts(frame[frame["compared"]]))
    if len(frame):
        yield write.table("Who is ahead", _narrow(frame) if screen else _cells(frame))
        yield write.paragraph(SHORT if screen else LEGEND)


def _columns(frame: pd.DataFrame) -> dict[str, str]:
    """Names of the columns of the three budgets, with the evaluations if all problems have the same."""
    by_size = frame.groupby("size")["budget"]
    if (by_size.nunique() > 1).any():
        return dict(zip(SIZES, SIZES, strict=True))
    budget = by_size.first()
    return {size: f"{size} ({whole(budget[size])})" if size in budget else size for size in SIZES}


def _sides(told: pd.DataFrame) -> pd.Series[str]:
    """Which side leads in each row: learned, the others, or neither, if both are level or nobody leads."""
    sides = told["kind"].map(lambda kind: "others" if kind in UNLEARNED else "learned")
    return sides.where(told["kind"].notna() & (told["kind"] != LEVEL), "neither")


def _tallies(told: pd.DataFrame) -> Iterator[tuple[bool, Counter[tuple[str, str]]]]:
    """Without and with gradients, a count of problems by size of the budget and side that surely leads."""
    sides = _sides(told).where(told["certain"], "neither")
    for gradients, each in told.assign(side=sides).groupby("gradients"):
        yield bool(gradients), Counter(zip(each["size"], each["side"], strict=True))


def _counts(told: pd.DataFrame) -> pd.DataFrame:
    """How many problems each side surely leads, without and with gradients."""
    rows, names = [], _columns(told)
    for gradients, count in _tallies(told):
        cells = {
            names[size]: ", ".join(f"{side} {count[size, side]}" for side in ("learned", "others", "neither"))
            for size in SIZES
        }
        rows.append({"gradients": "yes" if gradients else "no"} | cells)
    return pd.DataFrame(rows)


def _narrow(frame: pd.DataFrame) -> pd.DataFrame:
    """The same cells in two lines each, so that a usual terminal has room for them."""
    cells = _cells(frame, "\n")
    with_gradients = cells.pop("gradients") == "yes"
    return cells.assign(problem=cells["problem"].where(~with_gradients, cells["problem"] + ",\nwith gradients"))


def _cells(frame: pd.DataFrame, apart: str = " ") -> pd.DataFrame:
    """A row per problem, without and with gradients; the budgets in the header if all problems have the same."""
    names = _columns(frame)
    rows = []
    for (problem, gradients), each in frame.groupby(["problem", "gradients"], sort=False):
        by_size = dict(zip(each["size"], each.to_dict("records"), strict=True))
        row = {"problem": problem, "gradients": "yes" if gradients else "no"}
        if names["large"] == "large":
            row["evaluations"] = " / ".join(whole(budget) for budget in each["budget"])
        rows.append(row | {names[size]: _cell(by_size[size], apart) if size in by_size else "–" for size in SIZES})
    return pd.DataFrame(rows)


def _cell(row: Mapping[Any, Any], apart: str) -> str:
    if not isinstance(row["kind"], str):
        return "nobody"
    factor = str(_speed_up(row))
    marks = (SURE if row["certain"] else UNSURE) + (SEEN if row["seen"] else "")
    return f"{row['kind']}{marks}" + ("" if factor == "–" else f"{apart}{factor}")


def _counted(told: pd.DataFrame) -> list[str]:
    """On how many problems each side leads, without and with gradients."""
    said = []
    for gradients, count in _tallies(told):
        ahead, behind = ([count[size, side] for size in SIZES] for side in ("learned", "others"))
        said.append(
            f"{'With' if gradients else 'Without'} gradients, search in a learned space is surely ahead on "
            f"{ahead[0]} of {told['problem'].nunique()} problems at a small budget, {ahead[1]} at a medium and "
            f"{ahead[2]} at a large one; search in the raw vector or a fixed basis on {behind[0]}, {behind[1]} and "
            f"{behind[2]}."
        )
    return said


def _told(told: pd.DataFrame) -> list[str]:
    """Who leads each problem, a sentence each."""
    said = []
    for problem, rows in told.groupby("problem", sort=False):
        parts = [
            f"{'with' if gradients else 'without'} gradients {_leaders(each)}"
            for gradients, each in rows.groupby("gradients")
        ]
        said.append(f"On {problem}, {'; '.join(parts)}.")
    return said


def _leaders(rows: pd.DataFrame) -> str:
    """Who surely leads, and with how many evaluations: ``PCA surely leads with 50, a fixed basis with 500``."""
    sure = rows[rows["certain"] & rows["kind"].notna()]
    if sure.empty:
        return "nobody surely leads"
    who = [
        (whole(budget), "neither side" if kind == LEVEL else CALLED[kind])
        for budget, kind in zip(sure["budget"], sure["kind"], strict=True)
    ]
    clauses = []
    for leader, group in groupby(who, key=itemgetter(1)):
        *first, last = (budget for budget, _ in group)
        clauses.append(f"{leader} with {', '.join(first) + ' and ' if first else ''}{last}")
    leader, _, rest = clauses[0].partition(" with ")
    return ", ".join([f"{leader} surely leads with {rest}", *clauses[1:]]) + " evaluations"


def _largest(rows: pd.DataFrame, side: str, rest: str) -> list[str]:
    """The largest sure lead of a side, if it has one; preferably one that no training design has already."""
    low = rows["speed_up_low"].where(rows["speed_up_relation"] == "=", rows["speed_up"])
    sure = rows[rows["certain"] & rows["speed_up_relation"].isin(["=", "≥"]) & (low > 1)]
    sure = sure[~sure["seen"]] if (~sure["seen"]).any() else sure
    if sure.empty:
        return []
    best = sure.sort_values("speed_up", ascending=False, kind="stable").to_dict("records")[0]
    factor = _speed_up(best)
    times = f"at least {rough(factor.value)}" if factor.relation == "≥" else str(factor)
    rival = best["rival"] if isinstance(best["rival"], str) else rest
    return [
        f"The largest lead of {side}: on {best['problem']}, with {whole(best['budget'])} evaluations, {best['arm']} "
        f"needs {times} times fewer of them to {best['reached']} than {rival}."
    ]


def _cost(learned: pd.DataFrame) -> list[str]:
    trained = learned[learned["fit_seconds"] > 0]
    if trained.empty:
        return []
    dearest = trained.sort_values("fit_seconds", ascending=False, kind="stable").to_dict("records")[0]
    said = f"Training took up to {duration(dearest['fit_seconds'])} ({dearest['arm']} on {dearest['problem']})"
    if not dearest["evaluation_seconds"] > 0:
        return [f"{said}."]
    worth = dearest["fit_seconds"] / dearest["evaluation_seconds"]
    return [f"{said}, the time of {expected(worth)} evaluations there."]


def _speed_up(row: Mapping[Any, Any]) -> SpeedUp:
    return SpeedUp(*(row[name] for name in SPEED_UP))


def _both(records: Records) -> bool:
    of_arm = kinds(records)
    return bool(of_arm.isin(UNLEARNED).any() and (~of_arm.isin(UNLEARNED)).any())
