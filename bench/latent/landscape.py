"""The landscape that a search in a latent plane sees, and the ways that searches took over it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, PowerNorm
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from bench.analysis.labels import ordered
from bench.analysis.plots.style import COLUMN, GREY, STYLE, colours, plain
from bench.errors import BadInput
from bench.latent import drawing
from bench.latent.plane import MARGIN, Plane, across
from bench.latent.subject import Subject
from bench.quantities import caption

POINTS = 200
"""Of a row of the lattice."""
ROOM = 0.04
"""Around the search box, as a share of its width on each side."""
CLIPPED = 0.05
"""Share of the feasible values that the colours do not tell apart, at the bad end."""
GAMMA = 0.4
"""Of the colours where small is good: values rise without end, and near the best one colours must change fast."""
HATCH = "////"
STAR: dict[str, Any] = {"linestyle": "none", "markersize": 9.0, "markeredgecolor": "black", "zorder": 6}


def landscape(subject: Subject, n: int = POINTS, plane: Plane | None = None) -> tuple[Figure, pd.DataFrame]:
    """The displayed value over the latent plane, with what is infeasible, what no search may enter, and what is known.

    Infeasible designs are hatched; places without a value are blank; the dashed frame is the search box, beyond which
    searches do not go. The optimum or best known design stands where it is encoded, which need not decode to it, and
    the best feasible point of the lattice where it is.

    Parameters
    ----------
    subject : Subject
    n : int
        Points in a row of the lattice.
    plane : Plane, optional
        By default that of `across`, with a window on the search box.

    Returns
    -------
    figure : Figure
    data : DataFrame
        One row per point: ``u``, ``v``, ``value``, ``feasible``, and whether it is ``inside`` the search box.
    """
    plane = plane or boxed(subject)
    data = survey(subject, plane, n)
    with mpl.rc_context(STYLE):
        figure, ax = drawing.window(plane, height=COLUMN + 0.6)
        paint(figure, ax, subject, plane, data)
        landmarks(ax, subject, plane, data)
        handles, _ = ax.get_legend_handles_labels()
        if not data["feasible"].all():
            handles.append(Patch(facecolor="none", edgecolor=GREY, hatch=HATCH, label="infeasible"))
        figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return figure, data


def trajectories(
    subject: Subject, runs: pd.DataFrame, traces: pd.DataFrame, plane: Plane | None = None, n: int = POINTS
) -> tuple[Figure, pd.DataFrame]:
    """The ways of the best verified design in searches through this encoder, drawn over the landscape.

    Parameters
    ----------
    subject : Subject
        A stored encoder.
    runs, traces : DataFrame
        Records of the experiment that it is of; of these, the searches of one stage that were made through it.
    plane : Plane, optional
        By default that of `across`, with a window on the ways; for k > 2 they are projected onto it.
    n : int
        Points in a row of the lattice.

    Returns
    -------
    figure : Figure
    data : DataFrame
        One row per verified improvement: ``arm``, ``search``, ``evaluations``, displayed ``value``, ``u``, ``v`` and
        the ``latent``.

    Raises
    ------
    BadInput
        If no such search has recorded its latents.
    """
    found = plane or across(subject)
    data = ways(subject, runs, traces, found)
    plane = plane or near(found, data)
    surveyed = survey(subject, plane, n)
    with mpl.rc_context(STYLE):
        figure, ax = drawing.window(plane, height=COLUMN + 0.6 + 0.1 * data["arm"].nunique())
        paint(figure, ax, subject, plane, surveyed)
        encoder = runs.loc[runs["fit"] == subject.fit.key, "encoder"].iloc[0]
        for arm, ink in colours(["", *ordered(data["arm"].unique())]).items():
            for number, (_, way) in enumerate(data[data["arm"] == arm].groupby("search")):
                label = plain(str(arm).removeprefix(f"{encoder}/")) if number == 0 else None
                ax.plot(way["u"], way["v"], color="white", linewidth=2.6, zorder=4)
                ax.plot(way["u"], way["v"], "o-", color=ink, linewidth=1.2, markersize=2.0, label=label, zorder=5)
                ax.plot(*way[["u", "v"]].iloc[-1], "X", color=ink, markersize=7.0, markeredgecolor="white", zorder=6)
        figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    return figure, data


def ways(subject: Subject, runs: pd.DataFrame, traces: pd.DataFrame, plane: Plane) -> pd.DataFrame:
    """Verified improvements of all searches of one stage through an encoder, in coordinates of a plane.

    Raises
    ------
    BadInput
        If none has recorded its latents.
    """
    k = len(plane.origin)
    of = runs[(runs["fit"] == subject.fit.key) & (runs["status"] == "completed")] if "fit" in runs else runs[:0]
    of = of[[len(np.atleast_1d(at)) == 0 for at in of["switched_at"]]] if len(of) else of
    if "latent" not in traces or of.empty:
        raise BadInput(f"no completed search through encoder {subject.fit.key[:12]} has recorded its latents")
    steps = traces[traces["run"].isin(of["run"]) & traces["verified"].astype(bool)]
    steps = steps[[np.shape(z) == (k,) and bool(np.isfinite(z).all()) for z in steps["latent"]]]
    if steps.empty:
        raise BadInput(f"no search through encoder {subject.fit.key[:12]} has recorded the latents of its designs")
    latents = [np.asarray(z, dtype=float) for z in steps["latent"]]
    u, v = plane.coordinates(np.stack(latents)).T
    named = steps.merge(of[["run", "arm", "search"]], on="run", how="left").rename(columns={"displayed": "value"})
    return named[["arm", "search", "evaluations", "value"]].assign(u=u, v=v, latent=pd.Series(latents))


def boxed(subject: Subject) -> Plane:
    """The plane of `across`, with a window on the search box, which holds the encoded designs."""
    plane = across(subject)
    box = plane.coordinates(subject.bounds)
    width = box[1] - box[0]
    return replace(plane, window=np.array([box[0] - ROOM * width, box[1] + ROOM * width]))


def near(plane: Plane, ways: pd.DataFrame) -> Plane:
    """The same plane with a window on ways, and no less of it than a quarter of its own."""
    points = ways[["u", "v"]].to_numpy()
    low, high = points.min(axis=0), points.max(axis=0)
    half = np.maximum((high - low) * (0.5 + MARGIN), np.diff(plane.window, axis=0)[0] / 8)
    return replace(plane, window=(low + high) / 2 + np.array([-half, half]))


def survey(subject: Subject, plane: Plane, n: int) -> pd.DataFrame:
    """Value and feasibility on a lattice of n × n points of a plane's window, as `landscape` gives them."""
    if n < 2:
        raise BadInput(f"n: {n} must be at least 2")
    points = plane.lattice(n)
    latents = plane.latents(points)
    _, value, feasible = subject.look(latents)
    low, high = subject.bounds
    inside = ((latents >= low) & (latents <= high)).all(axis=1)
    return pd.DataFrame({"u": points[:, 0], "v": points[:, 1], "value": value, "feasible": feasible, "inside": inside})


