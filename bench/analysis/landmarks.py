"""Reference values beside the curves of a problem: best training design, priors, best known value, bound, switches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bench.analysis import summary
from bench.analysis.frames import gap as normalised
from bench.analysis.records import Records

LEVELS = ("data_best", "best_known", "bound")
PRIORS = {"prior_mean": 1.0, "prior_best": 1000.0}
"""Kinds of prior samples, and the evaluations that they cost."""
NAMES = {
    "switch": "next stage of an arm",
    "data_best": "best training design",
    "best_known": "best known",
    "bound": "bound",
    "prior_mean": "decoded prior mean",
    "prior_best": "best of 1,000 prior samples",
}


@dataclass(frozen=True)
class Landmarks:
    """Landmarks of one problem, in the units of its curves.

    Attributes
    ----------
    levels : dict
        One of `LEVELS` -> its value; NaN where there is none.
    marks : DataFrame
        One row per label: those of `PRIORS`, medians over runs; NaN where there is none.
    switches : dict of str to list of float
        Arm -> the evaluations at which its next stages began, each a median over runs.
    """

    levels: dict[str, float]
    marks: pd.DataFrame
    switches: dict[str, list[float]]


def landmarks(records: Records, by: str, gap: bool) -> Landmarks:
    """Find those of one problem.

    Parameters
    ----------
    records : Records
        Of the one problem.
    by : {"arm", "encoder"}
        What has marks of its own.
    gap : bool
        Whether its curves are of normalised gaps; of displayed values otherwise.
    """
    tried, known = records.tried.copy(), records.optima
    levels = dict.fromkeys(LEVELS, np.nan)
    begun = summary.switches(records.tried).groupby(["arm", "stage"])["evaluations"].median()
    switches = {str(arm): times.tolist() for arm, times in begun.groupby("arm")}
    if gap:
        for kind in ("data_best", *PRIORS):
            tried[kind] = normalised(tried[f"{kind}_objective"], tried["optimum"], tried["reference"])
    elif len(known):
        levels |= {kind: float(known[kind].iloc[0]) for kind in ("best_known", "bound")}
    levels["data_best"] = tried.groupby("replicate")["data_best"].median().dropna().median()
    return Landmarks(levels, tried.groupby(by)[list(PRIORS)].median(), switches)
