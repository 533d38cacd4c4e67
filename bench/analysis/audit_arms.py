"""What the audit says of arms: whether they are compared on equal terms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from bench.analysis.audit_runs import Said
from bench.analysis.frames import gap
from bench.analysis.records import Records
from bench.quantities import percent, whole

FEW = 10
"""Replicates below which neither an interval nor a test says much."""
HEAD_START = 0.5
"""The share of the common start's gap below which what an encoder makes of that start is a head start."""
SAME_START = 1e-9
"""Relative difference up to which two displayed starts are the same."""


def starts(records: Records) -> Iterator[Said]:
    """Searches that start elsewhere than others, and latents of the start that are far better than it."""
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


def budgets(records: Records) -> Iterator[Said]:
    """Arms of different budgets."""
    budgets = records.tried.groupby("arm")["budget"].max().dropna()
    if budgets.nunique() > 1:
        ends = f"from {whole(budgets.min())} to {whole(budgets.max())} evaluations"
        yield (
            f"arms have different budgets, {ends}: compare at what all of them could spend, or by targets.",
            budgets.index[budgets < budgets.max()],
        )


def replicates(records: Records) -> Iterator[Said]:
    """How many replicates there are, and how many searches share a fit."""
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


def raw_arms(records: Records) -> Iterator[Said]:
    """Whether there is a raw arm, one with gradients where latent arms have them, and one in smooth coordinates."""
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


def gradient_price(records: Records) -> Iterator[Said]:
    """Arms that use gradients."""
    some = records.uses_gradients.index[records.uses_gradients]
    if len(some) and not records.uses_gradients.all():
        yield (
            "a gradient is priced as one evaluation, as an adjoint costs; where it costs more, these arms are slower "
            "than the table says.",
            some,
        )


def verification(records: Records) -> Iterator[Said]:
    """Designs that verification refused, and searches that found nothing."""
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


def optimum(records: Records) -> Iterator[Said]:
    """Whether the optimum is known."""
    if not records.known["exact"] and np.isfinite(records.known["f_star"]):
        yield "the optimum is not known: gaps are to the best design on record, which may yet be bettered.", ()
