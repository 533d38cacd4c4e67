"""Which plug-ins there are, and where: a built-in table, then entry points, then "package.module:Class"."""

from __future__ import annotations

import inspect
import sys
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Literal

from bench.errors import BadInput, unknown
from bench.experiments.presets import OPTIMISERS
from encoders.presets import PRESETS as ENCODERS
from encoders.presets import Preset

Kind = Literal["problems", "encoders", "optimisers"]

BUILT_IN: dict[Kind, dict[str, str]] = {
    "problems": {
        "isoperimetric": "problems.isoperimetric:Isoperimetric",
        "heat-dispersion": "problems.heat_dispersion:HeatDispersion",
        "target-ratio": "problems.target_ratio:TargetRatio",
        "conduction": "problems.conduction.problem:Conduction",
        "structure": "problems.structure.problem:Structure",
        "isoperimetric-3d": "problems.bodies.isoperimetric:Isoperimetric3D",
        "heat-dispersion-3d": "problems.bodies.heat_dispersion:HeatDispersion3D",
        "bbob": "problems.blackbox.coco:BBOB",
        "bbob-constrained": "problems.blackbox.coco:BBOBConstrained",
        "bbob-largescale": "problems.blackbox.coco:BBOBLargeScale",
        "ioh": "problems.blackbox.profiler:IOH",
        "engibench": "problems.blackbox.engibench:EngiBench",
    },
    "encoders": {
        "raw": "encoders.identity:Identity",
        **{name: preset.target for name, preset in ENCODERS.items()},
        "kernel-pca": "encoders.kernel_pca:KernelPCA",
        "diffusion-ae": "encoders.diffusion:DiffusionAutoencoder",
        "conditional-vae": "encoders.conditional:ConditionalAutoencoder",
        "spline-gan": "encoders.adversarial:GAN",
        "stacked": "encoders.stacked:Stacked",
        "inverted": "encoders.inverted:Inverted",
    },
    "optimisers": {
        "random-search": "bench.optimisers.random_search:RandomSearch",
        "differential-evolution": "bench.optimisers.differential_evolution:DifferentialEvolution",
        "nelder-mead": "bench.optimisers.nelder_mead:NelderMead",
        "trust-region": "bench.optimisers.trust_region:TrustRegion",
        **{name: preset.target for name, preset in OPTIMISERS.items()},
        "gp-optuna": "bench.optimisers.optuna_study:GaussianProcess",
        "gp-logei": "bench.optimisers.bayesian:LogEI",
        "gp-linear": "bench.optimisers.linear_gp:LinearGP",
        "saasbo": "bench.optimisers.saasbo:SAASBO",
        "turbo": "bench.optimisers.thompson:TuRBO",
        "baxus": "bench.optimisers.baxus:BAxUS",
        "lol-bo": "bench.optimisers.lolbo:LOLBO",
        "l-bfgs": "bench.optimisers.lbfgs:LBFGS",
        "coarse-to-fine": "bench.optimisers.coarse_to_fine:CoarseToFine",
        "augmented-lagrangian": "bench.optimisers.augmented_lagrangian:AugmentedLagrangian",
        "adam": "bench.optimisers.adam:Adam",
        "guided-sampling": "bench.optimisers.guided_sampling:GuidedSampling",
        "optimality-criteria": "bench.optimisers.optimality_criteria:OptimalityCriteria",
        "mma": "bench.optimisers.mma:MMA",
        "restarts": "bench.optimisers.wrappers:Restarts",
        "multistart": "bench.optimisers.wrappers:Multistart",
        "density-bound": "bench.optimisers.wrappers:DensityBound",
    },
}
PRESETS: dict[Kind, dict[str, Preset]] = {"problems": {}, "encoders": ENCODERS, "optimisers": OPTIMISERS}
BASES: dict[Kind, str] = {
    "problems": "problems.base:Problem",
    "encoders": "encoders.base:Encoder",
    "optimisers": "bench.optimisers.base:Optimiser",
}


def targets(kind: Kind) -> dict[str, str]:
    """Where each known plug-in of a kind lives: name -> "package.module:Class"; a built-in name cannot be taken."""
    return _installed(kind, tuple(sys.path)) | BUILT_IN[kind]


@lru_cache
def _installed(kind: Kind, path: tuple[str, ...]) -> dict[str, str]:
    """Entry points of a kind, for a path of modules; looking for them reads the metadata of all that is installed."""
    return {point.name: point.value for point in entry_points(group=f"latentbench.{kind}")}


def kind_of(name: str) -> Kind:
    """Find out which kind of plug-in a name or "package.module:Class" stands for.

    Raises
    ------
    BadInput
        If it stands for none, or for several.
    """
    kinds = [kind for kind in BASES if name in targets(kind)]
    if not kinds and ":" in name:
        cls = imported("plug-in", name)
        kinds = [
            kind for kind, base in BASES.items() if isinstance(cls, type) and issubclass(cls, imported(kind, base))
        ]
        if not kinds:
            raise BadInput(f"plug-in '{name}': must be a class derived from {' or '.join(BASES.values())}")
    if not kinds:
        raise unknown("plug-in", name, [*(each for kind in BASES for each in targets(kind)), "package.module:Class"])
    if len(kinds) > 1:
        classes = ", ".join(targets(kind).get(name, name) for kind in kinds)
        raise BadInput(f"plug-in '{name}': is one of {' and of '.join(kinds)}; give its class, one of {classes}")
    return kinds[0]


def load_class(kind: Kind, name: str) -> type:
    """Import the class of a plug-in.

    Raises
    ------
    BadInput
        If there is no such name, module or class, or the class is no plug-in of this kind.
    """
    known = targets(kind)
    target = known.get(name, name)
    if ":" not in target:
        raise unknown(f"{kind}.name", name, [*known, "package.module:Class"])
    cls = imported(kind, target)
    base = imported(kind, BASES[kind])
    if not (isinstance(cls, type) and issubclass(cls, base)) or inspect.isabstract(cls):
        raise BadInput(f"{kind} '{name}': must be a class derived from {BASES[kind]} with all its methods written")
    return cls


def defaults_of(kind: Kind, name: str) -> dict[str, Any]:
    """Every parameter of a plug-in and its default, `inspect.Parameter.empty` where it has none."""
    parameters = inspect.signature(load_class(kind, name)).parameters.values()
    preset = PRESETS[kind][name].defaults if name in PRESETS[kind] else {}
    return {parameter.name: preset.get(parameter.name, parameter.default) for parameter in parameters}


def imported(kind: str, target: str) -> Any:
    """Import what "package.module:Class" names.

    Raises
    ------
    BadInput
        If there is no such module or class, or importing it raises; with the kind, which says what was asked for.
    """
    name, _, attribute = target.partition(":")
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        raise BadInput(f"{kind} '{target}': there is no module '{error.name}'") from error
    except (Exception, SystemExit) as error:  # a third party's module may raise anything
        raise BadInput(f"{kind} '{target}': importing it raised {type(error).__name__}: {one_line(error)}") from error
    if not hasattr(module, attribute):
        raise BadInput(f"{kind} '{target}': module '{name}' has no '{attribute}'")
    return getattr(module, attribute)


def one_line(error: BaseException) -> str:
    """What an error says, in one line; its type if it says nothing."""
    return " ".join(str(error).split()) or type(error).__name__
