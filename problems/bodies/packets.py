"""Neighbouring vertices that look together for points that bend the surface more than what they know; compiled.

A packet is an array of single precision, row after row of a number of each vertex, so that a processor works on many at
a time: place about the middle of the packet's box (3), inward normal (3), the bounds, which are what half the largest
curvature inside is at least, and the one outside at most (2), and by how much the latest disc may surpass them. What is
told in single precision errs on the safe side.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from problems.bodies.discs import BLOCK

PACKET = BLOCK
"""Vertices in a packet: those of a leaf."""
SOFTENING = 1e-3
"""The length below which two points count as one, in units of s."""
SINGLE = np.float32(4e-6)
"""More than what sums of a few products of numbers of order one may lack in single precision."""
FAR = 1e6
"""Extents above which single precision does not do."""
NOTHING, HALF, UNIT = np.float32(0), np.float32(0.5), np.float32(1)


@njit(cache=True, error_model="numpy")
def load(points: np.ndarray, normals: np.ndarray, own: np.ndarray, lanes: np.ndarray, box: np.ndarray) -> None:
    """Set the box of a packet, and its lanes, a vertex each: places, normals, and bounds, which are 0 at first."""
    for c in range(3):
        box[c], box[3 + c] = points[own[0], c], points[own[0], c]
        for i in own:
            box[c], box[3 + c] = min(box[c], points[i, c]), max(box[3 + c], points[i, c])
    for lane in range(PACKET):
        i = own[min(lane, len(own) - 1)]
        for c in range(3):
            lanes[c * PACKET + lane] = points[i, c] - _middle(box, c)
            lanes[(3 + c) * PACKET + lane] = normals[i, c]
        lanes[6 * PACKET + lane], lanes[7 * PACKET + lane] = 0.0, 0.0


@njit(cache=True, error_model="numpy", inline="always")
def _middle(box: np.ndarray, c: int) -> float:
    return (box[c] + box[3 + c]) / 2


@njit(cache=True, error_model="numpy", inline="always")
def _width(box: np.ndarray) -> float:
    return box[3] - box[0] + box[4] - box[1] + box[5] - box[2]


@njit(cache=True, error_model="numpy", inline="always")
def _margin(limit: float, extent: float) -> float:
    """What the square of a distance near a limit may lack in single precision."""
    return float(4 * SINGLE * (limit + extent * math.sqrt(limit)))


@njit(cache=True, error_model="numpy", fastmath={"nnan", "nsz", "contract"})
def probe(packed: np.ndarray, leaf: int, at: int, box: np.ndarray, lanes: np.ndarray, limit: float) -> None:
    """Raise the bounds of lanes by a point of a leaf of vertices, which are left out for nobody."""
    point = packed[leaf, :, at]
    ax, ay, az = point[0] - _middle(box, 0), point[1] - _middle(box, 1), point[2] - _middle(box, 2)
    extent = abs(ax) + abs(ay) + abs(az) + _width(box)
    if not extent < FAR:
        return
    cx, cy, cz = np.float32(ax), np.float32(ay), np.float32(az)
    slack, softening, more = np.float32(SINGLE * extent), np.float32(SOFTENING**2), UNIT + SINGLE
    within = np.float32(limit - _margin(limit, extent))
    for lane in range(PACKET):
        dx, dy, dz = cx - lanes[lane], cy - lanes[PACKET + lane], cz - lanes[2 * PACKET + lane]
        square = dx * dx + dy * dy + dz * dz
        along = lanes[3 * PACKET + lane] * dx + lanes[4 * PACKET + lane] * dy + lanes[5 * PACKET + lane] * dz
        share = (NOTHING if square > within else UNIT) / ((square + softening) * more)
        high, low = (along - slack) * share, (along + slack) * share
        lanes[6 * PACKET + lane] = max(lanes[6 * PACKET + lane], high)
        lanes[7 * PACKET + lane] = min(lanes[7 * PACKET + lane], low)


@njit(cache=True, error_model="numpy", fastmath={"nsz", "contract", "reassoc"})
def may_hold(disc: np.ndarray, box: np.ndarray, reach: float, lanes: np.ndarray) -> bool:
    """Whether a disc may hold a point beyond the bounds of any lane; where it does not, a lane's excess is below 0.

    With d = g + αm + βτ, where g leads to the middle of the disc, and t the bound, n·d − t|d|² is what it is at g, and
    at most |δ m·v| + β|v⊥| − (t − q m·v)β² more, with v = n − 2tg and δ the thickness.
    """
    ax, ay, az = disc[0] - _middle(box, 0), disc[1] - _middle(box, 1), disc[2] - _middle(box, 2)
    span = disc[6] + disc[7] + abs(disc[8]) * disc[7] * disc[7]
    extent = abs(ax) + abs(ay) + abs(az) + span + _width(box)
    if not extent < FAR:
        lanes[8 * PACKET :] = 1
        return True
    cx, cy, cz = np.float32(ax), np.float32(ay), np.float32(az)
    mx, my, mz = np.float32(disc[3]), np.float32(disc[4]), np.float32(disc[5])
    thick, radius, bend = np.float32(disc[6]), np.float32(disc[7]), np.float32(disc[8])
    slack, steep = np.float32(SINGLE * extent), np.float32(SINGLE * extent * extent)
    wide, far = radius * radius, np.float32((reach + span + SINGLE * extent) ** 2)
    total = NOTHING
    for lane in range(PACKET):
        gx, gy, gz = cx - lanes[lane], cy - lanes[PACKET + lane], cz - lanes[2 * PACKET + lane]
        nx, ny, nz = lanes[3 * PACKET + lane], lanes[4 * PACKET + lane], lanes[5 * PACKET + lane]
        high, low = lanes[6 * PACKET + lane], lanes[7 * PACKET + lane]
        square = gx * gx + gy * gy + gz * gz
        along = nx * gx + ny * gy + nz * gz
        twice = high + high
        vx, vy, vz = nx - twice * gx, ny - twice * gy, nz - twice * gz
        twice = low + low
        ux, uy, uz = nx - twice * gx, ny - twice * gy, nz - twice * gz
        vm, um = mx * vx + my * vy + mz * vz, mx * ux + my * uy + mz * uz
        vx, vy, vz = vx - vm * mx, vy - vm * my, vz - vm * mz
        ux, uy, uz = ux - um * mx, uy - um * my, uz - um * mz
        across = radius * math.sqrt(vx * vx + vy * vy + vz * vz)
        beside = radius * math.sqrt(ux * ux + uy * uy + uz * uz)
        above = along - high * square + thick * abs(vm)
        above += max(across * HALF, across - (high - bend * vm) * wide)
        below = low * square - along + thick * abs(um)
        below += max(beside * HALF, beside + (low - bend * um) * wide)
        excess = max(above, below) + slack + steep * (high - low)
        excess = -UNIT if square > far else excess
        lanes[8 * PACKET + lane] = excess
        total += NOTHING if excess < NOTHING else UNIT
    return bool(total > NOTHING)


@njit(cache=True, error_model="numpy", fastmath={"nnan", "nsz"})
def unpack(packed: np.ndarray, leaf: int, corners: np.ndarray, box: np.ndarray, local: np.ndarray) -> float:
    """Give the points of a leaf about the middle of a box in single precision; returns how far they extend."""
    extent = _width(box)
    for c in range(3):
        origin = _middle(box, c)
        extent += max(corners[3 + c] - origin, origin - corners[c])
        for at in range(BLOCK):
            place = packed[leaf, c, at] - origin
            local[c * BLOCK + at] = place if place < FAR * FAR else FAR * FAR
    return extent


@njit(cache=True, error_model="numpy", fastmath={"nnan", "nsz", "contract", "reassoc"})
def surpass(local: np.ndarray, lanes: np.ndarray, lane: int, extent: float, limit: float) -> bool:
    """Whether half the curvature of a point of a leaf may be beyond the bounds of a lane; several points at a time."""
    if not extent < FAR:
        return True
    x, y, z = lanes[lane], lanes[PACKET + lane], lanes[2 * PACKET + lane]
    nx, ny, nz = lanes[3 * PACKET + lane], lanes[4 * PACKET + lane], lanes[5 * PACKET + lane]
    high, low = lanes[6 * PACKET + lane], lanes[7 * PACKET + lane]
    slack = np.float32(SINGLE * extent) + np.float32(SINGLE * extent * extent) * (high - low)
    within, softening = np.float32(limit + _margin(limit, extent)), np.float32(SOFTENING**2)
    beyond = NOTHING
    for at in range(BLOCK):
        dx, dy, dz = local[at] - x, local[BLOCK + at] - y, local[2 * BLOCK + at] - z
        square = dx * dx + dy * dy + dz * dz
        along, soft = nx * dx + ny * dy + nz * dz, square + softening
        excess = max(along - high * soft, low * soft - along)
        excess = -UNIT if square > within else excess
        beyond += UNIT if excess > -slack else NOTHING
    return bool(beyond > NOTHING)
