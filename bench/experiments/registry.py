"""From a name and parameters to a plug-in: the parameters are checked, written down in full, and it is made."""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Collection
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

from bench.errors import BadInput, unknown
from bench.experiments.data_files import located, rebased
from bench.experiments.plugins import BASES, Kind, defaults_of, imported, kind_of, load_class, one_line, targets

if TYPE_CHECKING:
    from bench.optimisers.base import Optimiser
    from encoders.base import Encoder
    from problems.base import Problem

LIMIT = "reference"
"""A parameter of every problem, which sets its `n_reference`: how much is evaluated beside budgets."""


@dataclass(frozen=True)
class Spec:
    """A plug-in by name, with every parameter resolved to plain data; two equal specs make equal plug-ins.

    Attributes
    ----------
    kind : {"problems", "encoders", "optimisers"}
    name : str
    settings : str
        The parameters as JSON, sorted by name, so that a spec can be compared and hashed.
    unrecorded : str
        Likewise, given parameters on which no result depends; those of a plug-in that is a parameter, under its name.
    """

    kind: Kind
    name: str
    settings: str = "{}"
    unrecorded: str = "{}"

    @property
    def params(self) -> dict[str, Any]:
        """The parameters by name, but the unrecorded."""
        return dict(json.loads(self.settings))

    def identity(self) -> dict[str, Any]:
        """Name and parameters, as JSON can hold them; seeds hang on this, so what is unrecorded is no part of it."""
        return {"name": self.name, "params": self.params}

    def make(self) -> Any:
        """Make the plug-in.

        Raises
        ------
        BadInput
            If the plug-in refuses its parameters.
        """
        cls = load_class(self.kind, self.name)
        adapters, beside = _adapters(cls), dict(json.loads(self.unrecorded))
        values = beside | self.params
        limit = values.pop(LIMIT, None) if self.kind == "problems" and LIMIT not in adapters else None
        try:
            made = cls(**{n: _made(cls, n, adapters[n], value, beside.get(n)) for n, value in values.items()})
            if limit is not None:
                made.n_reference = limit
            return made
        except BadInput:
            raise
        except (ValueError, TypeError) as error:
            raise BadInput(f"{self.kind} '{self.name}': {one_line(error)}") from error
        except (Exception, SystemExit) as error:  # a third party's class may raise anything
            raise BadInput(f"{self.kind} '{self.name}' raised {type(error).__name__}: {one_line(error)}") from error


def resolve(kind: Kind, name: str, params: dict[str, Any] | None = None, folder: Path | None = None) -> Spec:
    """Check parameters against a plug-in's constructor and fill in its defaults.

    Files of data settings lie relative to a folder, by default the current one.

    Raises
    ------
    BadInput
        For an unknown plug-in, or an unknown, missing or ill-typed parameter, or a value that the plug-in refuses.
    """
    from pydantic import ValidationError
    from pydantic_core import PydanticSerializationError

    from bench.experiments.schema import describe
    from problems.data import DataSettings

    cls = load_class(kind, name)
    adapters, hints = _adapters(cls), _hints(cls)
    params = dict(params or {})
    defaults = defaults_of(kind, name)
    resolved: dict[str, Any] = {}
    beside: dict[str, Any] = {}
    if kind == "problems" and LIMIT in params and LIMIT not in adapters:
        resolved[LIMIT] = _limit(f"problems '{name}'", params.pop(LIMIT))
    for given in params:
        if given not in adapters:
            raise unknown(f"{kind} '{name}'", given, adapters)
    for parameter, adapter in adapters.items():
        value = params.get(parameter, defaults[parameter])
        if value is inspect.Parameter.empty:
            raise BadInput(f"{kind} '{name}': parameter '{parameter}' is missing and has no default")
        inner = _kind_of_hint(hints.get(parameter))
        if inner and value is None:
            resolved[parameter] = None
            continue
        if inner:
            nested = _nested(f"{kind} '{name}': {parameter}", inner, value)
            resolved[parameter] = nested.identity()
            if nested.unrecorded != "{}":
                beside[parameter] = json.loads(nested.unrecorded)
            continue
        unrecorded = parameter in getattr(cls, "unrecorded", ())
        if unrecorded and parameter not in params:
            continue
        try:
            if parameter in params:
                _refuse_unknown_keys(f"{kind} '{name}': {parameter}", hints.get(parameter), value)
                value = adapter.validate_json(json.dumps(rebased(value, folder)), strict=True)
            dumped = adapter.dump_python(value, mode="json")
            if isinstance(value, DataSettings) and value.source is not None:
                beside[parameter] = {"source": dumped["source"]}
                dumped |= {"source": params[parameter]["source"]}
            (beside if unrecorded else resolved)[parameter] = dumped
        except ValidationError as error:
            raise BadInput(f"{kind} '{name}': {describe(error, parameter)}") from None
        except (TypeError, RecursionError, PydanticSerializationError):
            raise BadInput(f"{kind} '{name}': {parameter}: {value!r:.80} must be plain data") from None
    return Spec(kind, name, json.dumps(resolved, sort_keys=True), json.dumps(beside, sort_keys=True))


