"""Samples of an encoder: how many are feasible, how new and how different they are, and their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from bench.analysis import plots
from bench.analysis.plots.style import COLUMN, GREY, PALETTE, STYLE, plain
from bench.errors import BadInput
from bench.latent.subject import Subject
from bench.quantities import caption, fixed, percent, significant

SHEET = 48
"""Designs on a contact sheet."""
PAIRS = 300
"""Designs between all pairs of which distances are averaged."""


@dataclass(frozen=True)
class Samples:
    """Designs that were drawn from an encoder's prior.

    Attributes
    ----------
    latents : ndarray, shape (n, k)
    designs : ndarray, shape (n, d)
    value : ndarray, shape (n,)
        Displayed; infinite or NaN where there is none.
    feasible : ndarray of bool, shape (n,)
    novelty : ndarray, shape (n,)
        Distance to the nearest training design, in units of the median distance of training designs to the nearest
        other one: at 1, a sample is as far from the data as the data are from each other. NaN for designs that are not
        finite, and where that median is 0.
    nearest : ndarray of int, shape (n,)
        The row of that training design; -1 where there is none.
    """

    latents: np.ndarray
    designs: np.ndarray
    value: np.ndarray
    feasible: np.ndarray
    novelty: np.ndarray
    nearest: np.ndarray

    def table(self) -> pd.DataFrame:
        """One row per sample: value, feasible, novelty, nearest."""
        names = ("value", "feasible", "novelty", "nearest")
        return pd.DataFrame({name: getattr(self, name) for name in names})


def draw(subject: Subject, n: int) -> Samples:
    """Draw n designs from the prior; the same encoder gives the same ones, and more of them begin alike.

    Raises
    ------
    BadInput
        For n below 1.
    """
    from scipy.spatial import KDTree

    if n < 1:
        raise BadInput(f"n: {n} must be at least 1")
    latents = np.concatenate([subject.sample(1, "sample", number) for number in range(n)])
    designs, value, feasible = subject.look(latents)
    tree = KDTree(subject.designs)
    unit = float(np.median(tree.query(subject.designs, k=2)[0][:, 1]))
    distance, nearest = np.full(n, np.nan), np.full(n, -1)
    known = np.isfinite(designs).all(axis=1)
    distance[known], nearest[known] = tree.query(designs[known])
    return Samples(latents, designs, value, feasible, distance / (unit or np.nan), nearest)


def summary(subject: Subject, samples: Samples) -> dict[str, Any]:
    """Statistics of the samples and of the training designs.

    Returns
    -------
    dict
        ``samples``, ``feasible`` (share), ``novelty`` (median), ``diversity`` (mean distance between samples over that
        between training designs), ``quartiles`` and ``data_quartiles`` of the displayed value, ``without_value``
        (samples that have none), and ``apart``, the Kolmogorov-Smirnov distance of the two distributions.
    """
    from scipy.spatial.distance import pdist
    from scipy.stats import ks_2samp

    data = subject.display(subject.evaluate(subject.designs))
    ours, theirs = samples.value[np.isfinite(samples.value)], data[np.isfinite(data)]
    known = samples.designs[np.isfinite(samples.designs).all(axis=1)][:PAIRS]
    novelty = samples.novelty[np.isfinite(samples.novelty)]
    return {
        "samples": len(samples.designs),
        "feasible": float(samples.feasible.mean()),
        "novelty": float(np.median(novelty)) if len(novelty) else np.nan,
        "diversity": float(pdist(known).mean() / pdist(subject.designs[:PAIRS]).mean()) if len(known) > 1 else np.nan,
        "quartiles": _quartiles(ours),
        "data_quartiles": _quartiles(theirs),
        "without_value": len(samples.value) - len(ours),
        "apart": float(ks_2samp(ours, theirs).statistic) if len(ours) and len(theirs) else np.nan,
    }


def _quartiles(values: np.ndarray) -> list[float]:
    return np.quantile(values, [0.25, 0.5, 0.75]).tolist() if len(values) else [np.nan] * 3


def sentences(subject: Subject, found: dict[str, Any]) -> str:
    """A summary in words."""
    quantity = subject.problem.quantity
    ours, data = (" / ".join(significant(q, 4) for q in found[name]) for name in ("quartiles", "data_quartiles"))
    return (
        f"{found['samples']} samples of {subject.name} on {subject.problem.name}: {percent(found['feasible'], 1)} "
        "satisfy the constraints\n"
        "novelty (median distance to the nearest training design, over that of training designs): "
        f"{fixed(found['novelty'], 2)}\ndiversity (mean distance between samples, over that of training designs): "
        f"{fixed(found['diversity'], 2)}\n{quantity}, quartiles: {ours}; training designs: {data}; "
        f"{found['without_value']} samples have none\n"
        f"Kolmogorov-Smirnov distance between the two: {fixed(found['apart'], 2)}"
    )


def sheet(subject: Subject, samples: Samples) -> tuple[Figure, np.ndarray]:
    """A contact sheet of the first 48 samples, with what they are worth; those that break a constraint are marked."""
    marks = ["" if ok else " ✗" for ok in samples.feasible[:SHEET]]
    shown = [caption(value) for value in samples.value[:SHEET]]
    captions = [f"{subject.problem.quantity} {value}{mark}" for value, mark in zip(shown, marks, strict=True)]
    return plots.sheet(samples.designs[:SHEET], subject.draw, captions)


def distribution(subject: Subject, samples: Samples) -> tuple[Figure, pd.DataFrame]:
    """The shares of samples, of feasible ones and of training designs up to each value, and up to each novelty.

    Returns
    -------
    figure : Figure
    data : DataFrame
        One row per design: ``of`` ("samples" or "training designs"), ``value``, ``feasible``, and ``novelty`` of
        samples.
    """
    seen = subject.evaluate(subject.designs)
    data = pd.concat(
        [
            samples.table()[["value", "feasible", "novelty"]].assign(of="samples"),
            pd.DataFrame({"value": subject.display(seen), "feasible": seen.feasible}).assign(of="training designs"),
        ],
        ignore_index=True,
    )
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(COLUMN, 4.2), layout="constrained")
        above, below = figure.subplots(2, 1)
        finite = data[np.isfinite(data["value"])]
        ours = finite[finite["of"] == "samples"]
        theirs = finite[finite["of"] == "training designs"]
        for rows, label, look in (
            (theirs, "training designs", {"color": GREY, "linestyle": "--"}),
            (ours, "samples", {"color": PALETTE[1]}),
            (ours[ours["feasible"]], "feasible samples", {"color": PALETTE[2], "linestyle": ":"}),
        ):
            if len(rows):
                above.ecdf(rows["value"], label=label, **look)
        above.set(xlabel=f"displayed value {plain(subject.problem.quantity)}", ylabel="share up to it")
        above.legend(frameon=False)
        known = samples.novelty[np.isfinite(samples.novelty)]
        if len(known):
            below.ecdf(known, color=PALETTE[1])
        below.axvline(1.0, color=GREY, linewidth=0.8)
        below.set(xlabel="distance to the data, in its own spacing", ylabel="share of samples", xlim=(0, None))
    return figure, data
