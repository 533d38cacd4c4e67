from __future__ import annotations

import io
import re
from collections.abc import Callable
from itertools import pairwise as neighbours
from math import comb, nan
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from bench.analysis import measures
from bench.analysis.ranksum import holm, rank_sum
from bench.analysis.significance import PAIRS, matrix, outcomes, pairwise, render, standings

FORMATS = ["text", "markdown", "latex", "csv"]
Frames = tuple[pd.DataFrame, pd.DataFrame]


@pytest.fixture
def frames(records: SimpleNamespace) -> Frames:
    """A fast arm, one that is hardly slower, a slow one and one that fails, by how much depending on the replicate."""
    parts = []
    for replicate in range(9):
        late = (replicate * 5) % 9
        for arm, price in (("raw/fast", 10), ("raw/near", 12), ("vae-2/slow", 80)):
            parts.append(records.run(arm, 100, (price + late, 1.04), replicate=replicate))
        parts.append(records.run("vae-2/fails", 100, (5, 1.1 + late / 100), replicate=replicate))
    return records.experiment(*parts)


def places(frames: Frames) -> pd.DataFrame:
    return outcomes(measures.hits(*frames), frames[0]).set_index(["arm", "replicate"])["place"]


def test_successes_come_by_runtime_then_failures_by_their_best_then_those_that_found_nothing(
    records: SimpleNamespace,
) -> None:
    order = [
        records.run("raw/a", 100, (5, 1.04)),
        records.run("raw/b", 100, (7, 1.001)),
        records.run("raw/c", 10, (3, 1.06)),
        records.run("raw/d", 100, (2, 1.2)),
        records.run("raw/e", 100),
    ]
    place = places(records.experiment(*order[::-1], records.undone("raw/f", "failed", "crash")))
    told = [place[f"raw/{arm}", 0] for arm in "abcdef"]
    assert all(one < other for one, other in neighbours(told[:5]))
    assert told[4] == told[5]


def test_a_larger_value_is_better_where_the_problem_says_so(records: SimpleNamespace) -> None:
    where = {"targets": [2.5], "larger_is_better": True, "optimum": -5.0}
    place = places(
        records.experiment(records.run("raw/a", 9, (5, 1.8), **where), records.run("raw/b", 9, (5, 2.0), **where))
    )
    assert place["raw/b", 0] < place["raw/a", 0]


def test_the_median_search_stands_for_its_replicate_whatever_arms_are_beside_it(records: SimpleNamespace) -> None:
    def order(*beside: object) -> list[bool]:
        prices = {"raw/a": (10, 20, 90), "raw/b": (15, 16, 17), "raw/c": (10, 30)}
        parts = [
            records.run(arm, 100, (price, 1.04), search=search)
            for arm, its in prices.items()
            for search, price in enumerate(its)
        ]
        place = places(records.experiment(*parts, *beside)).droplevel("replicate")
        return [place["raw/b"] < place["raw/a"], place["raw/a"] < place["raw/c"]]

    assert order() == [True, True]
    assert order(*(records.run("raw/d", 100, (price, 1.04), search=price) for price in range(11, 30))) == [True, True]


def test_searches_of_a_replicate_are_no_replicates(records: SimpleNamespace) -> None:
    parts = [
        records.run(arm, 100, (price + search, 1.04), search=search)
        for arm, price in (("raw/a", 10), ("raw/b", 50))
        for search in range(30)
    ]
    (row,) = pairwise(*records.experiment(*parts)).itertuples()
    assert (row.replicates, row.replicates_rival) == (1, 1)
    assert np.isnan([row.p, row.p_holm, row.a12_low, row.a12_high]).all()


def test_every_pair_is_tested_and_the_family_is_all_pairs(frames: Frames) -> None:
    pairs = pairwise(*frames)
    assert len(pairs) == comb(4, 2) == pairs["comparisons"].unique().item()
    assert pairs["family"].unique().tolist() == ["all pairs of arms on disc at 1.05"]
    place = places(frames).unstack("arm")
    raw = [rank_sum(place[arm], place[rival]) for arm, rival in zip(pairs["arm"], pairs["rival"], strict=True)]
    assert pairs["p"].tolist() == pytest.approx(raw)
    assert pairs["p_holm"].tolist() == pytest.approx(holm(raw).tolist())
    known = pairs.set_index(["arm", "rival"])
    assert known.loc[("raw/fast", "raw/near"), "p_holm"] > 0.05
    assert known.loc[("raw/fast", "vae-2/slow"), "p_holm"] < 0.01
    assert known.loc[("raw/fast", "vae-2/slow"), "a12"] == 1.0
    assert 0.5 < known.loc[("raw/fast", "raw/near"), "a12"] < 1.0


def test_the_order_of_rows_does_not_matter(frames: Frames) -> None:
    shuffled = [frame.sample(frac=1, random_state=seed) for seed, frame in enumerate(frames)]
    pd.testing.assert_frame_equal(pairwise(*frames), pairwise(*shuffled))


