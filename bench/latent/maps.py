"""Maps of a latent space: decoded designs on a lattice, encoded designs by class, how much the decoder stretches."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from bench.analysis.plots.designs import cells, same_scale
from bench.analysis.plots.style import COLUMN, STYLE
from bench.errors import BadInput, unknown
from bench.latent import drawing
from bench.latent.plane import Plane, across
from bench.latent.subject import Subject

Variant = Literal["data", "prior", "around"]
PRIOR_SAMPLES = 10_000
"""Whose quantiles the lattice "prior" stands on."""
MEDOID_SAMPLE = 400
"""Designs of a class among which the one in its middle is looked for."""
THUMBNAIL = 0.13
"""Width of a thumbnail, as a share of the map's."""
STEP = 1e-4
"""Of the finite differences in a Jacobian, in units of the encoder's scale."""


def latent_grid(
    subject: Subject,
    variant: Variant = "data",
    n: int = 10,
    plane: Plane | None = None,
    design: np.ndarray | None = None,
) -> tuple[Figure, pd.DataFrame]:
    """Decoded designs on a lattice of n × n latents; those that break a constraint are pale.

    Parameters
    ----------
    subject : Subject
    variant : {"data", "prior", "around"}
        "data": the lattice covers the encoded designs; "prior": it stands at the quantiles (i + ½)/n of what the
        prior draws; "around": it is the neighbourhood of a design, a deviation of the encoded designs on each side.
    n : int
        Designs in a row, at least 2.
    plane : Plane, optional
        By default that of `across`.
    design : ndarray, shape (d,), optional
        For "around"; by default where searches start.

    Returns
    -------
    figure : Figure
    data : DataFrame
        One row per design: coordinates ``u`` and ``v``, displayed ``value``, ``feasible``, and the ``design``.

    Raises
    ------
    BadInput
        For a latent space of one dimension, an unknown variant, or n below 2.
    """
    if variant not in get_args(Variant):
        raise unknown("variant", variant, get_args(Variant))
    if n < 2:
        raise BadInput(f"n: {n} must be at least 2")
    plane = plane or across(subject)
    if variant == "around":
        plane = _near(subject, plane, subject.start if design is None else design)
    points = _quantiles(subject, plane, n) if variant == "prior" else plane.lattice(n)
    data = _look(subject, plane, points)
    with mpl.rc_context(STYLE):
        figure, panels = cells(n, n, COLUMN / n, 0.0)
        upwards = panels[::-1].ravel()  # the lattice begins at the lower left
        for ax, x, ink in zip(upwards, data["design"], drawing.inks(data["feasible"].to_numpy()), strict=True):
            drawing.draw(ax, subject, x, ink)
        same_scale(upwards)
        figure.supxlabel(f"{plane.names[0]} →", fontsize=9.0)
        figure.supylabel(f"{plane.names[1]} →", fontsize=9.0)
        figure.suptitle(_of_grid(variant) + (f"\n{plane.note}" if plane.note else ""), fontsize=drawing.CAPTION)
    return figure, data


def point_map(subject: Subject, plane: Plane | None = None) -> tuple[Figure, pd.DataFrame]:
    """The encoded designs by class, with a thumbnail of the one in the middle of each class.

    Parameters
    ----------
    subject : Subject
    plane : Plane, optional
        By default that of `across`; for k > 2 latents are projected onto it.

    Returns
    -------
    figure : Figure
    data : DataFrame
        One row per training design: ``u``, ``v``, ``label``, and whether it is the ``medoid`` of its class.
    """
    plane = plane or across(subject)
    points = plane.coordinates(subject.latents)
    data = pd.DataFrame({"u": points[:, 0], "v": points[:, 1], "label": subject.labels})
    looks = drawing.looks(subject.labels)
    medoids = {label: medoid(subject, label) for label in looks}
    data["medoid"] = data.index.isin(list(medoids.values()))
    with mpl.rc_context(STYLE):
        figure, ax = drawing.window(plane, height=COLUMN + 0.75)
        for label, look in looks.items():
            of_class = data[data["label"] == label]
            ax.scatter(of_class["u"], of_class["v"], s=6.0, alpha=0.6, linewidth=0, **look)
        figure.legend(loc="outside lower center", ncols=3, frameon=False, markerscale=2.0, handletextpad=0.2)
        rows = list(medoids.values())
        colours = [looks[label]["color"] for label in medoids]
        figure.canvas.draw()  # so that thumbnails find their places
        drawing.put(ax, subject, subject.designs[rows], points[rows], THUMBNAIL, colours)
    return figure, data


