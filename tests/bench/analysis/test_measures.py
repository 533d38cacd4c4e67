from __future__ import annotations

from math import inf, isnan, nan
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.frames import attempted, gap
from bench.analysis.measures import best_designs, best_so_far, convergence, hits, optima, summarise


def test_hits_are_the_first_verified_design_that_meets_each_target(records: SimpleNamespace) -> None:
    trace = [(1, 1.5), (10, 1.04, False), (20, 1.05), (30, 1.005), (40, 1.001)]
    runs, traces = records.experiment(records.run("raw/a", 90, *trace, n_g=40, targets=[1.05, 1.01, 1.0001]))
    found = hits(runs, traces).sort_values("target", ascending=False)
    assert found["evaluations"].tolist() == [20.0, 30.0, inf]
    assert found["spent"].tolist() == [20.0, 30.0, 90.0]
    assert found["success"].tolist() == [True, True, False]


def test_hits_where_larger_is_better(records: SimpleNamespace) -> None:
    trace = [(1, 1.2), (7, 1.6), (9, 1.9)]
    runs, traces = records.experiment(records.run("raw/a", 50, *trace, targets=[1.5, 2.1], larger_is_better=True))
    assert hits(runs, traces).set_index("target")["spent"].to_dict() == {1.5: 7.0, 2.1: 50.0}


def test_a_failed_run_is_charged_and_keeps_what_it_had_reached(records: SimpleNamespace) -> None:
    runs, traces = records.experiment(
        records.run("raw/a", 50, (5, 1.01)),
        records.run("raw/b", 50, (5, 1.01), (20, 1.3), status="failed"),
        records.run("raw/c", 50, (5, 1.2), status="failed"),
        records.run("raw/d", 50, (5, nan), status="failed", best=nan),
        records.undone("raw/e", "failed", "its encoder could not be fitted", raw=False),
        records.undone("raw/f", "skipped", "no gradient"),
    )
    found = hits(runs, traces).set_index("arm")
    assert found.index.tolist() == ["raw/a", "raw/b", "raw/c", "raw/d", "raw/e"]
    assert found["success"].tolist() == [True, True, False, False, False]
    assert found["spent"].tolist() == [5.0, 5.0, 50.0, 50.0, 0.0]
    assert found["evaluations"].tolist() == [5.0, 5.0, inf, inf, inf]


def test_a_run_that_failed_early_is_told_the_facts_of_its_problem_and_arm(records: SimpleNamespace) -> None:
    parts = [records.run("raw/a", 50, (5, 1.8), targets=[1.75, 1.9], larger_is_better=True, replicate=1)]
    early = [records.undone(arm, "failed", "crash", raw=False) for arm in ("raw/a", "vae/a")]
    lost = records.undone("vae/a", "failed", "crash", problem="coil")
    tried = attempted(records.experiment(*early, *parts, lost)[0])
    disc, coil = (tried[tried["problem"] == problem] for problem in ("disc", "coil"))
    assert disc["targets"].tolist() == [[1.75, 1.9]] * 3
    assert disc["larger_is_better"].all()
    assert disc["reference"].tolist() == [0.5] * 3
    assert tried["raw"].tolist() == [True, False, True, False]
    assert tried["price"].tolist() == [0.0, 0.0, 50.0, 0.0]
    assert coil[["targets", "optimum"]].isna().all(axis=None)


def test_hits_without_a_target_are_none(records: SimpleNamespace) -> None:
    assert hits(*records.experiment(records.run("raw/a", 50, (5, 1.01), targets=[]))).empty


def test_measures_do_not_depend_on_row_order(records: SimpleNamespace) -> None:
    parts = [
        records.run(arm, 100, (1, 1.5), (10 + replicate, 1.2), (60 + replicate, 1.01), replicate=replicate)
        for arm in ("raw/a", "vae/a")
        for replicate in range(4)
    ]
    runs, traces = records.experiment(*parts, records.undone("vae/b", "failed", "crash"))
    shuffled = runs.sample(frac=1, random_state=1), traces.sample(frac=1, random_state=2)
    key = ["problem", "arm", "replicate"]
    pd.testing.assert_frame_equal(
        *(hits(*frames).sort_values(key, ignore_index=True) for frames in ((runs, traces), shuffled))
    )
    pd.testing.assert_frame_equal(convergence(runs, traces), convergence(*shuffled))
    pd.testing.assert_frame_equal(summarise(runs), summarise(shuffled[0]))


