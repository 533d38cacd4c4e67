"""What all problems on outlines share: their designs, where those come from, and how one is shown and verified."""

from __future__ import annotations

import copy
import hashlib
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

import numpy as np

from problems import outlines
from problems.alignment import aligned, procrustes_mean, shuffled
from problems.base import DifferentiableProblem, Verification

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MIN_VERTICES, MAX_VERTICES = 8, 10_000
MOST_DESIGNS = 10**6
LEAST_OWN = 4
"""The least number of outlines in a file of the user's own."""
Alignment = Literal["drawn", "canonical", "shuffled"]
TEMPLATE_SIZE = 256
"""Outlines whose Procrustes mean the canonical alignment goes by."""
HELD_OUT = 0.1
"""The share of the user's own outlines that stays out of the training data, so that a start can be found there."""


@dataclass(frozen=True)
class ShapeData:
    """Which outlines a problem's training designs are drawn from.

    Attributes
    ----------
    classes : tuple of str
        Names in `problems.outlines.CLASSES`.
    withhold : float
        The share of the draw, in [0, 1), that is dropped: the best by the problem's own objective (leak control).
    n : int
        How many training designs an experiment draws.
    source : str or None
        A .npy or .csv file of the user's own outlines instead: shape (M, N, 2) or (M, 2N), a row an outline, M >= 4.
        Outlines of another number of vertices are resampled by arc length; all are normalised.
    digest : str
        SHA-256 of the file; filled in, and where it is given, the file must match it.
    alignment : {"drawn", "canonical", "shuffled"}
        How outlines are turned and which of their vertices is the first, in one replicate up to a common rotation and
        shift. "drawn": as their families draw them, up to 15° apart, and from polar angle 0; "canonical": to the best
        correlation with the Procrustes mean of a fixed sample; "shuffled": each at random, which augments the data.
    """

    classes: tuple[str, ...] = tuple(outlines.CLASSES)
    withhold: float = 0.0
    n: int = 2000
    source: str | None = None
    digest: str = ""
    alignment: Alignment = "drawn"

    def __post_init__(self) -> None:
        unknown = [name for name in self.classes if name not in outlines.CLASSES]
        if unknown or not self.classes or len(set(self.classes)) < len(self.classes):
            allowed = ", ".join(outlines.CLASSES)
            raise ValueError(f"data.classes: {list(self.classes)} must be different names out of {allowed}")
        if not 0 <= self.withhold < 1:
            raise ValueError(f"data.withhold: {self.withhold} must be at least 0 and less than 1")
        if not 2 <= self.n <= MOST_DESIGNS:
            raise ValueError(f"data.n: {self.n} must be at least 2 and at most {MOST_DESIGNS}")
        if self.alignment not in get_args(Alignment):
            raise ValueError(f"data.alignment: '{self.alignment}' must be one of {', '.join(get_args(Alignment))}")
        if self.source is not None:
            object.__setattr__(self, "digest", self._check_source(Path(self.source)))

    def _check_source(self, path: Path) -> str:
        if path.suffix not in (".npy", ".csv"):
            raise ValueError(f"data.source: {path} must be a .npy or .csv file")
        if not path.is_file():
            raise ValueError(f"data.source: there is no file {path}")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if self.digest not in ("", digest):
            raise ValueError(f"data.source: {path} is not the file that it was (SHA-256 {digest[:12]}…)")
        return digest


@dataclass(frozen=True)
class RoundedShapeData(ShapeData):
    """Outlines whose corners are rounded to the problem's tools, so that nearly all can be made.

    Attributes
    ----------
    rounded : bool
        Whether they are.
    """

    rounded: bool = True


EVERY_CLASS = ShapeData()


