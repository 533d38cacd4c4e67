"""Heat dispersion in space: the printable body with the most surface for its volume."""

from __future__ import annotations

import math

import numpy as np

from problems.base import FEASIBILITY_TOLERANCE, Constraint, Evaluation, Pullback, Verification
from problems.bodies import neighbours, printing
from problems.bodies.problem import BodyData, BodyProblem, known

CONSTRAINTS = ("features", "gaps", "turns", "container", "lengths", "folds", "quality", "orientation")
"""What the columns of the constraints stand for, in the order of their parts of the field."""
OF_TOOLS = ("features", "gaps", "container")
"""Those that a printer has; the others keep a mesh one whose formulas hold."""
RELIEF = 0.6
"""Of the training designs, so that most can be printed."""
LIMITS = {
    "features": "r: {r} must be less than 0.62, the radius of a ball of unit volume, which is the thickest body",
    "container": "R_c: {R_c} must exceed 0.62, the radius of a ball of unit volume, which is the smallest body",
    "lengths": "subdivisions: {subdivisions} cannot resolve r = {r}; edges must be no longer than 1.25 r",
}
PRINTABLE = BodyData()


class HeatDispersion3D(BodyProblem):
    """Maximise the surface-to-volume ratio of a body, a proxy for the heat that it gives off.

    Design space
        V vertices of a subdivided icosahedron, d = 3V, unbounded. Invariant to translation, rotation and scale.
    Objective
        Q = 36πV|V|/S³ = σ⁻³, to be minimised. No optimum is known: there are a bound (docs/bound.md) and the best
        verified design so far (problems/bodies/best_known.npz).
    Constraints
        Tangent-point radii inside (r) and outside (h), angles round vertices, container, lengths of edges, folds,
        quality of triangles, orientation.
    Verification
        Closed, normals outwards, no self-intersection, winding number one; walls and gaps by rays; container.

    Parameters
    ----------
    subdivisions : int
        Of the icosahedron: V = 10·4ˢ + 2 vertices.
    r : float
        Radius of the smallest ball that must fit everywhere inside: no wall is thinner than 2r.
    h : float
        Radius of the smallest ball that must fit everywhere outside: no gap is narrower than 2h.
    R_c : float
        Radius of the container. All three radii are in units of the cube root of the volume.
    data : BodyData
        Where training designs come from.

    Raises
    ------
    ValueError
        For parameters that leave no feasible design, or data that cannot be used.
    """

    name = "heat-dispersion-3d"
    larger_is_better = True
    n_reference = 100
    constraint_kinds = tuple(Constraint(n, "manufacturing" if n in OF_TOOLS else "numerics") for n in CONSTRAINTS)

    def __init__(
        self,
        subdivisions: int = 3,
        r: float = 0.15,
        h: float = 0.1,
        R_c: float = 1.0,  # noqa: N803 - the symbol that the papers and the docs use
        data: BodyData = PRINTABLE,
    ) -> None:
        for name, value in {"r": r, "h": h, "R_c": R_c}.items():
            if not 0 < value < math.inf:
                raise ValueError(f"{name}: {value} must be positive and finite")
        super().__init__(subdivisions, data, relief=RELIEF)
        self.r, self.h, self.R_c = r, h, R_c
        self._tools = np.array([r, h, R_c, 0.95 * nominal_bound(0.8 * r) ** -3])
        self._edges = neighbours.edges_of(self.layout)
        self._near = (*neighbours.near_faces(self.layout, rings(r, subdivisions)), neighbours.order_of(self.layout))
        self._parts = _parts(len(self.layout.rest), len(self._edges), len(self.faces))
        self._check_that_something_is_feasible()
        self.bound = nominal_bound(r) ** -3
        self.targets = tuple(sigma for sigma in (1.1, 1.2, 1.4) if sigma < nominal_bound(r))
        self.setting = f"{self.name} subdivisions={subdivisions} r={r:g} h={h:g} R_c={R_c:g}"
        known(self, self.setting)

    def _check_that_something_is_feasible(self) -> None:
        ball = self.evaluate(self.layout.rest.reshape(1, -1)).constraints[0]
        worst = int(np.argmax(ball))
        if ball[worst] > FEASIBILITY_TOLERANCE:
            raise ValueError(LIMITS[CONSTRAINTS[worst]].format(**vars(self)))

    def linearise_field(self, x: np.ndarray) -> tuple[Evaluation, np.ndarray, Pullback]:
        """Evaluate designs (n, d), with the constraints of every vertex, edge and face, (n, 4V + 2E + F + 1)."""
        points = self._points(x)
        quotient, field, chosen = printing.field(points, self.faces, self._edges, *self._near, self._tools)
        maxima = np.maximum.reduceat(field, self._parts, axis=1)

        def pullback(f: np.ndarray, g: np.ndarray) -> np.ndarray:
            weights = np.ascontiguousarray(f), np.ascontiguousarray(g)
            slopes = printing.gradients(points, self.faces, self._edges, self._tools, chosen, *weights)
            return slopes.reshape(len(points), self.dim)

        return Evaluation(quotient, maxima), field, pullback

    def linearise(self, x: np.ndarray) -> tuple[Evaluation, Pullback]:
        """Evaluate designs (n, d), with the largest constraint of each kind."""
        evaluation, field, whole = self.linearise_field(x)

        def pullback(f: np.ndarray, g: np.ndarray) -> np.ndarray:
            weights = np.zeros_like(field)
            ends = np.append(self._parts[1:], field.shape[1])
            for kind, (begin, end) in enumerate(zip(self._parts, ends, strict=True)):
                weights[np.arange(len(field)), begin + field[:, begin:end].argmax(axis=1)] = g[:, kind]
            return whole(f, weights)

        return evaluation, pullback

    def verify(self, x: np.ndarray) -> Verification:
        """Check that the surface is that of a solid, and measure walls and gaps by rays."""
        from problems.bodies.verification import verify_printable

        return verify_printable(x, self.faces, self.r, self.h, self.R_c)


def nominal_bound(r: float) -> float:
    """σ of a smooth sausage of thickness 2r, (2/r + 4πr²/3) / (36π)^⅓; see docs/bound.md."""
    return (2 / r + 4 * math.pi * r**2 / 3) / math.cbrt(36 * math.pi)


def rings(r: float, subdivisions: int) -> int:
    """How many edges a half-turn of the tool takes on a body of twice the ball's surface."""
    surface = 2 * math.cbrt(36 * math.pi)
    edge = math.sqrt(4 / math.sqrt(3) * surface / (20 * 4**subdivisions))
    return math.ceil(math.pi * r / edge)


def _parts(n_vertices: int, n_edges: int, n_faces: int) -> np.ndarray:
    sizes = [n_vertices] * 4 + [n_edges] * 2 + [n_faces]
    return np.concatenate([[0], np.cumsum(sizes)])
