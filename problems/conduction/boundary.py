"""The temperature of a heated body that is cooled through its boundary, from that boundary alone; in Torch, to be read.

In units of s = √A, with a source of heat 1 and conductivity 1: −Δu = 1 inside, ∂u/∂n + Bi u = 0 on the outline. With
G = −ln r / 2π, Green's formula at a point of the outline at which the body has the angle θ says

    θ/2π u + ∮ (u ∂ₙG + Bi u G) ds + λ = ∫ G dA,        ∮ Bi u ds = A,

and λ = 0. On every edge u is a straight line between the values at its ends, plus a parabola that follows from second
differences (`bubbles_of`); all integrals are exact, that of G over the body by an antiderivative: nothing inside is
meshed. The first equation holds at the vertices. The second one is the balance of heat, and λ its multiplier: it makes
up for what the first ones miss, so that heat is balanced exactly, whatever the edges; and it takes up the constant that
another unit of length adds to G, for which without it the equations of some size would be singular (that of logarithmic
capacity 1). Then ∫u dA is an integral over the outline, too.

Costabel 1987, Principles of boundary element methods; Bucur & Giacomini 2015, 10.1007/s00205-015-0852-6.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from problems.geometry import isoperimetric_quotient, perimeter, unit_size
from problems.manufacturing import normals, tangent_point_curvatures

SHARPNESS = 0.02
"""Of the smooth maximum: temperatures that differ by this share of their own count much alike."""

FADING = 0.1
"""How fast a kink fades with distance, in units of 1/Bi: chosen for the least error, from Bi = 1 to 1000."""


def scaled(points: Tensor, least: float) -> Tensor:
    """Outlines (n, N, 2) about the means of their vertices, in units of s, s² = max(A, least P²/4π)."""
    outline = unit_size(points)
    length = perimeter(outline)
    size = length * (isoperimetric_quotient(outline).clamp(min=least) / (4 * torch.pi)).sqrt()
    return (outline - outline.mean(dim=1, keepdim=True)) / torch.where(size > 0, size, 1.0)[:, None, None]


class Temperatures(NamedTuple):
    """At vertices (n, N), of bubbles (n, N), the multiplier of the balance (n,), and the mean over the body (n,)."""

    values: Tensor
    bubbles: Tensor
    multiplier: Tensor
    mean: Tensor


def temperatures(outline: Tensor, biot: float) -> Temperatures:
    """Solve for scaled outlines (n, N, 2)."""
    n = outline.shape[1]
    left, right = potentials(outline, outline, biot)
    following, _, length = _edges(outline)
    cross = outline[..., 0] * following[..., 1] - outline[..., 1] * following[..., 0]
    to_bubbles = bubbles_of(outline, biot)
    of_values, of_bubbles, angle = left
    matrix = of_values + of_bubbles @ to_bubbles + torch.diag_embed(angle)
    hats = _at_ends(length / 2, length / 2) + (-(length**3) / 6)[:, None] @ to_bubbles
    border = torch.ones_like(right)[:, :, None]
    whole = torch.cat([torch.cat([matrix, border], 2), torch.cat([hats, torch.zeros_like(hats[:, :, :1])], 2)], 1)
    area = cross.sum(dim=1, keepdim=True) / 2
    unknown = torch.linalg.solve_ex(whole, torch.cat([right, area / biot], dim=1))[0]
    values = unknown[:, :n]
    bubbles = (to_bubbles @ values[:, :, None])[:, :, 0]

    # ∫u dA = ∮ (u x·n/2 + Bi u |x|²/4) ds − ∫|x|²/4 dA
    aa, ab, bb = (outline**2).sum(2), (outline * following).sum(2), (following**2).sum(2)
    start = cross / 4 + biot * length * (3 * aa + 2 * ab + bb) / 48
    end = cross / 4 + biot * length * (aa + 2 * ab + 3 * bb) / 48
    bent = -(length**2) * (cross / 12 + biot * length * (3 * aa + 4 * ab + 3 * bb) / 240)
    mean = (values * start + values.roll(-1, 1) * end + bubbles * bent - cross * (aa + ab + bb) / 48).sum(dim=1)
    return Temperatures(values, bubbles, unknown[:, n], mean)


def inside(outline: Tensor, found: Temperatures, targets: Tensor, biot: float) -> Tensor:
    """Temperatures (n, m) at points (n, m, 2) inside."""
    (of_values, of_bubbles, _), source = potentials(targets, outline, biot)
    told = of_values @ found.values[:, :, None] + of_bubbles @ found.bubbles[:, :, None]
    return (source - told[:, :, 0] - found.multiplier[:, None]) / (2 * torch.pi)


def largest(outline: Tensor, found: Temperatures, near: int, biot: float) -> Tensor:
    """The largest temperature (n,), smoothly: of vertices, and of the middles of the largest discs that touch there."""
    points = outline.mT.contiguous()
    curvature = tangent_point_curvatures(points, near)[0].clamp(min=1.0)
    inner = inside(outline, found, outline + normals(points).mT / curvature[:, :, None], biot)
    every = torch.cat([found.values, inner], dim=1)
    share = torch.softmax(every / (SHARPNESS * every.abs().amax(dim=1, keepdim=True)), dim=1)
    return (share * every).sum(dim=1)


def potentials(targets: Tensor, outline: Tensor, biot: float) -> tuple[tuple[Tensor, Tensor, Tensor], Tensor]:
    """Both sides of the equations at targets (n, m, 2), times 2π.

    Returns
    -------
    left : tuple of Tensor
        Matrices (n, m, N) of the values at vertices and of the bubbles of edges, and the angle (n, m) under which the
        outline is seen.
    right : Tensor, shape (n, m)
    """
    following, edge, length = _edges(outline)
    along = edge / length[:, :, None]
    a, b = outline[:, None] - targets[:, :, None], following[:, None] - targets[:, :, None]
    squares = [(each**2).sum(dim=3) for each in (a, b)]
    beside = (squares[0] == 0) | (squares[1] == 0)  # the target is an end of the edge
    l1, l2 = (torch.where(square == 0, 1.0, square).log() for square in squares)
    across, facing = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0], (a * b).sum(dim=3)
    t0 = torch.where(beside, 0.0, torch.atan2(across, torch.where(beside, 1.0, facing)))
    s1 = (a * along[:, None]).sum(dim=3)
    d = a[..., 0] * along[:, None, :, 1] - a[..., 1] * along[:, None, :, 0]
    length = length[:, None]
    s2 = s1 + length
    # ∫sᵏ ln r ds and ∫sᵏ d/r² ds
    i0 = (s2 * l2 - s1 * l1) / 2 - length + d * t0
    i1 = ((s2**2 + d**2) * (l2 - 1) - (s1**2 + d**2) * (l1 - 1)) / 4
    i2 = (s2**3 * (l2 - 2 / 3) - s1**3 * (l1 - 2 / 3)) / 6 + d**2 * (length - d * t0) / 3
    t1, t2 = d * (l2 - l1) / 2, d * (length - d * t0)
    constant, linear, square = t0 + biot * i0, t1 + biot * i1, t2 + biot * i2
    of_values = -_at_ends((s2 * constant - linear) / length, (linear - s1 * constant) / length)
    of_bubbles = -(square - (s1 + s2) * linear + s1 * s2 * constant)
    return (of_values, of_bubbles, t0.sum(dim=2)), -(d * (i0 - length / 2)).sum(dim=2) / 2


def bubbles_of(outline: Tensor, biot: float) -> Tensor:
    """The height of each edge's bubble, b (s − s₁)(s − s₂), as a matrix (n, N, N) times the values at vertices.

    It is the mean of half the second derivatives at its ends. There u has a kink where the outline turns by θ, of
    Bi u θ: on either side it falls outwards at the rate Bi u. The kink is no curvature, and is taken out, as far as it
    has not faded within the edges' length.
    """
    _, edge, after = _edges(outline)
    coming, before = edge.roll(1, 1), after.roll(1, 1)
    across, facing = coming[..., 0] * edge[..., 1] - coming[..., 1] * edge[..., 0], (coming * edge).sum(dim=2)
    turn, both = torch.atan2(across, facing), before + after
    one = torch.eye(outline.shape[1], dtype=outline.dtype)
    first, last = (1 / (before * both))[:, :, None], (1 / (after * both))[:, :, None]
    kink = (biot / (1 + FADING * biot * both) * turn / both)[:, :, None]
    bends = first * one.roll(-1, 1) + last * one.roll(1, 1) - (first + last + kink) * one
    return (bends + bends.roll(-1, 1)) / 2


def _edges(outline: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The vertex after each, the edge to it, and its length, nowhere zero."""
    following = outline.roll(-1, 1)
    edge = following - outline
    return following, edge, (edge.square().sum(dim=2) + torch.finfo(outline.dtype).tiny).sqrt()


def _at_ends(start: Tensor, end: Tensor) -> Tensor:
    """Of weights of both ends of each edge those of vertices, as rows."""
    total = start + end.roll(1, -1)
    return total if total.dim() == 3 else total[:, None]
