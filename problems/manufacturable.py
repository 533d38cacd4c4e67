"""What problems on manufacturable outlines have in common: constraints, training data and verification."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from problems import best_known, outlines
from problems.base import FEASIBILITY_TOLERANCE, Constraint, Verification
from problems.geometry import vertices
from problems.manufacturing import CONSTRAINTS, OF_TOOLS, Tools
from problems.shapes import FORMULAS, RoundedShapeData, ShapeProblem

if TYPE_CHECKING:
    from torch import Tensor

ROUNDED = RoundedShapeData()
ROUNDING = 1.05
"""Radii of rounded corners, in radii of the tools."""
LIMITS = {
    "features": "r: {tools.r} must be less than 0.564, the radius of a disc of unit area, which is the thickest design",
    "container": "R_c: {tools.R_c} must exceed 0.564, the radius of a disc of unit area, which is the smallest design",
}


class ManufacturableProblem(ShapeProblem):
    """A problem on outlines that tools of given radii can cut. Lengths are in units of √A.

    Parameters
    ----------
    n_vertices : int
        The number N of vertices, large enough for the tool: N >= 1/r² + π.
    r : float
        Radius of the smallest circle that must fit everywhere inside: no feature is thinner than 2r.
    h : float
        Radius of the smallest circle that must fit everywhere outside: no gap is narrower than 2h.
    R_c : float
        Radius of the container.
    data : RoundedShapeData
        Where training designs come from.

    Raises
    ------
    ValueError
        For parameters that leave no feasible design, or data that cannot be used.
    """

    version = "2"  # normals halve the angle at a vertex; in version 1 they were central differences
    constraint_kinds = tuple(Constraint(n, "manufacturing" if n in OF_TOOLS else "numerics") for n in CONSTRAINTS)
    table = best_known.TABLE
    """Of the best designs that are known."""

    def __init__(
        self,
        n_vertices: int = 100,
        r: float = 0.135,
        h: float = 0.09,
        R_c: float = 1.0,  # noqa: N803 - the symbol that the papers and the docs use
        data: RoundedShapeData = ROUNDED,
    ) -> None:
        for name, value in {"r": r, "h": h, "R_c": R_c}.items():
            if not 0 < value < math.inf:
                raise ValueError(f"{name}: {value} must be positive and finite")
        super().__init__(n_vertices, data, (ROUNDING * r, ROUNDING * h) if data.rounded else None)
        self.tools = Tools(r, h, R_c)
        self._check_that_something_is_feasible()
        self.known = best_known.find(self._key(), self.table)

    def _check_that_something_is_feasible(self) -> None:
        least = np.ceil(1 / self.tools.r / self.tools.r + math.pi)
        if self.n_vertices < least:
            raise ValueError(
                f"n_vertices: {self.n_vertices} cannot resolve r = {self.tools.r:g}: edges must be no longer than r; "
                f"at least {least:.0f} are needed"
            )
        angle = np.linspace(0, 2 * np.pi, self.n_vertices, endpoint=False)
        disc = torch.from_numpy(np.stack([np.cos(angle), np.sin(angle)], axis=-1))[None]
        worst, constraint = self.tools.constraints(disc)[0].max(dim=0)
        if worst > FEASIBILITY_TOLERANCE:
            raise ValueError(LIMITS[CONSTRAINTS[int(constraint)]].format(tools=self.tools))

    @property
    def _known_design(self) -> np.ndarray | None:
        """The best design on record as training designs are: centred, of unit area."""
        return None if self.known is None else outlines.normalise(np.reshape(self.known.design, (-1, 2))).ravel()

    def _entry(self, x: np.ndarray, found: str) -> str:
        """The line for a table of best known designs, of one that is better."""
        value = float(self.display(self.evaluate(x[None]).objective)[0])
        return best_known.entry(self._key(), best_known.BestKnown(value, found, datetime.now(UTC).date(), tuple(x)))

    def _key(self) -> str:
        return f"N={self.n_vertices} r={self.tools.r:g} h={self.tools.h:g} R_c={self.tools.R_c:g}"

    def constraints(self, x: Tensor) -> Tensor:
        """Signed constraints, shape (n, 7); see `problems.manufacturing`."""
        return self.tools.constraints(vertices(x))

    def constraint_field(self, x: Tensor) -> Tensor:
        """The same of every vertex, shape (n, 5N + 2), before the maxima."""
        return self.tools.field(vertices(x))

    @property
    def _compiled_tools(self) -> tuple[float, float, float, float, int]:
        tools = self.tools
        return tools.r, tools.h, tools.R_c, tools.least_quotient, tools.near(self.n_vertices)

    def explorer_formulas(self) -> tuple[Path, dict[str, Any]] | None:
        """Those of outlines, with the tools, unless a subclass has constraints of its own."""
        if type(self).constraints is not ManufacturableProblem.constraints:
            return None
        limits = {"r": self.tools.r, "h": self.tools.h, "container": self.tools.R_c}
        tools = {**limits, "leastQuotient": self.tools.least_quotient, "names": CONSTRAINTS}
        return FORMULAS, {"tools": tools, "target": None}

    def verify(self, x: np.ndarray) -> Verification:
        """Check with Shapely that the outline is a simple ring that the tools can cut, within its container."""
        from problems.verification import verify_manufacturable

        return verify_manufacturable(x, self.tools.r, self.tools.h, self.tools.R_c)
