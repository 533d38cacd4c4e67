"""latentbench: when is it better to search a learned latent space than the raw design vector?

The names below are the whole Python interface for running and reading experiments. They are imported on first use, so
that importing this package takes no time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "make_problem": "bench.experiments.registry",
    "make_encoder": "bench.experiments.registry",
    "make_optimiser": "bench.experiments.registry",
    "search": "bench.searching.objective",
    "as_function": "bench.searching.function",
    "as_engibench": "bench.searching.engibench",
    "Experiment": "bench.experiments.experiment",
    "run": "bench.running.runner",
    "load": "bench.store.directory",
    "efficiency_table": "bench.analysis.tables",
    "encoder_table": "bench.analysis.encoders",
    "budget_table": "bench.analysis.fixed",
    "gap_table": "bench.analysis.fixed",
    "audit": "bench.analysis.audit",
}
__all__ = [*_HOMES, "__version__"]

if TYPE_CHECKING:
    from bench.analysis.audit import audit as audit
    from bench.analysis.encoders import encoder_table as encoder_table
    from bench.analysis.fixed import budget_table as budget_table
    from bench.analysis.fixed import gap_table as gap_table
    from bench.analysis.tables import efficiency_table as efficiency_table
    from bench.experiments.experiment import Experiment as Experiment
    from bench.experiments.registry import make_encoder as make_encoder
    from bench.experiments.registry import make_optimiser as make_optimiser
    from bench.experiments.registry import make_problem as make_problem
    from bench.running.runner import run as run
    from bench.searching.engibench import as_engibench as as_engibench
    from bench.searching.function import as_function as as_function
    from bench.searching.objective import search as search
    from bench.store.directory import load as load


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'bench' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
