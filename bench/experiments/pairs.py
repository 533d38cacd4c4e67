"""Which problems and arms can work together, and why others cannot."""

from __future__ import annotations

from importlib.util import find_spec

from bench import seeds
from bench.experiments.arms import Stage
from bench.optimisers.base import Optimiser
from encoders.base import Encoder
from problems.base import Problem


def why_not(problem: Problem, has_designs: bool, stage: Stage, encoder: Encoder, optimiser: Optimiser) -> str | None:
    """Why a stage of an arm cannot work on a problem, in words; None where it can."""
    missing = next((name for name in optimiser.libraries if find_spec(name.partition(".")[0]) is None), None)
    if missing and optimiser.extra:
        return f"'{stage.searcher}' needs {missing}; pip install 'latentbench[{optimiser.extra}]'"
    latent_dim = getattr(encoder, "latent_dim", problem.dim)
    if latent_dim > problem.dim:
        return f"latent_dim {latent_dim} of '{stage.encoder.name}' is above the problem's dimension {problem.dim}"
    if (reason := optimiser.why_not(latent_dim)) is not None:
        return f"'{stage.searcher}' {reason}"
    if (reason := encoder.why_not(problem.layout)) is not None:
        return f"encoder '{stage.encoder.name}' on problem '{problem.name}': {reason}"
    if problem.variables and (reason := _why_not_whole(problem, stage, encoder, optimiser)) is not None:
        return reason
    if optimiser.needs_gradient and not problem.differentiable:
        return f"'{stage.searcher}' needs gradients, and problem '{problem.name}' has none"
    if optimiser.needs_gradient and not encoder.differentiable:
        return f"'{stage.searcher}' needs gradients, and encoder '{stage.encoder.name}' passes none on"
    if stage.refit and not has_designs:
        return f"encoder '{stage.encoder.name}' is to be fitted anew, and problem '{problem.name}' has no designs"
    if encoder.needs_designs and not has_designs:
        return f"encoder '{stage.encoder.name}' learns from designs, and problem '{problem.name}' has none"
    if encoder.needs_tasks and problem.conditions is None:
        return f"encoder '{stage.encoder.name}' is told conditions, and problem '{problem.name}' has none"
    if not has_designs and problem.bounds is None:
        return f"problem '{problem.name}' has neither designs nor bounds; nothing says where to search"
    return None


def _why_not_whole(problem: Problem, stage: Stage, encoder: Encoder, optimiser: Optimiser) -> str | None:
    kinds = " and ".join(sorted(set(problem.variables) - {"real"}))
    if not encoder.keeps_variables:
        return f"encoder '{stage.encoder.name}' makes real numbers of the {kinds} variables of problem '{problem.name}'"
    if optimiser.needs_gradient:
        return f"'{stage.searcher}' needs gradients, and the {kinds} variables of '{problem.name}' have none"
    return None


def draws_designs(problem: Problem) -> bool:
    """Whether a problem draws training designs; found out by drawing two."""
    try:
        return problem.designs(2, seeds.generator("probe")) is not None
    except (Exception, SystemExit):  # a third party's code may raise anything; the fits that need designs will fail
        return True