def _limit(what: str, value: Any) -> int:
    if type(value) is not int or value < 2:
        raise BadInput(f"{what}: {LIMIT}: {value!r:.80} must be an integer of at least 2")
    return value


def _nested(what: str, kind: Kind, value: Any) -> Spec:
    """Resolve a plug-in that is a parameter of another: a name, or a table of a name and its parameters."""
    table = {"name": value} if isinstance(value, str) else value
    if not isinstance(table, dict) or not isinstance(table.get("name"), str):
        raise BadInput(f"{what}: {value!r:.80} must be a name, or a table of a name and its parameters")
    if table.keys() == {"name", "params"} and isinstance(table["params"], dict):  # an identity, as it is recorded
        table = {"name": table["name"], **table["params"]}
    params = {parameter: given for parameter, given in table.items() if parameter != "name"}
    return resolve(kind, table["name"], params)


def _made(cls: type, parameter: str, adapter: Any, value: Any, beside: Any) -> Any:
    """What a parameter's plain data stands for: a plug-in, or a value of the annotated type."""
    inner = _kind_of_hint(_hints(cls).get(parameter))
    if inner and value is None:
        return None
    if inner:
        settings, unrecorded = (json.dumps(part, sort_keys=True) for part in (value["params"], beside or {}))
        return Spec(inner, value["name"], settings, unrecorded).make()
    return adapter.validate_python(value | beside if isinstance(value, dict) and beside else value)


def _kind_of_hint(hint: Any) -> Kind | None:
    """Which kind of plug-in an annotation asks for, if any; one that may be left out is asked for too."""
    asked = get_args(hint) or (hint,)
    return next((kind for kind, base in BASES.items() if imported(kind, base) in asked), None)


def from_record(identity: Any, trusted: Collection[str] = (), kind: Kind = "problems") -> Spec:
    """Find the plug-in that a record names, as it was recorded; nothing is imported yet.

    Records come from anywhere, and importing a module runs it: so they may name what is built in or installed under a
    name, and modules that the reader trusts, no others.

    Parameters
    ----------
    identity : dict
        What `Spec.identity` gave.
    trusted : collection of str
        Modules that may be imported, and packages all of whose modules may.
    kind : {"problems", "encoders", "optimisers"}

    Raises
    ------
    BadInput
        If it is no identity, or names another module.
    """
    name = identity.get("name") if isinstance(identity, dict) else None
    params = identity.get("params") if isinstance(identity, dict) else None
    if not isinstance(name, str) or not isinstance(params, dict):
        raise BadInput(f"{kind}: {identity!r:.80} must have a name and params")
    for parameter in params.values():
        if isinstance(parameter, dict) and parameter.keys() == {"name", "params"}:  # a plug-in within it
            from_record(parameter, trusted, kind)
    known = targets(kind)
    if name not in known:
        module, colon, _ = name.partition(":")
        if not colon:
            raise unknown(f"{kind}.name", name, known)
        if not any(f"{module}.".startswith(f"{each}.") for each in trusted):
            raise BadInput(
                f"{kind} {name!r:.80}: module {module!r:.80} is named by the records alone, and importing it would run "
                f"it; if you trust it, add --trust {module:.80}"
            )
    return located(Spec(kind, name, json.dumps(params, sort_keys=True)))


def resolve_any(name: str, params: dict[str, Any]) -> Spec:
    """Find a plug-in of whichever kind, and see that it can be made with these parameters.

    Raises
    ------
    BadInput
        As `kind_of`, `resolve` and `Spec.make` do.
    """
    spec = resolve(kind_of(name), name, params)
    spec.make()
    return spec


def make_problem(name: str, **params: Any) -> Problem:
    """Make a problem by name; parameters as in an experiment file."""
    return cast("Problem", resolve("problems", name, params).make())


def make_encoder(name: str, **params: Any) -> Encoder:
    """Make an unfitted encoder by name; parameters as in an experiment file."""
    return cast("Encoder", resolve("encoders", name, params).make())


def make_optimiser(name: str, **params: Any) -> Optimiser:
    """Make an optimiser by name; parameters as in an experiment file."""
    return cast("Optimiser", resolve("optimisers", name, params).make())


def _refuse_unknown_keys(what: str, hint: Any, value: Any) -> None:
    if is_dataclass(hint) and isinstance(value, dict):
        allowed = [f.name for f in fields(hint)]
        for key in value:
            if key not in allowed:
                raise unknown(f"{what}: key", key, allowed)


def _hints(cls: type) -> dict[str, Any]:
    try:
        return typing.get_type_hints(inspect.getattr_static(cls, "__init__"))
    except (NameError, TypeError):
        return {}


def _adapters(cls: type) -> dict[str, Any]:
    hints = _hints(cls)
    parameters = inspect.signature(cls).parameters.values()
    named = [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return {name: _adapter(hints.get(name, Any)) for name in named}


def _adapter(hint: Any) -> Any:
    from pydantic import PydanticUserError, TypeAdapter

    try:
        return TypeAdapter(hint)
    except PydanticUserError:  # a type of the plug-in's own: the plug-in must check it
        return TypeAdapter(Any)
