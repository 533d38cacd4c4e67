"""A random generator for every named purpose, from SHA-256.

No draw depends on the order of runs, the number of workers or a label: only on what the draw is for.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.random import Generator


def digest(*names: Any) -> str:
    """SHA-256, in hexadecimal, of names and plain data (anything that JSON can hold)."""
    text = json.dumps(names, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def generator(*names: Any) -> Generator:
    """Make a fresh generator for the purpose that the names spell; equal names give equal draws.

    Parameters
    ----------
    *names
        Strings, numbers, or lists and dictionaries of them.
    """
    from numpy.random import default_rng

    return default_rng(int(digest(*names), 16))
