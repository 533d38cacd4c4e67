"""Moving pictures: a walk over a latent plane, one design becoming another, a search, an encoder being trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.analysis.plots.style import EVALUATIONS, PAGE, PALETTE, STYLE, plain
from bench.errors import BadInput, unknown
from bench.latent import drawing
from bench.latent.interpolation import WAYS, design_of, way
from bench.latent.landscape import near, paint, survey, ways
from bench.latent.plane import Plane, across
from bench.latent.subject import Subject
from bench.quantities import caption

if TYPE_CHECKING:
    from PIL.Image import Image

FRAMES, RATE = 120, 20
"""Of a film by default, and how many are shown in a second."""
DPI = 100
SURVEY = 100
"""Points in a row of the landscape behind."""
KINDS = ("gif", "webp")


@dataclass(frozen=True)
class Film:
    """A figure, and how each of its frames is drawn.

    Attributes
    ----------
    figure : Figure
    frames : int
    moving : list of Artist
        What differs between frames; all else is drawn once.
    show : callable
        Gives what moves the looks that it has in a frame, counted from 0.
    data : DataFrame
        What is shown, one row per frame.
    """

    figure: Figure
    frames: int
    moving: list[Artist]
    show: Callable[[int], None]
    data: pd.DataFrame

    def save(self, path: str | Path) -> Path:
        """Write the film, as its name ends: .gif or .webp.

        Raises
        ------
        BadInput
            For another ending, or where Pillow has been built without such files.
        """
        from PIL import features

        path = Path(path)
        kind = path.suffix.removeprefix(".")
        if kind not in KINDS:
            raise unknown("film", path.name, [f"NAME.{each}" for each in KINDS])
        if kind == "webp" and not features.check("webp"):
            raise BadInput(f"{path}: Pillow has been installed without WebP here; a .gif needs no codec")
        first, *others = self.images()
        first.save(path, save_all=True, append_images=others, duration=1000 // RATE, loop=0)
        return path

    def images(self) -> list[Image]:
        """All frames, as Pillow's images."""
        import PIL.Image
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        self.figure.set_dpi(DPI)
        canvas: Any = FigureCanvasAgg(self.figure)
        with mpl.rc_context(STYLE):
            self.show(self.frames - 1)
            canvas.draw()
            self.figure.set_layout_engine("none")  # the places stay, and need not be found for every frame
            for artist in self.moving:
                artist.set_visible(False)
            canvas.draw()
            still = canvas.copy_from_bbox(self.figure.bbox)
            for artist in self.moving:
                artist.set_visible(True)
            drawn = []
            for frame in range(self.frames):
                canvas.restore_region(still)
                self.show(frame)
                for artist in self.moving:
                    artist.draw(canvas.get_renderer())
                drawn.append(PIL.Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy()))
        return drawn


def walk(subject: Subject, frames: int = FRAMES, plane: Plane | None = None) -> Film:
    """A closed walk over a latent plane, on the landscape, with the design that each latent is decoded to.

    It is a figure of eight over three quarters of the plane's window, by default that of `across`.
    """
    plane = plane or across(subject)
    angle = 2 * np.pi * np.arange(frames) / frames
    middle, half = plane.window.mean(axis=0), 0.375 * np.diff(plane.window, axis=0)[0]
    points = middle + half * np.stack([np.sin(angle), np.sin(2 * angle)], axis=-1)
    designs, value, feasible = subject.look(plane.latents(points))
    data = pd.DataFrame({"u": points[:, 0], "v": points[:, 1], "value": value, "feasible": feasible})
    with mpl.rc_context(STYLE):
        figure, (ax, shape) = _two_panels()
        paint(figure, ax, subject, plane, survey(subject, plane, SURVEY))
        drawing.frame(ax, plane)
        ax.plot(*points[[*range(frames), 0]].T, color="white", linewidth=1.0)
        (dot,) = ax.plot([], [], "o", color="white", markeredgecolor="black", markersize=7.0)
        stage = _Stage(shape, subject, designs)

    def show(frame: int) -> None:
        dot.set_data(points[frame : frame + 1].T)
        stage.show(
            designs[frame], drawing.INK if feasible[frame] else drawing.PALE, _caption(subject, data.iloc[frame])
        )

    return Film(figure, frames, [dot, shape], show, data)


def morph(subject: Subject, first: np.ndarray | str, last: np.ndarray | str, frames: int = FRAMES) -> Film:
    """One design, or class, becoming another: through the latent space, and beside it through the design space."""
    data = way(subject, design_of(subject, first), design_of(subject, last), frames)
    by = {name: rows.reset_index(drop=True) for name, rows in data.groupby("way")}
    with mpl.rc_context(STYLE):
        figure, panels = _two_panels()
        everything = np.stack(data["design"].to_list())
        stages = {name: _Stage(ax, subject, everything) for name, ax in zip(WAYS, panels, strict=True)}

    def show(frame: int) -> None:
        for name, stage in stages.items():
            row = by[name].iloc[frame]
            ink = WAYS[name] if row["feasible"] else drawing.PALE
            stage.show(row["design"], ink, f"{name} way: {_caption(subject, row)}")

    return Film(figure, frames, list(panels), show, data)


