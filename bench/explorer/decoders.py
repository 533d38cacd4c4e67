"""What a page needs to know of a decoder: a few steps that JavaScript takes one after the other."""

from __future__ import annotations

import base64
from itertools import pairwise
from typing import Any

import numpy as np

from encoders.autoencoder import Autoencoder
from encoders.base import Encoder
from encoders.linear import Linear

MOST_NUMBERS = 2_000_000
"""Numbers of a decoder, above which the page would be too heavy."""

Step = dict[str, Any]


class Unsupported(ValueError):
    """An encoder that the page leaves out, and why."""


def packed(array: np.ndarray) -> str:
    """Numbers as little-endian float32 in base64, row by row.

    Raises
    ------
    ValueError
        If one of them is not finite in float32.
    """
    with np.errstate(over="ignore"):
        numbers = np.ascontiguousarray(array, dtype="<f4")
    if not np.isfinite(numbers).all():
        raise ValueError("holds numbers that are not finite")
    return base64.b64encode(numbers.tobytes()).decode()


def steps(encoder: Encoder, dim: int) -> list[Step]:
    """Describe a decoder k → d as steps, each on what the last has left.

    Parameters
    ----------
    encoder : Encoder
        Fitted.
    dim : int
        The dimension d of designs.

    Returns
    -------
    list of dict
        ``{"step": "affine", "weight", "bias"}`` : weight (m, n) times the numbers (n,), plus bias (m,).
        ``{"step": "relu"}`` : the positive part.
        ``{"step": "squash", "low", "width"}`` : low (d,) plus width times the logistic function of the numbers (d,).

    Raises
    ------
    Unsupported
        If it is of a kind that the page cannot evaluate.
    ValueError
        If its arrays do not fit each other.
    """
    # subclasses may decode otherwise
    if type(encoder) is Linear:
        state = encoder.state()
        found, sizes = [_affine(state["basis"].T, state["mean"])], [state["basis"].shape[0], *state["mean"].shape]
    elif type(encoder) is Autoencoder:
        if encoder.architecture != "mlp":
            raise Unsupported(f"the page evaluates no decoders of architecture '{encoder.architecture}'")
        found, sizes = _perceptron(encoder)
    else:
        raise Unsupported(f"the page evaluates linear and perceptron decoders, and this one is a {_kind(encoder)}")
    if (sizes[0], sizes[-1]) != (encoder.latent_dim, dim):
        raise ValueError(f"its decoder maps {sizes[0]} to {sizes[-1]} numbers, not {encoder.latent_dim} to {dim}")
    if sum(a * b for a, b in pairwise(sizes)) > MOST_NUMBERS:
        raise Unsupported(f"its decoder has more than {MOST_NUMBERS} numbers")
    return found


def _kind(encoder: Encoder) -> str:
    return type(encoder).__name__


def _affine(weight: np.ndarray, bias: np.ndarray) -> Step:
    if weight.ndim != 2 or bias.shape != weight.shape[:1]:
        raise ValueError(f"its decoder has a weight of shape {weight.shape} and a bias of shape {bias.shape}")
    return {"step": "affine", "weight": packed(weight), "bias": packed(bias)}


def _perceptron(encoder: Autoencoder) -> tuple[list[Step], list[int]]:
    """Steps, and how many numbers there are before, between and after its layers; scaling goes into the last step."""
    state = {name: np.asarray(array, dtype=float) for name, array in encoder.state().items()}
    offset, unit = state["offset"], state["unit"]
    first, last = ((state[f"network.decoder.{n}.weight"], state[f"network.decoder.{n}.bias"]) for n in (0, 2))
    hidden = [_affine(*first), {"step": "relu"}]
    sizes = [first[0].shape[1], len(first[0])]
    if encoder.output == "direct":
        return [*hidden, _affine(unit * last[0], unit * last[1] + offset)], [*sizes, len(offset)]
    if encoder.output == "sigmoid":
        low, width = state["network.output.low"], state["network.output.width"]
        mean = -low / width
        steepness = mean * (1 - mean) * width
        logit = np.log(mean / (1 - mean))
        squash = {"step": "squash", "low": packed(offset + unit * low), "width": float(unit * width)}
        rescaled = _affine(last[0] / steepness[:, None], last[1] / steepness + logit)
        return [*hidden, rescaled, squash], [*sizes, len(offset)]
    basis = state["network.output.basis"]
    return [*hidden, _affine(*last), _affine(unit * basis.T, offset)], [*sizes, len(basis), len(offset)]