def sensitivity(subject: Subject, n: int = 60, plane: Plane | None = None) -> tuple[Figure, pd.DataFrame]:
    """How unevenly the decoder stretches the latent space: the condition number of its Jacobian over a plane.

    Where it is large, equal latent steps in two directions change the design by very different amounts. Latents are in
    units of the encoder's scale, as optimisers step; differences are central.

    Parameters
    ----------
    subject : Subject
    n : int
        Points in a row.
    plane : Plane, optional
        By default that of `across`.

    Returns
    -------
    figure : Figure
    data : DataFrame
        One row per point: ``u``, ``v``, ``condition``, and the largest and smallest ``stretch`` (design units a step).
    """
    plane = plane or across(subject)
    points = plane.lattice(n)
    slopes = jacobians(subject, plane.latents(points))
    known = np.isfinite(slopes).all(axis=(1, 2))
    singular = np.linalg.svd(np.where(known[:, None, None], slopes, 0.0), compute_uv=False)
    singular[~known] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        condition = singular[:, 0] / singular[:, -1]
    data = pd.DataFrame({"u": points[:, 0], "v": points[:, 1], "condition": condition})
    data = data.assign(stretch=singular[:, 0], least_stretch=singular[:, -1])
    with mpl.rc_context(STYLE):
        figure, ax = drawing.window(plane)
        shown = np.log10(np.where(np.isfinite(condition), condition, np.nan)).reshape(n, n)
        (left, bottom), (right, top) = plane.window
        image = ax.imshow(shown, extent=(left, right, bottom, top), origin="lower", aspect="auto", cmap="cividis")
        figure.colorbar(image, ax=ax, location="bottom", shrink=0.9, label="condition of the decoder's Jacobian, log₁₀")
        seen = plane.coordinates(subject.latents)
        ax.plot(*seen.T, ".", color="white", markersize=1.2, alpha=0.5)
    return figure, data


def jacobians(subject: Subject, latents: np.ndarray) -> np.ndarray:
    """Derivatives (n, d, k) of decoded designs by latents (n, k) in units of the encoder's scale."""
    n, k = latents.shape
    steps = STEP * np.diag(subject.scale)
    around = np.concatenate([latents[:, None] + steps, latents[:, None] - steps], axis=1)
    ahead, behind = np.split(subject.decode(around.reshape(-1, k)).reshape(n, 2 * k, -1), 2, axis=1)
    return np.asarray(np.swapaxes(ahead - behind, 1, 2) / (2 * STEP))


def medoid(subject: Subject, label: str) -> int:
    """Row of the training design that is nearest to the others of its class.

    Raises
    ------
    BadInput
        If there is no such class.
    """
    from scipy.spatial.distance import cdist

    rows = np.flatnonzero(subject.labels == label)[:MEDOID_SAMPLE]
    if not len(rows):
        raise unknown("class", label, sorted(set(subject.labels.tolist())))
    some = subject.designs[rows]
    return int(rows[cdist(some, some).sum(axis=1).argmin()])


def _look(subject: Subject, plane: Plane, points: np.ndarray) -> pd.DataFrame:
    designs, value, feasible = subject.look(plane.latents(points))
    return pd.DataFrame(
        {"u": points[:, 0], "v": points[:, 1], "value": value, "feasible": feasible, "design": list(designs)}
    )


def _quantiles(subject: Subject, plane: Plane, n: int) -> np.ndarray:
    drawn = plane.coordinates(subject.sample(PRIOR_SAMPLES, "grid"))
    u, v = np.quantile(drawn, (np.arange(n) + 0.5) / n, axis=0).T
    return np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)


def _near(subject: Subject, plane: Plane, design: np.ndarray) -> Plane:
    half = np.abs(plane.axes) @ subject.scale
    note = "around the start, a deviation each side"
    return replace(plane, origin=subject.encode(design[None])[0], window=np.array([-half, half]), note=note)


def _of_grid(variant: Variant) -> str:
    return {"data": "over the training data", "prior": "at quantiles of the prior", "around": "around a design"}[
        variant
    ]
