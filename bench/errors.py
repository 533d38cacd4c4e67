"""Errors that the user can correct; the command line prints each as one line and exits with 2."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from unicodedata import category


class BadInput(ValueError):
    """An input cannot be used; the message names it, its value, and what is allowed."""


def unknown(what: str, name: str, allowed: Iterable[str]) -> BadInput:
    """Build the error for a name that is not allowed, with the nearest allowed name."""
    names = sorted(allowed)
    by_lower = {each.lower(): each for each in reversed(names)}
    near = [by_lower[each] for each in get_close_matches(name.lower(), by_lower, n=1)]
    hint = f"did you mean '{near[0]}'? " if near else ""
    return BadInput(f"{what}: {name!r:.90} is unknown; {hint}allowed: {', '.join(names) or 'none'}")


def visible(text: object) -> str:
    """Write out characters that a terminal would hide or execute, such as control characters."""
    return "".join(each if each.isprintable() or category(each) == "Zs" else repr(each)[1:-1] for each in str(text))


def visible_lines(text: str) -> str:
    """Do the same to every line of a text."""
    return "\n".join(visible(line) for line in text.split("\n"))


def reason(error: BaseException) -> str:
    """Say in one line what was raised, and by whom where a note says so."""
    try:
        message = " ".join(str(error).split())
    except Exception:  # even that is the plug-in's
        message = "its message cannot be shown"
    message = message.encode("utf-8", "backslashreplace").decode()  # names of files may hold halves of characters
    raised = f"{type(error).__name__}: {message:.300}".rstrip(": ")
    notes = dict.fromkeys(getattr(error, "__notes__", ()))
    return f"{raised} ({'; '.join(notes)})" if notes else raised
