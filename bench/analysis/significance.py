"""Which arms differ at a target: rank-sum tests over replicates, Holm over each family, and the effect size.

Successes are ordered by runtime, and before failures, which are ordered by the best design that they verified. The
searches of a replicate share its encoder and are one sample: the median one stands for it, the worse of two in the
middle, which no arm beside it can change.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.analysis import frames, writers
from bench.analysis.compare import target_text
from bench.analysis.ranksum import LEVEL, holm, least_p, needed, rank_sum, superiorities, superiority
from bench.analysis.records import Records
from bench.analysis.writers import Writer
from bench.quantities import fixed, interval, rough, stated, whole

NUMBERS = ["a12", "a12_low", "a12_high", "p", "p_holm"]
PAIRS = [
    *("problem", "target", "family", "comparisons", "arm", "rival", "replicates", "replicates_rival"),
    *NUMBERS,
    *("replicates_needed", "quantity", "larger_is_better"),
]
STANDINGS = ["problem", "target", "arm", "standing", "replicates_needed"]
LEGEND = (
    "A₁₂ is the chance that a replicate of the arm is better than one of its rival, ties counting half, with its 95 % "
    "interval. Successes are ordered by runtime, and before failures, which are ordered by their best design; the "
    "median search stands for its replicate. Two-sided rank-sum tests; the family of Holm's adjustment is all pairs "
    "of the problem's arms at the target."
)


def outcomes(hits: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """How well each replicate of an arm did at a target.

    Parameters
    ----------
    hits : DataFrame
        From `Records.hits`.
    runs : DataFrame
        Records: one row per run.

    Returns
    -------
    DataFrame
        One row per (problem, target, arm, replicate): problem, target, arm, replicate and ``place``, of which only the
        order within a problem and target means anything: less is better.
    """
    return _places(hits, frames.attempted(runs))


def _places(hits: pd.DataFrame, tried: pd.DataFrame) -> pd.DataFrame:
    best = tried.drop_duplicates("run").set_index("run")["best_objective"]
    failure = hits["run"].map(best).astype(float).fillna(np.inf).where(~hits["success"].astype(bool), -np.inf)
    places = hits.assign(failure=failure).groupby(["problem", "target", "evaluations", "failure"]).ngroup()
    replicates = hits.assign(place=places).groupby(["problem", "target", "arm", "replicate"])["place"]
    return replicates.quantile(0.5, interpolation="higher").reset_index()


def pairwise(runs: pd.DataFrame, traces: pd.DataFrame) -> pd.DataFrame:
    """Compare all pairs of arms at every target of their problem.

    The family of Holm's adjustment is all pairs at the target, since each of them is shown: a family of fewer would
    have to be chosen before the results are seen.

    Parameters
    ----------
    runs, traces : DataFrame
        Records: one row per run, one row per logged evaluation.

    Returns
    -------
    DataFrame
        One row per (problem, target, pair), with `PAIRS`: ``a12``, the chance that ``arm`` is better than ``rival``,
        ``a12_low`` and ``a12_high``, its 95 % interval (NaN with a single replicate); ``p``, two-sided, and
        ``p_holm``, adjusted over the ``family`` of so many ``comparisons``, both NaN where there are too few replicates
        for any of them to be significant; ``replicates_needed``, the least number with which one could be.
    """
    return table(Records(runs, traces))


def table(records: Records) -> pd.DataFrame:
    """Like `pairwise`."""
    arms = records.arms
    told = arms.groupby("problem")[["quantity", "larger_is_better"]].first()
    rows = []
    for problem, target, places in _by_target(records.hits, records.tried):
        order = [arm for arm in arms.loc[arms["problem"] == problem, "arm"] if arm in places]
        numbers = places[order].to_numpy(float)
        samples, sizes = _present(numbers), (~np.isnan(numbers)).sum(axis=0).tolist()
        chances = superiorities(numbers)
        both = list(combinations(range(len(order)), 2))
        tests = _tests([(samples[one], samples[other]) for one, other in both])
        family = f"all pairs of arms on {problem} at {stated(target)}"
        for (one, other), test in zip(both, tests, strict=True):
            arm, rival, size = order[one], order[other], (sizes[one], sizes[other])
            found = (*chances[:, one, other].tolist(), *test)
            rows.append((problem, target, family, len(both), arm, rival, *size, *found, needed(len(both))))
    pairs = pd.DataFrame(rows, columns=[name for name in PAIRS if name not in told])
    pairs = pairs.astype({**dict.fromkeys(NUMBERS, float), "target": float, "problem": object})
    return pairs.join(told, on="problem")[PAIRS]


def standings(hits: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Tell the arm with the least ERT at each target, and which arms are not shown to be worse.

    Parameters
    ----------
    hits : DataFrame
        From `Records.hits`.
    runs : DataFrame
        Records: one row per run.

    Returns
    -------
    DataFrame
        One row per (problem, target, arm), with `STANDINGS`: ``standing`` is "best" for the least ERT, "worse" where
        the rank-sum test says so, Holm over the comparisons with the best, and "tied" where it does not. It is empty
        where no arm reached the target, or where fewer replicates than ``replicates_needed`` leave nothing to be found.
    """
    return _standings(hits, frames.attempted(runs))


def standing(records: Records) -> pd.DataFrame:
    """Like `standings`."""
    return _standings(records.hits, records.tried)


