"""Geometry of closed outlines, written once in Torch and differentiated by it.

An outline is N ordered vertices (x0, y0, x1, y1, ...), closed without repeating the first; a batch of them has shape
(n, 2N). Lengths are in the units of the vertices.
"""

from __future__ import annotations

import torch
from torch import Tensor


def vertices(x: Tensor) -> Tensor:
    """Design vectors (n, 2N) as vertices (n, N, 2)."""
    return x.reshape(len(x), x.shape[1] // 2, 2)


def edges(points: Tensor) -> Tensor:
    """Edge vectors (n, N, 2) from each vertex (n, N, 2) to the next."""
    return torch.roll(points, -1, dims=1) - points


def perimeter(points: Tensor) -> Tensor:
    """Perimeter P (n,) of vertices (n, N, 2)."""
    return torch.linalg.vector_norm(edges(points), dim=-1).sum(dim=-1)


def signed_area(points: Tensor) -> Tensor:
    """Signed area A (n,) by the shoelace formula, positive for a counter-clockwise outline."""
    following = torch.roll(points, -1, dims=1)
    return 0.5 * (points[..., 0] * following[..., 1] - points[..., 1] * following[..., 0]).sum(dim=-1)


def unit_size(points: Tensor) -> Tensor:
    """Outlines moved to their first vertex and divided by their own extent, so that none over- or underflows.

    The divisor is a constant to autograd. For a function that is invariant to scale, gradients are exact all the same.
    """
    moved = points - points[:, :1].detach()
    extent = moved.detach().abs().amax(dim=(1, 2), keepdim=True)
    return moved / torch.where(extent > 0, extent, torch.ones_like(extent))


def isoperimetric_quotient(points: Tensor) -> Tensor:
    """Q = 4πA / P² in [-1, 1], shape (n,); 0 for an outline without extent.

    Bounded and smooth even where A <= 0, unlike σ = P / (2 √(πA)) = Q^(-1/2). The inequality Q <= 1 holds for every
    closed polygon, crossing itself or not.
    """
    outline = unit_size(points)
    length = perimeter(outline)
    return 4 * torch.pi * signed_area(outline) / torch.where(length > 0, length, torch.ones_like(length)) ** 2


def regular_quotient(n_vertices: int) -> float:
    """Q* = π / (N tan(π/N)) of the regular N-gon, the largest of any N-gon."""
    angle = torch.pi / n_vertices
    return float(angle / torch.tan(torch.tensor(angle, dtype=torch.float64)))