def test_gap_is_0_at_the_optimum_1_at_the_reference_and_never_negative() -> None:
    assert gap([2.0, 4.0, 3.0, 1.0, inf], 2.0, 4.0).tolist() == [0.0, 1.0, 0.5, 0.0, inf]
    assert isnan(gap(1.0, nan, 4.0))


def test_gap_refuses_a_reference_that_is_no_worse_than_the_optimum() -> None:
    with pytest.raises(ValueError, match="reference"):
        gap(1.0, [0.0, 2.0], [1.0, 2.0])


def test_the_best_known_value_stands_for_an_unknown_optimum(records: SimpleNamespace) -> None:
    def run(problem: str, **facts: float) -> Any:
        return records.run("raw/a", 9, problem=problem, **facts)

    known = optima(
        records.experiment(
            run("exact", optimum=0.1, best_known=0.2),
            *(run("best known", optimum=nan, best_known=value) for value in (0.3, 0.2, nan)),
            *(run("unknown", optimum=nan), run("no better than the reference", optimum=nan, best_known=0.5)),
        )[0]
    )
    assert known["f_star"].dropna().to_dict() == {"exact": 0.1, "best known": 0.2}
    assert known["exact"].to_dict() == {"exact": True} | dict.fromkeys(
        ["best known", "unknown", "no better than the reference"], False
    )


@pytest.mark.parametrize(("larger", "furthest"), [(False, 1.9), (True, 2.1)])
def test_what_is_known_in_displayed_units_is_the_furthest_on_record(
    records: SimpleNamespace, larger: bool, furthest: float
) -> None:
    where = {"larger_is_better": larger, "optimum": nan}
    sigmas = (1.9, 2.1, nan)
    parts = [records.run("raw/a", 9, replicate=r, best_known_displayed=s, **where) for r, s in enumerate(sigmas)]
    known = optima(records.experiment(*parts)[0]).loc["disc"]
    assert known["best_known"] == furthest
    assert isnan(known["bound"])


def test_records_older_than_a_best_known_value_still_load(records: SimpleNamespace) -> None:
    runs, traces = records.experiment(records.run("raw/a", 9, (1, 1.5)))
    assert not {"best_known", "bound"} & set(runs)
    known = optima(runs)
    assert known[["f_star", "exact"]].iloc[0].tolist() == [0.0, True]
    assert convergence(runs, traces)["measure"].unique().tolist() == ["gap"]


def test_the_best_design_of_an_arm_is_over_its_runs_and_none_where_none_was_verified(records: SimpleNamespace) -> None:
    sigmas = [1.3, 1.1, 1.2]
    runs, _ = records.experiment(
        *(records.run("raw/a", 9, (1, s), replicate=r, design=[s, 0.0]) for r, s in enumerate(sigmas)),
        records.run("vae/a", 9, (1, 1.0, False), design=None),
        records.undone("vae/b", "failed", "crash"),
        records.undone("vae/c", "skipped", "no gradient"),
    )
    best = best_designs(runs).set_index(["encoder", "optimiser"])
    assert best["design"].to_dict() == {("raw", "a"): [1.1, 0.0], ("vae", "a"): None, ("vae", "b"): None}
    assert best["best"].dropna().tolist() == [1.1]


