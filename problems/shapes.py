"""What all problems on outlines have in common: designs, training data, display and verification."""

from __future__ import annotations

import copy
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, Literal, Self, get_args

import numpy as np

from problems import outline_files, outlines
from problems.alignment import aligned, procrustes_mean, shuffled
from problems.base import DifferentiableProblem, Evaluation, Pullback, Verification
from problems.data import DataSettings, Drawn, File, Source, TrainingData
from problems.layouts import Outline

MIN_VERTICES, MAX_VERTICES = 8, 10_000
Alignment = Literal["drawn", "canonical", "shuffled"]
TEMPLATE_SIZE = 256
"""Outlines whose Procrustes mean the canonical alignment goes by."""


@dataclass(frozen=True)
class ShapeData(DataSettings):
    """Settings of a problem's training outlines, in addition to those of `problems.data.DataSettings`.

    The user's own outlines, at least four, may be in any file that `problems.files` reads, anywhere in the plane.
    Outlines with another number of vertices are resampled by arc length, and all are normalised.

    Attributes
    ----------
    classes : tuple of str
        Names in `problems.outlines.CLASSES`; outlines of these classes are drawn if there is no file.
    alignment : {"drawn", "canonical", "shuffled"}
        The rotation and the first vertex of outlines; each replicate adds a rotation and shift common to all. "drawn":
        as their families draw them, rotated by up to 15°, from polar angle 0. "canonical": with the best correlation
        with the Procrustes mean of a fixed sample. "shuffled": each at random, which augments the data.
    """

    classes: tuple[str, ...] = tuple(outlines.CLASSES)
    alignment: Alignment = "drawn"

    def __post_init__(self) -> None:
        unknown = [name for name in self.classes if name not in outlines.CLASSES]
        if unknown or not self.classes or len(set(self.classes)) < len(self.classes):
            allowed = ", ".join(outlines.CLASSES)
            raise ValueError(f"data.classes: {list(self.classes)} must be different names out of {allowed}")
        if self.alignment not in get_args(Alignment):
            raise ValueError(f"data.alignment: '{self.alignment}' must be one of {', '.join(get_args(Alignment))}")
        super().__post_init__()


@dataclass(frozen=True)
class RoundedShapeData(ShapeData):
    """Settings of outlines whose corners are rounded to the problem's tools, so that nearly all can be made.

    Attributes
    ----------
    rounded : bool
        Whether their corners are rounded.
    """

    rounded: bool = True


EVERY_CLASS = ShapeData()


def _source(data: ShapeData, n_vertices: int, rounding: tuple[float, float] | None) -> Source:
    if data.source is not None:
        own = (data.source, data.digest, n_vertices, rounding)
        return File(
            *(data.source, data.digest),
            partial(outline_files.designs_of, *own),
            left_out=outline_files.read(*own).left_out,
        )
    draw = partial(outlines.draw, n_vertices=n_vertices, rounding=rounding)
    return Drawn(f"drawn: {', '.join(data.classes)}", partial(draw, classes=data.classes), draw)


@lru_cache(maxsize=8)
def _template(data: ShapeData, n_vertices: int, rounding: tuple[float, float] | None) -> np.ndarray:
    """The mean outline (N, 2) of canonically aligned ones: of the source file, or of a fixed sample of every class."""
    rng = np.random.default_rng(0)  # it is a constant, not a draw
    if data.source is None:
        sample, _ = outlines.draw(TEMPLATE_SIZE, rng, n_vertices, rounding=rounding)
    else:
        sample = outline_files.designs_of(data.source, data.digest, n_vertices, rounding)[:TEMPLATE_SIZE]
    return procrustes_mean(sample.reshape(len(sample), n_vertices, 2))


FORMULAS = Path(__file__).with_name("outlines.js")
"""Perimeter, area, σ and constraints of outlines, for pages."""


