"""An experiment, and from it the fits and runs of its grid."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from bench import seeds
from bench.errors import BadInput
from bench.experiments import promises, schema
from bench.experiments.arms import Arm, Stage, arms_of
from bench.experiments.catalogue import source_text
from bench.experiments.pairs import draws_designs, why_not
from bench.experiments.plan import Plan
from bench.experiments.registry import Spec, from_record, resolve

KEY_LENGTH = 20
"""Hexadecimal digits of the key of a fit or run."""


def fit_key(*names: Any) -> str:
    """A hash of all that a fit depends on: seed, problem, replicate and encoder, the plug-ins by their identities."""
    return seeds.digest("fit", *names)[:KEY_LENGTH]


def run_key(*names: Any) -> str:
    """A hash of all that a run depends on: seed, problem, replicate, arm, search, budget and trace mode."""
    return seeds.digest("run", *names)[:KEY_LENGTH]


@dataclass(frozen=True)
class Fit:
    """One encoder, to be fitted on one replicate's designs."""

    seed: int
    problem: Spec
    encoder: Spec
    replicate: int

    @property
    def seed_names(self) -> tuple[Any, ...]:
        """What the encoder's random draws hang on."""
        return (self.seed, self.problem.identity(), self.replicate, self.encoder.identity())

    @cached_property
    def key(self) -> str:
        """A hash of the fit's identity."""
        return fit_key(*self.seed_names)


@dataclass(frozen=True)
class Run:
    """One search: an arm on a problem, in one replicate. `skip` says why, where the pair cannot work."""

    seed: int
    problem: Spec
    problem_label: str
    arm: Arm
    replicate: int
    search: int
    trace: Literal["improvements", "all"]
    skip: str | None = None

    @property
    def fits(self) -> tuple[Fit, ...]:
        """The fit that each stage needs."""
        return tuple(Fit(self.seed, self.problem, stage.encoder, self.replicate) for stage in self.arm.stages)

    @property
    def seed_names(self) -> tuple[Any, ...]:
        """What the search's random draws hang on; not the budget, so that a longer run repeats a shorter one."""
        return (self.seed, self.problem.identity(), self.replicate, self.arm.identity(), self.search)

    @cached_property
    def key(self) -> str:
        """A hash of the run's identity."""
        return run_key(*self.seed_names, self.arm.budget, self.trace)


