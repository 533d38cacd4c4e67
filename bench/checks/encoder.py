"""What is checked of an encoder, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from bench.checks import decoding, fitting
from bench.checks.kit import Finding, Stage, examine
from bench.checks.process import Results, differences
from bench.checks.subjects import EncoderSubject, decode
from bench.experiments.registry import make_problem
from bench.seeds import generator
from encoders.base import Encoder, Layout

N_DESIGNS = 200

FIRST: Stage[EncoderSubject] = {
    "is fitted, and gives itself back": fitting.fitted,
    "encodes and decodes 0, 1 and many to float64": decoding.shapes,
    "says where to search: centre, scale and bounds": fitting.geometry,
}
THEN: Stage[EncoderSubject] = {
    "maps a row whatever is mapped with it or was before": decoding.batches,
    "leaves the arrays alone that it is given": decoding.purity,
    "is the same after a second fit from the same generator": fitting.repeatable,
    "samples its prior": fitting.samples,
    "gives designs back": decoding.round_trip,
    "decodes all of its box to finite designs": decoding.finite,
    "is confined to the box of its designs if it says so": decoding.confined,
    "comes back from bytes": fitting.restored,
}
DIFFERENTIABLE: Stage[EncoderSubject] = {
    "has the gradients that finite differences have": decoding.gradients,
}


def findings(
    make: Callable[[], Encoder], designs: np.ndarray | None = None, layout: Layout | None = None
) -> Iterator[Finding]:
    """Check an encoder on designs (n, d), or else on outlines."""
    if designs is None:
        problem = make_problem("isoperimetric")
        designs, layout = problem.designs(N_DESIGNS, generator("check outlines")), problem.layout
        assert designs is not None
    subject = EncoderSubject(make, designs, layout)
    return examine(subject, FIRST, _stages(subject))


def _stages(subject: EncoderSubject) -> Iterator[Stage[EncoderSubject]]:
    yield {**THEN, **DIFFERENTIABLE} if subject.encoder.differentiable else THEN
    yield {"gives the same results in another process": _elsewhere}


def _elsewhere(subject: EncoderSubject) -> Iterator[str]:
    saved = fitting.saved(subject.encoder, subject.designs[0])
    there = partial(_results, subject.make, subject.designs, subject.layout, saved)
    return differences(there, subject.encoder, _told(subject, saved))


def _results(make: Callable[[], Encoder], designs: np.ndarray, layout: Layout | None, saved: bytes) -> Results:
    return _told(EncoderSubject(make, designs, layout), saved)


def _told(subject: EncoderSubject, saved: bytes) -> Results:
    return {
        "latents": subject.latents,
        "samples": subject.encoder.sample(4, generator("check samples")),
        "decoded designs": subject.decode(subject.latents),
        "decoded designs once restored": decode(fitting.loaded(subject.make, saved), subject.latents),
    }
