"""Problems of EngiBench whose designs are numbers in a box, where it is installed; none of its code is here."""

from __future__ import annotations

import dataclasses
import json
from functools import cached_property, lru_cache, partial
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np

from problems.base import Constraint, Evaluation, Problem
from problems.data import DataSettings, Drawn, File, Sample, Source, TrainingData, read_array
from problems.layouts.grid import Grid
from problems.structure.density import projected

VOLUMES = ("volfrac", "volume")
"""Conditions that are the mean of a design; designs are moved to it."""
SPREAD = 0.3
"""Deviation of the random fields that starts are drawn from, as a share of the box's width."""
SMOOTH = 3.0
"""Their correlation length, in cells."""
DEFAULT = DataSettings()


class EngiBench(Problem):
    """Minimise an objective of a problem of EngiBench, which must be installed beside latentbench.

    Design space
        Its box, flattened. Where a condition is the mean of a design (`volfrac`, `volume`), designs are moved to the
        nearest one of that mean before they are evaluated, as EngiBench's own optimisers keep it.
    Objective
        One of its objectives, negated where it is to be maximised.
    Constraints
        The number of EngiBench's own constraints that are violated; those that only warn are warnings here too.
    Data
        `optimal_design` of the training split, only for other conditions; the price is the mean length of
        the optimisation histories. Or the user's own file.

    Parameters
    ----------
    problem : str
        The name of a module of engibench.problems.
    config : dict
        Conditions and settings that differ from its defaults.
    objective : str
        Empty for the first.
    dataset : bool
        Whether its data set is the training data; it is downloaded if it is missing. Otherwise there are no training
        data, and starts are random smooth fields.
    data : DataSettings

    Raises
    ------
    ValueError
        If engibench or the problem is not there, or its design space is no box of numbers.

    References
    ----------
    Felten, Apaza, Bräunlich et al. 2025, EngiBench, 2508.00831.
    """

    name = "engibench"
    n_reference = 32

    def __init__(
        self,
        problem: str = "beams2d",
        config: dict[str, float | bool | int] = {},  # noqa: B006 - it is read alone
        objective: str = "",
        dataset: bool = True,
        data: DataSettings = DEFAULT,
    ) -> None:
        self._key = (problem, json.dumps(config, sort_keys=True))
        theirs = _theirs(*self._key)
        space, names = theirs.design_space, [name for name, _ in theirs.objectives]
        low, high = (np.asarray(getattr(space, side, None), dtype=object) for side in ("low", "high"))
        if not hasattr(space, "shape") or low.shape != space.shape or not np.isfinite((high - low).astype(float)).all():
            raise ValueError(f"problem: {problem} has designs in {type(space).__name__}; it must be a bounded Box")
        if objective and objective not in names:
            raise ValueError(f"objective: {objective!r} is none of {', '.join(names)}")
        self._shape, self._index = space.shape, names.index(objective) if objective else 0
        self.dim, self.quantity = int(np.prod(space.shape)), names[self._index]
        self.larger_is_better = theirs.objectives[self._index][1].name == "MAXIMIZE"
        self.version = f"engibench {version('engibench')}, v{theirs.version}"
        self.bounds = np.array([low.ravel(), high.ravel()], dtype=float)
        self.layout = Grid(*space.shape) if len(space.shape) == 2 else None
        self._conditions = {key: getattr(theirs.conditions, key) for key in theirs.conditions_keys}
        self._mean = next((float(self._conditions[key]) for key in VOLUMES if key in self._conditions), None)
        self.constraint_kinds = (Constraint("errors"), Constraint("warnings", severity="warning"))
        self._data = self._training_data(dataset, data)
        self.n_designs = data.n
        self.data_facts = None if self._data is None else self._data.facts

    def _training_data(self, dataset: bool, data: DataSettings) -> TrainingData | None:
        source: Source
        if data.source is not None:
            source = File(data.source, data.digest, partial(read_array, data.source))
        elif dataset:
            designs, price = self._optimised
            named = f"drawn: optimal designs of EngiBench's {self._key[0]} for other conditions"
            source = Drawn(named, lambda n, rng: (rng.permutation(designs)[:n], None), self._fields, price)
        else:
            return None
        return TrainingData(source, data.withhold)

    @cached_property
    def _optimised(self) -> tuple[np.ndarray, float]:
        """Designs (M, d) of the training split that are of other conditions, and what each took to make."""
        rows = _theirs(*self._key).dataset["train"]
        keys = [key for key in self._conditions if key in rows.column_names]
        own = np.array([float(self._conditions[key]) for key in keys])
        others = np.array([[float(row) for row in rows[key]] for key in keys]).reshape(len(keys), -1).T
        kept = ~np.isclose(others, own).all(axis=1) if keys else np.ones(len(rows), dtype=bool)
        designs = np.asarray(rows["optimal_design"], dtype=float).reshape(len(rows), -1)[kept]
        steps = rows["optimization_history"] if "optimization_history" in rows.column_names else []
        return designs, float(np.mean([len(each) for each in steps])) if len(steps) else 1.0

    def repair(self, x: np.ndarray) -> np.ndarray:
        """Move designs into the box and, where a condition is the mean of a design, to that."""
        if self._mean is None:
            return super().repair(x)
        finite = np.isfinite(x).all(axis=1)
        within = ((x >= 0) & (x <= 1)).all(axis=1) & (np.abs(x.mean(axis=1) - self._mean) < 1e-12)
        moved = x.copy()
        for i in np.flatnonzero(finite & ~within):
            moved[i] = projected(x[i], self._mean)
        return moved

    def evaluate(self, x: np.ndarray) -> Evaluation:
        """Simulate designs (n, d), one after the other."""
        sign = -1.0 if self.larger_is_better else 1.0
        values = [sign * self._simulated(row) if np.isfinite(row).all() else np.nan for row in self.repair(x)]
        return Evaluation(np.array(values, dtype=float), self._broken(x, "Error"))

    def _simulated(self, design: np.ndarray) -> float:
        theirs = _theirs(*self._key)
        return float(np.asarray(theirs.simulate(self._as_theirs(design))).ravel()[self._index])

    def _as_theirs(self, design: np.ndarray) -> np.ndarray:
        return design.reshape(self._shape).astype(_theirs(*self._key).design_space.dtype)

    def warnings(self, x: np.ndarray) -> np.ndarray:
        """How many of EngiBench's constraints are broken that only warn, shape (n, 1); -1 where none is."""
        return self._broken(x, "Warning")

    def _broken(self, x: np.ndarray, criticality: str) -> np.ndarray:
        theirs, config = _theirs(*self._key), {**self._conditions, **json.loads(self._key[1])}
        counts = []
        for row in self.repair(x):
            if not np.isfinite(row).all():
                counts.append(np.nan)
                continue
            found = theirs.check_constraints(self._as_theirs(row), config).violations
            counts.append(sum(each.constraint.criticality.name == criticality for each in found) or -1.0)
        return np.array(counts, dtype=float).reshape(len(x), 1)

    def display(self, objective: np.ndarray) -> np.ndarray:
        """EngiBench's own value."""
        return -objective if self.larger_is_better else objective

    def designs(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """Draw n optimal designs of other conditions."""
        return None if self._data is None else self._data.draw(n, rng, self)[0]

    def reference(self, n: int, rng: np.random.Generator) -> np.ndarray | None:
        """Draw n random smooth fields, or designs of the user's file; starts come from here."""
        return self._fields(n, rng)[0] if self._data is None else self.repair(self._data.reference(n, rng))

    def _fields(self, n: int, rng: np.random.Generator) -> Sample:
        from scipy.ndimage import gaussian_filter

        noise = rng.normal(size=(n, *self._shape))
        smooth = gaussian_filter(noise, (0, *(SMOOTH,) * len(self._shape)), mode="nearest").reshape(n, -1)
        assert self.bounds is not None
        low, high = self.bounds
        scale = np.maximum(smooth.std(axis=1, keepdims=True), 1e-12)
        return self.repair((low + high) / 2 + SPREAD * (high - low) * smooth / scale), None


@lru_cache(maxsize=8)
def _theirs(problem: str, config: str) -> Any:
    try:
        from engibench.core import Problem as Base
    except ImportError:
        raise ValueError("needs engibench; pip install 'engibench[beams2d]' into the same environment") from None
    try:
        module = import_module(f"engibench.problems.{problem}")
    except ModuleNotFoundError as error:
        missing = f"needs {error.name}" if error.name and not error.name.startswith("engibench") else "is not there"
        raise ValueError(f"problem: {problem} {missing}; pip install 'engibench[{problem}]'") from None
    cls: Any
    (cls,) = {each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Base)} - {Base}
    given = dict(json.loads(config))
    known = [field.name for field in dataclasses.fields(cls.Config)]
    if unknown := [key for key in given if key not in known]:
        raise ValueError(f"config: {unknown[0]!r} is unknown; allowed: {', '.join(known)}")
    return cls(seed=0, config=given)
