"""What it takes to get the same records again: the experiment as a file, the command, the versions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from types import MappingProxyType
from typing import Any

PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
"""Characters of TOML keys that need no quotes."""


def experiment_file(identity: Mapping[str, Any]) -> str:
    """Write an experiment as resolved, `Experiment.identity`, as a TOML file that stands for the same one.

    Encoders and optimisers of the grid are those of the arms of one stage that are called after both; the other arms
    follow it. What is None is left out, as TOML has no word for it.
    """
    grid = [arm for arm in identity["arms"] if _of_grid(arm)]
    encoders = {arm["encoder"]: arm["stages"][0]["encoder"] for arm in grid}
    made = {arm["optimiser"]: (arm["stages"][0]["optimiser"], arm["budget"]) for arm in grid}
    optimisers = {label: made[label] for label in _in_order(grid)}
    partners = {label: [arm["encoder"] for arm in grid if arm["optimiser"] == label] for label in optimisers}
    others = [arm for arm in identity["arms"] if not _of_grid(arm)]
    usual = Counter(arm["budget"] for arm in identity["arms"]).most_common(1)[0][0]
    head = {name: value for name, value in identity.items() if not isinstance(value, list | dict)}
    lines = [_pairs({**head, "budget": usual})]
    lines += [_block("problems", each["label"], each) for each in identity["problems"]]
    lines += [_block("encoders", label, encoder) for label, encoder in encoders.items()]
    for label, (optimiser, budget) in optimisers.items():
        own = {} if budget == usual else {"budget": budget}
        own |= {} if partners[label] == list(encoders) else {"encoders": partners[label]}
        lines.append(_block("optimisers", label, optimiser, own))
    lines += [_arm(arm, _labels(encoders), _labels({k: v for k, (v, _) in optimisers.items()})) for arm in others]
    return "\n".join(lines)


def _of_grid(arm: Mapping[str, Any]) -> bool:
    return len(arm["stages"]) == 1 and arm["label"] == f"{arm['encoder']}/{arm['optimiser']}"


def _in_order(grid: list[Mapping[str, Any]]) -> list[str]:
    """Labels of optimisers in an order that is that of every encoder's arms, each of which may have a part of them."""
    own: dict[str, list[str]] = {}
    for arm in grid:
        own.setdefault(arm["encoder"], []).append(arm["optimiser"])
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for labels in own.values():
        sorter.add(labels[0])
        for before, after in pairwise(labels):
            sorter.add(after, before)
    try:
        return list(sorter.static_order())
    except CycleError:  # no file has such arms, but records may come from anywhere
        return list(dict.fromkeys(arm["optimiser"] for arm in grid))


def _labels(plugins: Mapping[str, Any]) -> dict[str, str]:
    return {json.dumps(plugin, sort_keys=True): label for label, plugin in plugins.items()}


def _block(kind: str, label: str, plugin: Mapping[str, Any], own: Mapping[str, Any] = MappingProxyType({})) -> str:
    called = {} if label == plugin["name"] else {"label": label}
    return f"[[{kind}]]\n" + _pairs({"name": plugin["name"], **called, **own, **plugin["params"]})


def _arm(arm: Mapping[str, Any], encoders: Mapping[str, str], optimisers: Mapping[str, str]) -> str:
    stages = []
    for stage in arm["stages"]:
        switches = {name: value for name, value in stage.items() if name not in ("encoder", "optimiser") and value}
        named = {"encoder": _label(stage["encoder"], encoders), "optimiser": _label(stage["optimiser"], optimisers)}
        stages.append({**named, **switches})
    return "[[arms]]\n" + _pairs({"label": arm["label"], "budget": arm["budget"], "stages": stages})


def _label(plugin: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    return labels.get(json.dumps(plugin, sort_keys=True), str(plugin["name"]))


def _pairs(table: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {value}\n" for key, value in _told(table))


def _told(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if value is not None:
            yield name if name and set(name) <= set(PLAIN) else json.dumps(name), _value(value)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {text}" for key, text in _told(value)) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    # strings of JSON are strings of TOML, as are its numbers and truth values
    return json.dumps(value)
