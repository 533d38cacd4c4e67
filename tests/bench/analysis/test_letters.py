"""Labels in any script: a font of the system that has their letters is chosen, and else one warning says so."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager
from matplotlib.figure import Figure

from bench.analysis.plots import letters, save

LETTER = "\U0001f9ff"
"""Of a plane that the fonts of a system seldom have."""


def figure() -> Figure:
    drawn = Figure(layout="constrained")
    drawn.subplots().set(title=f"圆 {LETTER}", xlabel="σ")
    return drawn


@pytest.fixture(autouse=True)
def _fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = [font for font in font_manager.fontManager.ttflist if font.name.startswith(("DejaVu Sans", "Last"))]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", usual)
    monkeypatch.setattr(letters, "_TOLD", [])
    letters.second.cache_clear()


def square(path: Path) -> Path:
    """Write a font of squares."""
    pen = TTGlyphPen(None)
    for move, point in zip([pen.moveTo] + 3 * [pen.lineTo], [(0, 0), (0, 500), (500, 500), (500, 0)], strict=True):
        move(point)
    pen.closePath()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "square"])
    font.setupCharacterMap({ord("圆"): "square", ord(LETTER): "square"})
    font.setupGlyf(dict.fromkeys([".notdef", "square"], pen.glyph()))
    font.setupHorizontalMetrics(dict.fromkeys([".notdef", "square"], (600, 0)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "Squares", "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.save(path)
    return path


def test_where_no_font_has_them_one_warning_says_so_for_all_figures(tmp_path: Path) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for name in "ab":
            save(figure(), tmp_path / name)
    assert len(caught) == 1
    assert "no font of this system has letters such as 圆" in str(caught[0].message)


def test_a_font_that_has_them_is_chosen(tmp_path: Path) -> None:
    font_manager.fontManager.addfont(square(tmp_path / "squares.ttf"))
    drawn = figure()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        save(drawn, tmp_path / "c")
    (ax,) = drawn.axes
    assert ax.title.get_fontfamily()[-1] == "Squares"
    assert "Squares" not in ax.xaxis.label.get_fontfamily()