def test_best_so_far_starts_infinitely_bad_and_keeps_its_best(records: SimpleNamespace) -> None:
    trace = [(1, 1.1, False), (3, 1.5), (10, 1.2), (20, 1.3)]
    runs, traces = records.experiment(records.run("raw/a", 20, *trace), records.run("raw/a", 100, replicate=1))
    best = best_so_far(runs, traces, points=200).set_index(["run", "evaluations"])
    first, second = best.loc["disc-raw/a-0-0"], best.loc["disc-raw/a-1-0"]
    assert first["displayed"].loc[[1, 2, 3, 9, 10, 20, 100]].tolist() == [inf, inf, 1.5, 1.5, 1.2, 1.2, 1.2]
    assert first["objective"].loc[[1, 100]].tolist() == [inf, records.objective(1.2)]
    assert (second == inf).all(axis=None)


def test_best_so_far_where_larger_is_better(records: SimpleNamespace) -> None:
    runs, traces = records.experiment(records.run("raw/a", 9, (2, 1.5), (5, 1.2), (9, 1.7), larger_is_better=True))
    best = best_so_far(runs, traces, points=50).set_index("evaluations")["displayed"]
    assert best.loc[[1, 2, 5, 9]].tolist() == [-inf, 1.5, 1.5, 1.7]


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(1, 9), st.booleans()), max_size=30))
def test_best_so_far_never_worsens_and_ends_at_the_best(
    records: SimpleNamespace, trace: list[tuple[int, int, bool]]
) -> None:
    runs, traces = records.experiment(records.run("raw/a", 500, *trace))
    values = best_so_far(runs, traces)["displayed"].to_numpy()
    assert (values[1:] <= values[:-1]).all()
    assert values[-1] == min((sigma for _, sigma, verified in trace if verified), default=inf)


def test_convergence_counts_a_run_without_a_design_as_infinitely_bad(records: SimpleNamespace) -> None:
    found = [records.run("raw/a", 100, (10 * (r + 1), 1.25), replicate=r, optimum=nan) for r in range(3)]
    runs, traces = records.experiment(*found, records.run("raw/a", 100, replicate=3, optimum=nan))
    curve = convergence(runs, traces, points=300).set_index("evaluations")
    assert curve["measure"].unique().tolist() == ["displayed"]
    assert curve["median"].loc[[9, 19, 20, 29, 30, 100]].tolist() == [inf, inf, inf, inf, 1.25, 1.25]
    assert curve["low"].loc[[9, 10, 20]].tolist() == [inf, inf, 1.25]
    assert curve["high"].loc[100] == inf


def test_convergence_shows_quartiles_of_the_gap_where_the_optimum_is_known(records: SimpleNamespace) -> None:
    sigmas = [1.1, 1.2, 1.3, 1.4, 1.5]
    runs, traces = records.experiment(*(records.run("raw/a", 9, (1, s), replicate=r) for r, s in enumerate(sigmas)))
    last = convergence(runs, traces).iloc[-1]
    assert last["measure"] == "gap"
    assert last[["low", "median", "high"]].tolist() == pytest.approx([records.objective(s) / 0.5 for s in sigmas[1:4]])


def test_a_curve_ends_at_the_largest_price_of_its_own_arm(records: SimpleNamespace) -> None:
    where = {"replicate": 1}
    runs, traces = records.experiment(
        *(records.run("raw/a", 20_000, (1, 1.5)), records.run("raw/a", 317, (9, 1.2), **where)),
        *(records.run("raw/tpe", 37, (1, 1.5)), records.run("raw/tpe", 50, (9, 1.2), **where)),
        records.run("raw/once", 1, (1, 1.5)),
        records.run("raw/a", 7, (1, 1.5), problem="coil"),
        records.undone("vae/a", "failed", "its encoder could not be fitted"),
    )
    last = convergence(runs, traces).groupby(["problem", "arm"])["evaluations"].max()
    assert last.to_dict() == {
        ("coil", "raw/a"): 7.0,
        ("disc", "raw/a"): 20_000.0,
        ("disc", "raw/once"): 1.0,
        ("disc", "raw/tpe"): 50.0,
    }