@lru_cache(maxsize=8)
def _read(data: ShapeData, n_vertices: int, rounding: tuple[float, float] | None) -> np.ndarray:
    """All outlines of the source file as designs, shape (M, 2N), normalised and where asked for rounded.

    Raises
    ------
    ValueError
        If the file does not hold at least four finite outlines of three or more vertices that enclose an area.
    """
    path = Path(str(data.source))
    try:
        with warnings.catch_warnings(action="ignore"):  # of an empty file, which has no shape that will do
            text = path.suffix == ".csv"
            table = np.loadtxt(path, delimiter=",", ndmin=2) if text else np.load(path, allow_pickle=False)
        table = np.asarray(table, dtype=float)
    except (ValueError, TypeError, EOFError, UnicodeDecodeError) as error:
        raise ValueError(f"data.source: {path} cannot be read: {error}") from None
    if table.ndim == 2 and table.shape[1] % 2 == 0:
        table = table.reshape(len(table), -1, 2)
    if table.ndim != 3 or table.shape[0] < LEAST_OWN or table.shape[1] < 3 or table.shape[2] != 2:
        raise ValueError(
            f"data.source: {path} has shape {table.shape}; it must be (M, N, 2) or (M, 2N), M >= {LEAST_OWN}"
        )
    if not np.isfinite(table).all():
        raise ValueError(f"data.source: {path} holds values that are not finite")
    try:
        return np.array([_as_design(outline, n_vertices, rounding) for outline in table])
    except ValueError as error:
        raise ValueError(f"data.source: {path}: {error}") from None


def _as_design(outline: np.ndarray, n_vertices: int, rounding: tuple[float, float] | None) -> np.ndarray:
    if rounding is not None:
        outline = outlines.rounded(outline, *rounding, n_vertices)
    if rounding is not None or len(outline) != n_vertices:
        outline = outlines.resample(outline, n_vertices)
    return outlines.normalise(outline).ravel()


@lru_cache(maxsize=8)
def _template(data: ShapeData, n_vertices: int, rounding: tuple[float, float] | None) -> np.ndarray:
    """The mean outline (N, 2) of canonically aligned ones: of the source file, or of a fixed sample of every class."""
    rng = np.random.default_rng(0)  # it is a constant, not a draw
    if data.source is None:
        sample, _ = outlines.draw(TEMPLATE_SIZE, rng, n_vertices, rounding=rounding)
    else:
        sample = _read(data, n_vertices, rounding)[:TEMPLATE_SIZE]
    return procrustes_mean(sample.reshape(len(sample), n_vertices, 2))


FORMULAS = Path(__file__).with_name("outlines.js")
"""Perimeter, area, σ and constraints of outlines, for pages."""


