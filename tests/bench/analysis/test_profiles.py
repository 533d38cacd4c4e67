from __future__ import annotations

from math import inf, nan
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.profiles import data_profile, performance_profile, render, solved, table
from bench.analysis.records import Records

TIMES = st.lists(
    st.lists(st.one_of(st.just(inf), st.integers(1, 50).map(float)), min_size=3, max_size=3), min_size=1, max_size=6
)


def frame(times: list[list[float]]) -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples([("disc", n) for n in range(len(times))], names=["problem", "replicate"])
    return pd.DataFrame(times, index=index, columns=pd.Index(["a", "b", "c"], name="arm"))


@given(TIMES)
def test_the_performance_profile_counts_what_is_solved_within_a_factor_of_the_best(times: list[list[float]]) -> None:
    profile = performance_profile(frame(times))
    assert profile["factor"].min() == 1.0
    assert profile["instances"].unique().tolist() == [len(times)]
    for row in profile.itertuples():
        n = "abc".index(row.arm)
        within = [own[n] < inf and own[n] / min(own) <= row.factor for own in times]
        assert row.share == pytest.approx(np.mean(within))
    ever = profile.groupby("arm")["share"].max()
    assert ever.tolist() == pytest.approx([np.mean([own[n] < inf for own in times]) for n in range(3)])


@given(TIMES)
def test_the_data_profile_counts_what_is_solved_within_a_number_of_evaluations(times: list[list[float]]) -> None:
    profile = data_profile(frame(times))
    assert set(profile["evaluations"]) == {time for own in times for time in own if time < inf}
    for row in profile.itertuples():
        n = "abc".index(row.arm)
        assert row.share == pytest.approx(np.mean([own[n] <= row.evaluations for own in times]))


@given(TIMES)
def test_shares_only_grow_and_some_arm_is_best_wherever_one_solves(times: list[list[float]]) -> None:
    for profile, by in ((performance_profile(frame(times)), "factor"), (data_profile(frame(times)), "evaluations")):
        for _, arm in profile.groupby("arm"):
            assert arm[by].is_monotonic_increasing
            assert arm["share"].is_monotonic_increasing
    profile = performance_profile(frame(times))
    first = profile.loc[profile["factor"] == 1.0, "share"].sum()
    assert first >= np.mean([min(own) < inf for own in times]) - 1e-12


def test_instances_are_those_of_replicates_and_problems(records: SimpleNamespace) -> None:
    runs = records.experiment(
        records.run("raw/a", 90, (5, 1.2), (9, 1.001), replicate=0),
        records.run("raw/a", 90, (5, 1.2), replicate=1),
        records.run("raw/b", 90, (7, 1.001, False), (30, 1.0001), replicate=0),
        records.run("raw/a", 90, (4, 1.0), problem="square"),
        records.run("raw/a", 90, (4, 1.0), problem="unknown", optimum=nan),
        records.undone("raw/b", "failed", "crash", replicate=1),
        records.undone("vae/b", "skipped", "no gradient"),
    )
    times = solved(*runs, 0.01)
    assert times.to_dict("list") == {"raw/a": [9.0, inf, 4.0], "raw/b": [30.0, inf, inf]}
    assert times.index.tolist() == [("disc", 0), ("disc", 1), ("square", 0)]
    assert solved(*runs, 0.7)["raw/a"].tolist() == [5.0, 5.0, 4.0]


def test_the_median_search_stands_for_its_replicate(records: SimpleNamespace) -> None:
    parts = [
        records.run("raw/a", 90, (price, 1.0), replicate=replicate, search=search)
        for replicate, prices in enumerate(([1, 2, 50], [3, 8]))
        for search, price in enumerate(prices)
    ]
    parts += [records.run("raw/a", 90, replicate=1, search=2)]
    assert solved(*records.experiment(*parts), 0.01)["raw/a"].tolist() == [2.0, 8.0]


def test_of_nothing_there_are_empty_profiles(records: SimpleNamespace) -> None:
    nothing = pd.DataFrame(columns=["run", "status"]), pd.DataFrame(columns=["run"])
    unknown = records.experiment(records.run("raw/a", 90, (4, 1.0), optimum=nan))
    for frames in (nothing, unknown):
        times = solved(*frames, 0.01)
        assert list(performance_profile(times)) == ["arm", "factor", "share", "instances"]
        assert list(data_profile(times)) == ["arm", "evaluations", "share", "instances"]
        assert len(performance_profile(times)) == len(data_profile(times)) == 0


def test_of_failures_alone_no_share_is_solved(records: SimpleNamespace) -> None:
    times = solved(*records.experiment(records.run("raw/a", 90, (4, 1.3)), records.run("raw/b", 90)), 0.01)
    profile = performance_profile(times)
    assert profile[["arm", "factor", "share"]].to_numpy().tolist() == [["raw/a", 1.0, 0.0], ["raw/b", 1.0, 0.0]]
    assert data_profile(times).empty


def test_the_table_tells_the_shares_within_factors_of_the_fastest_arm_and_arms_that_ran_elsewhere_have_no_row(
    records: SimpleNamespace,
) -> None:
    runs = records.experiment(
        *(records.run("raw/a", 90, (1, 1.5), (10, 1.0), replicate=n) for n in range(2)),
        records.run("vae/a", 90, (1, 1.5), (40, 1.0), replicate=0),
        records.run("vae/a", 90, (1, 1.5), (5, 1.0), replicate=1),
        records.run("pca/a", 90, (1, 1.5), replicate=0),
        records.run("far/a", 90, (1, 1.5), (2, 1.0), problem="elsewhere"),
    )
    made = table(Records(*runs)).set_index(["problem", "arm"])
    assert set(made.loc["disc"].index) == {"raw/a", "vae/a", "pca/a"}
    assert made.loc["disc", "raw/a"].tolist() == [2, 0.5, 1.0, 1.0, 1.0, 1.0]
    assert made.loc["disc", "vae/a"].tolist() == [2, 0.5, 0.5, 1.0, 1.0, 1.0]
    assert made.loc["disc", "pca/a"].tolist() == [2, 0, 0, 0, 0, 0]
    assert "50%" in render(made.reset_index())
