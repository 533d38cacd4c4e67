"""The audit: what limits a comparison, in plain sentences, from the records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from bench.analysis import audit_arms, audit_encoders, audit_runs
from bench.analysis.audit_runs import Said
from bench.analysis.records import Records


@dataclass(frozen=True)
class Caveat:
    """One thing that limits a comparison.

    Attributes
    ----------
    problem : str
        Label.
    about : str
        In a word or two: "training data", "starts", ...
    sentence : str
    arms : tuple of str
        Labels of the rows that it is about; empty if it is about no row in particular.
    rows : str
        The same in words.
    """

    problem: str
    about: str
    sentence: str
    arms: tuple[str, ...] = ()
    rows: str = ""

    def __str__(self) -> str:
        """Give the sentence, and the rows that it is about."""
        return f"{self.about}: {self.sentence}" + (f" Rows: {self.rows}." if self.rows else "")


def audit(runs: pd.DataFrame, traces: pd.DataFrame) -> list[Caveat]:
    """Everything that limits what a comparison shows, problem by problem.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: one row per run, one row per logged evaluation.

    Returns
    -------
    list of Caveat
        Empty only where no rule objects. The rules are those of `RULES`.
    """
    return caveats(Records(runs, traces))


def caveats(records: Records) -> list[Caveat]:
    """Like `audit`."""
    found = []
    for problem, part in sorted(records.parts.items()):
        for about, rule in RULES:
            for sentence, some in rule(part):
                arms = tuple(sorted(map(str, set(some))))
                found.append(Caveat(problem, about, sentence, arms, _rows(part, arms)))
    return found


def _rows(records: Records, arms: tuple[str, ...]) -> str:
    """Name arms; in short if they are all arms of a kind."""
    kinds = {"all": records.tried, "all latent arms": records.latent, "all raw arms": records.raw}
    for name, kind in kinds.items():
        if len(arms) > 1 and set(arms) == set(kind["arm"]):
            return name
    return _listed(arms)


RULES: tuple[tuple[str, Callable[[Records], Iterator[Said]]], ...] = (
    ("raw arms", audit_arms.raw_arms),
    ("leak control", audit_encoders.leak_control),
    ("training data", audit_encoders.training_data),
    ("prior", audit_encoders.priors),
    ("collapse", audit_encoders.collapse),
    ("starts", audit_arms.starts),
    ("budgets", audit_arms.budgets),
    ("budgets", audit_runs.unspent),
    ("replicates", audit_arms.replicates),
    ("searches", audit_runs.twins),
    ("counting", audit_runs.imported),
    ("beside budgets", audit_runs.beside),
    ("runs", audit_runs.failures),
    ("failed evaluations", audit_runs.failed_evaluations),
    ("verification", audit_arms.verification),
    ("targets", audit_encoders.targets),
    ("output", audit_encoders.outputs),
    ("gradients", audit_arms.gradient_price),
    ("optimum", audit_arms.optimum),
    ("provenance", audit_runs.machines),
)
"""The rules, the most important ones first."""


def render(caveats: Iterable[Caveat]) -> str:
    """Write caveats for people, problem by problem, or say that there are none."""
    parts: dict[str, list[str]] = {}
    for caveat in caveats:
        parts.setdefault(caveat.problem, []).append(f"- {caveat}")
    if not parts:
        return f"No objection: {_listed([about for about, _ in RULES])} were looked at.\n"
    return "\n\n".join("\n".join([problem, "=" * len(problem), *lines]) for problem, lines in parts.items()) + "\n"


def _listed(names: Iterable[str]) -> str:
    return "; ".join(names)  # labels may hold commas
