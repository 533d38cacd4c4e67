"""Paths of recorded searches through a latent space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bench.errors import visible

if TYPE_CHECKING:
    import pandas as pd

    from bench.store.directory import Store

MOST_POINTS = 200
COLUMNS = ("evaluations", "verified", "latent")
"""Of the traces, that a path needs."""
SHOWN_REPLICATE = 0
"""The replicate whose encoders and searches the page shows."""


class Paths:
    """The searches of an experiment's first replicate.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        runs, traces = store.load(COLUMNS)
        shown = runs[(runs["replicate"] == SHOWN_REPLICATE)] if len(runs) else runs
        self._runs = shown.sort_values("search", kind="stable") if len(shown) else shown
        self._traces = dict(iter(traces[traces["run"].isin(set(self._runs["run"]))].groupby("run", observed=True)))

    def of(self, problem: str, arms: list[str], latent_dim: int) -> list[dict[str, Any]]:
        """Paths of a problem's arms, by their labels, at most one an arm.

        Returns
        -------
        list of dict
            ``arm``; ``evaluations`` (m,) of verified improvements, m at most 200; ``latents`` (m, k) of these.
        """
        if self._runs.empty:
            return []
        here = self._runs[self._runs["problem"] == problem]
        found = []
        for arm in arms:
            runs = here.loc[here["arm"] == arm, "run"]
            path = None if runs.empty else self._path(runs.iloc[0], latent_dim)
            if path is not None:
                found.append({"arm": visible(arm), **path})
        return found

    def _path(self, run: str, latent_dim: int) -> dict[str, Any] | None:
        """What is known of a search's path; None for one without a verified improvement or latents."""
        trace = self._traces.get(run)
        if trace is None:
            return None
        improved = thinned(trace[trace["verified"] & trace["latent"].map(lambda z: _is_latent(z, latent_dim))])
        if improved.empty:
            return None
        return {
            "evaluations": improved["evaluations"].tolist(),
            "latents": np.stack(list(improved["latent"])).astype(float).tolist(),
        }


def thinned(frame: pd.DataFrame) -> pd.DataFrame:
    """At most 200 rows, the first and the last among them, evenly spread."""
    places = np.linspace(0, len(frame) - 1, min(len(frame), MOST_POINTS)).round().astype(int)
    return frame.iloc[places]


def _is_latent(z: Any, latent_dim: int) -> bool:
    return isinstance(z, np.ndarray) and z.shape == (latent_dim,) and z.dtype.kind == "f" and bool(np.isfinite(z).all())
