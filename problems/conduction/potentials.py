"""Potentials of an outline on which temperatures are given, compiled; `problems.conduction.boundary` has the formulas.

Seen from a target, an edge runs from s₁ to s₂ along its own direction, at the signed distance d. Six integrals over it
are all that is needed, and their derivatives by s₁, s₂ and d are made of the same logarithms and the same angle.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy")
def seen(targets: np.ndarray, outline: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What targets (m, 2) see of an outline (N, 2), each array (m, N).

    Returns
    -------
    squares : ndarray
        Squared distances to vertices.
    logarithms : ndarray
        Of these; 0 where a vertex is the target itself.
    angles : ndarray
        Under which each edge, from its vertex on, is seen.
    """
    m, n = len(targets), len(outline)
    squares, logarithms, angles = np.empty((m, n)), np.empty((m, n)), np.empty((m, n))
    for i in range(m):
        tx, ty = targets[i]
        for j in range(n):
            dx, dy = outline[j, 0] - tx, outline[j, 1] - ty
            squares[i, j] = dx * dx + dy * dy
        for j in range(n):
            logarithms[i, j] = math.log(squares[i, j]) if squares[i, j] > 0 else 0.0
        for j in range(n):
            k = j + 1 if j + 1 < n else 0
            ax, ay, bx, by = outline[j, 0] - tx, outline[j, 1] - ty, outline[k, 0] - tx, outline[k, 1] - ty
            across, along = ax * by - ay * bx, ax * bx + ay * by
            # a target at an end of the edge, or on its line, sees it under no angle, whatever rounding says
            beside = squares[i, j] == 0 or squares[i, k] == 0
            angles[i, j] = 0.0 if beside else math.atan2(across, along)
    return squares, logarithms, angles


