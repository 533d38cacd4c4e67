"""How good a proxy one measure of designs is for another: rank correlation, and the loss from optimising the proxy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from bench.analysis import writers
from bench.analysis.writers import Writer
from bench.quantities import interval, significant, stated, whole
from bench.seeds import generator

DRAWS = 1000
"""Of the bootstrap."""
COLUMNS = [
    *("biot", "kind", "designs", "correlation", "correlation_low", "correlation_high"),
    *("share", "share_low", "share_high", "gain", "gain_low", "gain_high"),
]
LEGEND = (
    "Rank correlation (Spearman) of σ and cooling, [95 % interval] by bootstrap over designs. Share: how well what was "
    "optimised for σ cools, over what a search for cooling makes of it; median over searches. Gained: what the former "
    "has gone of the way from the disc (1) to the latter."
)


def table(designs: pd.DataFrame) -> pd.DataFrame:
    """Correlations and shares, of what `bench.studies.proxy.measured` gives.

    Parameters
    ----------
    designs : DataFrame
        kind, at, replicate, biot, sigma, cooling.

    Returns
    -------
    DataFrame
        One row per (Biot number, kind), with `COLUMNS`; of the designs optimised for cooling those for that Biot
        number. ``share`` and ``gain`` stand with the kind that was optimised for σ.
    """
    rows = []
    for biot, here in designs.groupby("biot"):
        parts = dict(list(here[here["at"].isna() | (here["at"] == biot)].groupby("kind", sort=False)))
        directly = [part for part in parts.values() if part["at"].notna().all()]
        for kind, part in parts.items():
            row = {"biot": biot, "kind": kind, "designs": len(part)}
            row |= _estimated("correlation", _spearman, part[["sigma", "cooling"]].to_numpy(), biot, kind)
            if directly and directly[0] is not part and part["replicate"].isin(directly[0]["replicate"]).all():
                row |= _losses(part, directly[0], biot, kind)
            rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


def _losses(wrong: pd.DataFrame, right: pd.DataFrame, *names: object) -> dict[str, float]:
    """What designs that were optimised for something else reach of the best that is known from the same start."""
    pairs = wrong.merge(right, on="replicate", suffixes=("", "_right"))[["cooling", "cooling_right"]].to_numpy()
    return _estimated("share", lambda x: float(np.median(x[:, 0] / x[:, 1])), pairs, *names) | _estimated(
        "gain", lambda x: float(np.median((x[:, 0] - 1) / (x[:, 1] - 1))), pairs, *names
    )


def _estimated(name: str, measure: Callable[[np.ndarray], float], rows: np.ndarray, *names: object) -> dict[str, float]:
    """A measure of rows (n, c), and its percentile interval."""
    drawn = generator("bootstrap", name, *names).integers(len(rows), size=(DRAWS, len(rows)))
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = np.nanquantile([measure(rows[each]) for each in drawn], (0.025, 0.975))
        return {name: measure(rows), f"{name}_low": float(low), f"{name}_high": float(high)}


def _spearman(pairs: np.ndarray) -> float:
    """Correlation of the ranks of both columns (n, 2), ties in the middle; NaN where one is constant."""
    ranks = rankdata(pairs, axis=0)
    ranks -= ranks.mean(axis=0)
    return float((ranks[:, 0] @ ranks[:, 1]) / np.sqrt((ranks**2).sum(axis=0).prod()))


def render(table: pd.DataFrame, fmt: str = "text") -> str:
    """Write what `table` gives for people; see `bench.analysis.writers.render`."""
    return writers.render(table, _page, fmt)


def _page(table: pd.DataFrame, write: Writer) -> Iterator[str]:
    cells: dict[str, Any] = {
        "Bi": table["biot"].map(stated),
        "designs": table["kind"],
        "number": table["designs"].map(whole),
    }
    for name, title in {"correlation": "rank correlation", "share": "share of cooling", "gain": "gained"}.items():
        columns = table[[name, f"{name}_low", f"{name}_high"]].itertuples(index=False)
        cells[title] = [_cell(*row) for row in columns]
    yield write.table("Does σ stand for cooling?", pd.DataFrame(cells))
    yield write.paragraph(LEGEND)


def _cell(value: float, low: float, high: float) -> str:
    if np.isnan(value):
        return significant(value, 4)
    return interval(*(significant(each, 4) for each in (value, low, high)))
