"""From one design to another: straight through the latent space, and beside it straight through the design space."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from bench.analysis.plots.designs import same_scale
from bench.analysis.plots.style import GREY, PAGE, PALETTE, STYLE, plain
from bench.errors import BadInput
from bench.latent import drawing
from bench.latent.maps import medoid
from bench.latent.subject import Subject

WAYS = {"latent": PALETTE[1], "raw": PALETTE[0]}
"""Which way, and its colour."""
SHAPES = 9
"""Designs in a strip."""


def way(subject: Subject, first: np.ndarray, last: np.ndarray, n: int = 61) -> pd.DataFrame:
    """Designs on the straight ways from one design to another, through the latent space and through the design space.

    The former starts and ends at what the ends are decoded to after encoding.

    Parameters
    ----------
    subject : Subject
    first, last : ndarray, shape (d,)
    n : int
        Designs on each way, ends included; at least 2.

    Returns
    -------
    DataFrame
        One row per design: ``way`` ("latent" or "raw"), ``share`` of the way, displayed ``value``, ``feasible``,
        ``step`` (the distance from the design before, in design units; even steps are a smooth way; NaN at the start),
        and the ``design``.

    Raises
    ------
    BadInput
        For n below 2.
    """
    if n < 2:
        raise BadInput(f"n: {n} must be at least 2")
    share = np.linspace(0, 1, n)
    z = subject.encode(np.stack([first, last]))
    designs = {"latent": subject.decode(_mix(z[0], z[1], share)), "raw": _mix(first, last, share)}
    parts = []
    for name, x in designs.items():
        x, seen = subject.repair(x), subject.evaluate(x)
        step = np.concatenate([[np.nan], np.linalg.norm(np.diff(x, axis=0), axis=1)])
        columns = {"value": subject.display(seen), "feasible": seen.feasible, "step": step, "design": list(x)}
        parts.append(pd.DataFrame({"way": name, "share": share, **columns}))
    return pd.concat(parts, ignore_index=True)


def interpolation(
    subject: Subject, first: np.ndarray | str, last: np.ndarray | str, n: int = 61
) -> tuple[Figure, pd.DataFrame]:
    """Both ways as strips of designs, with the value, feasibility and length of steps along them.

    Parameters
    ----------
    subject : Subject
    first, last : ndarray, shape (d,), or str
        A design, or the name of a class, for the training design in its middle.
    n : int
        Designs on each way, of which nine are drawn.

    Returns
    -------
    figure : Figure
    data : DataFrame
        As from `way`.

    Raises
    ------
    BadInput
        For a class that is not there, or n below 9.
    """
    if n < SHAPES:
        raise BadInput(f"n: {n} must be at least {SHAPES}, of which a strip is made")
    data = way(subject, design_of(subject, first), design_of(subject, last), n)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(PAGE / 1.4, 3.6), layout="constrained")
        strips, curves = np.asarray(figure.subfigures(2, 1, height_ratios=(1.0, 1.2)))
        panels = strips.subplots(len(WAYS), SHAPES, squeeze=False, gridspec_kw={"wspace": 0.0, "hspace": 0.0})
        left, right = curves.subplots(1, 2)
        for row, (name, ink) in zip(panels, WAYS.items(), strict=True):
            rows = data[data["way"] == name]
            chosen = rows.iloc[np.linspace(0, n - 1, SHAPES).round().astype(int)]
            for ax, x, ok in zip(row, chosen["design"], chosen["feasible"], strict=True):
                ax.set(xticks=[], yticks=[])
                ax.spines[:].set_visible(False)
                drawing.draw(ax, subject, x, ink if ok else drawing.PALE)
            row[0].set_ylabel(name)
            finite = rows["value"].where(np.isfinite(rows["value"]))
            left.plot(rows["share"], finite, color=ink, label=name)
            bad = rows[~rows["feasible"]]
            left.plot(bad["share"], finite[bad.index], "x", color=ink, markersize=3.0)
            right.plot(rows["share"], rows["step"] * (n - 1), color=ink)
        same_scale(panels.flat)
        if not data["feasible"].all():
            left.plot([], [], "x", color=GREY, markersize=3.0, label="infeasible")
        left.set(xlabel="share of the way", ylabel=f"displayed value {plain(subject.problem.quantity)}")
        right.set(xlabel="share of the way", ylabel="speed, design units", ylim=(0, None))
        left.legend(frameon=False)
    return figure, data


def design_of(subject: Subject, what: np.ndarray | str) -> np.ndarray:
    """A design as it is, or the training design in the middle of a class."""
    return subject.designs[medoid(subject, what)] if isinstance(what, str) else np.asarray(what, dtype=float)


def _mix(first: np.ndarray, last: np.ndarray, share: np.ndarray) -> np.ndarray:
    return np.asarray((1 - share[:, None]) * first + share[:, None] * last)