class ShapeProblem(DifferentiableProblem):
    """A problem on outlines of N vertices, d = 2N, whose values people read as σ = P / (2 √(πA)).

    Parameters
    ----------
    n_vertices : int
        The number N of vertices, at least 8 and at most 10,000.
    data : ShapeData
        Where training designs come from.
    rounding : (float, float), optional
        Radii to which convex and concave corners of all designs are rounded.

    Raises
    ------
    ValueError
        For too few vertices, or a source file that cannot be used.
    """

    quantity = "σ"

    def __init__(
        self, n_vertices: int = 100, data: ShapeData = EVERY_CLASS, rounding: tuple[float, float] | None = None
    ) -> None:
        if not MIN_VERTICES <= n_vertices <= MAX_VERTICES:
            raise ValueError(f"n_vertices: {n_vertices} must be at least {MIN_VERTICES} and at most {MAX_VERTICES}")
        self.n_vertices = n_vertices
        self.dim = 2 * n_vertices
        self.data = data
        self.n_designs = self.data.n
        self._rounding = rounding
        self._rotation = np.eye(2)
        self._first_vertex = 0
        if self.data.source is not None:
            self._own()  # a file that cannot be used is an error now, not in a worker

    def _own(self) -> np.ndarray:
        return _read(self.data, self.n_vertices, self._rounding)

    def instance(self, rng: np.random.Generator) -> Self:
        """Give the designs another common rotation and first vertex, to which the objective is blind."""
        turned = copy.copy(self)
        angle = rng.uniform(0, 2 * np.pi)
        turned._rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        turned._first_vertex = int(rng.integers(self.n_vertices))
        if turned.known_design is not None:
            turned.known_design = turned._align(turned.known_design[None], rng)[0]
        return turned

    def _align(self, designs: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Align designs (n, 2N) as `data` says, then as the instance does."""
        points = designs.reshape(len(designs), self.n_vertices, 2)
        if self.data.alignment == "canonical":
            points = aligned(points, _template(self.data, self.n_vertices, self._rounding))
        elif self.data.alignment == "shuffled":
            points = shuffled(points, rng)
        points = points @ self._rotation
        return np.roll(points, self._first_vertex, axis=1).reshape(len(designs), self.dim)

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n training designs, shape (n, 2N), as `data` says; fewer where a source file has no more."""
        return self._align(self._drawn(n, rng)[0], rng)

    def labels(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """Class names, shape (n,), of what `designs` draws with an equal generator; None for a source file."""
        return self._drawn(n, rng)[1]

    def _drawn(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray | None]:
        """Training designs before they are aligned, and their classes."""
        wanted = int(np.ceil(n / (1 - self.data.withhold)))
        if self.data.source is None:
            drawn, labels = outlines.draw(wanted, rng, self.n_vertices, self.data.classes, self._rounding)
        else:
            drawn, labels = self._for_training(rng)[:wanted], None
        kept = np.arange(len(drawn))
        dropped = int(np.floor(len(drawn) * self.data.withhold))
        if dropped:
            worst_first = np.argsort(-self.evaluate(drawn).objective, kind="stable")
            kept = np.sort(worst_first[: len(drawn) - dropped])
        kept = kept[:n]
        return drawn[kept], None if labels is None else labels[kept]

    def _for_training(self, rng: np.random.Generator) -> np.ndarray:
        """All of the user's own outlines but a random tenth, one of them at least from the worse half."""
        own = rng.permutation(self._own())
        objective = self.evaluate(own).objective
        first_of_the_worse = int(np.argmax(objective >= np.median(objective)))
        held_out = {first_of_the_worse, *range(int(HELD_OUT * len(own)))}
        return own[[i for i in range(len(own)) if i not in held_out]]

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n designs of every class, or any of the source file, withholding nothing."""
        if self.data.source is None:
            return self._align(outlines.draw(n, rng, self.n_vertices, rounding=self._rounding)[0], rng)
        return self._align(rng.permutation(self._own())[:n], rng)

    def display(self, objective: np.ndarray) -> np.ndarray:
        """σ of objective values, infinite where the outline encloses no positive area."""
        quotient = np.asarray(self.quotient(np.asarray(objective, dtype=float)))
        return np.where(quotient > 0, 1 / np.sqrt(np.where(quotient > 0, quotient, 1.0)), np.inf)

    def quotient(self, objective: np.ndarray) -> np.ndarray:
        """The isoperimetric quotient Q of an objective value; here the objective is Q itself."""
        return objective

    def draw(self, x: np.ndarray, ax: Axes) -> None:
        """Fill the outline, at equal scale on both axes."""
        points = x.reshape(-1, 2)
        ax.fill(points[:, 0], points[:, 1], alpha=0.4)
        ax.plot(*np.concatenate([points, points[:1]]).T, linewidth=1)
        ax.set_aspect("equal")

    def explorer_formulas(self) -> tuple[Path, dict[str, Any]] | None:
        """Those of outlines, unless a subclass has constraints of its own, which they do not know."""
        known = type(self).constraints is ShapeProblem.constraints
        return (FORMULAS, {"tools": None, "target": None}) if known else None

    def verify(self, x: np.ndarray) -> Verification:
        """Check with Shapely that the outline is a simple counter-clockwise ring."""
        from problems.verification import verify_outline

        return verify_outline(x)
