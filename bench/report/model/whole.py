"""All that the page's figures show, of all problems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from bench.analysis import anytime, ecdf
from bench.analysis.kinds import KINDS, UNLEARNED
from bench.analysis.labels import ordered, raw_first
from bench.analysis.records import Records
from bench.errors import visible
from bench.report.model import budgets, details, gallery, problems
from bench.report.model.numbers import number, numbers


def described(records: Records, efficiency: pd.DataFrame, layouts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Describe the records as plain data for JSON.

    Parameters
    ----------
    records : Records
    efficiency : DataFrame
        From `bench.analysis.tables`.
    layouts : mapping
        Label of a problem -> what its designs are the coordinates of; see `bench.store.layouts`.

    Returns
    -------
    dict
        ``arms``, all labels in the order of tables, with encoder and optimiser; ``kinds`` of spaces, and of these those
        that are not learned; ``encoders`` and ``optimisers``,
        whose places choose colours and dashes; ``evaluations``, the grid of the runtime distribution; ``stops``, the
        places of it at which the slider stops; ``problems``, see `problems.described`, each with its details and
        gallery; ``areas``, of the convergence curves by problem and arm; ``leaks``.
    """
    if records.tried.empty:
        return {"arms": [], "encoders": [], "optimisers": [], "evaluations": [], "stops": [], "problems": []}
    grid = ecdf.evaluations(records)
    places = budgets.stops(grid)
    told = problems.of_all(records, efficiency, ecdf.shares(records), grid[places])
    for problem, (label, part) in zip(told, records.parts.items(), strict=True):
        problem["details"] = details.of_problem(part)
        problem["gallery"] = gallery.described(part, layouts.get(label))
    facts = records.arms.drop_duplicates("arm")[["arm", "encoder", "optimiser"]]
    areas = anytime.table(records)
    return {
        "arms": [
            {"label": visible(arm), "encoder": visible(encoder), "optimiser": visible(optimiser)}
            for arm, encoder, optimiser in facts.itertuples(index=False)
        ],
        "encoders": [visible(label) for label in raw_first(records, "encoder")],
        "optimisers": [visible(label) for label in ordered(records.runs["optimiser"].unique())],
        "kinds": list(KINDS),
        "unlearned": list(UNLEARNED),
        "evaluations": numbers(grid, 15),
        "stops": [int(place) for place in np.asarray(places)],
        "problems": told,
        "areas": [
            [visible(problem), visible(arm), number(median)]
            for problem, arm, median in zip(areas["problem"], areas["arm"], areas["median"], strict=True)
        ],
        "leaks": details.of_all(records),
    }
