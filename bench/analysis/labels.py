"""In which order labels are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bench.analysis.records import Records


def ordered(labels: Iterable[str]) -> list[str]:
    """Sort labels as people count: vae-2, vae-8, vae-16."""
    return sorted(labels, key=lambda label: [int(p) if n % 2 else p for n, p in enumerate(re.split("([0-9]+)", label))])


def raw_first(records: Records, hue: str) -> list[str]:
    """Labels of all encoders or arms, raw search before the others."""
    raw = records.arms.groupby(hue)["raw"].any()
    return sorted(ordered(raw.index), key=lambda label: not raw[label])
