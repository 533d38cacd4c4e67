"""All the pictures of a latent space as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.analysis import plots
from bench.latent import animation
from bench.latent.interpolation import interpolation
from bench.latent.landscape import landscape, trajectories
from bench.latent.maps import latent_grid, point_map, sensitivity
from bench.latent.plane import across
from bench.store.directory import Store

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from bench.latent.subject import Subject


def write(
    subject: Subject,
    folder: Path,
    ends: tuple[str, str] | None = None,
    records: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    films: str | None = None,
) -> Iterator[Path]:
    """Write every figure as PNG and PDF, and films if asked for; give each file's name when it is written.

    Parameters
    ----------
    subject : Subject
    folder : Path
        Created if it does not exist.
    ends : tuple of str, optional
        Classes between which designs are interpolated; the first and the last by default.
    records : tuple of DataFrame, optional
        Runs and traces of the experiment that the encoder is of, for the ways of its searches.
    films : {"gif", "webp"}, optional

    Yields
    ------
    Path

    Raises
    ------
    BadInput
        If the latent space is a line, a class is not there, or no search through the encoder has recorded its latents.
    """
    across(subject)
    labels = sorted(set(subject.labels.tolist()))
    first, last = ends or (labels[0], labels[-1])
    figures: dict[str, Callable[[], tuple[Figure, pd.DataFrame]]] = {
        "grid-data": partial(latent_grid, subject, "data"),
        "grid-prior": partial(latent_grid, subject, "prior"),
        "grid-around": partial(latent_grid, subject, "around"),
        "points": partial(point_map, subject),
        "landscape": partial(landscape, subject),
        "sensitivity": partial(sensitivity, subject),
        "interpolation": partial(interpolation, subject, first, last),
    }
    if records:
        figures["trajectories"] = partial(trajectories, subject, *records)
    for name, draw in figures.items():
        yield from plots.save(draw()[0], folder / name)
    if films:
        yield animation.walk(subject).save(folder / f"walk.{films}")
        yield animation.morph(subject, first, last).save(folder / f"interpolation.{films}")
        if hasattr(subject.encoder, "watch"):
            yield animation.training(subject).save(folder / f"training.{films}")
        if records:
            yield animation.search(subject, *records).save(folder / f"search.{films}")


def records_of(encoder: str | Path) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Runs and traces of the experiment directory that a stored encoder lies in; None for the name of an encoder."""
    folder = Path(encoder).resolve()
    if not (folder / "info.json").is_file():
        return None
    runs, traces = Store(folder.parent.parent).load(["evaluations", "displayed", "verified", "latent"])
    return None if runs.empty else (runs, traces)
