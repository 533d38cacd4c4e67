"""Conformance checks for plug-ins.

Each check takes a plug-in and returns objections as sentences; an empty list means that there are none. If a plug-in
raises an error, that is an objection too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from bench.checks import encoder, named, optimiser, problem
from bench.checks.bowl import Bowl
from bench.checks.kit import Finding
from bench.experiments.registry import resolve_any
from bench.optimisers.base import Optimiser
from encoders.base import Encoder, Layout
from problems.base import Problem

__all__ = ["Bowl", "check", "check_encoder", "check_optimiser", "check_problem"]


def check_problem(plugin: Problem | Callable[[], Problem]) -> list[str]:
    """Shapes, batches, purity, draws, display, verification, failures, gradients, optimum, other processes.

    Parameters
    ----------
    plugin : Problem or callable
        A problem, or a callable that makes one, such as its class.
    """
    return _objections(problem.findings(plugin))


def check_encoder(
    make: Callable[[], Encoder], designs: np.ndarray | None = None, layout: Layout | None = None
) -> list[str]:
    """Shapes, batches, purity, fits, geometry of the latent space, round trip, bytes, gradients, other processes.

    Parameters
    ----------
    make : callable
        Makes a new, unfitted encoder.
    designs : ndarray, shape (n, d), optional
        Designs to fit it on; 200 outlines of 100 vertices by default.
    layout : Layout, optional
        The layout of the designs.
    """
    return _objections(encoder.findings(make, designs, layout))


def check_optimiser(make: Callable[[], Optimiser]) -> list[str]:
    """Budget, progress, determinism, purity, failed evaluations, other processes; on quadratics.

    Parameters
    ----------
    make : callable
        Makes an optimiser.
    """
    return _objections(optimiser.findings(make))


def check(name: str, **params: Any) -> list[str]:
    """Check the plug-in that an experiment file calls by this name, with these parameters.

    Raises
    ------
    BadInput
        If there is no such plug-in, or it refuses the parameters.
    """
    return _objections(named.findings(resolve_any(name, params)))


def _objections(findings: Iterable[Finding]) -> list[str]:
    return [sentence for finding in findings for sentence in finding.objections]
