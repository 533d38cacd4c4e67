from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.analysis.proxy import COLUMNS, render, table


def designs(noise: float) -> pd.DataFrame:
    """Two Biot numbers; at the second, cooling follows σ but for noise; what was optimised for σ gets 90 % there."""
    rng = np.random.default_rng(0)
    rows = []
    for biot in (0.1, 10.0):
        for replicate in range(40):
            sigma = 1 + replicate / 40
            other = sigma + (noise * rng.normal() if biot > 1 else 0.0)
            rows.append(("training", np.nan, replicate, biot, sigma, other))
        for replicate in range(8):
            best = 2.0 + 0.01 * replicate
            rows.append(("optimised for σ", np.nan, replicate, biot, best, best * (0.9 if biot > 1 else 1.0)))
            for at in (0.1, 10.0):
                rows.append(("optimised for cooling", at, replicate, biot, best, best if at == biot else np.nan))
    return pd.DataFrame(rows, columns=["kind", "at", "replicate", "biot", "sigma", "cooling"])


def test_what_is_the_same_ranks_the_same_and_nothing_is_lost_by_it() -> None:
    found = table(designs(noise=0.2)).set_index(["biot", "kind"])
    assert list(found.reset_index()) == COLUMNS
    same = found.loc[(0.1, "training")]
    assert (same["correlation"], same["correlation_low"], same["correlation_high"]) == pytest.approx((1, 1, 1))
    less = found.loc[(10.0, "training")]
    assert 0 < less["correlation_low"] < less["correlation"] < less["correlation_high"] < 1
    assert np.isnan(less["share"])
    lost = found.loc[(10.0, "optimised for σ")]
    assert lost["share"] == pytest.approx(0.9)
    assert lost["gain"] == pytest.approx(np.median([(0.9 * b - 1) / (b - 1) for b in 2 + 0.01 * np.arange(8)]))
    assert found.loc[(0.1, "optimised for σ"), "share"] == 1
    # only what was optimised for the Biot number at hand
    assert found.loc[(10.0, "optimised for cooling"), "designs"] == 8


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "csv"])
def test_it_is_written_for_people(form: str) -> None:
    page = render(table(designs(noise=0.1)), form)
    assert form == "csv" or "nan" not in page
    assert "optimised for σ" in page or r"$\sigma$" in page
