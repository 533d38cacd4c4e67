"""What an encoder promises of its two maps: shapes, independence of batches and calls, round trip, gradients."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from bench.checks.gradients import disagreement
from bench.checks.kit import describe, same
from bench.checks.subjects import MANY, EncoderSubject, within
from bench.quantities import rough
from bench.seeds import generator

COLLAPSED = 1e-6
"""The share of the designs' variance below which what is decoded counts as one and the same design."""
LENIENCE = 1.5
"""How much worse than their mean designs may come back: a network may need more epochs than a check allows."""
MARGIN = 0.25
"""Of the box's largest width: what an encoder that is confined may still leave it by."""
FAR = (10.0, 1e3, 1e6)
"""Deviations from the prior's mean, at which such an encoder is tried."""
EXACT = 1e-6
"""How exactly an encoder with k = d gives designs back, relative to their deviation: it stands for raw search."""


def shapes(subject: EncoderSubject) -> Iterator[str]:
    """Latents and designs of the wrong kind or shape."""
    encoder, k, d = subject.encoder, subject.encoder.latent_dim, subject.designs.shape[1]
    for n in (0, 1, MANY):
        latents = encoder.encode(subject.designs[:n].copy())
        if not isinstance(latents, np.ndarray) or latents.shape != (n, k) or latents.dtype != np.float64:
            yield f"encode of {n} designs gives {describe(latents)}; it must be float64 of shape ({n}, {k})"
            return
        decoded = encoder.decode(torch.tensor(latents))
        if not isinstance(decoded, torch.Tensor) or decoded.shape != (n, d) or decoded.dtype != torch.float64:
            yield f"decode of {n} latents gives {describe(decoded)}; it must be a float64 tensor of shape ({n}, {d})"
            return


def batches(subject: EncoderSubject) -> Iterator[str]:
    """Maps that depend on the batch, its order, or what was called before."""
    designs, latents = subject.designs[:MANY], subject.latents[:MANY]
    maps = {"encode": (subject.encoder.encode, designs), "decode": (subject.decode, latents)}
    before = {name: mapped(rows.copy()) for name, (mapped, rows) in maps.items()}
    for name, (mapped, rows) in maps.items():
        alone = np.concatenate([mapped(row[None].copy()) for row in rows])
        if not same(alone, before[name]):
            yield f"{name} gives a row alone something else than among {len(rows)}"
        if not same(mapped(rows[::-1].copy())[::-1], before[name]):
            yield f"{name} gives something else where the rows come in another order"
    subject.encoder.sample(2, generator("check samples"))
    subject.encoder.state()
    for name, (mapped, rows) in maps.items():
        if not same(mapped(rows.copy()), before[name]):
            yield f"{name} gives something else after other calls; an encoder learns in fit alone"


def purity(subject: EncoderSubject) -> Iterator[str]:
    """Arguments that are written into."""
    designs = subject.designs.copy()
    subject.encoder.encode(designs)
    if not np.array_equal(designs, subject.designs):
        yield "encode changes the designs that it is given"
    latents = torch.tensor(subject.latents)
    with torch.no_grad():
        subject.encoder.decode(latents)
    if not np.array_equal(latents.numpy(), subject.latents):
        yield "decode changes the latents that it is given"


def round_trip(subject: EncoderSubject) -> Iterator[str]:
    """Designs that come back as something else."""
    designs, k = subject.designs, subject.encoder.latent_dim
    rebuilt, variance = subject.decode(subject.latents), designs.var(axis=0).mean()
    error = np.mean((rebuilt - designs) ** 2)
    if k == designs.shape[1] and not error <= EXACT**2 * variance:
        yield f"decode(encode(x)) is not x, though k = d: it is off by {rough(np.sqrt(error / variance))} deviations"
    elif not rebuilt.var(axis=0).mean() > COLLAPSED * variance:
        yield "it has collapsed: it gives all designs back as the same one"
    elif not error <= LENIENCE * variance:
        yield "decode(encode(x)) is farther from the designs than their mean is"


def finite(subject: EncoderSubject) -> Iterator[str]:
    """Latents within the bounds that are decoded to what is not finite."""
    bounds = subject.encoder.bounds
    assert bounds is not None
    inside = within(bounds, MANY, generator("check box"))
    if not np.isfinite(subject.decode(np.concatenate([bounds, inside]))).all():
        yield "decode gives designs that are not finite within its bounds"


def gradients(subject: EncoderSubject) -> Iterator[str]:
    """Gradients of decode that finite differences contradict."""
    scale, encoder = subject.encoder.scale, subject.encoder
    assert scale is not None
    rng = generator("check gradients")
    weights = torch.tensor(rng.normal(size=subject.designs.shape[1]))
    generic = subject.latents[:MANY] + 0.1 * scale * rng.normal(size=(MANY, len(scale)))
    if (words := disagreement(lambda z: (encoder.decode(z) @ weights).sum(), generic, scale)) is not None:
        yield f"the gradient of decode is wrong: {words}"


def confined(subject: EncoderSubject) -> Iterator[str]:
    """Designs far beyond the box of the training designs, of an encoder that says that there are none."""
    encoder = subject.encoder
    if encoder.confined not in (True, False):
        yield f"confined: {encoder.confined!r:.80} must be True or False"
    if not encoder.confined:
        return
    low, high = subject.designs.min(axis=0), subject.designs.max(axis=0)
    margin = MARGIN * (high - low).max()
    rng = generator("check confined")
    assert encoder.scale is not None
    for far in FAR:
        latents = encoder.prior_mean() + far * encoder.scale * rng.normal(size=(MANY, encoder.latent_dim))
        beyond = np.maximum(low - subject.decode(latents), subject.decode(latents) - high).max()
        if beyond > margin:
            yield f"it says that it is confined, and latents {far:g} deviations away are decoded out of the box"
            return
