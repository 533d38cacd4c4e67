"""What a page shows of a latent space: its plane, encoded designs as dots, and the landscape of values behind them."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from bench.errors import visible
from bench.explorer.decoders import decoder
from bench.explorer.tape import packed
from bench.latent.subject import Subject
from bench.quantities import significant
from bench.store.layouts import described
from problems.base import Problem

MOST_DOTS = 500
GRID = 48
"""Cells of the landscape along an axis."""
CLIPPED = 0.02
"""The share of the landscape's values at either end that get the colour of the rest's extremes."""
LEVELS = 255
"""Steps of its colour."""


def space(subject: Subject) -> dict[str, Any]:
    """Describe a latent space as plain data for JSON.

    Returns
    -------
    dict
        ``decoder`` : see `bench.explorer.decoders.decoder`.
        ``centre``, ``low``, ``high`` : the mean of the encoded designs, and the box that is searched, shape (k,).
        ``axes`` : the one or two coordinates of largest variance, which the plane shows.
        ``share`` : of the variance, that is along them.
        ``dots`` : encoded designs on the plane, shape (m, 1 or 2), packed; ``classes`` of ``names``, shape (m,).
        ``landscape`` : see `_landscape`.
        ``reach`` : the largest coordinate of a design.
        ``problem`` : see `_facts`.
        ``picture`` : see `_picture`.

    Raises
    ------
    Unsupported
        If the page cannot evaluate the decoder.
    ValueError
        If the encoder is damaged.
    """
    facts = _facts(subject.problem)
    latents, box = subject.latents, subject.encoder.bounds
    if not np.isfinite(latents).all():
        raise ValueError("it encodes designs as what is not finite")
    if box is None or box.shape != (2, latents.shape[1]) or not (box[0] < box[1]).all():
        raise ValueError("its bounds are none")
    with np.errstate(over="ignore"):  # what is so far away is not believed by the decoder's description
        centre, variance = latents.mean(axis=0), latents.var(axis=0)
    axes = np.argsort(-variance, kind="stable")[:2]
    some = np.unique(np.linspace(0, len(latents) - 1, MOST_DOTS).round().astype(int))
    names, classes = np.unique(subject.labels, return_inverse=True)
    return {
        "decoder": decoder(subject.encoder, subject.problem.dim, centre, axes),
        "centre": centre.tolist(),
        "low": box[0].tolist(),
        "high": box[1].tolist(),
        "axes": axes.tolist(),
        "share": float(variance[axes].sum() / variance.sum()) if variance.any() else 1.0,
        "dots": packed(latents[some][:, axes]),
        "classes": classes[some].tolist(),
        "names": [visible(name) for name in names],
        "landscape": _landscape(subject, centre, axes, box),
        "reach": float(np.abs(subject.designs).max()),
        "problem": facts,
        "picture": _picture(subject),
    }


def _facts(problem: Problem) -> dict[str, Any]:
    """What the page shows of any problem, and what its formulas need where it names some."""
    bounds = None if problem.bounds is None else np.nan_to_num(problem.bounds).tolist()
    name, facts = None, {"tools": None, "target": None, "bounds": bounds}
    formulas = problem.explorer_formulas()
    if formulas is not None:
        name, told = str(formulas[0]), formulas[1]
        facts |= told
    return {"quantity": visible(problem.quantity), "formulas": name, **facts}


def _picture(subject: Subject) -> dict[str, Any]:
    """How a design is drawn: its problem's layout by kind, shape and faces, and the range of its coordinates."""
    ends = {"low": float(subject.designs.min()), "high": float(subject.designs.max())}
    return described(subject.problem) | ends


def _landscape(subject: Subject, centre: np.ndarray, axes: np.ndarray, box: np.ndarray) -> dict[str, Any]:
    """Evaluate a grid on the plane through the centre.

    Returns
    -------
    dict
        ``low``, ``high`` : the displayed value of the lowest and highest colour.
        ``rows``, ``columns`` : the shape of the grid, from the box's lower corner, by the second and the first axis.
        ``levels``, ``feasible`` : a byte a cell, from 0 to 255 and 0 or 1, in base64.
        ``values`` : the displayed value of each cell, None where it is not finite.
    """
    # values are those of the cells' middles
    ticks = [box[0, axis] + (np.arange(GRID) + 0.5) / GRID * (box[1, axis] - box[0, axis]) for axis in axes]
    grid = np.stack([each.ravel() for each in np.meshgrid(*ticks)], axis=1)
    z = np.tile(centre, (len(grid), 1))
    z[:, axes] = grid
    designs = subject.decode(z)
    evaluation = subject.evaluate(designs)
    value = np.asarray(subject.problem.display(evaluation.objective), dtype=float)
    finite = value[np.isfinite(value)]
    low, high = np.quantile(finite, [CLIPPED, 1 - CLIPPED]) if len(finite) else (1.0, 1.0)
    shown = np.nan_to_num(value, nan=high, posinf=np.inf, neginf=-np.inf)
    levels = LEVELS * np.clip((shown - low) / max(high - low, np.finfo(float).tiny), 0, 1)
    return {
        "low": float(low),
        "high": float(high),
        "rows": len(grid) // GRID,
        "columns": GRID,
        "levels": _bytes(levels.round()),
        "feasible": _bytes(evaluation.feasible),
        "values": [float(significant(each, 5)) if np.isfinite(each) else None for each in value],
    }


def _bytes(values: np.ndarray) -> str:
    return base64.b64encode(values.astype(np.uint8).tobytes()).decode()
