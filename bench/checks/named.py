"""The checks by name: what kind of plug-in it is, is found out."""

from __future__ import annotations

from collections.abc import Iterator

from bench.checks import encoder, optimiser, problem
from bench.checks.kit import Finding
from bench.experiments.registry import Spec


def findings(spec: Spec) -> Iterator[Finding]:
    """Check a plug-in as a worker would make it."""
    if spec.kind == "problems":
        return problem.findings(spec.make)
    if spec.kind == "encoders":
        return encoder.findings(spec.make)
    return optimiser.findings(spec.make)