def _standings(hits: pd.DataFrame, tried: pd.DataFrame) -> pd.DataFrame:
    sums = hits.groupby(["problem", "target", "arm"])[["spent", "success"]].sum()
    ert = sums["spent"] / sums["success"].where(sums["success"] > 0)
    rows = []
    for problem, target, places in _by_target(hits, tried):
        times = ert.xs((problem, target)).reindex(places.columns)
        best = times.index[times == times.min()]
        others = places.columns.difference(best)
        standing = dict.fromkeys(places, "") | dict.fromkeys(best, "best")
        if best.size:
            leader = places[best[0]]
            samples = _present(places[others].to_numpy(float))
            first = leader.dropna().to_numpy(float)
            for arm, (_, p) in zip(others, _tests([(first, sample) for sample in samples]), strict=True):
                if not np.isnan(p):
                    standing[arm] = "worse" if p < LEVEL and superiority(leader, places[arm])[0] > 0.5 else "tied"
        rows += [(problem, target, arm, standing[arm], needed(len(others))) for arm in places]
    return pd.DataFrame(rows, columns=STANDINGS).astype({"target": float})


def matrix(pairs: pd.DataFrame) -> pd.DataFrame:
    """Arms against arms: the chance that the row's is better, with an asterisk where they differ significantly.

    Parameters
    ----------
    pairs : DataFrame
        Rows of `pairwise` of one problem and one target.

    Returns
    -------
    DataFrame of str, shape (arms, 1 + arms)
        Its first column names the arms, and numbers them; the others bear these numbers.
    """
    arms = list(dict.fromkeys([*pairs["arm"], *pairs["rival"]]))
    mark = np.where(pairs["p_holm"] < LEVEL, "*", "")
    back = pairs.assign(arm=pairs["rival"], rival=pairs["arm"], a12=1.0 - pairs["a12"])
    shown = pd.concat([each.assign(text=each["a12"].map(partial(fixed, decimals=2)) + mark) for each in (pairs, back)])
    cells = shown.pivot(index="arm", columns="rival", values="text").reindex(index=arms, columns=arms).fillna("–")
    numbers = [str(number) for number, _ in enumerate(arms, 1)]
    named = [f"{number} {arm}" for number, arm in zip(numbers, arms, strict=True)]
    return cells.set_axis(numbers, axis=1).set_axis(pd.Index(named, name="arm")).reset_index()


def render(pairs: pd.DataFrame, fmt: str = "text") -> str:
    """Write what `pairwise` gives for people; see `bench.analysis.writers.render`."""
    return writers.render(pairs, _page, fmt)


def _by_target(hits: pd.DataFrame, tried: pd.DataFrame) -> Iterator[tuple[Any, Any, pd.DataFrame]]:
    """Each problem and target, and its places, shape (replicates, arms): NaN where an arm lacks a replicate."""
    for (problem, target), rows in _places(hits, tried).groupby(["problem", "target"]):
        yield problem, target, rows.pivot(index="replicate", columns="arm", values="place").astype(float)


def _present(places: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """What each arm has, of places (replicates, arms) that are NaN where it lacks a replicate."""
    return [column[~np.isnan(column)] for column in places.T]


def _tests(samples: list[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> list[tuple[float, float]]:
    """p-value of each pair of samples, and as adjusted over all; NaN where none could ever be significant."""
    least = min((least_p(one.size, other.size) for one, other in samples), default=1.0)
    if len(samples) * least >= LEVEL:
        return [(np.nan, np.nan)] * len(samples)
    p = [rank_sum(one, other) for one, other in samples]
    return list(zip(p, holm(p).tolist(), strict=True))


def _page(pairs: pd.DataFrame, write: Writer) -> Iterator[str]:
    for problem, rows in pairs.groupby("problem"):
        yield write.heading(str(problem))
        yield from map(write.paragraph, untested(rows[rows["p"].isna()]))
        for _, at in rows.dropna(subset="p").groupby("target", sort=False):
            row = at.iloc[0]
            yield write.table(f"A₁₂ at {target_text(row)}, * where p < {rough(LEVEL)} after Holm", matrix(at))
            yield write.table(f"Pairs at {target_text(row)}, a family of {row['comparisons']} tests", _listed(at))
    yield write.paragraph(LEGEND if len(pairs) else "No two arms ran at a target, so there is nothing to test.")


def untested(rows: pd.DataFrame) -> Iterator[str]:
    """Say at which of the targets of these rows nothing was tested, and how many replicates that takes."""
    for _, some in rows.drop_duplicates("target").groupby("replicates_needed"):
        least = whole(some["replicates_needed"].iloc[0])
        where = ", ".join(target_text(row) for _, row in some.iterrows())
        yield (
            f"No tests at {where}: with fewer than {least} replicates an arm, no difference can be "
            f"significant at {100 * LEVEL:.0f} % after Holm's adjustment."
        )


def _listed(at: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "arm": at["arm"],
            "rival": at["rival"],
            "replicates": at["replicates"].astype(str) + ", " + at["replicates_rival"].astype(str),
            "A₁₂ [95 % interval]": [
                interval(*(fixed(each, 2) for each in numbers))
                for numbers in at[["a12", "a12_low", "a12_high"]].itertuples(index=False)
            ],
            "p": at["p"].map(_probability),
            "p, Holm": at["p_holm"].map(_probability),
        }
    )


def _probability(p: float) -> str:
    return "< 0.0001" if p < 1e-4 else rough(p)