class ShapeProblem(DifferentiableProblem):
    """A problem on outlines of N vertices, d = 2N, with displayed value σ = P / (2 √(πA)).

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
    _formulas_are_known = True
    """Whether objective and constraints are those that are compiled."""

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        own = {"objective", "constraints"} & vars(cls).keys()
        if "_formulas_are_known" not in vars(cls):
            cls._formulas_are_known = "of_quotient" in vars(cls) or (cls._formulas_are_known and not own)

    def __init__(
        self, n_vertices: int = 100, data: ShapeData = EVERY_CLASS, rounding: tuple[float, float] | None = None
    ) -> None:
        if not MIN_VERTICES <= n_vertices <= MAX_VERTICES:
            raise ValueError(f"n_vertices: {n_vertices} must be at least {MIN_VERTICES} and at most {MAX_VERTICES}")
        self.n_vertices = n_vertices
        self.dim = 2 * n_vertices
        self.layout = Outline(n_vertices)
        self.data = data
        self.n_designs = data.n
        self._training = TrainingData(_source(data, n_vertices, rounding), data.withhold)
        self.data_facts = self._training.facts
        self._rounding = rounding
        self._rotation = np.eye(2)
        self._first_vertex = 0

    def instance(self, rng: np.random.Generator) -> Self:
        """Give the designs another common rotation and first vertex, which do not change the objective."""
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
        return self._align(self._training.draw(n, rng, self)[0], rng)

    def labels(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """Class names, shape (n,), of what `designs` draws with an equal generator; None for a source file."""
        return self._training.draw(n, rng, self)[1]

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n designs of every class, or any of the source file, withholding nothing."""
        return self._align(self._training.reference(n, rng), rng)

    def of_quotient(self, quotient: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Objective of isoperimetric quotients, and its derivative by them; with it a class's formulas are compiled."""
        raise NotImplementedError

    @property
    def _compiled_tools(self) -> tuple[float, float, float, float, int] | None:
        """r, h, R_c, least quotient and near edges of constraints that are compiled; None where there are none."""
        return None

    def evaluate(self, x: np.ndarray) -> Evaluation:
        """Evaluate designs of shape (n, d), in compiled code where the formulas are known to it."""
        compiled = _compiled() if self._formulas_are_known else None
        if compiled is None:
            return super().evaluate(x)
        points = np.ascontiguousarray(x, dtype=float).reshape(len(x), self.n_vertices, 2)
        if self._compiled_tools is None:
            return Evaluation(self.of_quotient(compiled.quotients(points))[0], np.zeros((len(x), 0)))
        quotient, constraints, _, _ = compiled.constraints(points, *self._compiled_tools)
        return Evaluation(self.of_quotient(quotient)[0], constraints)

    def linearise(self, x: np.ndarray) -> tuple[Evaluation, Pullback]:
        """Evaluate designs of shape (n, d) for their gradients, in compiled code where it knows the formulas."""
        compiled, tools = _compiled() if self._formulas_are_known else None, self._compiled_tools
        if compiled is None:
            return super().linearise(x)
        points = np.ascontiguousarray(x, dtype=float).reshape(len(x), self.n_vertices, 2)
        if tools is None:
            objective, slope = self.of_quotient(compiled.quotients(points))
            evaluation = Evaluation(objective, np.zeros((len(x), 0)))
            return evaluation, lambda f, _: compiled.quotient_gradients(points, f * slope).reshape(len(x), self.dim)
        evaluation, field, whole, places = self._linearised(points, tools, compiled)

        def pullback(f: np.ndarray, g: np.ndarray) -> np.ndarray:
            weights = np.zeros_like(field)
            np.put_along_axis(weights, places, g, axis=1)
            return whole(f, weights)

        return evaluation, pullback

    def linearise_field(self, x: np.ndarray) -> tuple[Evaluation, np.ndarray, Pullback]:
        """Like `linearise`, with the constraints of every vertex."""
        compiled, tools = _compiled() if self._formulas_are_known else None, self._compiled_tools
        if compiled is None or tools is None:
            return super().linearise_field(x)
        points = np.ascontiguousarray(x, dtype=float).reshape(len(x), self.n_vertices, 2)
        return self._linearised(points, tools, compiled)[:3]

    def _linearised(
        self, points: np.ndarray, tools: tuple[float, float, float, float, int], compiled: Any
    ) -> tuple[Evaluation, np.ndarray, Pullback, np.ndarray]:
        quotient, constraints, field, places = compiled.constraints(points, *tools)
        objective, slope = self.of_quotient(quotient)

        def pullback(f: np.ndarray, g: np.ndarray) -> np.ndarray:
            return compiled.constraint_gradients(points, f * slope, g, *tools).reshape(len(points), self.dim)

        return Evaluation(objective, constraints), field, pullback, places

    def display(self, objective: np.ndarray) -> np.ndarray:
        """σ of objective values, infinite where the outline encloses no positive area."""
        quotient = np.asarray(self.quotient(np.asarray(objective, dtype=float)))
        return np.where(quotient > 0, 1 / np.sqrt(np.where(quotient > 0, quotient, 1.0)), np.inf)

    def quotient(self, objective: np.ndarray) -> np.ndarray:
        """The isoperimetric quotient Q of an objective value; here the objective is Q itself."""
        return objective

    def explorer_formulas(self) -> tuple[Path, dict[str, Any]] | None:
        """Those of outlines, unless a subclass has constraints of its own, which they do not know."""
        known = type(self).constraints is ShapeProblem.constraints
        return (FORMULAS, {"tools": None, "target": None}) if known else None

    def verify(self, x: np.ndarray) -> Verification:
        """Check with Shapely that the outline is a simple counter-clockwise ring."""
        from problems.verification import verify_outline

        return verify_outline(x)


@cache
def _compiled() -> Any:
    """The module of compiled formulas; None where Numba is missing, unknown to this Python, or cannot keep its code."""
    try:
        from problems import kernels
    except (ImportError, RuntimeError) as error:
        warnings.warn(f"formulas of outlines are not compiled, and slower: {error}", stacklevel=2)
        return None
    square = np.array([[[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]])
    tools = (0.1, 0.1, 1.0, 0.1)
    _, _, field, _ = kernels.constraints(square, *tools, 1)
    kernels.quotient_gradients(square, kernels.quotients(square))
    kernels.constraint_gradients(square, np.ones(1), field, *tools, 1)
    return kernels
