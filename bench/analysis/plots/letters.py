"""Letters that the usual font lacks, such as Chinese ones: a font of this system that has them, or one warning."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.text import Text

BOXES = "Last Resort"
"""How a font is called that has all letters there are, as boxes."""
_TOLD: list[str] = []


@contextmanager
def legible(figure: Figure) -> Iterator[None]:
    """Give texts of a figure a second font where theirs lacks letters; where no font has them, say so once."""
    usual = letters(font_manager.findfont(font_manager.FontProperties()))
    texts = [text for text in figure.findobj(Text) if not usual.issuperset(text.get_text().replace("\n", ""))]
    missing = frozenset("".join(text.get_text().replace("\n", "") for text in texts)) - usual
    if not missing:
        yield
        return
    name, lacks = second(missing)
    for text in texts if name else ():
        text.set_fontfamily([*text.get_fontfamily(), name])
    if lacks:
        _warn(min(lacks))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # a warning for each letter, in each file
        yield


@cache
def letters(path: str) -> frozenset[str]:
    """All that a font file has."""
    return frozenset(map(chr, font_manager.get_font(path).get_charmap()))


@cache
def second(missing: frozenset[str]) -> tuple[str, frozenset[str]]:
    """Name the font of this system that has most of some letters, empty where none has any, and what it lacks too."""
    upright = [
        font
        for font in font_manager.fontManager.ttflist
        if not font.name.startswith(BOXES) and font.style == "normal" and font.weight in (400, "normal", "regular")
    ]
    lacks = {font.name: missing - _letters(font.fname) for font in upright}
    name = min(sorted(lacks), key=lambda name: len(lacks[name]), default="")
    return (name, lacks[name]) if name and lacks[name] < missing else ("", missing)


def _letters(path: str) -> frozenset[str]:
    try:
        return letters(path)
    except (OSError, RuntimeError):  # a font that was removed, or is broken
        return frozenset()


def _warn(letter: str) -> None:
    if _TOLD:
        return
    _TOLD.append(letter)
    warnings.warn(
        f"no font of this system has letters such as {letter}: boxes stand for them in figures; install a font that "
        "has them, such as Noto Sans CJK",
        stacklevel=5,
    )
