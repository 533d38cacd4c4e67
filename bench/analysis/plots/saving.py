"""How figures are saved: as PNG and as PDF, laid out once, and one after the other or beside what draws the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.analysis.plots.letters import legible
from bench.analysis.plots.style import STYLE

RESOLUTION = 200
"""Dots an inch of PNGs."""
SHAPING = ("GDEF", "GPOS", "GSUB", "kern")
"""Tables of a font that say how to set a text; a PDF places its glyphs itself."""


def save(figure: Figure, path_stem: str | Path) -> list[Path]:
    """Write a figure as PNG (200 dpi) and as PDF; the same figure gives the same bytes.

    Returns
    -------
    list of Path
        ``path_stem`` with .png and .pdf appended.
    """
    Path(path_stem).parent.mkdir(parents=True, exist_ok=True)
    png, pdf = Path(f"{path_stem}.png"), Path(f"{path_stem}.pdf")
    for path in (png, pdf):
        path.unlink(missing_ok=True)  # it may be a link to something else
    with mpl.rc_context(STYLE), legible(figure), _laid_out(figure), _small_fonts():
        figure.savefig(png, dpi=RESOLUTION, metadata={"Software": None})
        figure.savefig(pdf, metadata={"CreationDate": None})
    return [png, pdf]


@contextmanager
def _laid_out(figure: Figure) -> Iterator[None]:
    """Lay a figure out once, at the resolution of its PNG, however often it is then drawn: that is most of the work."""
    engine, dpi = figure.get_layout_engine(), figure.get_dpi()
    figure.set_dpi(RESOLUTION)  # sizes of texts are remembered for each resolution
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine(None)  # for any other, even "none", Matplotlib draws a figure twice to save it
    try:
        yield
    finally:
        figure.set_dpi(dpi)
        figure.set_layout_engine(engine)


@contextmanager
def _small_fonts() -> Iterator[None]:
    """Leave `SHAPING` out of embedded fonts: cutting those tables to the glyphs in use takes most of a PDF's time.

    Matplotlib has no setting for it. Should fontTools name its list otherwise one day, files are larger, and as good.
    """
    from fontTools import subset

    usual = subset.Options._drop_tables_default
    subset.Options._drop_tables_default = [*usual, *SHAPING]
    try:
        yield
    finally:
        subset.Options._drop_tables_default = usual
