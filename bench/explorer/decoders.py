"""What a page needs to know of a decoder: what it computes step by step, or designs between which to interpolate."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from bench.explorer.tape import Tape, Untraceable, packed
from encoders.base import Encoder

MOST_NUMBERS = 2_000_000
"""Numbers of a decoder, above which the page would be too heavy."""
LATTICE = 25
"""Designs along an axis of the lattice of a decoder that cannot be written down."""


class Unsupported(ValueError):
    """An encoder that the page leaves out, and why."""


def decoder(encoder: Encoder, dim: int, centre: np.ndarray, axes: np.ndarray) -> dict[str, Any]:
    """Describe a decoder k → d.

    Parameters
    ----------
    encoder : Encoder
        Fitted.
    dim : int
        The dimension d of designs.
    centre : ndarray, shape (k,)
    axes : ndarray of int
        The one or two coordinates of a plane through the centre.

    Returns
    -------
    dict
        ``tape`` : of a decoder that Torch computes, ``size``, ``constants`` and ``steps`` of `bench.explorer.tape`, and
        where its ``result`` begins; latents are the first numbers.
        ``lattice`` : of another one, how many ``counts`` (1 or 2) of designs along the plane's axes, from one end of
        the box to the other, and the ``designs``, packed, by the second axis and the first.

    Raises
    ------
    Unsupported
        If it takes more numbers than a page should hold.
    ValueError
        If its arrays do not fit each other.
    """
    step = np.random.default_rng(0).normal(size=(1, len(centre)))  # it is a constant, not a draw
    try:
        tapes = [_traced(encoder, centre + way * step, dim) for way in (1, -1)]
    except Untraceable:
        return _lattice(encoder, dim, centre, axes)
    # what is a constant for one latent and another for the next was computed where the tape does not see
    return {"tape": tapes[0]} if tapes[0] == tapes[1] else _lattice(encoder, dim, centre, axes)


def _traced(encoder: Encoder, z: np.ndarray, dim: int) -> dict[str, Any]:
    latent = torch.from_numpy(z.copy())
    with torch.no_grad(), Tape(latent) as tape:
        found = encoder.decode(latent)
    if tuple(found.shape) != (1, dim):
        raise ValueError(f"it decodes a latent to {tuple(found.shape)} numbers, not (1, {dim})")
    result = tape.result(found)
    _refuse_large(tape.size)
    return {"size": tape.size, "constants": tape.constants, "steps": tape.steps, "result": result}


def _lattice(encoder: Encoder, dim: int, centre: np.ndarray, axes: np.ndarray) -> dict[str, Any]:
    assert encoder.bounds is not None
    counts = [LATTICE] * len(axes)
    _refuse_large(dim * LATTICE ** len(axes))
    low, high = encoder.bounds
    ticks = [np.linspace(low[axis], high[axis], LATTICE) for axis in axes]
    z = np.tile(centre, (LATTICE ** len(axes), 1))
    z[:, axes] = np.stack([each.ravel() for each in np.meshgrid(*ticks)], axis=1)
    with torch.no_grad():
        designs = encoder.decode(torch.from_numpy(z)).numpy()
    if designs.shape != (len(z), dim):
        raise ValueError(f"it decodes {len(z)} latents to {designs.shape} numbers, not {len(z), dim}")
    return {"lattice": {"counts": counts, "designs": packed(designs)}}


def _refuse_large(numbers: int) -> None:
    if numbers > MOST_NUMBERS:
        raise Unsupported(f"its decoder takes {numbers} numbers; a page holds {MOST_NUMBERS} at most")
