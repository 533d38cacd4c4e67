"""The errors that are the user's to mend; the command line shows each as one line and exits with 2."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class BadInput(ValueError):
    """Something given from outside cannot be used; the message names it, its value, and what is allowed."""


def unknown(what: str, name: str, allowed: Iterable[str]) -> BadInput:
    """Build the error for a name that is not among the allowed ones, with the nearest that is."""
    names = sorted(allowed)
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    return BadInput(f"{what}: {name!r} is unknown; {hint}allowed: {', '.join(names) or 'none'}")