@pytest.mark.parametrize("optimum", [0.0, nan])
def test_a_failed_run_has_a_part_in_its_curve(records: SimpleNamespace, optimum: float) -> None:
    parts = [records.run("raw/a", 100, (5, 1.25), replicate=r, optimum=optimum) for r in range(2)]
    failed = [records.undone("raw/a", "failed", "crash", replicate=r) for r in (2, 3, 4)]
    curve = convergence(*records.experiment(*parts, *failed))
    assert curve["measure"].nunique() == 1
    assert (curve["median"] == inf).all()
    assert curve["low"].iloc[-1] < inf


def test_summarise_counts_and_names_what_did_not_complete(records: SimpleNamespace) -> None:
    runs, _ = records.experiment(
        records.run("vae/a", 100, (5, 1.2), replicate=0),
        records.undone("vae/a", "failed", "ValueError:\n no such mode", replicate=1),
        records.undone("vae/a", "failed", "ValueError: no such mode", replicate=2),
        records.undone("vae/b", "skipped", None),
        records.run("raw/a", 100),
    )
    table = summarise(runs).set_index("arm")
    assert table.index.tolist() == ["raw/a", "vae/a", "vae/b"]
    assert table["searches"].tolist() == [1, 3, 0]
    assert table["failed"].tolist() == [0, 2, 0]
    assert table["note"].tolist() == ["", "2 failed: ValueError: no such mode", "1 skipped: no reason given"]


def test_a_raw_arm_is_raw_even_where_a_run_failed_before_it_knew(records: SimpleNamespace) -> None:
    failed = [records.undone("raw/a", "failed", "crash", raw=False, replicate=replicate) for replicate in (0, 2)]
    runs, _ = records.experiment(failed[0], records.run("raw/a", 9, replicate=1), failed[1])
    assert summarise(runs)["raw"].tolist() == [True]


@pytest.mark.parametrize(("larger", "median", "best"), [(False, 1.3, 1.1), (True, 1.1, 1.3)])
def test_summarise_ranks_a_run_without_a_design_last(
    records: SimpleNamespace, larger: bool, median: float, best: float
) -> None:
    traces = [[(5, 1.3)], [(5, 1.1)], []]
    runs, _ = records.experiment(
        *(records.run("raw/a", 9, *trace, replicate=r, larger_is_better=larger) for r, trace in enumerate(traces)),
        records.run("raw/b", 9, larger_is_better=larger),
    )
    table = summarise(runs).set_index("arm")
    assert table.loc["raw/a", ["best_median", "best"]].tolist() == [median, best]
    assert table.loc["raw/b", ["best_median", "best"]].isna().all()


def test_summarise_takes_medians_of_the_data_over_replicates_not_runs(records: SimpleNamespace) -> None:
    runs, _ = records.experiment(
        *(records.run("raw/a", 10, replicate=0, search=s, data_best=1.1) for s in range(5)),
        records.run("raw/a", 30, replicate=1, data_best=1.3),
        records.run("vae/a", 10, replicate=2, data_best=1.2),
    )
    table = summarise(runs).set_index("arm")
    assert table["data_best"].tolist() == [1.2, 1.2]


def test_summarise_takes_the_median_of_the_seconds_an_evaluation_of_each_run(records: SimpleNamespace) -> None:
    slow = records.run("raw/a", 10, replicate=0, seconds_optimiser=1000.0)
    rest = [records.run("raw/a", price, replicate=r) for r, price in enumerate((10, 20), start=1)]
    never = records.undone("raw/a", "failed", "crash", replicate=3)
    assert summarise(records.experiment(slow, *rest, never)[0]).loc[0, "overhead"] == 0.1


def test_summarise_tells_budget_and_price(records: SimpleNamespace) -> None:
    runs, _ = records.experiment(
        *(records.run("raw/a", price, replicate=r, budget=50) for r, price in enumerate((50, 40))),
        records.run("raw/a", 1000, replicate=2),
        records.undone("vae/a", "skipped", "no gradient"),
    )
    table = summarise(runs).set_index("arm")[["budget_least", "budget", "price", "spent"]]
    assert table.loc["raw/a"].tolist() == [50.0, 1000.0, 50.0, 1090.0]
    assert table.loc["vae/a"].isna().all()
