"""Whether a record's row or a fit's info holds what it may: names and kinds; files may come from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np

from bench.experiments.plan import LARGEST
from bench.experiments.promises import targets_fault
from bench.store.columns import BY_NAME, IN_RECORDS, OF_A_FIT

LONGEST = 10_000
"""Characters of a text."""

NAMES = {column.name for column in IN_RECORDS if column.always}
"""What every row has: which run it is of, and how that ended."""
COLUMNS: dict[str, type] = {column.name: column.kind for column in IN_RECORDS}
"""All that a row may have."""
INFO: dict[str, type] = {
    **{name: BY_NAME[name].kind for name in OF_A_FIT},
    **{"seconds_worker": float, "problem": dict, "encoder": dict, "replicate": int},
}
"""What the info of a fit may have, beside its key and the checksum."""
REACH: dict[str, type] = {
    **dict.fromkeys(("objective", "displayed"), float),
    **dict.fromkeys(("budget", "evaluations", "starts"), int),
    "design": list,
}
"""What a reach search leaves; see `bench.studies.reach`."""
SIGNED = {column.name for column in IN_RECORDS if column.signed}
STATUSES = {"completed", "failed", "skipped"}
LONG = {column.name for column in IN_RECORDS if column.long}


def complaint(row: Mapping[str, Any]) -> str | None:
    """Say what is wrong with a row; None if nothing is."""
    missing = NAMES - row.keys()
    if missing:
        return f"lacks {', '.join(sorted(missing))}"
    return misfit(row, COLUMNS) or (None if row["status"] in STATUSES else "has an unknown status")


def misfit(given: Mapping[str, Any], kinds: Mapping[str, type]) -> str | None:
    """Say what is unknown or of another kind than it should be; None if nothing is."""
    for name, value in given.items():
        kind = kinds.get(name)
        if type(value) is kind and kind is float:
            continue
        if kind is None:
            return f"has an unknown entry {name!r:.80}"
        if not _is(value, kind, name):
            return f"has {value!r:.40} as its {name}"
    return None


def _is(value: Any, kind: type, name: str) -> bool:
    if kind is float:
        return type(value) is float or (type(value) is int and abs(value) < LARGEST)
    if kind is int:
        return type(value) is int and abs(value) < LARGEST and (value >= 0 or name in SIGNED)
    if kind is str:
        return type(value) is str and (len(value) <= LONGEST or name in LONG) and _is_text(value)
    if kind is list:
        if name == "design" and (value is None or isinstance(value, np.ndarray)):
            return value is None or bool(np.isfinite(value).all())
        if type(value) is not list or not _are_finite(value):
            return False
        return name != "targets" or targets_fault(value) is None
    return type(value) is kind


def _is_text(value: str) -> bool:
    """Whether it can be written anywhere: JSON can name half a character."""
    return value.isascii() or all(not 0xD800 <= ord(character) < 0xE000 for character in value)


def _are_finite(values: list[Any]) -> bool:
    try:
        return all(map(isfinite, values))
    except (TypeError, OverflowError):  # these are no numbers, or too large to be floats
        return False
