"""Whether an experiment goes on with what another one has begun: every run that is there is one of its own."""

from __future__ import annotations

from typing import Any

ANY_BUDGET = {"budget": None}
"""Put over that of an arm where only the rest is compared."""


def changed(there: dict[str, Any], new: dict[str, Any]) -> str | None:
    """Say by what an experiment does not hold all runs of the one that is there; None if it does."""
    for key in new | there:
        if key in ("replicates", "searches"):
            if new[key] < there[key]:
                return f"{key} differs: {new[key]} is less than {there[key]}"
        elif key in ("problems", "arms"):
            lost = _lost(there[key], new[key])
            if lost is not None:
                named = any(each["label"] == lost for each in new[key])
                return f"{key} differs: '{lost}' is {'another' if named else 'gone'}"
        elif new.get(key) != there.get(key):
            return f"{key} differs"
    return None


def _lost(there: list[dict[str, Any]], new: list[dict[str, Any]]) -> str | None:
    """Name a problem or arm that has no counterpart, with any label, of the same budget or a larger one."""
    left = list(new)
    for each in sorted(there, key=lambda each: each["label"] not in {other["label"] for other in new}):
        same = [other for other in left if nameless(other) | ANY_BUDGET == nameless(each) | ANY_BUDGET]
        same = [other for other in same if other.get("budget", 0) >= each.get("budget", 0)]
        if not same:
            return str(each["label"])
        left.remove(max(same, key=lambda other: other["label"] == each["label"]))
    return None


def nameless(part: dict[str, Any]) -> dict[str, Any]:
    """What a problem or an arm does: all but what tables call it and its parts."""
    return {key: value for key, value in part.items() if key not in ("label", "encoder", "optimiser")}
