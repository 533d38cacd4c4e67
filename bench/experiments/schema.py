"""The shape of an experiment file: TOML text in, checked tables out; names are looked up elsewhere."""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bench import seeds
from bench.errors import BadInput, unknown

Label = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$")]


def _whole(value: Any) -> Any:
    """Take 1e3 for 1000."""
    return int(value) if type(value) is float and value.is_integer() else value


Count = Annotated[int, Field(ge=1, le=2**53), BeforeValidator(_whole)]
MOST_RUNS = 10**6
"""Runs of an experiment; a slip of the keyboard in a count should not fill the memory."""


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Factor(BaseModel):
    """A problem or encoder of the grid: its name, what tables call it, and (all other keys) its parameters."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    name: Label
    label: Label | None = None

    @property
    def title(self) -> str:
        """The label, or else the name."""
        return self.label or self.name

    @property
    def params(self) -> dict[str, Any]:
        """The parameters by name."""
        return dict(self.model_extra or {})


class OptimiserFactor(Factor):
    """An optimiser of the grid, with its own budget if needed, and the encoders that it is combined with.

    If it may converge before its budget is spent, `restarts` starts it again, unless `restart` is false.
    """

    budget: Count | None = None
    restart: bool = True
    encoders: Annotated[list[Label], Field(min_length=1)] | None = None


class StageTable(_Table):
    """A stage of an arm, by the labels of its encoder and optimiser, and its switch rule."""

    encoder: Label
    optimiser: Label
    until: Annotated[float, Field(gt=0, lt=1)] | None = None
    stagnation: Count | None = None
    refit: bool = False


class ArmTable(_Table):
    """An arm of several stages, in addition to the grid."""

    label: Label
    stages: Annotated[list[StageTable], Field(min_length=1)]
    budget: Count | None = None


class ExperimentTable(_Table):
    """An experiment file."""

    name: Annotated[str, Field(max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] = 0
    replicates: Count = 5
    searches: Count = 1
    budget: Count = 2000
    trace: Literal["improvements", "all"] = "improvements"
    problems: Annotated[list[Factor], Field(min_length=1)]
    encoders: Annotated[list[Factor], Field(min_length=1)]
    optimisers: Annotated[list[OptimiserFactor], Field(min_length=1)]
    arms: list[ArmTable] = []


_KEYS = {
    (): ExperimentTable.model_fields,
    ("arms",): ArmTable.model_fields,
    ("arms", "stages"): StageTable.model_fields,
}


def parse(text: str) -> ExperimentTable:
    """Check TOML text against the schema.

    Raises
    ------
    BadInput
        With one line for the first thing that is wrong.
    """
    try:
        table = tomllib.loads(text)
    except ValueError as error:
        raise BadInput(f"is not TOML: {error}") from None
    except RecursionError:
        raise BadInput("is nested too deeply") from None
    if not table:
        raise BadInput(f"is empty; an experiment has the keys {', '.join(ExperimentTable.model_fields)}")
    try:
        _refuse_infinite(table)
        checked = ExperimentTable.model_validate(table)
    except ValidationError as error:
        raise _complaint(error) from None
    except RecursionError:
        raise BadInput("is nested too deeply") from None
    grid = sum(len(checked.encoders if each.encoders is None else each.encoders) for each in checked.optimisers)
    arms = grid + len(checked.arms)
    runs = len(checked.problems) * arms * checked.replicates * checked.searches
    if runs > MOST_RUNS:
        raise BadInput(f"problems, arms, replicates and searches make {runs} runs; they must make at most {MOST_RUNS}")
    for factors in (checked.problems, checked.encoders, checked.optimisers):
        refuse_equal_labels([factor.title for factor in factors])
    return checked


def describe(error: ValidationError, *prefix: str) -> str:
    """Put the first complaint of a validation into one line: the key, what is wrong with it, its value."""
    first = error.errors()[0]
    key = ".".join([*prefix, *(str(part) for part in first["loc"])])
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return message
    got = "" if first["type"] == "missing" else f", not {first['input']!r:.80}"
    if prefix and isinstance(first["input"], list) and first["type"] != "missing":
        got += "; for each of several values, write an entry of its own, with a label"
    return f"{key}: {message[0].lower()}{message[1:]}{got}"


def _complaint(error: ValidationError) -> BadInput:
    # an unknown key explains what is missing, and not the other way round
    first = next((each for each in error.errors() if each["type"] == "extra_forbidden"), error.errors()[0])
    if first["type"] == "list_type" and isinstance(first["input"], dict):
        where = ".".join(map(str, first["loc"]))
        return BadInput(f"{where}: is one table, and must be a list of them: write [[{where}]], not [{where}]")
    if first["type"] == "extra_forbidden":
        *path, key = first["loc"]
        named = tuple(part for part in path if isinstance(part, str))
        where = ".".join(str(part) for part in path)
        return unknown(f"{where}: key" if where else "key", str(key), _KEYS[named])
    return BadInput(describe(error))


def _refuse_infinite(value: Any, key: str = "") -> None:
    if isinstance(value, dict):
        for name, part in value.items():
            _refuse_infinite(part, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            _refuse_infinite(part, f"{key}.{index}")
    elif isinstance(value, float) and not math.isfinite(value):
        raise BadInput(f"{key}: {value} must be a finite number")


def refuse_equal_labels(labels: list[str]) -> None:
    """Raise `BadInput` if a label occurs twice."""
    for label, number in Counter(labels).items():
        if number > 1:
            raise BadInput(f"label '{label}' stands for {number} things; each needs a label of its own")


def refuse_twins(identities: Mapping[str, Any]) -> None:
    """Raise `BadInput` if two labels stand for the same, as plain data: both would claim the same runs."""
    seen: dict[str, str] = {}
    for label, identity in identities.items():
        twin = seen.setdefault(seeds.digest(identity), label)
        if twin != label:
            raise BadInput(f"'{twin}' and '{label}' are the same by all but their labels; leave one out")