def paint(figure: Figure, ax: Axes, subject: Subject, plane: Plane, data: pd.DataFrame) -> None:
    """Draw a survey, with the scale of its colours; darker is better."""
    n = round(np.sqrt(len(data)))
    value = data["value"].to_numpy()
    feasible = data["feasible"].to_numpy()
    shown = np.where(np.isfinite(value), value, np.nan)
    (left, bottom), (right, top) = plane.window
    low, high = _limits(shown[feasible & np.isfinite(shown)], shown, subject.problem.larger_is_better)
    image = ax.imshow(
        shown.reshape(n, n),
        extent=(left, right, bottom, top),
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        cmap="cividis_r" if subject.problem.larger_is_better else "cividis",
        norm=Normalize(low, high) if subject.problem.larger_is_better else PowerNorm(GAMMA, low, high),
    )
    u, v = (data[name].to_numpy().reshape(n, n) for name in "uv")
    if not feasible.all():
        bad = (~feasible).reshape(n, n).astype(float)
        with mpl.rc_context({"hatch.color": "white", "hatch.linewidth": 0.6}):
            ax.contourf(u, v, bad, levels=[0.5, 1.5], colors="none", hatches=[HATCH])
        if feasible.any():
            ax.contour(u, v, bad, levels=[0.5], colors="white", linewidths=0.8)
    corner, other = plane.coordinates(subject.bounds)
    ax.add_patch(Rectangle(corner, *(other - corner), fill=False, linestyle="--", linewidth=0.8, edgecolor="black"))
    label = f"displayed value {plain(subject.problem.quantity)}"
    figure.colorbar(image, ax=ax, shrink=0.85, extend="both", label=label)
    ax.set(xlim=(left, right), ylim=(bottom, top))


def landmarks(ax: Axes, subject: Subject, plane: Plane, data: pd.DataFrame) -> None:
    """Mark where the optimum or best known design is encoded, the start, and the best feasible point of a survey."""
    known, quantity = subject.problem.known_design, plain(subject.problem.quantity)
    if known is not None:
        name = "optimum, encoded" if subject.problem.optimal_design is not None else "best known, encoded"
        ax.plot(*plane.coordinates(subject.encode(known[None])).T, "*", color="white", label=name, **STAR)
    ax.plot(
        *plane.coordinates(subject.encode(subject.start[None])).T,
        "o",
        color="white",
        label="start",
        **STAR | {"markersize": 5.0},
    )
    good = data[data["feasible"] & data["inside"] & np.isfinite(data["value"])]
    if len(good):
        best = good.loc[good["value"].idxmax() if subject.problem.larger_is_better else good["value"].idxmin()]
        ax.plot(
            best["u"],
            best["v"],
            "D",
            color="white",
            label=f"best here, {quantity} {caption(best['value'])}",
            **STAR | {"markersize": 5.0},
        )


def _limits(feasible: np.ndarray, shown: np.ndarray, larger_is_better: bool) -> tuple[float, float]:
    """Between which colours vary: all feasible values but the worst few, which would leave no colours for the rest."""
    values = feasible if len(feasible) else shown[np.isfinite(shown)]
    if not len(values):
        return 0.0, 1.0
    quantiles = (CLIPPED, 1.0) if larger_is_better else (0.0, 1 - CLIPPED)
    low, high = np.quantile(values, quantiles)
    return float(low), float(high if high > low else low + 1.0)
