"""What an encoder promises of its fit: what it learns, where the search begins, and that it survives as bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from bench.checks.kit import describe, same
from bench.checks.subjects import EncoderSubject, decode
from bench.quantities import percent
from bench.seeds import generator
from bench.store.records import Fitted
from encoders.base import Encoder, Tasks


def fitted(subject: EncoderSubject) -> Iterator[str]:
    """Libraries that are not there, fits that give something else back, designs that are changed."""
    encoder, given = subject.make(), subject.designs.copy()
    for library in encoder.libraries:
        import_module(library)
    if encoder.fit(given, generator("check encoder"), subject.layout, subject.tasks) is not encoder:
        yield "fit does not return the encoder itself"
    if not np.array_equal(given, subject.designs):
        yield "fit changes the designs that it is given"
    k, d = encoder.latent_dim, given.shape[1]
    if not isinstance(k, int | np.integer) or not 1 <= k <= d:
        yield f"latent_dim: {k!r} must be an integer, at least 1 and at most the design dimension {d}"


def geometry(subject: EncoderSubject) -> Iterator[str]:
    """Search spaces without extent, or that miss the designs."""
    encoder, k = subject.encoder, subject.encoder.latent_dim
    for name, shape in {"centre": (k,), "scale": (k,), "bounds": (2, k)}.items():
        array = getattr(encoder, name)
        if np.shape(array) != shape or not np.isfinite(array).all():
            yield f"{name} must be finite and of shape {shape} after fit, not {describe(array)}"
            return
    assert encoder.bounds is not None
    assert encoder.scale is not None
    low, high = encoder.bounds
    if not (encoder.scale > 0).all():
        yield "scale must be positive"
    if not (low < high).all():
        yield "the lower bounds must be below the upper ones"
    inside = np.mean(np.all((subject.latents >= low) & (subject.latents <= high), axis=1))
    if not inside > 0.5:
        yield f"bounds hold {percent(inside)} of the encoded designs; they must hold most"


def repeatable(subject: EncoderSubject) -> Iterator[str]:
    """Fits that depend on more than the designs and the generator, or that change other encoders."""
    if not same(subject.fit().encode(subject.designs.copy()), subject.latents):
        yield "a second fit from the same generator gives another encoder"
    others, told = subject.designs[::-2] + 1, subject.tasks
    subject.make().fit(others, generator("check another"), subject.layout, Tasks(told.designs[::-2], told.own))
    if not same(subject.encoder.encode(subject.designs.copy()), subject.latents):
        yield "it encodes differently once another encoder of its class is fitted"


def samples(subject: EncoderSubject) -> Iterator[str]:
    """Samples of the wrong shape, or that depend on more than the generator."""
    encoder, k = subject.encoder, subject.encoder.latent_dim
    drawn, again = (encoder.sample(16, generator("check samples")) for _ in range(2))
    if drawn.shape != (16, k) or drawn.dtype != np.float64 or not np.isfinite(drawn).all():
        yield f"sample(16, rng) gives {describe(drawn)}; it must be finite float64 of shape (16, {k})"
    elif not same(again, drawn):
        yield "sample(n, rng) gives other latents for the same generator"
    if encoder.prior_mean().shape != (k,):
        yield f"prior_mean() gives {describe(encoder.prior_mean())}; it must be of shape ({k},)"


def restored(subject: EncoderSubject) -> Iterator[str]:
    """States that are not arrays, or do not bring back the encoder that they are of."""
    for name, array in subject.encoder.state().items():
        if not isinstance(name, str) or not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
            yield f"state() gives {describe(array)} as {name!r:.80}; it must be arrays of numbers by their names"
            return
    again = loaded(subject.make, saved(subject.encoder, subject.designs[0]))
    if not same(again.encode(subject.designs.copy()), subject.latents):
        yield "restore(state()) gives an encoder that encodes differently"
    if not same(decode(again, subject.latents), subject.decode(subject.latents)):
        yield "restore(state()) gives an encoder that decodes differently"
    if not same(again.sample(4, generator("check samples")), subject.encoder.sample(4, generator("check samples"))):
        yield "restore(state()) gives an encoder that samples differently"


def saved(encoder: Encoder, start: np.ndarray) -> bytes:
    """Give the bytes that an experiment would keep."""
    return Fitted.pack("check", encoder, start, {}).arrays


def loaded(make: Callable[[], Encoder], arrays: bytes) -> Encoder:
    """Give the encoder that a run would make of these bytes."""
    fit = SimpleNamespace(encoder=SimpleNamespace(make=make))
    return Fitted("check", arrays, {}).unpack(cast(Any, fit))[0]
