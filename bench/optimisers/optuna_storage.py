"""Databases in which studies of Optuna are kept, for its dashboard to open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import optuna

    from bench.optimisers.base import SearchSpace

PATIENCE = 300.0
"""Seconds to wait for other processes that write to the same file."""


def refuse_unusable(url: str) -> None:
    """Open a database, which is made where it is not there.

    Raises
    ------
    ValueError
        If it cannot be opened.
    """
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with _opened(url):
            pass
    except (SQLAlchemyError, ImportError, ValueError, RuntimeError) as error:
        why = str(error).partition("\n")[0]
        allowed = "it must be the URL of a database, such as sqlite:///studies.db"
        shown = re.sub("//[^/]*@", "//***@", url)  # what is raised may be recorded
        raise ValueError(f"storage: {shown!r:.80} cannot be opened ({why:.200}); {allowed}") from error


def name_of(sampler: str, objective: SearchSpace, rng: np.random.Generator) -> str:
    """Name a search by its generator, of which nothing is drawn; arms of different budgets share one, so by both."""
    return f"{sampler}-{objective.dim}-{objective.remaining}-{deepcopy(rng).bytes(8).hex()}"


def keep(study: optuna.Study, url: str, name: str) -> None:
    """Write what a search has evaluated; where the name is taken, by an earlier try perhaps, under NAME-2 and so on.

    A search is written when it ends: to ask a database at each step would take a transaction a variable, and make
    workers wait for each other.
    """
    import optuna

    with _opened(url) as storage:
        for number in count(1):
            try:
                kept = optuna.create_study(storage=storage, study_name=name if number == 1 else f"{name}-{number}")
            except optuna.exceptions.DuplicatedStudyError:
                continue
            kept.add_trials(study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,)))
            return


@contextmanager
def _opened(url: str) -> Iterator[optuna.storages.RDBStorage]:
    import optuna

    patient = {"connect_args": {"timeout": PATIENCE}} if url.startswith("sqlite") else {}
    storage = optuna.storages.RDBStorage(url, engine_kwargs=patient)
    try:
        yield storage
    finally:
        storage.remove_session()
        storage.engine.dispose()
