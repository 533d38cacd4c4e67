"""The answer says who is ahead, by how much and at what cost, and does not say more than it knows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bench.analysis import answer
from bench.analysis.records import Records
from bench.analysis.writers import PROSE, WRITERS


def table(records: SimpleNamespace, *parts: Any) -> Any:
    return answer.table(Records(*records.experiment(*parts)))


def runs(records: SimpleNamespace, arm: str, hit: int | None, price: int = 1000, **other: Any) -> list[Any]:
    found = [(hit, 1.01)] if hit else []
    return [records.run(arm, price, (1, 1.5), *found, replicate=n, **other) for n in range(8)]


def test_it_names_the_leader_and_its_factor(records: SimpleNamespace) -> None:
    said = answer.answer(table(records, *runs(records, "raw/cma", None), *runs(records, "pca/cma", 8, fit_seconds=2.0)))
    text = " ".join(said)
    assert "On disc, without gradients a learned encoder surely leads with 10, 100 and 1000 evaluations." in text
    assert "pca/cma needs at least" in text
    assert "to σ ≤ 1.01 than any search in another one" in text
    assert "Training took up to 2 s (pca/cma on disc)" in text
    assert not [sentence for sentence in said if not sentence.endswith(".")]


def test_raw_search_may_win(records: SimpleNamespace) -> None:
    said = " ".join(answer.answer(table(records, *runs(records, "raw/cma", 8), *runs(records, "pca/cma", None))))
    assert "without gradients the raw vector surely leads with 10, 100 and 1000 evaluations." in said
    assert "The largest lead of the others: on disc" in said
    assert "of a learned space: on" not in said


@pytest.mark.parametrize("problems", ["ab", "abcde"])
def test_a_few_problems_are_told_and_many_are_counted(records: SimpleNamespace, problems: str) -> None:
    parts = [
        part
        for problem in problems
        for arm, hit in (("raw/cma", None), ("pca/cma", 8))
        for part in runs(records, arm, hit, problem=problem)
    ]
    said = answer.answer(table(records, *parts))
    assert len(said) <= 6
    if problems == "ab":
        leads = "without gradients a learned encoder surely leads with 10, 100 and 1000 evaluations."
        assert said[:2] == [f"On {name}, {leads}" for name in "ab"]
    else:
        assert "surely ahead on 5 of 5 problems at a small budget, 5 at a medium and 5 at a large one" in said[0]
        assert said[0].endswith("fixed basis on 0, 0 and 0.")


def test_many_problems_are_counted_in_a_table_where_each_is_once_in_every_cell(records: SimpleNamespace) -> None:
    hits = {"a": (None, 8), "b": (None, 8), "c": (8, None), "d": (None, None), "e": (None, 8)}
    parts = [
        part
        for problem, both in hits.items()
        for arm, hit in zip(("raw/cma", "pca/cma"), both, strict=True)
        for part in runs(records, arm, hit, problem=problem)
    ]
    page = answer.render(table(records, *parts), "markdown")
    assert (
        "| no | learned 3, others 1, neither 1 | learned 3, others 1, neither 1 | learned 3, others 1, neither 1 |"
        in page
    )
    assert "surely ahead**" not in answer.render(table(records, *parts[:-16]), "markdown")


@pytest.mark.parametrize(("best", "seen"), [(1.005, True), (1.2, False)])
def test_what_training_designs_show_already_is_said(records: SimpleNamespace, best: float, seen: bool) -> None:
    parts = [
        *runs(records, "raw/cma", None, data_best=best),
        *runs(records, "pca/cma", 8, data_best=best),
    ]
    frame = table(records, *parts)
    assert set(frame["seen"]) == {seen}
    assert any("best training design is as good already" in said for said in answer.answer(frame)) == seen
    assert ("learned encoder°" in answer.render(frame)) == seen


def test_one_side_alone_is_no_answer(records: SimpleNamespace) -> None:
    for parts in ([*runs(records, "pca/cma", 10)], [*runs(records, "raw/cma", 10)], []):
        assert answer.answer(table(records, *parts)) == [answer.NOTHING]


@pytest.mark.parametrize("price", [1000, 100])
def test_budgets_that_all_problems_share_are_in_the_header(records: SimpleNamespace, price: int) -> None:
    parts = [
        part
        for problem, paid in (("a", 1000), ("b", price))
        for arm in ("raw/cma", "pca/cma")
        for part in runs(records, arm, 8, paid, problem=problem, budget=paid)
    ]
    page = answer.render(table(records, *parts), "markdown")
    assert ("| problem | gradients | small (10) | medium (100) | large (1000) |" in page) == (price == 1000)
    assert ("| problem | gradients | evaluations | small | medium | large |" in page) == (price != 1000)


def test_failures_alone_are_no_answer(records: SimpleNamespace) -> None:
    frame = table(records, records.undone("pca/cma", "failed", "no"), records.undone("raw/cma", "failed", "no"))
    assert answer.answer(frame) == [answer.NOTHING]


def test_a_usual_terminal_has_room_for_it(records: SimpleNamespace) -> None:
    parts = [
        part
        for problem in ("heat-dispersion", "isoperimetric")
        for arm, hit, n_g in (("raw/cma", 300, 0), ("pca/cma", 8, 0), ("raw/l-bfgs", 200, 50))
        for part in runs(records, arm, hit, problem=problem, n_g=n_g)
    ]
    text = answer.render(table(records, *parts))
    assert "\n  with gradients" in text
    assert max(map(len, text.splitlines())) <= PROSE


@pytest.mark.parametrize("form", [*WRITERS, "csv"])
def test_it_is_written_in_every_format(records: SimpleNamespace, form: str) -> None:
    frame = table(records, *runs(records, "raw/cma", 300), *runs(records, "pca/cma", 8))
    assert "disc" in answer.render(frame, form)
