"""What makes a body printable, as signed constraints and their gradients, compiled by Numba.

A printer lays down walls no thinner than a tool, and cannot keep gaps open that are narrower than another: both bound
the tangent-point radius (`problems.bodies.contact`), over vertices and middles of faces. Lengths are in units of
s = V^⅓.
What stands beside it keeps a mesh from passing between its own points: see docs/method.md.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from problems.bodies.contact import add_curvature, curvature, partners
from problems.bodies.measures import unit_of
from problems.bodies.triangles import (
    add,
    add_angles,
    add_inward,
    between,
    cross,
    dot,
    local,
    moved,
    norm,
    placed_at,
    row,
    whole,
)
from problems.excess import compressed, compressed_slope

LONGEST, WIDEST, LEAST_COSINE, LEAST_QUALITY = 2.0, 1.25, 0.5, 0.25
"""Longest edge, in mean edges and in r; cosine of the largest angle between neighbouring faces; the least quality."""
LARGEST_TURN = 3 * math.pi
"""Of the angles round a vertex; were they 4π, the surface could wind round it twice."""


@njit(cache=True, error_model="numpy")
def field(
    points: np.ndarray,
    faces: np.ndarray,
    edges: np.ndarray,
    near: np.ndarray,
    begins: np.ndarray,
    order: np.ndarray,
    tools: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Quotients (n,), constraints before the maxima (n, M), and partners (n, 2, V), of vertices (n, V, 3).

    Parameters
    ----------
    points : ndarray, shape (n, V, 3)
    faces : ndarray of int, shape (F, 3)
    edges : ndarray of int, shape (E, 4)
        Two vertices, and the faces on either side.
    near, begins, order : ndarray of int
        As `problems.bodies.contact.partners` takes them.
    tools : ndarray, shape (4,)
        r, h, R_c and the least quotient.

    Notes
    -----
    The M constraints are features, gaps, turns and container of every vertex, lengths and folds of every edge,
    the quality of every face, and orientation.
    """
    r, h, container, least = tools
    n, n_vertices, n_faces, n_edges = len(points), points.shape[1], len(faces), len(edges)
    m = 4 * n_vertices + 2 * n_edges + n_faces + 1
    found, g, chosen = np.empty(n), np.empty((n, m)), np.zeros((n, 2, n_vertices), dtype=np.int64)
    for k in range(n):
        unit = unit_of(points[k])
        if math.isnan(unit):
            found[k] = math.nan
            g[k] = math.nan
            continue
        u = moved(points[k], unit)
        normals, areas, squares, angles, length = local(u, faces, edges)
        quotient, _, _, size, centre = whole(u, faces, normals, areas, least)
        found[k] = quotient
        placed, inward = placed_at(u, faces, normals, size, centre)
        inside, outside = partners(placed, inward, 2 * max(r, h), near, begins, order)
        chosen[k, 0], chosen[k, 1] = inside, outside
        at = 4 * n_vertices
        for i in range(n_vertices):
            g[k, i] = compressed(r * curvature(placed, inward, i, inside[i]) - 1)
            g[k, n_vertices + i] = compressed(-h * curvature(placed, inward, i, outside[i]) - 1)
            g[k, 2 * n_vertices + i] = angles[i] / LARGEST_TURN - 1
            g[k, 3 * n_vertices + i] = compressed(norm(placed, i) / container - 1)
        longest = max(n_edges / (LONGEST * length.sum()), 1 / (WIDEST * r * size))
        for e in range(n_edges):
            g[k, at + e] = length[e] * longest - 1
            one, other = edges[e, 2], edges[e, 3]
            cosine = dot(normals, one, other) / (areas[one] * areas[other])
            g[k, at + n_edges + e] = LEAST_COSINE - cosine
        at += 2 * n_edges
        for f in range(n_faces):
            g[k, at + f] = 1 - 2 * math.sqrt(3) * areas[f] / squares[f] / LEAST_QUALITY
        g[k, m - 1] = 1 - quotient / least
    return found, g, chosen