@njit(cache=True, error_model="numpy")
def equations(
    targets: np.ndarray, outline: np.ndarray, logarithms: np.ndarray, angles: np.ndarray, biot: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both sides of the equations at targets (m, 2), times 2π.

    Returns
    -------
    matrix, bent : ndarray, shape (m, N)
        Of ∮(u ∂ₙG + Bi u G) ds: of the values at vertices, and of the bubbles of edges.
    source : ndarray, shape (m,)
        ∫G dA.
    """
    m, n = len(targets), len(outline)
    matrix, bent, source = np.zeros((m, n)), np.zeros((m, n)), np.zeros(m)
    for j in range(n):
        k = j + 1 if j + 1 < n else 0
        ex, ey = outline[k, 0] - outline[j, 0], outline[k, 1] - outline[j, 1]
        length = math.sqrt(ex * ex + ey * ey)
        if length < 1e-150:
            continue
        ex, ey = ex / length, ey / length
        for i in range(m):
            ax, ay = outline[j, 0] - targets[i, 0], outline[j, 1] - targets[i, 1]
            s1, d = ax * ex + ay * ey, ax * ey - ay * ex
            s2 = s1 + length
            l1, l2, t0 = logarithms[i, j], logarithms[i, k], angles[i, j]
            i0 = 0.5 * (s2 * l2 - s1 * l1) - length + d * t0
            i1 = 0.25 * ((s2 * s2 + d * d) * (l2 - 1) - (s1 * s1 + d * d) * (l1 - 1))
            i2 = (s2**3 * (l2 - 2 / 3) - s1**3 * (l1 - 2 / 3)) / 6 + d * d * (length - d * t0) / 3
            t1 = 0.5 * d * (l2 - l1)
            t2 = d * (length - d * t0)
            constant, linear, square = t0 + biot * i0, t1 + biot * i1, t2 + biot * i2
            matrix[i, j] -= (s2 * constant - linear) / length
            matrix[i, k] -= (linear - s1 * constant) / length
            bent[i, j] = -(square - (s1 + s2) * linear + s1 * s2 * constant)
            source[i] -= 0.5 * d * (i0 - 0.5 * length)
    return matrix, bent, source


@njit(cache=True, error_model="numpy")
def add_slopes(
    targets: np.ndarray,
    outline: np.ndarray,
    squares: np.ndarray,
    logarithms: np.ndarray,
    angles: np.ndarray,
    biot: float,
    own: np.ndarray,
    values: np.ndarray,
    bubbles: np.ndarray,
    weights: np.ndarray,
    of_targets: np.ndarray,
    of_outline: np.ndarray,
) -> None:
    """Add slopes of weights (m,) times (own T₀ + the equations' left side − source), values and bubbles being given.

    ``own`` (m,) multiplies the angle under which the whole outline is seen; it holds the values at targets that are
    vertices, and zeros elsewhere.
    """
    m, n = len(targets), len(outline)
    for j in range(n):
        k = j + 1 if j + 1 < n else 0
        ex, ey = outline[k, 0] - outline[j, 0], outline[k, 1] - outline[j, 1]
        length = math.sqrt(ex * ex + ey * ey)
        if length < 1e-150:
            continue
        ex, ey = ex / length, ey / length
        beta = (values[k] - values[j]) / length
        sum1, sum2, sum_d, sum_turn = 0.0, 0.0, 0.0, 0.0
        for i in range(m):
            ax, ay = outline[j, 0] - targets[i, 0], outline[j, 1] - targets[i, 1]
            s1, d = ax * ex + ay * ey, ax * ey - ay * ex
            s2 = s1 + length
            l1, l2, t0 = logarithms[i, j], logarithms[i, k], angles[i, j]
            inverse1 = 1 / squares[i, j] if squares[i, j] > 0 else 0.0
            inverse2 = 1 / squares[i, k] if squares[i, k] > 0 else 0.0
            i0 = 0.5 * (s2 * l2 - s1 * l1) - length + d * t0
            i1 = 0.25 * ((s2 * s2 + d * d) * (l2 - 1) - (s1 * s1 + d * d) * (l1 - 1))
            t1 = 0.5 * d * (l2 - l1)
            alpha = values[j] - beta * s1
            constant, linear = t0 + biot * i0, t1 + biot * i1
            # derivatives of the integrals by s1, s2 and d
            t0_1, t0_2, t0_d = -d * inverse1, d * inverse2, s1 * inverse1 - s2 * inverse2
            t1_1, t1_2 = s1 * t0_1, s2 * t0_2
            t1_d = 0.5 * (l2 - l1) + d * d * (inverse2 - inverse1)
            i0_1, i0_2, i0_d = -0.5 * l1, 0.5 * l2, t0
            difference = own[i] - alpha
            tilt = beta / length * (s1 * constant - linear)
            c1 = difference * t0_1 - beta * (t1_1 + biot * s1 * i0_1) - alpha * biot * i0_1
            c1 += beta * constant + tilt + 0.5 * d * (i0_1 + 0.5)
            c2 = difference * t0_2 - beta * (t1_2 + biot * s2 * i0_2) - alpha * biot * i0_2
            c2 += -tilt + 0.5 * d * (i0_2 - 0.5)
            c_d = difference * t0_d - beta * (t1_d + biot * t1) - alpha * biot * i0_d
            c_d += 0.5 * (i0 - 0.5 * length) + 0.5 * d * i0_d
            # of a bubble (s − s1)(s − s2), which vanishes at the ends
            t2_d = length - 2 * d * t0 - d * d * t0_d
            k0, k1, k2 = t0_d + biot * t0, t1_d + biot * t1, t2_d + biot * d * (length - d * t0)
            c1 += bubbles[j] * (linear - s2 * constant)
            c2 += bubbles[j] * (linear - s1 * constant)
            c_d -= bubbles[j] * (k2 - (s1 + s2) * k1 + s1 * s2 * k0)
            c1, c2, c_d = weights[i] * c1, weights[i] * c2, weights[i] * c_d
            sum1 += c1
            sum2 += c2
            sum_d += c_d
            sum_turn += s1 * c_d - d * (c1 + c2)
            of_targets[i, 0] -= ex * (c1 + c2) + ey * c_d
            of_targets[i, 1] -= ey * (c1 + c2) - ex * c_d
        turn = sum_turn / length
        of_outline[j, 0] += ex * sum1 + ey * (sum_d + turn)
        of_outline[j, 1] += ey * sum1 - ex * (sum_d + turn)
        of_outline[k, 0] += ex * sum2 - ey * turn
        of_outline[k, 1] += ey * sum2 + ex * turn