def test_the_matrix_says_each_pair_twice(frames: Frames) -> None:
    cells = matrix(pairwise(*frames))
    arms = cells["arm"].tolist()
    assert [arm.split()[0] for arm in arms] == list(cells.columns[1:]) == ["1", "2", "3", "4"]
    chances = cells.drop(columns="arm").to_numpy()
    for i in range(4):
        assert chances[i, i] == "–"
        for j in range(i):
            assert chances[i, j].endswith("*") == chances[j, i].endswith("*")
            assert float(chances[i, j].strip("*")) + float(chances[j, i].strip("*")) == pytest.approx(1.0, abs=0.011)
    fast, slow = arms.index("1 raw/fast"), next(n for n, arm in enumerate(arms) if arm.endswith("slow"))
    assert chances[fast, slow] == "1.00*"


def test_the_best_the_tied_and_the_worse(frames: Frames) -> None:
    table = standings(measures.hits(*frames), frames[0]).set_index("arm")["standing"]
    assert table.to_dict() == {
        "raw/fast": "best",
        "raw/near": "tied",
        "vae-2/slow": "worse",
        "vae-2/fails": "worse",
    }


def test_arms_may_have_unlike_numbers_of_replicates(records: SimpleNamespace) -> None:
    prices = {"raw/a": (10, 12), "raw/b": (60, 9), "raw/c": (70, 1)}
    parts = [records.run(arm, 99, (n, 1.04), replicate=r) for arm, (n, many) in prices.items() for r in range(many)]
    runs, traces = records.experiment(*parts)
    assert standings(measures.hits(runs, traces), runs)["standing"].tolist() == ["best", "worse", "tied"]
    assert pairwise(runs, traces)[["replicates", "replicates_rival"]].to_numpy().tolist() == [[12, 9], [12, 1], [9, 1]]


def test_arms_of_equal_ert_are_both_best(records: SimpleNamespace) -> None:
    parts = [records.run(f"raw/{arm}", 100, (10, 1.04), replicate=r) for arm in "ab" for r in range(9)]
    runs, traces = records.experiment(*parts)
    assert standings(measures.hits(runs, traces), runs)["standing"].tolist() == ["best", "best"]


def test_without_a_success_none_is_best(records: SimpleNamespace) -> None:
    parts = [records.run(f"raw/{arm}", 100, (10, 1.2), replicate=r) for arm in "ab" for r in range(9)]
    runs, traces = records.experiment(*parts)
    assert standings(measures.hits(runs, traces), runs)["standing"].tolist() == ["", ""]


@pytest.mark.parametrize("fmt", FORMATS)
def test_it_is_written_in_every_format(frames: Frames, fmt: str) -> None:
    pairs = pairwise(*frames)
    shown = render(pairs, fmt)
    if fmt == "csv":
        pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(shown)), pairs, check_dtype=False)
    else:
        assert "a family of 6 tests" in shown
        assert re.search(r"1\.00(\*|\\\*|\{\*\})", shown)
        assert "nan" not in shown
    assert fmt != "latex" or shown.isascii()


EDGES: dict[str, tuple[Callable[[SimpleNamespace], Frames], str]] = {
    "nothing": (lambda r: (pd.DataFrame(columns=["run", "status"]), pd.DataFrame(columns=["run"])), "No two arms"),
    "only skipped": (lambda r: r.experiment(r.undone("vae/a", "skipped", "no gradient")), "No two arms"),
    "one arm": (lambda r: r.experiment(*(r.run("raw/a", 9, (5, 1.01), replicate=n) for n in range(9))), "No two arms"),
    "no target": (
        lambda r: r.experiment(*(r.run(f"raw/{arm}", 9, (5, 1.01), targets=[]) for arm in "ab")),
        "No two arms",
    ),
    "one replicate": (lambda r: r.experiment(*(r.run(f"raw/{arm}", 9, (5, 1.01)) for arm in "ab")), "fewer than 4"),
    "five replicates, sixteen arms": (
        lambda r: r.experiment(
            *(r.run(f"raw/{arm}", 9, (5, 1.01), replicate=n) for arm in "abcdefghijklmnop" for n in range(5))
        ),
        "fewer than 8",
    ),
    "only failed": (
        lambda r: r.experiment(*(r.undone(f"raw/{arm}", "failed", "crash", replicate=n) for arm in "ab" for n in "12")),
        "No two arms",
    ),
    "no optimum": (
        lambda r: r.experiment(
            *(r.run(f"raw/{a}", 9, (n, 1.2), replicate=n, optimum=nan, reference=nan) for a in "ab" for n in range(9))
        ),
        "a family of 1 tests",
    ),
}


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize(("make", "told"), EDGES.values(), ids=EDGES.keys())
def test_too_little_to_test_is_told(records: SimpleNamespace, make: Callable, told: str, fmt: str) -> None:
    pairs = pairwise(*make(records))
    assert list(pairs) == PAIRS
    shown = render(pairs, fmt)
    if fmt == "csv":
        assert len(pd.read_csv(io.StringIO(shown))) == len(pairs)
    else:
        assert told in shown
        assert "nan" not in shown
        assert "a family of" in told or "p, Holm" not in shown
