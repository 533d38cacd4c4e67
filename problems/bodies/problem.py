"""What all problems on bodies have in common: designs, training data, formulas, and verification."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from torch.autograd import Function

from problems.base import DifferentiableProblem, Evaluation, Pullback, Verification
from problems.bodies import best, families, own, sphere
from problems.data import DataSettings, Drawn, File, TrainingData

if TYPE_CHECKING:
    from torch import Tensor

    from problems.data import Source
    from problems.layouts import Mesh


@dataclass(frozen=True, kw_only=True)
class BodyData(DataSettings):
    """Settings of a problem's training bodies, in addition to those of `problems.data.DataSettings`.

    The user's own bodies, at least two, are meshes (PLY, STL, OBJ; one file each) or arrays (n, 3V) of the sphere's
    connectivity. A mesh is mapped to this connectivity if all of it is visible from one point inside; otherwise it is
    left out.

    Attributes
    ----------
    n : int
        How many training designs an experiment draws.
    classes : tuple of str
        Names in `problems.bodies.families.CLASSES`; bodies of these classes are drawn if there is no file.
    """

    n: int = 500
    classes: tuple[str, ...] = tuple(families.CLASSES)

    def __post_init__(self) -> None:
        unknown = [name for name in self.classes if name not in families.CLASSES]
        if unknown or not self.classes or len(set(self.classes)) < len(self.classes):
            allowed = ", ".join(families.CLASSES)
            raise ValueError(f"data.classes: {list(self.classes)} must be different names out of {allowed}")
        super().__post_init__()


EVERY_CLASS = BodyData()


class BodyProblem(DifferentiableProblem):
    """A problem on closed triangle meshes of one connectivity, with displayed value σ = S / (36πV²)^⅓.

    A subclass writes `linearise`, with compiled formulas; everything else follows from it.

    Parameters
    ----------
    subdivisions : int
        Of the icosahedron, at least 1 and at most 8: V = 10·4ˢ + 2 vertices, d = 3V.
    data : BodyData
        Where training designs come from.
    relief : float
        How much the drawn bodies differ from the ball; see `problems.bodies.families.draw`.

    Raises
    ------
    ValueError
        For another number of subdivisions, or data that cannot be used.
    """

    quantity = "σ"
    layout: Mesh

    def __init__(self, subdivisions: int = 3, data: BodyData = EVERY_CLASS, relief: float = 1.0) -> None:
        if not sphere.FEWEST <= subdivisions <= sphere.MOST:
            raise ValueError(f"subdivisions: {subdivisions} must be at least {sphere.FEWEST} and at most {sphere.MOST}")
        self.subdivisions = subdivisions
        self.layout = sphere.layout(subdivisions)
        self.dim = 3 * sphere.n_vertices(subdivisions)
        self.faces = np.ascontiguousarray(self.layout.faces, dtype=np.int32)
        self.n_designs = data.n
        self._training = TrainingData(self._source(data, relief), data.withhold)
        self.data_facts = self._training.facts
        self._rotation = np.eye(3)

    def _source(self, data: BodyData, relief: float) -> Source:
        if data.source is not None:
            given = (data.source, data.digest, self.subdivisions)
            return File(*given[:2], partial(own.designs_of, *given), left_out=own.read(*given).left_out)
        draw = partial(families.draw, directions=self.layout.rest, faces=self.layout.faces, relief=relief)
        return Drawn(f"drawn: {', '.join(data.classes)}", partial(draw, classes=data.classes), draw)

    def instance(self, rng: np.random.Generator) -> Self:
        """Give the designs another common rotation, which does not change the objective."""
        turned = copy.copy(self)
        turned._rotation = families.rotation(rng.normal(size=3), rng.uniform(0, math.pi))
        for name in ("known_design", "optimal_design"):
            if (design := getattr(turned, name)) is not None:
                setattr(turned, name, turned._turned(design[None])[0])
        return turned

    def _turned(self, designs: np.ndarray) -> np.ndarray:
        return (designs.reshape(len(designs), -1, 3) @ self._rotation.T).reshape(designs.shape)

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n training designs, shape (n, 3V), as `data` says; fewer where a source file has no more."""
        return self._turned(self._training.draw(n, rng, self)[0])

    def labels(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """Class names, shape (n,), of what `designs` draws with an equal generator; None for a source file."""
        return self._training.draw(n, rng, self)[1]

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n designs of every class, or any of the source file, withholding nothing."""
        return self._turned(self._training.reference(n, rng))

    def _points(self, x: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(x, dtype=float).reshape(len(x), self.dim // 3, 3)

    def evaluate(self, x: np.ndarray) -> Evaluation:
        """Evaluate designs of shape (n, d)."""
        return self.linearise(x)[0]

    def linearise(self, x: np.ndarray) -> tuple[Evaluation, Pullback]:
        """Evaluate designs of shape (n, d), and give the function that differentiates what was found."""
        raise NotImplementedError

    def objective(self, x: Tensor) -> Tensor:
        """The objective, shape (n,)."""
        return _Linearised.apply(x, self.linearise)[0]  # type: ignore[no-untyped-call]

    def constraints(self, x: Tensor) -> Tensor:
        """Signed constraints, shape (n, m)."""
        return _Linearised.apply(x, self.linearise)[1]  # type: ignore[no-untyped-call]

    def quotient(self, objective: np.ndarray) -> np.ndarray:
        """The isoperimetric quotient Q of an objective value; here the objective is Q itself."""
        return objective

    def display(self, objective: np.ndarray) -> np.ndarray:
        """σ = Q^(-⅓) of objective values, infinite where the mesh encloses no positive volume."""
        quotient = np.asarray(self.quotient(np.asarray(objective, dtype=float)))
        return np.where(quotient > 0, np.cbrt(1 / np.where(quotient > 0, quotient, 1.0)), np.inf)

    def verify(self, x: np.ndarray) -> Verification:
        """Check that the surface is that of a solid: closed, normals outwards, no self-intersection."""
        from problems.bodies.verification import verify_body

        return verify_body(x, self.faces)


class _Linearised(Function):
    """Objective and constraints of a batch by a `linearise`, which gives their gradients, too."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, linearise: Any) -> tuple[Tensor, Tensor]:
        evaluation, ctx.pullback = linearise(x.detach().numpy())
        return torch.from_numpy(evaluation.objective), torch.from_numpy(evaluation.constraints)

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> tuple[Tensor, None]:
        return torch.from_numpy(ctx.pullback(*(part.contiguous().numpy() for part in outer))), None


def known(problem: BodyProblem, setting: str) -> None:
    """Set a problem's best known design and value, where there is one on record."""
    found = best.find(setting)
    if found is not None:
        problem.known_design = found
        problem.best_known = float(problem.evaluate(found[None]).objective[0])
