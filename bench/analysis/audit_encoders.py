"""What the audit says of encoders: what they were shown, and what they can represent."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from bench.analysis.audit_runs import Said
from bench.analysis.compare import target_text
from bench.analysis.frames import gap
from bench.analysis.records import Records
from bench.quantities import percent, significant, stated, whole

NEIGHBOURHOOD = 0.01
"""The normalised gap within which a training design counts as a neighbour of the optimum."""


def leak_control(records: Records) -> Iterator[Said]:
    """Where training designs come from, what of the best is withheld, and what they cost."""
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


def training_data(records: Records) -> Iterator[Said]:
    """How near the training designs come to the optimum, and which targets they meet."""
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


def priors(records: Records) -> Iterator[Said]:
    """Which targets the prior meets without a search."""
    for name, what in {"prior_mean": "the decoded prior mean", "prior_best": "the best of 1,000 prior samples"}.items():
        values = records.column(name).loc[records.latent.index].dropna()
        medians = values.groupby(records.latent["encoder"]).median()
        for met, encoders in medians.groupby(medians.map(partial(_hardest_met, records))):
            if met:
                arms = records.latent.loc[records.latent["encoder"].isin(encoders.index), "arm"]
                yield f"{what} already meets {met} (median): no search is needed for it.", arms


def collapse(records: Records) -> Iterator[Said]:
    """Encoders that leave latent dimensions unused."""
    collapsed = records.column("collapsed").gt(0)
    if collapsed.any():
        some = records.tried[collapsed]
        yield (
            f"in {len(some)} runs the encoder has collapsed: it leaves half of its latent dimensions or more unused.",
            some["arm"],
        )


def outputs(records: Records) -> Iterator[Said]:
    """Decoders that cannot leave the box of the training designs."""
    confined = records.tried.get("confined", pd.Series(False, records.tried.index)).eq(True)
    if confined.any():
        yield (
            "all that is decoded stays in the box of the training designs: what lies beyond it cannot be found.",
            records.tried["arm"][confined],
        )


def targets(records: Records) -> Iterator[Said]:
    """Targets that nobody reached, and those that an encoder cannot represent."""
    if not len(records.hits):
        yield "no target is declared, so there is neither a running time nor a speed-up.", ()
        return
    reached = records.hits.groupby("target")["success"].any()
    missed = [_in_words(records, float(target)) for target in reached.index[~reached]]
    if missed:
        yield f"nobody reached {'; '.join(missed)}: these say how hard the problem is, not who is better.", ()
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


def _hardest_met(records: Records, value: float) -> str:
    """The hardest target that a displayed value meets, in words; empty if it meets none."""
    targets = sorted(records.hits["target"].unique() * records.sign)
    met = [target for target in targets if records.sign * value <= target]
    return _in_words(records, met[0] * records.sign) if met else ""


def _in_words(records: Records, target: float) -> str:
    row = records.tried.iloc[0]
    return target_text(pd.Series({**row[["quantity", "larger_is_better"]].to_dict(), "target": target}))
