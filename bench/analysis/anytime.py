"""Anytime performance of arms: the area over the convergence curve."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from bench.analysis import writers
from bench.analysis.ecdf import FINEST_BEST_KNOWN, FINEST_EXACT, LABELS
from bench.analysis.fixed import QUARTILES
from bench.analysis.frames import gap as normalised
from bench.analysis.records import Records
from bench.analysis.writers import Writer
from bench.quantities import fixed, interval

AREAS = ["problem", "arm", "replicates", "searches", *QUARTILES]
LEGEND = (
    "AOCC is the area over the convergence curve, of the logarithm of the normalised gap against that of the "
    "evaluations, from the first to the problem's largest budget: 1 where the gap is closed at once, 0 where it never "
    f"shrinks. Gaps count from 1 to {FINEST_EXACT:g} with an exact optimum, to {FINEST_BEST_KNOWN:g} with a best-known "
    "one; without a verified design it is 1. The median search stands for its replicate."
)


def areas(runs: pd.DataFrame, traces: pd.DataFrame) -> pd.DataFrame:
    """Area over the convergence curve (AOCC) of every attempted run, as a share of the largest possible.

    The curve is log10 Δ of the best verified design against log10 of the evaluations, with Δ clipped to
    [1e-5, 1] with an exact optimum and to [1e-3, 1] with a best-known one. It goes from 1 to the problem's largest
    budget; a run that ends before keeps its best, and one without a verified design has Δ = 1.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: one row per run, one row per logged evaluation.

    Returns
    -------
    DataFrame
        A row per attempted run of the problems whose gap can be told: run, problem, arm, encoder, optimiser, replicate,
        search and ``aocc``, from 0 to 1, the best.

    References
    ----------
    López-Ibáñez, Vermetten, Dreo, Doerr (2024), Using the empirical attainment function for analyzing single-objective
    black-box optimization algorithms, 10.1109/TEVC.2024.3462758.
    """
    return of_runs(Records(runs, traces))


def of_runs(records: Records) -> pd.DataFrame:
    """Like `areas`."""
    known = records.optima.dropna(subset=["f_star", "reference"])[["f_star", "exact", "reference"]]
    tried = records.tried
    ends = tried.groupby("problem")[["budget", "price"]].max()
    known = known.join(ends["budget"].fillna(ends["price"]).rename("end"))
    tried = tried[["run", *LABELS, "replicate", "search"]].merge(known, on="problem")

    found = records.improvements.merge(tried, on="run")
    gap = normalised(found["objective"], found["f_star"], found["reference"])
    finest = np.where(found["exact"].eq(True), FINEST_EXACT, FINEST_BEST_KNOWN)
    found["height"] = np.log(np.clip(gap, finest, 1.0)) / np.log(finest)
    # with a budget of one, only the first evaluation counts, however short its time
    last = np.log(np.maximum(found["end"], 1.0 + 1e-9))
    found["since"] = np.clip(np.log(np.maximum(found["evaluations"], 1.0)), 0.0, last)
    until = found.groupby("run")["since"].shift(-1)  # improvements are in the order of evaluations
    found["area"] = found["height"] * (until.where(until.notna(), last) - found["since"]) / last
    area = found.groupby("run")["area"].sum()
    whole = tried.assign(aocc=tried["run"].map(area).astype(float).fillna(0.0))
    return whole[["run", *LABELS, "replicate", "search", "aocc"]].reset_index(drop=True)


def area_table(runs: pd.DataFrame, traces: pd.DataFrame) -> pd.DataFrame:
    """Median and quartiles, over replicates, of the area over the convergence curve.

    The searches of a replicate share its encoder: the median one stands for it, the worse of two in the middle.

    Returns
    -------
    DataFrame
        One row per (problem, arm): problem, arm, ``replicates``, ``searches`` (of all), and ``low``, ``median`` and
        ``high``, each a value that was observed. A problem whose gap cannot be told has no row.
    """
    return table(Records(runs, traces))


def table(records: Records) -> pd.DataFrame:
    """Like `area_table`."""
    whole = of_runs(records)
    replicates = whole.groupby(["problem", "arm", "replicate"])["aocc"]
    arms = replicates.quantile(0.5, interpolation="lower").groupby(["problem", "arm"])
    searches = whole.groupby(["problem", "arm"]).size()
    spread = {name: arms.quantile(share, interpolation="lower") for name, share in QUARTILES.items()}
    return pd.DataFrame({"replicates": arms.size(), "searches": searches, **spread}).reset_index()[AREAS]


def render_areas(table: pd.DataFrame, fmt: str = "text") -> str:
    """Write what `area_table` gives for people."""
    return writers.render(table, _page, fmt)


def _page(table: pd.DataFrame, write: Writer) -> Iterator[str]:
    for problem, rows in table.groupby("problem"):
        yield write.heading(str(problem))
        cells = pd.DataFrame(
            {
                "arm": rows["arm"],
                "AOCC": [
                    interval(*(fixed(each, 3) for each in row))
                    for row in rows[["median", "low", "high"]].to_numpy(float)
                ],
                "replicates": rows["replicates"].map(str),
                "searches": rows["searches"].map(str),
            }
        )
        yield write.table("Area over the convergence curve, median [quartiles]", cells)
    yield write.paragraph(LEGEND if len(table) else "No problem here has both runs and a gap that can be told.")
