"""The fairness audit: what a reader must know before believing a comparison, in plain sentences, from the records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from bench.analysis import audit_runs
from bench.analysis.audit_runs import Said
from bench.analysis.compare import target_text
from bench.analysis.frames import gap
from bench.analysis.records import Records
from bench.quantities import percent, significant, stated, whole

NEIGHBOURHOOD = 0.01
"""The normalised gap within which a training design counts as a neighbour of the optimum."""
FEW = 10
"""Replicates below which neither an interval nor a test says much."""
HEAD_START = 0.5
"""The share of the common start's gap below which what an encoder makes of that start is a head start."""
SAME_START = 1e-9
"""Relative difference up to which two displayed starts are the same."""


@dataclass(frozen=True)
class Caveat:
    """One thing that a reader must know.

    Attributes
    ----------
    problem : str
        Label.
    about : str
        In a word or two: "training data", "starts", ...
    sentence : str
    arms : tuple of str
        Labels of the rows that it is about; empty where it is about none in particular.
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
        Records: a row a run, a row a logged evaluation.

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


def _hardest_met(records: Records, value: float) -> str:
    """The hardest target that a displayed value meets, in words; empty if it meets none."""
    targets = sorted(records.hits["target"].unique() * records.sign)
    met = [target for target in targets if records.sign * value <= target]
    return _in_words(records, met[0] * records.sign) if met else ""


def _in_words(records: Records, target: float) -> str:
    row = records.tried.iloc[0]
    return target_text(pd.Series({**row[["quantity", "larger_is_better"]].to_dict(), "target": target}))


def _rows(records: Records, arms: tuple[str, ...]) -> str:
    """Name arms, in short where they are all that there are of a kind."""
    kinds = {"all": records.tried, "all latent arms": records.latent, "all raw arms": records.raw}
    for name, kind in kinds.items():
        if len(arms) > 1 and set(arms) == set(kind["arm"]):
            return name
    return _listed(arms)


def _leak_control(records: Records) -> Iterator[Said]:
    shown = records.latent[records.column("n_designs").loc[records.latent.index].gt(0)]
    told = shown.reindex(columns=["arm", "data_source", "data_withheld", "data_price"])
    silent = told["data_source"].isna() | told["data_source"].eq("")
    if silent.any():
        yield (
            "it is not on record where training designs come from, nor whether the best of them are withheld.",
            told["arm"][silent],
        )
    for (source, share), some in told[~silent].groupby(["data_source", "data_withheld"]):
        withheld = float(share)  # type: ignore[arg-type]
        less = f"less the best {percent(withheld)} by the objective itself, " if withheld else ""
        price = some["data_price"].median()
        if withheld or price > 0:
            yield (
                f"training designs ({source}), {less}cost {whole(price)} evaluations: of all tables, that of costs "
                "alone charges them.",
                some["arm"],
            )


def _training_data(records: Records) -> Iterator[Said]:
    for said in (
        records.tried.get("data_left_out", pd.Series(dtype=object)).dropna().replace("", None).dropna().unique()
    ):
        yield f"of the source of designs, {said}.", ()
    latent = records.latent
    best = records.column("data_best_objective").loc[latent.index]
    if not best.notna().any():
        return
    f_star, reference = records.known["f_star"], records.known["reference"]
    if f_star < reference:
        gaps = gap(best.dropna(), f_star, reference)
        if gaps.min() <= NEIGHBOURHOOD:
            share = percent(np.mean(gaps <= NEIGHBOURHOOD))
            what = "optimum" if records.known["exact"] else "best known design"
            yield (
                f"in {share} of the fits the training data hold a design within a normalised gap of "
                f"{stated(NEIGHBOURHOOD)} of the {what} (the nearest: {significant(gaps.min(), 1)}). "
                "What these arms find, they may have been shown.",
                latent["arm"],
            )
    displayed = records.column("data_best").loc[latent.index].dropna()
    met = _hardest_met(records, displayed.median())
    if met:
        yield f"the best training design of the median replicate already meets {met}.", latent["arm"]


def _priors(records: Records) -> Iterator[Said]:
    for name, what in {"prior_mean": "the decoded prior mean", "prior_best": "the best of 1,000 prior samples"}.items():
        values = records.column(name).loc[records.latent.index].dropna()
        medians = values.groupby(records.latent["encoder"]).median()
        for met, encoders in medians.groupby(medians.map(partial(_hardest_met, records))):
            if met:
                arms = records.latent.loc[records.latent["encoder"].isin(encoders.index), "arm"]
                yield f"{what} already meets {met} (median): no search is needed for it.", arms


def _collapse(records: Records) -> Iterator[Said]:
    collapsed = records.column("collapsed").gt(0)
    if collapsed.any():
        some = records.tried[collapsed]
        yield (
            f"in {len(some)} runs the encoder has collapsed: it leaves half of its latent dimensions or more unused.",
            some["arm"],
        )


def _starts(records: Records) -> Iterator[Said]:
    start = records.column("start")
    usual = start.groupby([records.tried["replicate"], records.tried["encoder"]]).transform("median")
    other = (start - usual).abs() > SAME_START * usual.abs()
    if other.any():
        yield "these do not start where other searches of their replicate and encoder do.", records.tried["arm"][other]
    f_star, reference = records.known["f_star"], records.known["reference"]
    if not (f_star < reference and len(records.raw)):
        return
    gaps = pd.Series(gap(records.tried["run"].map(records.starts), f_star, reference), records.tried.index)
    of_raw = gaps[records.raw.index].groupby(records.raw["replicate"]).median()
    share = gaps[records.latent.index] / records.latent["replicate"].map(of_raw)
    medians = share.groupby(records.latent["arm"]).median()
    ahead = medians.index[medians < HEAD_START]
    if len(ahead):
        least = percent(medians.min())
        yield (
            "decoding the latent of the common start already closes more than half of its gap (down to "
            f"{least} of it): these start ahead.",
            ahead,
        )


def _budgets(records: Records) -> Iterator[Said]:
    budgets = records.tried.groupby("arm")["budget"].max().dropna()
    if budgets.nunique() > 1:
        ends = f"from {whole(budgets.min())} to {whole(budgets.max())} evaluations"
        yield (
            f"arms have different budgets, {ends}: compare at what all of them could spend, or by targets.",
            budgets.index[budgets < budgets.max()],
        )


def _replicates(records: Records) -> Iterator[Said]:
    counts = records.tried.groupby("arm")["replicate"].nunique()
    if not len(counts):
        return
    if counts.nunique() > 1:
        yield (
            f"arms have different numbers of replicates, from {counts.min()} to {counts.max()}: some of their runs are "
            "missing.",
            counts.index[counts < counts.max()],
        )
    if counts.max() < FEW:
        yield (
            f"{counts.max()} replicate{'s' if counts.max() > 1 else ''}: too few for intervals or tests to say much.",
            (),
        )
    searches = records.latent.groupby("arm").size()
    fits = records.latent.groupby("arm")["replicate"].nunique()
    shared = searches.index[searches > fits]
    if len(shared):
        yield (
            f"{searches[shared].max()} searches share {fits[shared].min()} fitted encoders: they are no more "
            "samples of the encoder than that, which the intervals take into account.",
            shared,
        )


def _raw_arms(records: Records) -> Iterator[Said]:
    if not len(records.latent):
        return
    if not len(records.raw):
        yield "no raw arm ran: there is nothing to compare latent search with.", ()
        return
    with_gradients = records.uses_gradients[records.uses_gradients].index
    raw, latent = set(records.raw["arm"]), set(records.latent["arm"])
    if latent & set(with_gradients) and not raw & set(with_gradients):
        yield (
            "latent arms use gradients and no raw arm does: that compares gradients with none.",
            latent & set(with_gradients),
        )
    if set(records.raw["encoder"]) == {"raw"}:
        yield (
            "raw search runs over the design variables alone; in smooth coordinates, such as those of raw-fourier, it "
            "may be far stronger.",
            raw,
        )


def _gradient_price(records: Records) -> Iterator[Said]:
    some = records.uses_gradients.index[records.uses_gradients]
    if len(some) and not records.uses_gradients.all():
        yield (
            "a gradient is priced as one evaluation, as an adjoint costs; where it costs more, these arms are slower "
            "than the table says.",
            some,
        )


def _verification(records: Records) -> Iterator[Said]:
    refused = records.column("n_refused").gt(0)
    if refused.any():
        number = int(records.column("n_refused").sum())
        yield (
            f"verification refused {number} feasible designs that would have been the best of their runs; they count "
            "for nothing.",
            records.tried["arm"][refused],
        )
    without = records.column("best").isna()
    if without.any():
        yield f"{without.sum()} of {len(without)} runs found no verified design at all.", records.tried["arm"][without]
    start = records.column("start") * records.sign
    stuck = ~(records.column("best") * records.sign < start) & ~without & start.notna()
    share = stuck.groupby(records.tried["arm"]).mean()
    if (share > 0.5).any():
        yield "most of these searches found nothing better than their start.", share.index[share > 0.5]


def _targets(records: Records) -> Iterator[Said]:
    if not len(records.hits):
        yield "no target is declared, so there is neither a running time nor a speed-up.", ()
        return
    reached = records.hits.groupby("target")["success"].any()
    missed = [_in_words(records, float(target)) for target in reached.index[~reached]]
    if missed:
        yield f"nobody reached {_listed(missed)}: these say how hard the problem is, not who is better.", ()
    reachable = records.reachable["displayed"].loc[records.tried.index]
    best = reachable.groupby(records.tried["arm"]).median().dropna() * records.sign
    for target in records.hits["target"].unique():
        beyond = best.index[best > target * records.sign]
        if len(beyond):
            yield (
                f"the best design that is known to be reachable through these encoders does not meet "
                f"{_in_words(records, target)}: no optimiser can.",
                beyond,
            )
    if not len(best) and len(records.latent):
        yield (
            "no reach search was made (`latentbench reach`), so that it is not known which targets an encoder can "
            "represent at all.",
            (),
        )


def _outputs(records: Records) -> Iterator[Said]:
    confined = records.tried.get("confined", pd.Series(False, records.tried.index)).eq(True)
    if confined.any():
        yield (
            "all that is decoded stays in the box of the training designs: what lies beyond it cannot be found.",
            records.tried["arm"][confined],
        )


def _optimum(records: Records) -> Iterator[Said]:
    if not records.known["exact"] and np.isfinite(records.known["f_star"]):
        yield "the optimum is not known: gaps are to the best design on record, which may yet be bettered.", ()


RULES: tuple[tuple[str, Callable[[Records], Iterator[Said]]], ...] = (
    ("raw arms", _raw_arms),
    ("leak control", _leak_control),
    ("training data", _training_data),
    ("prior", _priors),
    ("collapse", _collapse),
    ("starts", _starts),
    ("budgets", _budgets),
    ("budgets", audit_runs.unspent),
    ("replicates", _replicates),
    ("searches", audit_runs.twins),
    ("counting", audit_runs.imported),
    ("beside budgets", audit_runs.beside),
    ("runs", audit_runs.failures),
    ("failed evaluations", audit_runs.failed_evaluations),
    ("verification", _verification),
    ("targets", _targets),
    ("output", _outputs),
    ("gradients", _gradient_price),
    ("optimum", _optimum),
    ("provenance", audit_runs.machines),
)
"""What is looked at, what undermines a comparison most coming first."""


def render(caveats: Iterable[Caveat]) -> str:
    """Write them for people, problem by problem, or that there is none."""
    parts: dict[str, list[str]] = {}
    for caveat in caveats:
        parts.setdefault(caveat.problem, []).append(f"- {caveat}")
    if not parts:
        return f"No objection: {_listed([about for about, _ in RULES])} were looked at.\n"
    return "\n\n".join("\n".join([problem, "=" * len(problem), *lines]) for problem, lines in parts.items()) + "\n"


def _listed(names: Iterable[str]) -> str:
    return "; ".join(names)  # labels may hold commas