@njit(cache=True, error_model="numpy")
def gradients(
    points: np.ndarray,
    faces: np.ndarray,
    edges: np.ndarray,
    tools: np.ndarray,
    chosen: np.ndarray,
    weights: np.ndarray,
    of_field: np.ndarray,
) -> np.ndarray:
    """Gradients (n, V, 3) of weights (n,) times quotients plus weights (n, M) times constraints, given the partners."""
    r, h, container, least = tools
    n, n_vertices, n_faces, n_edges = len(points), points.shape[1], len(faces), len(edges)
    found = np.zeros_like(points)
    for k in range(n):
        unit, g = unit_of(points[k]), of_field[k]
        if math.isnan(unit):
            found[k] = math.nan
            continue
        if unit == 0:
            continue
        u = moved(points[k], unit)
        normals, areas, squares, _, length = local(u, faces, edges)
        quotient, surface, volume, size, centre = whole(u, faces, normals, areas, least)
        placed, inward = placed_at(u, faces, normals, size, centre)
        # each slope is the derivative of the weighted sum by what it is named after
        slope, slope_placed, slope_inward = np.zeros_like(u), np.zeros_like(placed), np.zeros_like(u)
        slope_normals, slope_areas, slope_squares = np.zeros_like(normals), np.zeros(n_faces), np.zeros(n_faces)
        slope_length, slope_total, slope_size = np.zeros(n_edges), 0.0, 0.0
        slope_quotient = weights[k] - g[-1] / least

        for i in range(n_vertices):
            if g[i] != 0:
                bent = r * curvature(placed, inward, i, chosen[k, 0, i])
                weight = g[i] * r * compressed_slope(bent - 1)
                add_curvature(placed, inward, i, chosen[k, 0, i], weight, slope_placed, slope_inward)
            if g[n_vertices + i] != 0:
                bent = -h * curvature(placed, inward, i, chosen[k, 1, i])
                weight = -g[n_vertices + i] * h * compressed_slope(bent - 1)
                add_curvature(placed, inward, i, chosen[k, 1, i], weight, slope_placed, slope_inward)
            if g[3 * n_vertices + i] != 0:
                away = norm(placed, i)
                outward = g[3 * n_vertices + i] * compressed_slope(away / container - 1) / (container * away)
                add(slope_placed, i, outward, placed[i, 0], placed[i, 1], placed[i, 2])

        at, total = 4 * n_vertices, length.sum()
        relative = n_edges * WIDEST * r * size >= LONGEST * total
        for e in range(n_edges):
            weight = g[at + e]
            if weight != 0 and relative:
                slope_length[e] += weight * n_edges / (LONGEST * total)
                slope_total -= weight * length[e] * n_edges / (LONGEST * total**2)
            elif weight != 0:
                slope_length[e] += weight / (WIDEST * r * size)
                slope_size -= weight * length[e] / (WIDEST * r * size**2)
            weight = -g[at + n_edges + e]
            if weight != 0:
                one, other = edges[e, 2], edges[e, 3]
                cosine = dot(normals, one, other) / (areas[one] * areas[other])
                share = weight / (areas[one] * areas[other])
                add(slope_normals, one, share, normals[other, 0], normals[other, 1], normals[other, 2])
                add(slope_normals, other, share, normals[one, 0], normals[one, 1], normals[one, 2])
                slope_areas[one] -= weight * cosine / areas[one]
                slope_areas[other] -= weight * cosine / areas[other]
        at += 2 * n_edges
        for f in range(n_faces):
            weight = -g[at + f] * 2 * math.sqrt(3) / LEAST_QUALITY
            slope_areas[f] += weight / squares[f]
            slope_squares[f] -= weight * areas[f] / squares[f] ** 2

        # from what is placed back to vertices, middles of faces, size and centre
        for f in range(n_faces):
            for corner in range(3):
                x, y, z = row(slope_placed, n_vertices + f)
                add(slope_placed, faces[f, corner], 1 / 3, x, y, z)
        cx, cy, cz = 0.0, 0.0, 0.0
        for i in range(n_vertices):
            x, y, z = row(slope_placed, i)
            slope_size -= (x * placed[i, 0] + y * placed[i, 1] + z * placed[i, 2]) / size
            add(slope, i, 1 / size, x, y, z)
            cx, cy, cz = cx - x / size, cy - y / size, cz - z / size
        slope_surface, slope_volume = 0.0, 0.0
        if surface > 0:  # size = S^½ (max(Q, Q_min) / 36π)^⅙
            slope_quotient += slope_size * size / (6 * quotient) if quotient > least else 0.0
            slope_surface = slope_size * size / (2 * surface) - 3 * slope_quotient * quotient / surface
            slope_volume = slope_quotient * 72 * math.pi * abs(volume) / surface**3
        add_inward(faces, normals, inward, slope_inward, slope_normals)
        for f in range(n_faces):
            a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
            ax, ay, az = row(u, a)
            ux, uy, uz = between(u, a, b)
            vx, vy, vz = between(u, a, c)
            slope_areas[f] += slope_surface / 2
            if surface > 0:
                x, y, z = ax + (ux + vx) / 3 - centre[0], ay + (uy + vy) / 3 - centre[1], az + (uz + vz) / 3 - centre[2]
                slope_areas[f] += (cx * x + cy * y + cz * z) / (2 * surface)
                for corner in range(3):
                    add(slope, faces[f, corner], areas[f] / (6 * surface), cx, cy, cz)
            add(slope, a, slope_volume / 6, normals[f, 0], normals[f, 1], normals[f, 2])
            add(slope_normals, f, slope_areas[f] / areas[f], normals[f, 0], normals[f, 1], normals[f, 2])
            add(slope_normals, f, slope_volume / 6, ax, ay, az)
            x, y, z = row(slope_normals, f)
            bx, by, bz = cross(vx, vy, vz, x, y, z)
            wx, wy, wz = cross(x, y, z, ux, uy, uz)
            twice = 2 * slope_squares[f]
            # the edges are u, v and v - u
            bx, by, bz = bx + twice * (2 * ux - vx), by + twice * (2 * uy - vy), bz + twice * (2 * uz - vz)
            wx, wy, wz = wx + twice * (2 * vx - ux), wy + twice * (2 * vy - uy), wz + twice * (2 * vz - uz)
            add(slope, a, -1.0, bx + wx, by + wy, bz + wz)
            add(slope, b, 1.0, bx, by, bz)
            add(slope, c, 1.0, wx, wy, wz)
        add_angles(u, faces, g[2 * n_vertices : 3 * n_vertices], 1 / LARGEST_TURN, slope)
        for e in range(n_edges):
            x, y, z = between(u, edges[e, 0], edges[e, 1])
            along = (slope_length[e] + slope_total) / length[e]
            add(slope, edges[e, 0], -along, x, y, z)
            add(slope, edges[e, 1], along, x, y, z)
        for i in range(n_vertices):
            add(found[k], i, unit, slope[i, 0], slope[i, 1], slope[i, 2])
    return found