def search(
    subject: Subject, runs: pd.DataFrame, traces: pd.DataFrame, arm: str | None = None, frames: int = FRAMES
) -> Film:
    """A recorded search: its best design so far, its way over the landscape, and its convergence.

    Without the label of an arm, it is that whose searches improved most often.

    Raises
    ------
    BadInput
        If the arm has no search through this encoder that recorded its latents.
    """
    plane = across(subject)
    found = ways(subject, runs, traces, plane)
    arm = arm or str(found.groupby("arm").size().idxmax())
    if arm not in set(found["arm"]):
        raise unknown("arm", arm, sorted(set(found["arm"])))
    steps = found[found["arm"] == arm]
    steps = steps[steps["search"] == steps["search"].min()].reset_index(drop=True)
    plane = near(plane, steps)
    latents = steps["latent"].to_list()
    designs, _, _ = subject.look(np.stack(latents))
    # frames are spread evenly over the logarithm of the evaluations, as the axis of the convergence is
    last = float(steps["evaluations"].iloc[-1])
    at = np.geomspace(1.0, max(last, 2.0), frames)
    reached = np.maximum(np.searchsorted(steps["evaluations"].to_numpy(), at, side="right") - 1, 0)
    data = steps.drop(columns="latent").iloc[reached].reset_index(drop=True).assign(shown_at=at)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(PAGE * 1.3, 3.1), layout="constrained")
        ax, shape, curve = figure.subplots(1, 3, width_ratios=(1.2, 1.0, 1.1))
        paint(figure, ax, subject, plane, survey(subject, plane, SURVEY))
        drawing.frame(ax, plane)
        (line,) = ax.plot([], [], "o-", color=PALETTE[0], linewidth=1.2, markersize=2.5)
        (here,) = ax.plot([], [], "X", color=PALETTE[0], markeredgecolor="white", markersize=8.0)
        curve.step(steps["evaluations"], steps["value"], where="post", color="0.85")
        (walked,) = curve.step([], [], where="post", color=PALETTE[1])
        curve.set(xscale="log", xlabel=EVALUATIONS, ylabel=f"best verified {plain(subject.problem.quantity)}")
        curve.set_title(plain(arm))
        stage = _Stage(shape, subject, designs)

    def show(frame: int) -> None:
        row, so_far = int(reached[frame]), steps.iloc[: reached[frame] + 1]
        line.set_data(so_far["u"], so_far["v"])
        here.set_data(so_far[["u", "v"]].to_numpy()[-1:].T)
        walked.set_data([*so_far["evaluations"], at[frame]], [*so_far["value"], so_far["value"].iloc[-1]])
        stage.show(designs[row], PALETTE[1], _caption(subject, steps.iloc[row]))

    return Film(figure, frames, [line, here, walked, shape], show, data)


def training(subject: Subject, frames: int = FRAMES) -> Film:
    """The encoded designs moving while the encoder is trained, which is done again: an epoch a frame, or every few.

    Raises
    ------
    BadInput
        If the encoder is not trained by epochs, or its latent space is a line.
    """
    plane = across(subject)
    encoder = subject.fit.encoder.make()
    if not hasattr(encoder, "watch"):
        raise BadInput(f"encoder '{subject.name}': is not trained epoch by epoch, so that there is nothing to watch")
    seen: list[np.ndarray] = []
    encoder.watch = lambda latents: seen.append(plane.coordinates(latents).astype(np.float32))
    encoder.fit(subject.designs, subject.fit_rng(), subject.problem.layout, subject.tasks)
    if not seen:
        raise BadInput(f"encoder '{subject.name}': was trained for no epoch, so that there is nothing to watch")
    chosen = np.unique(np.linspace(0, len(seen) - 1, frames).round().astype(int))
    with mpl.rc_context(STYLE):
        figure, ax = drawing.window(plane)
        clouds = {}
        for label, look in drawing.looks(subject.labels).items():
            (clouds[label],) = ax.plot([], [], linestyle="none", markersize=2.2, markeredgewidth=0, alpha=0.7, **look)
        figure.legend(loc="outside lower center", ncols=3, frameon=False, markerscale=2.0)

        epoch = ax.text(0.02, 0.98, "", transform=ax.transAxes, va="top")

    def show(frame: int) -> None:
        epoch.set_text(f"epoch {chosen[frame] + 1} of {len(seen)}")
        for label, cloud in clouds.items():
            cloud.set_data(seen[chosen[frame]][subject.labels == label].T)

    data = pd.DataFrame({"epoch": chosen + 1})
    return Film(figure, len(chosen), [*clouds.values(), epoch], show, data)


class _Stage:
    """Axes that show one design after another at the same scale."""

    def __init__(self, ax: Axes, subject: Subject, designs: np.ndarray) -> None:
        self.ax, self.subject = ax, subject
        boxes = []
        for x in designs:
            ax.clear()
            drawing.draw(ax, subject, x, "none")
            if ax.has_data():
                boxes.append(ax.dataLim.get_points())
        low, high = (np.min(boxes, axis=0)[0], np.max(boxes, axis=0)[1]) if boxes else (np.zeros(2), np.ones(2))
        half = 0.55 * float(np.max(high - low))
        middle = (low + high) / 2
        self.limits = {"xlim": middle[0] + np.array([-half, half]), "ylim": middle[1] + np.array([-half, half])}

    def show(self, design: np.ndarray, ink: Any, caption: str) -> None:
        self.ax.clear()
        drawing.draw(self.ax, self.subject, design, ink)
        self.ax.set(**self.limits, xticks=[], yticks=[])
        self.ax.spines[:].set_visible(False)
        self.ax.set_xlabel(caption)


def _two_panels() -> tuple[Figure, Any]:
    figure = Figure(figsize=(PAGE, 3.2), layout="constrained")
    return figure, figure.subplots(1, 2)


def _caption(subject: Subject, row: pd.Series) -> str:
    shown = caption(float(row["value"]))
    return f"{plain(subject.problem.quantity)} {shown}{'' if row.get('feasible', True) else ', infeasible'}"
