"""What the audit says of how runs went: what failed, what was repeated, and on what they were computed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from bench.analysis.records import Records
from bench.quantities import percent, whole

LEFT = 0.05
"""The share of a budget that may be left without a word."""
BESIDE = ("beside_reference", "beside_replicate", "beside_fit")
"""Columns of evaluations on no budget: once for a problem, once for a replicate, once for a fit."""
Said = tuple[str, Iterable[str]]
"""A sentence, and the arms that it is about."""


def beside(records: Records) -> Iterator[Said]:
    """Evaluations that no budget has; of those that runs share, each once."""
    told = records.tried.reindex(columns=["replicate", "fit", *BESIDE]).dropna()
    reference, found, measured = (
        told.drop_duplicates(by)[name].sum() for name, by in zip(BESIDE, (BESIDE[0], "replicate", "fit"), strict=True)
    )
    if (made := reference + found + measured) > 0:
        yield (
            f"{whole(made)} evaluations are on no budget: {whole(reference)} of the reference sample, "
            f"{whole(found)} for starts and to value data, {whole(measured)} to measure encoders. `reference` of a "
            "problem bounds them.",
            (),
        )


def failures(records: Records) -> Iterator[Said]:
    """Runs that failed or were skipped, by reason."""
    runs = records.runs
    for status, consequence in {
        "failed": "they are charged what they spent, and are unsuccessful beyond what they had verified by then.",
        "skipped": "they take part in no comparison.",
    }.items():
        some = runs[runs["status"] == status]
        if len(some):
            reasons = some["reason"].fillna("").value_counts()
            why = "; ".join(f"{number} × {reason}" for reason, number in reasons.items())
            yield f"{len(some)} of {len(runs)} runs were {status} ({why}): {consequence}", some["arm"]


def failed_evaluations(records: Records) -> Iterator[Said]:
    """How many evaluations failed, and what the problem raised first."""
    share = records.column("n_failed") / (records.column("n_f") + records.column("n_g"))
    shares = share[share.gt(0)].groupby(records.tried["arm"]).median()
    if len(shares):
        raised = records.tried.get("failure", pd.Series(dtype=object)).replace("", None).dropna()
        why = f" What was raised first: {raised.iloc[0]}." if len(raised) else ""
        most = percent(shares.max(), 1)
        yield f"up to {most} of the evaluations of an arm failed; they are charged like all.{why}", shares.index


def imported(records: Records) -> Iterator[Said]:
    """Runs of a user's own loop."""
    taken = records.tried[records.tried["imported"].notna()]
    for file, some in taken.groupby("imported"):
        measured = some["design"].notna()
        yield (
            f"{len(some)} runs were taken from {file}: whoever wrote it counted their evaluations, and nobody checked "
            "that all of them are there"
            + ("; their best designs were evaluated again." if measured.all() else ", nor the values."),
            some["arm"],
        )


def unspent(records: Records) -> Iterator[Said]:
    """Searches that ended with a good part of their budget left."""
    done = records.tried[records.tried["status"] == "completed"]
    left = (1 - done["price"] / done["budget"]).groupby(done["arm"]).median()
    left = left[left > LEFT]
    if len(left):
        yield (
            f"arms left up to {percent(left.max(), 0)} of their budget unspent in the median: they had converged, and "
            "might have found more had they been started again.",
            left.index,
        )


def twins(records: Records) -> Iterator[Said]:
    """Searches that visit the same values as another one of their replicate."""
    if records.tried.groupby(["arm", "replicate"]).size().max() < 2:
        return
    tried = records.tried[["arm", "replicate", "run"]]
    alike = tried.join(_digests(records.traces), on="run").dropna()
    alike = alike[alike.duplicated(["arm", "replicate", "digest"], keep=False)]
    prints = (
        records.traces[records.traces["run"].isin(set(alike["run"]))]
        .groupby("run", observed=True)
        .agg(evaluations=("evaluations", tuple), objective=("objective", tuple))
    )
    tried = tried.join(prints, on="run").dropna()
    twins = tried[tried.duplicated(["arm", "replicate", "evaluations", "objective"])]
    if len(twins):
        yield f"{len(twins)} searches repeat another of their replicate, evaluation by evaluation.", twins["arm"]


def _digests(traces: pd.DataFrame) -> pd.Series[int]:
    """A number for each run that is the same wherever its trace is: what need not be compared is told apart by it."""
    columns = (traces[name].to_numpy(dtype=float) + 0.0 for name in ("evaluations", "objective"))  # -0 is 0
    first, second = (pd.util.hash_array(column) for column in columns)
    mixed = pd.Series(pd.util.hash_array(first * np.uint64(31) + second), index=traces.index)
    return mixed.groupby(traces["run"], observed=True).sum().rename("digest")


def machines(records: Records) -> Iterator[Said]:
    """Runs of different code, machines or versions."""
    told = records.tried.get("provenance", pd.Series(dtype=object)).dropna()
    entries = [entry for entry in map(_entry, told.unique()) if entry]
    told_of = [entry["plugins"] for entry in entries if isinstance(entry.get("plugins"), dict)]
    for plugin in sorted({name for plugins in told_of for name in plugins}):
        if len({plugins[plugin] for plugins in told_of if plugin in plugins}) > 1:
            yield f"the runs come from different code of {plugin}.", ()
    for name, what in {"commit": "commits of the code", "machine": "machines", "versions": "sets of versions"}.items():
        different = {json.dumps(entry.get(name), sort_keys=True) for entry in entries}
        if len(different) > 1:
            yield f"the runs come from {len(different)} different {what}.", ()
    if any(str(entry.get("commit", "")).endswith("-dirty") for entry in entries):
        yield "some were computed with code that is in no commit.", ()


def _entry(text: Any) -> dict[str, Any]:
    try:
        return dict(json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return {}
