"""The subject of pictures: a fitted encoder, its problem, and its training designs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.errors import BadInput, reason, visible
from bench.experiments.experiment import Fit
from bench.experiments.registry import Spec, resolve
from bench.searching import instance
from bench.searching.evaluation import evaluate
from bench.seeds import generator
from bench.store.directory import Store
from bench.studies.diagnostics import decoded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from encoders.base import Encoder, Tasks
    from problems.base import Evaluation, Problem

AT_ONCE = 1000
"""Designs that are decoded and evaluated at a time, so that they fit in memory."""


@dataclass(frozen=True)
class Subject:
    """A fitted encoder with the instance that it was fitted on.

    Attributes
    ----------
    name : str
        Of the encoder, for titles.
    fit : Fit
    problem : Problem
        As the replicate sees it.
    encoder : Encoder
        Fitted.
    designs : ndarray, shape (n, d)
        What it was fitted on.
    labels : ndarray of str, shape (n,)
        Their classes; one and the same where the problem has none.
    start : ndarray, shape (d,)
        Where searches of this replicate start.
    """

    name: str
    fit: Fit
    problem: Problem
    encoder: Encoder
    designs: np.ndarray
    labels: np.ndarray
    start: np.ndarray

    @property
    def tasks(self) -> Tasks | None:
        """What encoders are told of the tasks that the designs were made for."""
        return instance.draw(self.fit.problem, self.fit.seed, self.fit.replicate).tasks

    @cached_property
    def latents(self) -> np.ndarray:
        """The encoded designs, shape (n, k)."""
        return self.encode(self.designs)

    @property
    def scale(self) -> np.ndarray:
        """In what units optimisers step, shape (k,)."""
        assert self.encoder.scale is not None
        return self.encoder.scale

    @property
    def bounds(self) -> np.ndarray:
        """The search box, shape (2, k)."""
        assert self.encoder.bounds is not None
        return self.encoder.bounds

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Latents (n, k) of designs (n, d)."""
        with _named("encoders", self.fit.encoder.name):
            return self.encoder.encode(x)

    def decode(self, z: np.ndarray) -> np.ndarray:
        """Designs (n, d) of latents (n, k)."""
        with _named("encoders", self.fit.encoder.name):
            return decoded(self.encoder, z)

    def sample(self, n: int, *purpose: Any) -> np.ndarray:
        """Latents (n, k) from the prior; for the same purpose the same ones."""
        with _named("encoders", self.fit.encoder.name):
            return self.encoder.sample(n, generator(*self.fit.seed_names, "look", *purpose))

    def repair(self, x: np.ndarray) -> np.ndarray:
        """Designs (n, d) as a search evaluates them, and pictures show them: within the problem's bounds."""
        with _named("problems", self.fit.problem.name):
            return self.problem.repair(x)

    def evaluate(self, x: np.ndarray) -> Evaluation:
        """Objective and constraints of designs (n, d), as the problem repairs them: so a search evaluates them."""
        with _named("problems", self.fit.problem.name):
            return evaluate(self.problem, self.problem.repair(x))

    def display(self, evaluation: Evaluation) -> np.ndarray:
        """Displayed values (n,)."""
        with _named("problems", self.fit.problem.name):
            return np.asarray(self.problem.display(evaluation.objective), dtype=float)

    def draw(self, x: np.ndarray, ax: Axes) -> None:
        """Draw one design (d,); nothing where it has values that are not finite."""
        with _named("problems", self.fit.problem.name):
            if np.isfinite(x).all():
                self.problem.draw(x, ax)

    def look(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Designs (n, d) of latents (n, k), repaired, their displayed values (n,), and which of them are feasible."""
        parts = [self.repair(self.decode(some)) for some in np.array_split(z, max(1, len(z) // AT_ONCE))]
        seen = [self.evaluate(x) for x in parts]
        values, feasible = [self.display(e) for e in seen], [e.feasible for e in seen]
        return np.concatenate(parts), np.concatenate(values), np.concatenate(feasible)

    def fit_rng(self) -> np.random.Generator:
        """The generator with which the encoder was fitted, from its beginning."""
        return generator(*self.fit.seed_names, "fit")


@contextmanager
def _named(kind: str, name: str) -> Iterator[None]:
    """Name the plug-in that raises, in one line: a third party's may raise anything.

    Raises
    ------
    BadInput
    """
    try:
        yield
    except BadInput:
        raise
    except (Exception, SystemExit) as error:
        raise BadInput(visible(f"{kind} '{name}': {reason(error)}")) from error


def find(
    encoder: str | Path,
    problem: str | None = None,
    settings: dict[str, Any] | None = None,
    trusted: Collection[str] = (),
) -> Subject:
    """Find a stored encoder by its folder, or fit one by its name.

    Parameters
    ----------
    encoder : str or Path
        A folder DIR/encoders/KEY of an experiment directory, or a name as in `latentbench list encoders`.
    problem : str, optional
        A name; "isoperimetric" by default for an encoder to be fitted. With a folder it must be the folder's own.
    settings : dict, optional
        Parameters of an encoder to be fitted.
    trusted : collection of str
        Modules that a folder may name; see `bench.experiments.registry.from_record`.

    Raises
    ------
    BadInput
        If there is no such encoder or problem, the two do not fit, the problem has no designs to learn from, or one of
        them raises.
    """
    folder = Path(encoder)
    if (folder / "info.json").is_file():
        if settings:
            raise BadInput(f"{folder}: is fitted; its parameters {sorted(settings)} cannot be set")
        return stored(folder, problem, trusted)
    if folder.exists() or len(folder.parts) > 1:
        raise BadInput(f"{folder}: is no folder of a fitted encoder (there is no info.json); such are DIR/encoders/KEY")
    spec = resolve("encoders", str(encoder), settings)
    return fitted(spec, resolve("problems", problem or "isoperimetric"))


def fitted(encoder: Spec, problem: Spec, seed: int = 0, replicate: int = 0) -> Subject:
    """Fit an encoder as an experiment with this seed does in this replicate.

    Raises
    ------
    BadInput
        If the problem has no designs, or the encoder cannot learn from them.
    """
    fit = Fit(seed, problem, encoder, replicate)
    model = encoder.make()
    drawn, designs, labels = _drawn(fit)
    with _named("encoders", encoder.name):
        model.fit(designs, generator(*fit.seed_names, "fit"), drawn.problem.layout, drawn.tasks)
    return Subject(encoder.name, fit, drawn.problem, model, designs, labels, drawn.start)


def stored(folder: Path, problem: str | None = None, trusted: Collection[str] = ()) -> Subject:
    """Read a fitted encoder from its folder in an experiment directory; its designs are drawn anew.

    Raises
    ------
    BadInput
        If the folder cannot be believed, or is of another problem.
    """
    folder = folder.resolve()
    store = Store(folder.parent.parent)
    seed, found = store.identity()["seed"], store.fitted(folder.name)
    if found is None:
        raise BadInput(f"{folder}: is not the encoder that was stored")
    if not found.is_of(seed):
        raise BadInput(f"{folder}: is not an encoder of {store.path}")
    fit = found.fit(seed, trusted)
    if problem is not None and problem != fit.problem.name:
        raise BadInput(f"--problem: {problem} is not what {folder} was fitted on, which is {fit.problem.name}")
    with _named("problems", fit.problem.name):
        seen = instance.problem_of(fit.problem, fit.seed, fit.replicate)
        designs = instance.training(fit.problem, fit.seed, fit.replicate)
    designs, labels = _with_labels(fit, designs)
    with _named("encoders", fit.encoder.name):
        model, start = found.unpack(fit)
    if model.scale is None or model.bounds is None:
        raise BadInput(f"{folder}: lacks its scale or bounds")
    return Subject(fit.encoder.name, fit, seen, model, designs, labels, start)


def _drawn(fit: Fit) -> tuple[instance.Instance, np.ndarray, np.ndarray]:
    """Instance, training designs and their classes."""
    with _named("problems", fit.problem.name):
        drawn = instance.draw(fit.problem, fit.seed, fit.replicate)
    return drawn, *_with_labels(fit, drawn.designs)


def _with_labels(fit: Fit, designs: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Training designs and their classes."""
    with _named("problems", fit.problem.name):
        labels = instance.labels(fit.problem, fit.seed, fit.replicate)
    if designs is None:
        raise BadInput(f"problems '{fit.problem.name}': has no designs, so that there is no latent space to look at")
    return designs, np.full(len(designs), fit.problem.name) if labels is None else labels
