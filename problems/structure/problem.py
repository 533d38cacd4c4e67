"""The stiffest plate of a given volume under a load."""

from __future__ import annotations

import copy
import math
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from torch.autograd import Function

from problems.base import DifferentiableProblem, Verification
from problems.conditions import Condition, Conditions
from problems.data import Drawn, File, TrainingData, read_array
from problems.layouts.grid import Grid
from problems.structure.density import projected, projected_slope
from problems.structure.elements import node
from problems.structure.fields import smooth_fields
from problems.structure.plate import Plate
from problems.structure.siblings import Siblings, StructureData
from problems.structure.supports import SupportName, held, load

if TYPE_CHECKING:
    from torch import Tensor

    from problems.data import Source

MOST = (200, 100)
"""Cells of the largest grid, along its longer and its shorter side."""
CONDITIONS = Conditions(
    (
        Condition("place", 0.0, 1.0, unit=0.15),
        Condition("angle", 0.0, 180.0, unit=math.degrees(0.5), cyclic=True, step=1.0),  # f and -f are alike
    )
)
DEFAULT = StructureData()
ROUNDING = 1e-8
"""By how much the compliances of two solvers may differ, as a share; on ordinary plates it is less than 1e-10."""


class Structure(DifferentiableProblem):
    """Minimise the compliance of a plate of given volume under a load: topology optimisation on a grid.

    Design space
        Any field x on nx × ny cells, d = nx·ny. The density is the nearest field within [0, 1] of mean v, so the volume
        is exact. The density is then filtered.
    Objective
        log(c / c_best), with c = fᵀu; c / c_best is displayed. c_best is the least compliance on record for the load;
        if there is none, it comes from 100 steps of optimality criteria.
    Constraints
        None: the projection keeps the volume.
    Conditions
        Place and angle of the load; if they are not given, each replicate draws its own.
    Verification
        Another projection, filter, assembly and solver; forces in balance.

    Parameters
    ----------
    nx, ny : int
        Cells, at most 200 × 100.
    volume : float
        The mean density v, in (0, 1).
    support : {"cantilever", "bridge", "mbb"}
        See `problems.structure.supports`.
    place : float or None
        Place of the load on its edge, in [0, 1], from below or from the left.
    angle : float or None
        Angle of the load, in degrees from the x axis.
    radius : float
        Radius of the density filter, in cells.
    e_min : float
        Young's modulus of the void; that of the material is 1.
    data : StructureData

    References
    ----------
    Bendsøe & Sigmund 2003, Topology Optimization; Andreassen et al. 2011.
    """

    name, version = "structure", "2"
    quantity = "c/c_best"
    best_known = 0.0
    targets = (1.5, 1.2, 1.05)
    n_reference = 128  # each is a system of equations, beside all budgets
    conditions: Conditions = CONDITIONS
    task: np.ndarray

    def __init__(
        self,
        nx: int = 60,
        ny: int = 20,
        volume: float = 0.4,
        support: SupportName = "cantilever",
        place: float | None = None,
        angle: float | None = None,
        radius: float = 1.6,
        e_min: float = 1e-3,
        data: StructureData = DEFAULT,
    ) -> None:
        if not (radius > 0 and min(nx, ny) >= 2 * radius):
            raise ValueError(
                f"radius: {radius} must be positive and at most half the shorter side of {nx} × {ny} cells"
            )
        if max(nx, ny) > MOST[0] or min(nx, ny) > MOST[1]:
            raise ValueError(f"nx, ny: {nx} × {ny} cells must be at most {MOST[0]} × {MOST[1]}")
        if not 0 < volume < 1:
            raise ValueError(f"volume: {volume} must be between 0 and 1")
        if not 0 < e_min < 1:
            raise ValueError(f"e_min: {e_min} must be between 0 and 1")
        self.nx, self.ny, self.volume, self.support = nx, ny, volume, support
        self.dim, self.layout = nx * ny, Grid(nx, ny)
        self.bounds = np.array([[0.0] * self.dim, [1.0] * self.dim])
        self.radius, self.e_min = radius, e_min
        self.plate = Plate(nx, ny, held(support, nx, ny), e_min, radius)
        self.setting = f"{support} {nx}x{ny} v={volume:g} radius={radius:g} e_min={e_min:g}"
        self._given = (place, angle)
        self._set(np.array([0.5 if place is None else place, 90.0 if angle is None else angle]))
        self.n_designs = data.n
        self.data = TrainingData(self._source(data), data.withhold)
        self.data_facts = self.data.facts

    def _source(self, data: StructureData) -> Source:
        if data.source is not None:
            return File(data.source, data.digest, partial(self._read, data.source))
        if data.kind == "fields":
            return Drawn("drawn: smooth fields", lambda n, rng: (self.reference(n, rng), None))
        return Siblings(self.setting, data.nearest)

    def _read(self, source: str | tuple[str, ...]) -> np.ndarray:
        designs = read_array(source)
        if designs.ndim != 2 or designs.shape[1] != self.dim:
            raise ValueError(f"data.source: {source} holds an array of {designs.shape}; it must be (n, {self.dim})")
        return designs

    def _set(self, task: np.ndarray) -> None:
        self.task = task
        self.forces = load(self.support, self.nx, self.ny, float(task[0]), float(task[1]))
        self.__dict__.pop("known_design", None)
        self.__dict__.pop("_reference_compliance", None)

    def at(self, task: np.ndarray) -> Self:
        """The same plate under another load, (place, angle)."""
        other = copy.copy(self)
        other._set(np.asarray(task, dtype=float))
        return other

    def instance(self, rng: np.random.Generator) -> Self:
        """The plate under a load of the replicate's own, as far as none is given."""
        drawn = self.conditions.draw(1, rng)[0]
        return self.at(
            np.array([own if given is None else given for own, given in zip(drawn, self._given, strict=True)])
        )

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n training designs."""
        return self.data.draw(n, rng, self)[0]

    def tasks(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """The loads (n, 2) that these were optimised for; None where they were for none."""
        source = self.data.source
        if not isinstance(source, Siblings) or self.data.withhold:
            return None
        from problems.structure.siblings import STORED, stored

        return stored(STORED, source.setting)[0][source.rows(n, rng, self)]

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n smooth fields, of which nothing has been optimised; starts come from here."""
        return smooth_fields(n, rng, self.nx, self.ny, self.volume)

    @cached_property
    def known_design(self) -> np.ndarray:  # type: ignore[override]
        """The best density on record for the load."""
        from problems.structure.best import best_known

        return best_known(self)

    def best_known_entry(self, x: np.ndarray, found: str) -> str:
        """Write the line for problems/structure/best_known.toml; `python -m problems.structure.best` takes it up."""
        from problems.structure.best import entry

        return entry(self, x, found)

    @cached_property
    def _reference_compliance(self) -> float:
        return self.plate.compliance(self.known_design, self.forces)[0]

    def objective(self, x: Tensor) -> Tensor:
        """log(c / c_best), shape (n,)."""
        logarithm: Tensor = _LogCompliance.apply(x, self)  # type: ignore[no-untyped-call]
        return logarithm - math.log(self._reference_compliance)

    def display(self, objective: np.ndarray) -> np.ndarray:
        """C / c_best of objective values."""
        with np.errstate(over="ignore"):
            return np.exp(objective)

    def log_compliance(self, x: np.ndarray) -> tuple[float, np.ndarray]:
        """Log c of one design (d,), and its gradient (d,); NaN where there is none."""
        with np.errstate(all="ignore"):
            density = projected(x, self.volume) if np.isfinite(x).all() else np.full_like(x, np.nan)
            if not np.isfinite(density).all():
                return math.nan, np.full_like(x, np.nan)
            compliance, slope = self.plate.compliance(density, self.forces)
            if not compliance > 0:
                return math.nan, np.full_like(x, np.nan)
            return math.log(compliance), projected_slope(slope, density) / compliance

    def verify(self, x: np.ndarray) -> Verification:
        """Check the volume and the balance of forces, and measure c / c_best, by other means."""
        from problems.structure.verification import measured

        sizes, void = (self.nx, self.ny), (self.e_min, self.radius)
        fixed = held(self.support, *sizes)
        own, reasons = measured(np.asarray(x, dtype=float), sizes, fixed, self.forces, self.volume, void)
        if reasons or not math.isfinite(own):
            return Verification(False, tuple(reasons) or ("its compliance is not finite",))
        return Verification(True, (), own / self._reference_compliance)

    def remeasure(self, x: np.ndarray) -> tuple[float, float]:
        """C / c_best by scikit-fem, and by how much rounding may move it."""
        from problems.structure import finite_elements
        from problems.structure.verification import moduli, nearest_density

        i, j = np.indices((self.nx + 1, self.ny + 1))
        at = 2 * node(self.nx, self.ny, i, j)[..., None] + np.arange(2)
        fixed = np.isin(at, held(self.support, self.nx, self.ny))
        young = moduli(nearest_density(x, self.volume), (self.nx, self.ny), (self.e_min, self.radius))
        found = finite_elements.compliance(young.reshape(self.nx, self.ny), self.forces[at], fixed)
        value = found / self._reference_compliance
        return value, ROUNDING * value


class _LogCompliance(Function):
    """log c of a batch; a solution gives the value and the gradient, row by row."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, problem: Structure) -> Tensor:
        rows = [problem.log_compliance(row) for row in x.detach().numpy()]
        slopes = np.array([slope for _, slope in rows]).reshape(x.shape)
        ctx.save_for_backward(torch.from_numpy(slopes))
        return torch.tensor([value for value, _ in rows], dtype=torch.float64)

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> tuple[Tensor, None]:
        (slopes,) = ctx.saved_tensors
        return outer[0][:, None] * slopes, None
