"""Names of files and folders, from labels that may hold anything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import count

LONGEST_NAME = 60


def file_names(labels: Iterable[str]) -> dict[str, str]:
    """A name for each label that is safe in any file system: of a-z, 0-9, dots and dashes, and all different."""
    names: dict[str, str] = {}
    for label in sorted(labels):
        ascii_only = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9.]+", "-", ascii_only)[:LONGEST_NAME].strip("-.") or "problem"
        candidates = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
        names[label] = next(name for name in candidates if name not in names.values())
    return names
