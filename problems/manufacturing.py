"""What makes an outline manufacturable, as signed constraints in Torch.

The tool that cuts the inside of a part has a radius, and so has the one that clears the gaps around it. Both bound the
tangent-point radius: the radius of the circle through one point of an outline and tangent to it at another (global
radius of curvature: Gonzalez & Maddocks 1999, 10.1073/pnas.96.9.4769; tangent-point energies: Yu, Schumacher & Crane
2021, 10.1145/3478513.3480521). Lengths are in units of s = √A.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from problems.geometry import isoperimetric_quotient, unit_size
from problems.ties import NO_CURVATURE, TIE

CONSTRAINTS = ("features", "gaps", "orientation", "resolution", "turn", "turning number", "container")
"""What the columns of `Tools.constraints` stand for."""
OF_TOOLS = ("features", "gaps", "container")
"""Those that a workshop has; the others keep an outline one whose formulas hold."""
LONGEST_EDGE = 1.5
"""The longest edge, in mean edges; were it longer, edges could cross with no two vertices close."""
LEAST_COSINE = 0.5
"""Of the angle by which consecutive edges turn, at most 60°; were it more, an outline could fold onto itself."""
SOFTENING = 1e-3
"""The length below which two points count as one, in s."""
FINEST = 1e-12
"""Of an edge whose direction still counts, in s; far below what changes the direction of any that is in use."""
PAIRS_AT_ONCE = 200_000
"""Pairs of points whose curvatures are held at a time; few enough for a processor's cache."""


@dataclass(frozen=True)
class Tools:
    """The tools and the box that a design must suit, in units of s = √A.

    Attributes
    ----------
    r : float
        Radius of the smallest circle that must fit everywhere inside.
    h : float
        Radius of the smallest circle that must fit everywhere outside.
    R_c : float
        Radius of the container, a disc round the centroid of the outline (of the curve, not of the area).
    """

    r: float
    h: float
    R_c: float

    @property
    def bound(self) -> float:
        """σ of a smooth sausage of thickness 2r, (1/r + πr) / (2√π): the nominal bound (see docs/bound.md)."""
        return (1 / self.r + math.pi * self.r) / (2 * math.sqrt(math.pi))

    @property
    def least_quotient(self) -> float:
        """Q_min, a little under that of the bound for a tool of 0.8 r; nothing that is verified has so small a Q."""
        return 0.95 * Tools(0.8 * self.r, self.h, self.R_c).bound ** -2

    def constraints(self, points: Tensor) -> Tensor:
        """Signed constraints (n, 7) of vertices (n, N, 2), in the order of `CONSTRAINTS`; satisfied where g <= 0.

        Free of scale and place, of order one when badly broken; those of `field` are the maxima over its vertices.
        """
        given = self._measured(points)
        longest = _largest(given.length)
        return torch.stack(
            [
                _compressed(_largest(given.inside) * self.r - 1),
                _compressed(_largest(given.outside) * self.h - 1),
                1 - given.quotient / self.least_quotient,
                self._too_long(longest, given),
                LEAST_COSINE + _largest(-given.cosine),
                (given.turns - 1).abs() - 0.5,
                _compressed(_largest(given.distance) / self.R_c - 1),
            ],
            dim=-1,
        )

    def field(self, points: Tensor) -> Tensor:
        """The same before the maxima, (n, 5N + 2): five of each vertex, then orientation and turning number.

        Those of the vertices are features, gaps, resolution, turn and container, N each.
        """
        given = self._measured(points)
        return torch.cat(
            [
                _compressed(given.inside * self.r - 1),
                _compressed(given.outside * self.h - 1),
                self._too_long(given.length, given, (slice(None), None)),
                LEAST_COSINE - given.cosine,
                _compressed(given.distance / self.R_c - 1),
                1 - given.quotient[:, None] / self.least_quotient,
                (given.turns[:, None] - 1).abs() - 0.5,
            ],
            dim=1,
        )

    def _too_long(self, length: Tensor, given: _Measured, each: Any = ()) -> Tensor:
        relative = length / (LONGEST_EDGE * given.length.mean(dim=1))[each]
        absolute = length / (self.r * given.size)[each]
        return torch.where(absolute > relative, absolute, relative) - 1

    def _measured(self, points: Tensor) -> _Measured:
        outline = unit_size(points).mT.contiguous()
        along = torch.roll(outline, -1, dims=2) - outline
        length = _length(along)
        total = length.sum(dim=1)
        quotient = isoperimetric_quotient(points)
        # s² = max(A, Q_min P²/4π), and A = Q P²/4π: nothing is divided by a vanishing area
        size = total * (quotient.clamp(min=self.least_quotient) / (4 * math.pi)).sqrt()
        centroid = ((outline + along / 2) * length[:, None]).sum(dim=2) / total[:, None]
        outline = (outline - centroid[:, :, None]) / size[:, None, None]

        direction = along / length[:, None]
        before = torch.roll(direction, 1, dims=2)
        cosine = (before * direction).sum(dim=1)
        sine = before[:, 0] * direction[:, 1] - before[:, 1] * direction[:, 0]
        # a whole number, but for rounding: its gradient is zero
        turns = torch.atan2(sine, cosine).sum(dim=1).detach() / (2 * math.pi)
        inside, outside = tangent_point_curvatures(outline, self.near(points.shape[1]))
        return _Measured(inside, outside, length, cosine, _length(outline), quotient, turns, size)

    def near(self, n_vertices: int) -> int:
        """How many edges a half-turn of the tool takes on the longest design that the bound allows."""
        return math.ceil(n_vertices * math.pi * self.r**2 / (1 + math.pi * self.r**2))


