"""What the pictures of a latent space share: designs put on a map, the window of a plane, colours of classes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.analysis.labels import ordered
from bench.analysis.plots.designs import same_scale
from bench.analysis.plots.style import COLUMN, PALETTE, plain
from bench.latent.plane import Plane
from bench.latent.subject import Subject

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
INK = PALETTE[1]
"""Of designs that satisfy the constraints."""
PALE = "0.6"
"""Of designs that do not."""
CAPTION = 7.0
"""Size in points of the line below a map."""


def window(plane: Plane, height: float = COLUMN, width: float = COLUMN) -> tuple[Figure, Axes]:
    """A figure with axes on a plane's window, in inches; what the plane is stands below."""
    figure = Figure(figsize=(width, height), layout="constrained")
    ax = figure.subplots()
    frame(ax, plane)
    return figure, ax


def frame(ax: Axes, plane: Plane) -> None:
    """Show a plane's window, and say which plane it is."""
    (left, bottom), (right, top) = plane.window
    ax.set(xlim=(left, right), ylim=(bottom, top), xlabel=plane.names[0], ylabel=plane.names[1])
    if plane.note:
        ax.set_title(plane.note, fontsize=CAPTION, wrap=True)


def put(ax: Axes, subject: Subject, designs: np.ndarray, at: np.ndarray, size: float, inks: Iterable[Any]) -> None:
    """Draw designs (n, d), all at the same scale, around places (n, 2) of a map.

    Parameters
    ----------
    ax : Axes
        Its limits must be set.
    subject : Subject
    designs, at : ndarray
    size : float
        Width and height of the largest, as a share of the axes.
    inks : iterable
        A colour each.
    """
    panels = []
    for design, place, ink in zip(designs, at, inks, strict=True):
        x, y = ax.transAxes.inverted().transform(ax.transData.transform(place))
        panel = ax.inset_axes((x - size / 2, y - size / 2, size, size))
        panel.axis("off")
        draw(panel, subject, design, ink)
        panels.append(panel)
    same_scale(panels)


def draw(ax: Axes, subject: Subject, design: np.ndarray, ink: Any) -> None:
    """Draw one design (d,) in a colour."""
    ax.set_prop_cycle(color=[ink])
    subject.draw(design, ax)


def looks(labels: np.ndarray) -> dict[str, dict[str, Any]]:
    """A colour and a marker for each class: seven of the one and eight of the other, so that 56 classes differ."""
    names, inks = ordered(set(labels.tolist())), PALETTE[1:]
    return {
        name: {"color": inks[i % len(inks)], "marker": MARKERS[i % len(MARKERS)], "label": plain(name)}
        for i, name in enumerate(names)
    }


def inks(feasible: np.ndarray) -> list[Any]:
    """A colour for each design: pale where it breaks a constraint."""
    return [INK if ok else PALE for ok in feasible]
