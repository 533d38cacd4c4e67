"""How figures are saved: as PNG and as PDF, laid out once, with as little of their fonts as a PDF needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure

from bench.analysis.plots.letters import legible
from bench.analysis.plots.style import STYLE

RESOLUTION = 200
"""Dots an inch of PNGs."""
READ = frozenset({"glyf", "loca", "head", "hhea", "hmtx", "maxp", "cvt ", "fpgm", "prep", "GlyphOrder"})
"""Tables of a TrueType font that a PDF reads (ISO 32000-1, 9.9), which places its glyphs itself."""
MATHEMATICS = RendererAgg(1, 1, RESOLUTION).mathtext_parser  # type: ignore[no-untyped-call]
"""One parser for the PNGs of all figures, since it remembers what it has parsed."""


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
    engine, dpi, canvas = figure.get_layout_engine(), figure.get_dpi(), figure.canvas
    figure.set_dpi(RESOLUTION)
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    renderer.mathtext_parser = MATHEMATICS  # it is that of the PNG, too, and remembers the sizes of texts
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine(None)  # for any other, even "none", Matplotlib draws a figure twice to save it
    try:
        yield
    finally:
        figure.set_canvas(canvas)
        figure.set_dpi(dpi)
        figure.set_layout_engine(engine)


@contextmanager
def _small_fonts() -> Iterator[None]:
    """Embed of a font no more than `READ`: cutting the other tables to the glyphs in use takes most of a PDF's time.

    Matplotlib has no setting for it. Should fontTools name its function otherwise one day, files are larger, and as
    good.
    """
    from fontTools import subset

    def cut(*of: Any, **how: Any) -> Any:
        font = load(*of, **how)
        for table in set(font.keys()) - READ if "glyf" in font else ():
            del font[table]
        return font

    load, subset.load_font = subset.load_font, cut
    try:
        yield
    finally:
        subset.load_font = load