class _Measured(NamedTuple):
    """What constraints are made of, (n, N) of each vertex, or (n,): lengths of edges in their own unit, s in that."""

    inside: Tensor
    outside: Tensor
    length: Tensor
    cosine: Tensor
    distance: Tensor
    quotient: Tensor
    turns: Tensor
    size: Tensor


def normals(outline: Tensor) -> Tensor:
    """Inward unit normals (n, 2, N) at the vertices of counter-clockwise outlines (n, 2, N), halving their angles.

    Both edges count alike, however long they are, so that a normal leans off that of either edge by half the turn, at
    most 30° in what is feasible. (Central differences lean by more where a short edge meets a long one, and let through
    waists that are thinner than the tool.)
    """
    along = torch.roll(outline, -1, dims=2) - outline
    direction = along / _length(along, FINEST)[:, None]
    tangent = torch.roll(direction, 1, dims=2) + direction
    return torch.stack([-tangent[:, 1], tangent[:, 0]], dim=1) / _length(tangent, FINEST)[:, None]


def tangent_point_curvatures(outline: Tensor, near: int) -> tuple[Tensor, Tensor]:
    """Find each vertex's largest curvature 1/R(i, j) of circles inside and outside outlines, two tensors (n, N).

    The circle is tangent to the outline at vertex i and passes through point j, which is any vertex, or the middle of
    an edge that is not among the ``near`` next ones on either side. (The middle of a chord lies inside its arc. Next to
    i this would read as a curvature up to 11 % too large, however fine the polygon is.) Curvatures are softened,
    2 n·d / (|d|² + (10⁻³)²), so that coincident points have a finite one; where all are below `NO_CURVATURE`, it is 0.

    Parameters
    ----------
    outline : Tensor, shape (n, 2, N)
        Coordinates of the vertices, counter-clockwise, of unit size.
    near : int
        In edges.
    """
    normal = normals(outline)
    others = torch.cat([outline, (outline + torch.roll(outline, -1, dims=2)) / 2], dim=2)
    with torch.no_grad():
        partners = _partners(outline, normal, others, near)

    # every pair is looked at, but only the two of a vertex that matter are differentiated
    def curvature(j: Tensor) -> Tensor:
        apart = others.gather(2, j[:, None].expand(-1, 2, -1)) - outline
        return 2 * (normal * apart).sum(dim=1) / ((apart**2).sum(dim=1) + SOFTENING**2)

    return curvature(partners[0]), -curvature(partners[1])