@dataclass(frozen=True)
class Experiment:
    """Problems × arms × replicates × searches, with every parameter resolved.

    Attributes
    ----------
    name : str
    seed : int
    replicates : int
        Each its own data draw, encoder seeds and start.
    searches : int
        Per replicate and arm.
    trace : {"improvements", "all"}
        See `bench.searching.ledger.Ledger`.
    problems : dict of str to Spec
        By label.
    arms : tuple of Arm
    text : str or None
        What it was read from.
    """

    name: str
    seed: int
    replicates: int
    searches: int
    trace: Literal["improvements", "all"]
    problems: dict[str, Spec]
    arms: tuple[Arm, ...]
    text: str | None = field(default=None, compare=False, repr=False)

    @classmethod
    def load(cls, source: str | Path) -> Experiment:
        """Read the experiment of a suite's name or of a path that ends in .toml.

        Raises
        ------
        BadInput
            With one line that names the key, what is wrong with it, and what is allowed.
        """
        text, folder = source_text(source)
        try:
            return cls.from_toml(text, folder)
        except BadInput as error:
            raise BadInput(f"{source}: {error}") from error

    @classmethod
    def from_toml(cls, text: str, folder: Path | None = None) -> Experiment:
        """Read an experiment from TOML text; files lie relative to a folder. Raises `BadInput` like `load`."""
        table = schema.parse(text)
        problems = {factor.title: resolve("problems", factor.name, factor.params, folder) for factor in table.problems}
        arms = tuple(arms_of(table))
        schema.refuse_equal_labels([arm.label for arm in arms])
        schema.refuse_twins({label: spec.identity() for label, spec in problems.items()})
        schema.refuse_twins({arm.label: (arm.identity(), arm.budget) for arm in arms})
        experiment = cls(*(table.name, table.seed, table.replicates, table.searches, table.trace), problems, arms, text)
        if all(experiment.skips.values()):
            raise BadInput(f"no pair can work: {next(iter(experiment.skips.values()))}")
        return experiment

    @classmethod
    def from_identity(cls, identity: Any, trusted: Collection[str] = ()) -> Experiment:
        """Give back the experiment that gave this `identity`; nothing is imported yet.

        Parameters
        ----------
        identity : dict
            It may come from anywhere.
        trusted : collection of str
            Modules that may be imported because it names them; see `registry.from_record`.

        Raises
        ------
        BadInput
            If it is no identity, or names a plug-in that is not there, or a module that is not trusted.
        """
        try:
            plan = Plan.read(identity)
        except ValueError as error:
            raise BadInput(f"experiment: {error}") from None
        if plan.trace not in ("improvements", "all"):
            raise BadInput(f"experiment: trace: {plan.trace!r:.80} must be 'improvements' or 'all'")
        problems = {each.label: from_record(each.identity(), trusted) for each in plan.problems}
        arms = tuple(
            Arm(
                *(arm.label, arm.encoder, arm.optimiser),
                tuple(
                    Stage(
                        from_record(stage.encoder.identity(), trusted, "encoders"),
                        from_record(stage.optimiser.identity(), trusted, "optimisers"),
                        *(stage.until, stage.stagnation, stage.refit),
                    )
                    for stage in arm.stages
                ),
                arm.budget,
            )
            for arm in plan.arms
        )
        return cls(plan.name, plan.seed, plan.replicates, plan.searches, plan.trace, problems, arms)

    def identity(self) -> dict[str, Any]:
        """The experiment as plain data: what is compared when a directory is resumed."""
        return {
            "name": self.name,
            "seed": self.seed,
            "replicates": self.replicates,
            "searches": self.searches,
            "trace": self.trace,
            "problems": [{"label": label, **spec.identity()} for label, spec in self.problems.items()],
            "arms": [
                {name: getattr(arm, name) for name in ("label", "encoder", "optimiser", "budget")} | arm.identity()
                for arm in self.arms
            ],
        }

    def runs(self) -> Iterator[Run]:
        """All runs, replicate by replicate, those that cannot work included."""
        for replicate in range(self.replicates):
            for label, problem in self.problems.items():
                for arm in self.arms:
                    for search in range(self.searches):
                        skip = self.skips[label, arm.label]
                        yield Run(self.seed, problem, label, arm, replicate, search, self.trace, skip)

    def specs(self) -> set[Spec]:
        """All plug-ins that it names."""
        stages = [stage for arm in self.arms for stage in arm.stages]
        return {*self.problems.values(), *(s.encoder for s in stages), *(s.optimiser for s in stages)}

    def remarks(self) -> Iterator[str]:
        """What a person should know before it is run: of data that are used only in part."""
        for label, spec in self.problems.items():
            facts = spec.make().data_facts
            if facts is not None and facts.left_out:
                yield f"{label}: {facts.left_out}"

    @cached_property
    def skips(self) -> dict[tuple[str, str], str | None]:
        """Why a problem and an arm, by their labels, cannot work together; None where they can."""
        reasons: dict[tuple[str, str], str | None] = {}
        made = {
            spec: spec.make() for arm in self.arms for stage in arm.stages for spec in (stage.encoder, stage.optimiser)
        }
        for label, spec in self.problems.items():
            problem = spec.make()
            if (wrong := promises.fault(problem)) is not None:
                raise BadInput(f"problem '{label}': {wrong}")
            has_designs = draws_designs(problem)
            for arm in self.arms:
                try:
                    complaints = [
                        why_not(problem, has_designs, stage, made[stage.encoder], made[stage.optimiser])
                        for stage in arm.stages
                    ]
                except (AttributeError, TypeError) as error:
                    raise BadInput(f"problem '{label}' with arm '{arm.label}': {error}") from error
                reasons[label, arm.label] = next(filter(None, complaints), None)
        return reasons


def fits(runs: list[Run]) -> list[Fit]:
    """The fits that some runs need, each once, in the order of need."""
    return list({fit.key: fit for run in runs for fit in run.fits}.values())
