from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bench.analysis.answer import LATENT, OPEN, RAW, answer, verdicts
from bench.analysis.tables import efficiency_table


def table(records: SimpleNamespace, *parts: Any) -> Any:
    return efficiency_table(*records.experiment(*parts), draws=200)


def runs(records: SimpleNamespace, arm: str, hit: int | None, price: int = 100, **other: Any) -> list[Any]:
    found = [(hit, 1.01)] if hit else []
    return [records.run(arm, price, (1, 1.5), *found, replicate=n, **other) for n in range(8)]


@pytest.mark.parametrize(("latent", "raw", "winner"), [(10, 50, LATENT), (50, 10, RAW), (20, 20, OPEN)])
def test_who_needs_fewer_evaluations_wins_and_a_tie_is_open(
    records: SimpleNamespace, latent: int, raw: int, winner: str
) -> None:
    judged = table(records, *runs(records, "raw/cma", raw), *runs(records, "pca/cma", latent))
    (verdict,) = verdicts(judged)
    assert (verdict.winner, verdict.latent, verdict.raw) == (winner, "pca/cma", "raw/cma")
    assert verdict.speed_up.value == raw / latent
    who, how_much, cost = answer(judged)
    assert {LATENT: "by latent search on 1", RAW: "by raw search on 1", OPEN: "neither"}[winner] in who
    assert f"is {verdict.speed_up} times as fast as raw/cma on disc (σ ≤ 1.05)" in how_much
    assert ("pays at no cost" in cost) == (winner != LATENT)


def test_the_verdict_is_at_the_hardest_target_that_anybody_reached(records: SimpleNamespace) -> None:
    targets = {"targets": [1.2, 1.05, 1.001]}
    parts = [*runs(records, "raw/cma", 50, **targets), *runs(records, "pca/cma", 10, **targets)]
    (verdict,) = verdicts(table(records, *parts))
    assert verdict.target == "σ ≤ 1.05"


def test_a_target_that_training_designs_meet_is_said_to_be_met(records: SimpleNamespace) -> None:
    for best, shown in ((1.04, True), (1.06, False)):
        parts = [*runs(records, "raw/cma", 50, data_best=best), *runs(records, "pca/cma", 10, data_best=best)]
        judged = table(records, *parts)
        assert verdicts(judged)[0].shown == shown
        assert ("training designs already meet it" in answer(judged)[0]) == shown


def test_a_bound_decides_where_one_side_never_succeeds(records: SimpleNamespace) -> None:
    none = runs(records, "raw/cma", None, price=10_000)
    (latent,) = verdicts(table(records, *none, *runs(records, "pca/cma", 10)))
    assert (latent.winner, latent.raw, latent.speed_up.relation) == (LATENT, "raw search", "≥")
    (raw,) = verdicts(table(records, *runs(records, "raw/cma", 10), *runs(records, "pca/cma", None, price=10_000)))
    assert (raw.winner, raw.speed_up.relation) == (RAW, "≤")


def test_a_bound_that_tells_nothing_is_open_and_gives_no_factor(records: SimpleNamespace) -> None:
    judged = table(records, *runs(records, "raw/cma", None, price=20), *runs(records, "pca/cma", 90))
    (verdict,) = verdicts(judged)
    assert verdict.winner == OPEN
    assert "cannot be told" in answer(judged)[1]


@pytest.mark.parametrize("arms", [("raw/cma",), ("pca/cma",), ("raw/cma", "raw/tpe")])
def test_without_two_sides_there_is_one_sentence_that_says_so(records: SimpleNamespace, arms: tuple[str, ...]) -> None:
    judged = table(records, *(part for arm in arms for part in runs(records, arm, 10)))
    assert [sentence.startswith("There is nothing to compare") for sentence in answer(judged)] == [True]


def test_failures_alone_and_targets_nobody_reached_are_no_answer(records: SimpleNamespace) -> None:
    undone = [records.undone(arm, status, "x") for arm in ("raw/cma", "pca/cma") for status in ("failed", "skipped")]
    for parts in (undone, runs(records, "raw/cma", None) + runs(records, "pca/cma", None)):
        assert answer(table(records, *parts))[0].startswith("There is nothing to compare")
