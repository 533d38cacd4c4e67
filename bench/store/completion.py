"""What follows from a row's specifications: its task and data apart, and what records of older versions do not say."""

from __future__ import annotations

import json
from functools import lru_cache
from math import nan
from pathlib import PurePath
from typing import Any

from problems.base import DataFacts

DATA = "data"
"""The parameter of a problem that says what its training data are; see `problems.data`."""


def completed(row: dict[str, Any]) -> dict[str, Any]:
    """Add to a row of a record what its readers need and it lacks; what it says stays.

    Parameters
    ----------
    row : dict
        One value a column; of any version.

    Returns
    -------
    dict
        With ``task_spec``, the problem apart from its training data, and ``data_spec``, these alone, empty where it has
        none; and of an older record with ``data_source``, ``data_identity``, ``data_withheld``, ``data_price``,
        ``confined`` and ``stages``, as far as its specifications tell.
    """
    task, data = _parts(row.get("problem_spec"))
    said: dict[str, Any] = {"task_spec": task, "data_spec": data}
    if "data_source" not in row:
        said |= _facts(_loaded(data), row.get("n_designs"))
    if "confined" not in row:
        said["confined"] = _is_confined(row.get("arm_spec"))
    if "stages" not in row:
        said["stages"] = _stages(row.get("arm_spec"))
    return row | said


@lru_cache(maxsize=1024)
def _parts(spec: Any) -> tuple[str, str]:
    problem = _loaded(spec)
    params = problem.get("params") if isinstance(problem, dict) else None
    if not isinstance(params, dict) or DATA not in params:
        return str(spec or ""), ""
    rest = {name: value for name, value in params.items() if name != DATA}
    return _text({**problem, "params": rest}), _text(params[DATA])


def _facts(data: Any, n_designs: Any) -> dict[str, Any]:
    try:
        name = PurePath(data["source"]).name if data.get("source") else _drawn(data.get("classes", ()))
        facts = DataFacts(name, data.get("digest") or name, float(data["withhold"]))
        price = facts.price(float(nan if n_designs is None else n_designs))
    except (TypeError, ValueError, KeyError, AttributeError):  # a record may come from anywhere
        return {"data_source": "", "data_identity": "", "data_withheld": nan, "data_price": nan}
    return {
        "data_source": facts.source,
        "data_identity": facts.identity,
        "data_withheld": facts.withheld,
        "data_price": price,
    }


def _drawn(classes: list[str]) -> str:
    return f"drawn: {', '.join(classes)}" if classes else "drawn"


@lru_cache(maxsize=1024)
def _is_confined(spec: Any) -> bool:
    try:
        encoders = [stage["encoder"]["params"] for stage in _loaded(spec)["stages"]]
        return any((params.get("output") or _USUAL.get(params.get("loss"))) == "sigmoid" for params in encoders)
    except (TypeError, KeyError, AttributeError):  # as above
        return False


@lru_cache(maxsize=1024)
def _stages(spec: Any) -> int:
    try:
        return len(_loaded(spec)["stages"])
    except (TypeError, KeyError):  # as above
        return 1


_USUAL = {"bce": "sigmoid"}
"""The output of an autoencoder with such a loss, where none was named."""


def _loaded(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return None


def _text(part: Any) -> str:
    return json.dumps(part, sort_keys=True)