def _partners(outline: Tensor, normal: Tensor, others: Tensor, near: int) -> Tensor:
    """Points j, (2, n, N), at which each vertex's curvature is largest and smallest; itself where there is none."""
    n, _, n_vertices = outline.shape
    one, nothing = torch.ones_like(others[:, :1]), torch.zeros_like(outline[:, :1])
    # 2 n·d and |d|² are both products of what is known of i with (x, y, 1, x² + y²) of j
    bend = torch.cat([2 * normal, -2 * (normal * outline).sum(dim=1, keepdim=True), nothing], dim=1)
    squared = (outline**2).sum(dim=1, keepdim=True) + SOFTENING**2
    square = torch.cat([-2 * outline, squared, one[:, :, :n_vertices]], dim=1)
    of_i = torch.cat([bend, square], dim=2).mT
    of_j = torch.cat([others, one, (others**2).sum(dim=1, keepdim=True)], dim=1)
    skipped = _neighbouring(n_vertices, near)

    at_once = max(1, min(n, PAIRS_AT_ONCE // (2 * n_vertices**2)))
    products = outline.new_empty(at_once, 2 * n_vertices, 2 * n_vertices)
    curvature = outline.new_empty(at_once, n_vertices, 2 * n_vertices)
    found = []
    for first in range(0, max(n, 1), at_once):
        left, right = of_i[first : first + at_once], of_j[first : first + at_once]
        m = len(left)
        torch.bmm(left, right, out=products[:m])
        torch.div(products[:m, :n_vertices], products[:m, n_vertices:], out=curvature[:m])
        curvature[:m].flatten(1).index_fill_(1, skipped, 0.0)
        found.append(torch.stack([_first_of_each(curvature[:m]), _first_of_each(-curvature[:m])]))
    return torch.cat(found, dim=1)


def _first_of_each(curvature: Tensor) -> Tensor:
    """The first point at which each vertex's curvature (n, N, 2N) is largest, but for rounding, (n, N)."""
    largest = curvature.amax(dim=2)
    first = (curvature >= (1 - TIE) * largest[:, :, None]).int().argmax(dim=2)
    return torch.where(largest < NO_CURVATURE, torch.arange(first.shape[1]), first)


def _largest(values: Tensor) -> Tensor:
    """The first of each row of values (n, N) that is as large as its maximum, but for rounding."""
    with torch.no_grad():
        best = values.amax(dim=1, keepdim=True)
        first = (values >= best - TIE * best.abs()).int().argmax(dim=1, keepdim=True)
    return values.gather(1, first)[:, 0]


@lru_cache(maxsize=16)
def _neighbouring(n_vertices: int, near: int) -> Tensor:
    """Places in a flattened (N, 2N) matrix of vertices and points of a vertex itself and of edges next to it."""
    vertex = torch.arange(n_vertices)[:, None]
    edge = (vertex + torch.arange(-near, near)) % n_vertices
    skipped = torch.cat([n_vertices + edge, vertex], dim=1)
    return (vertex * 2 * n_vertices + skipped).flatten()


def _length(vectors: Tensor, least: float = 0.0) -> Tensor:
    """Lengths (n, N) of vectors (n, 2, N), nowhere zero, so that one can divide by them and differentiate."""
    return ((vectors**2).sum(dim=1) + max(least**2, torch.finfo(vectors.dtype).tiny)).sqrt()


def _compressed(excess: Tensor) -> Tensor:
    """An excess as it is while negative, and log(1 + excess) above: a crossing must not swamp all the rest."""
    return torch.where(excess > 0, torch.log1p(excess.clamp(min=0)), excess)
