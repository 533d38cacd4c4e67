"""Records of several experiments as those of one, and what differs between them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

Records = tuple[pd.DataFrame, pd.DataFrame]
"""Runs and traces."""
ARM = ["arm_spec", "budget", "seed"]
"""What makes arms of one label the same arm."""


def join(parts: Mapping[str, Records]) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Put the records of experiments together, and say what differs.

    A problem keeps its label where experiments agree on it, training data apart. Where they do not, and where arms of
    one label differ, the name of the experiment is added to the label. A run that is in several of them counts once.

    Parameters
    ----------
    parts : mapping
        Runs and traces of each experiment, by a name that tells it from the others.

    Returns
    -------
    runs, traces : DataFrame
        Of all of them.
    differences : list of str
        Sentences.
    """
    filled = {name: records for name, records in parts.items() if len(records[0])}
    differences = [f"{name} holds no runs" for name in parts.keys() - filled.keys()]
    if not filled:
        return *next(iter(parts.values())), differences
    named = [runs.assign(source=name) for name, (runs, _) in filled.items()]
    runs = pd.concat(named, ignore_index=True)
    runs["problem"] = _told_apart(runs, ["problem"], runs["task_spec"])
    differences += [*_problems(runs), *_data(runs), *_computed_with(runs)]
    same = runs[["problem_spec", *ARM]].astype(str).agg(" ".join, axis=1)
    labels = runs[["problem", "arm"]].copy()
    runs["arm"] = _told_apart(runs, ["problem", "arm"], same)
    renamed = runs["arm"] != labels["arm"]
    runs["encoder"] = _other_fits(runs)
    differences += _arms(runs[renamed].assign(label=labels["arm"][renamed]))
    again = runs["run"].duplicated()
    if again.any():
        differences.append(f"{again.sum()} runs are in several of them, and count once")
    traces = [
        trace[trace["run"].isin(set(runs.loc[~again & (runs["source"] == name), "run"]))]
        for name, (_, trace) in filled.items()
    ]
    joined = pd.concat([trace.astype({"run": object}) for trace in traces], ignore_index=True)
    return runs[~again].drop(columns="source").reset_index(drop=True), joined.astype({"run": "category"}), differences


def named(paths: Sequence[Path], parts: Sequence[Records]) -> dict[str, Records]:
    """Parts by what tells their directories apart: their names, or where two are called alike, whole paths."""
    names = [path.name for path in paths]
    unlike = len(set(names)) == len(names)
    labels = names if unlike else map(str, paths)
    return dict(zip(labels, parts, strict=True))


def _told_apart(runs: pd.DataFrame, label: list[str], identity: pd.Series) -> pd.Series[str]:
    """The last of the labels, with the source added where what bears it is not the same in all."""
    groups = identity.groupby([runs[name] for name in label])
    unlike = groups.transform("nunique") > 1
    text = runs[label[-1]]
    return text.where(~unlike, text + " (" + runs["source"] + ")")


def _other_fits(runs: pd.DataFrame) -> pd.Series[str]:
    """Encoders, with the source added where one label stands for several fits of a replicate."""
    label = ["problem", "encoder"]
    several = runs.groupby([*label, "replicate"])["fit"].transform("nunique") > 1
    clash = several.groupby([runs[name] for name in label]).transform("any") & ~runs["raw"].eq(True)
    return runs["encoder"].where(~clash, runs["encoder"] + " (" + runs["source"] + ")")


def _problems(runs: pd.DataFrame) -> Iterator[str]:
    sources = runs.groupby("problem", sort=False)["source"].unique()
    for problem, names in sources.items():
        if len(names) < runs["source"].nunique():
            yield f"{problem} is in {_listed(names)} alone"


def _data(runs: pd.DataFrame) -> Iterator[str]:
    for problem, some in runs.groupby("problem", sort=False):
        data = some["data_spec"].map(_data_of).groupby(some["source"], sort=False).first()
        yield from _different(f"{problem}: training data", data)
        if "problem_version" in some:
            versions = some.dropna(subset="problem_version").groupby("source", sort=False)["problem_version"].first()
            yield from _different(f"{problem}: version", versions)


def _arms(runs: pd.DataFrame) -> Iterator[str]:
    for (problem, arm), some in runs.groupby(["problem", "label"], sort=False):
        by_source = some.groupby("source", sort=False)
        for column in ("budget", "seed"):
            yield from _different(f"{problem}: {arm}: {column}", by_source[column].first())
        if some["arm_spec"].nunique() > 1:
            yield f"{problem}: {arm}: its parameters differ; see Settings"
        if some["seed"].nunique() > 1:
            yield f"{problem}: {arm}: other seeds are other instances; their replicates are not paired"


def _computed_with(runs: pd.DataFrame) -> Iterator[str]:
    if "provenance" not in runs:
        return
    entries = runs["provenance"].map(_entry)
    for name in ("commit", "machine"):
        yield from _different(name, _values(entries.map(lambda entry, name=name: entry.get(name)), runs["source"]))
    versions = entries.map(lambda entry: entry["versions"] if isinstance(entry.get("versions"), dict) else {})
    for library in sorted({library for each in versions for library in each}):
        told = versions.map(lambda each, library=library: each.get(library))
        yield from _different(library, _values(told, runs["source"]))


def _values(told: pd.Series, source: pd.Series) -> pd.Series[str]:
    """What the runs of each source say, in words."""
    kept = told.dropna()
    return kept.map(_plain).groupby(source[kept.index], sort=False).agg(lambda each: " and ".join(dict.fromkeys(each)))


def _different(what: str, by_source: pd.Series) -> Iterator[str]:
    if by_source.nunique() > 1:
        yield f"{what}: " + "; ".join(f"{value} in {source}" for source, value in by_source.items())


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(part)}" for name, part in value.items())
    return str(value)


def _data_of(spec: str) -> str:
    return _plain(json.loads(spec)) if spec else "none"


def _entry(text: Any) -> dict[str, Any]:
    try:
        return dict(json.loads(text))
    except (ValueError, TypeError, RecursionError):  # a record may come from anywhere
        return {}


def _listed(names: Any) -> str:
    return ", ".join(map(str, names))
