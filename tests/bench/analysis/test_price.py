from __future__ import annotations

from math import inf, nan
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from bench.analysis.price import COLUMNS, render, table
from bench.analysis.records import Records


def made(records: SimpleNamespace, **other: Any) -> Records:
    """A latent arm that needs 20 evaluations, 10 s of training and data worth 50; a raw one that needs 120."""
    parts = []
    for replicate in range(3):
        parts.append(records.run("raw/a", 200, (120, 1.04), replicate=replicate, **other))
        latent = other | {"fit_seconds": 10.0, "data_price": 50.0}
        parts.append(records.run("vae/a", 100, (20, 1.04), replicate=replicate, **latent))
    return Records(*records.experiment(*parts))


def test_a_price_is_what_was_measured_unless_one_is_declared_and_who_reads_has_the_last_word(
    records: SimpleNamespace,
) -> None:
    measured = table(made(records))
    assert not measured["declared"].any()
    assert measured["evaluation"].unique().tolist() == [(1 / 200 + 1 / 100) / 2]
    declared = table(made(records, evaluation_seconds=60.0))
    assert declared["declared"].all()
    assert declared["evaluation"].unique().tolist() == [60.0]
    read = table(made(records, evaluation_seconds=60.0), [1.0, 3600.0])
    assert read["declared"].all()
    assert read["evaluation"].unique().tolist() == [1.0, 3600.0]
    assert list(read) == COLUMNS


def test_work_by_hand(records: SimpleNamespace) -> None:
    costs = table(made(records), [60.0]).set_index("arm")
    own, raw = 1.0 / 100, 1.0 / 200
    for m in (1, 10, 100):
        expected = (10.0 + 50 * 60.0) / m + 20 * (60.0 + own)
        assert costs.loc["vae/a", f"work_{m}"] == pytest.approx(expected)
        assert costs.loc["raw/a", f"work_{m}"] == pytest.approx(120 * (60.0 + raw))


def test_the_cheapest_arm_is_marked_and_one_that_never_succeeds_is_not(records: SimpleNamespace) -> None:
    page = render(table(made(records), [1.0]), "markdown")
    assert "an evaluation taking 1 s (declared)" in page
    assert page.count("**") == 2 + 2 * 3
    never = Records(*records.experiment(records.run("raw/a", 10, (5, 1.5))))
    costs = table(never, [1.0])
    assert costs["work_1"].tolist() == [inf]
    assert "∞" in render(costs)


def test_poor_records_give_a_page(records: SimpleNamespace) -> None:
    nothing = pd.DataFrame(columns=["run", "problem", "arm", "status"])
    skipped = records.experiment(records.undone("vae/b", "skipped", "no gradient"))
    timeless = records.experiment(records.run("raw/a", 10, (5, 1.01), seconds_objective=nan))
    for frames in ((nothing, None), skipped, timeless):
        made = table(Records(*frames))
        render(made, "csv")
        for form in ("text", "markdown", "latex"):
            assert "nan" not in render(made, form).lower(), form
