"""What a record's row and a fit's info may hold: names and kinds; files may come from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

LARGEST = 2**63
"""Integers must be smaller, so that every library can hold them."""
LONGEST = 10_000
"""Characters of a text."""
MOST_TARGETS = 100
"""Targets of a problem, all different."""

LANDMARKS = ("data_best", "prior_mean", "prior_best")
FACTS = (
    *LANDMARKS,
    *(f"{name}_objective" for name in LANDMARKS),
    *("data_median", "n_parameters", "active_units", "collapsed", "rmse", "value_error", "rebuilt_valid"),
    *("prior_valid", "prior_distance", "prior_spread", "between_valid", "between_length"),
)
"""What is known of a fitted encoder before any search; see `bench.studies.diagnostics`."""
_OF_A_FIT: dict[str, type] = dict.fromkeys((*FACTS, "reference", "n_designs", "fit_seconds"), float)
NAMES: dict[str, type] = {
    **dict.fromkeys(("run", "experiment", "problem", "arm", "encoder", "optimiser"), str),
    **dict.fromkeys(("problem_spec", "arm_spec", "status", "reason"), str),
    **dict.fromkeys(("order", "replicate", "search", "seed", "budget"), int),
    "raw": bool,
}
"""What every row has: which run it is of, and how that ended."""
COLUMNS: dict[str, type] = {
    **NAMES,
    **_OF_A_FIT,
    **dict.fromkeys(("started", "provenance", "quantity", "fit", "settings", "switched_why"), str),
    **dict.fromkeys(("dim", "latent_dim", "n_f", "n_g", "n_failed", "n_refused"), int),
    **dict.fromkeys(("data_source", "data_identity"), str),
    **dict.fromkeys(("data_withheld", "data_price"), float),
    **dict.fromkeys(("optimum", "best_known", "bound", "best_known_displayed", "bound_displayed"), float),
    **dict.fromkeys(("start", "best", "best_objective", "seconds", "seconds_objective", "seconds_decode"), float),
    **dict.fromkeys(("seconds_optimiser", "seconds_verify", "seconds_refit", "seconds_worker"), float),
    **dict.fromkeys(("targets", "design", "switched_at"), list),
    **dict.fromkeys(("larger_is_better", "confined"), bool),
}
"""All that a row may have; results/README.md says what it means."""
INFO: dict[str, type] = {**_OF_A_FIT, "seconds_worker": float, "problem": dict, "encoder": dict, "replicate": int}
"""What the info of a fit may have, beside its key and the checksum."""
REACH: dict[str, type] = {
    **dict.fromkeys(("objective", "displayed"), float),
    **dict.fromkeys(("budget", "evaluations", "starts"), int),
    "design": list,
}
"""What a reach search leaves; see `bench.studies.reach`."""
COUNTS = {"order", "replicate", "search", "budget", "dim", "latent_dim", "n_f", "n_g", "n_failed", "n_refused"}
STATUSES = {"completed", "failed", "skipped"}
VERIFIED_ELSEWHERE = {"problem_spec", "arm_spec"}
"""Texts of any length: they must equal the experiment's."""


def complaint(row: Mapping[str, Any]) -> str | None:
    """Say what is wrong with a row; None if nothing is."""
    missing = NAMES.keys() - row.keys()
    if missing:
        return f"lacks {', '.join(sorted(missing))}"
    return misfit(row, COLUMNS) or (None if row["status"] in STATUSES else "has an unknown status")


def misfit(given: Mapping[str, Any], kinds: Mapping[str, type]) -> str | None:
    """Say what is unknown or of another kind than it should be; None if nothing is."""
    for name, value in given.items():
        kind = kinds.get(name)
        if type(value) is kind and kind is float:
            continue
        if kind is None:
            return f"has an unknown entry {name!r:.80}"
        if not _is(value, kind, name):
            return f"has {value!r:.40} as its {name}"
    return None


def _is(value: Any, kind: type, name: str) -> bool:
    if kind is float:
        return type(value) is float or (type(value) is int and abs(value) < LARGEST)
    if kind is int:
        return type(value) is int and abs(value) < LARGEST and (value >= 0 or name not in COUNTS)
    if kind is str:
        return type(value) is str and (len(value) <= LONGEST or name in VERIFIED_ELSEWHERE) and _is_text(value)
    if kind is list:
        if value is None:
            return name == "design"
        if type(value) is not list or not _are_finite(value):
            return False
        return name != "targets" or len(set(value)) == len(value) <= MOST_TARGETS
    return type(value) is kind


def _is_text(value: str) -> bool:
    """Whether it can be written anywhere: JSON can name half a character."""
    return value.isascii() or all(not 0xD800 <= ord(character) < 0xE000 for character in value)


def _are_finite(values: list[Any]) -> bool:
    try:
        return all(map(isfinite, values))
    except (TypeError, OverflowError):  # these are no numbers, or too large to be floats
        return False
