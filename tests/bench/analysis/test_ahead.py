from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bench.analysis.ahead import LEADERS, LEVEL, Race
from bench.analysis.kinds import BASIS, HAND_OFF, LEARNED, PCA, RAW, kinds
from bench.analysis.leads import leads
from bench.analysis.plots import overall, when
from bench.analysis.records import Records


def spec(*encoders: str) -> str:
    return json.dumps({"stages": [{"encoder": {"name": name, "params": {}}} for name in encoders]})


def of(records: SimpleNamespace, *parts: Any) -> Records:
    return Records(*records.experiment(*parts))


def runs(records: SimpleNamespace, arm: str, *trace: tuple[int, float], price: int = 100, **other: Any) -> list[Any]:
    return [records.run(arm, price, (1, 1.5), *trace, replicate=n, **other) for n in range(6)]


def who(race: Race, prices: Any) -> list[str | None]:
    return [(*LEADERS, None)[number] for number in race.at(prices).kind]


@pytest.mark.parametrize(
    ("encoders", "kind"),
    [
        (("raw",), RAW),
        (("raw-fourier",), BASIS),
        (("untrained",), BASIS),
        (("pca",), PCA),
        (("vae",), LEARNED),
        (("mine:Mine",), LEARNED),
        (("vae", "raw"), HAND_OFF),
        (("vae", "vae"), LEARNED),
        (("raw", "raw-fourier"), BASIS),
    ],
)
def test_the_kind_of_an_arm_is_what_its_spaces_were_learned_from(
    records: SimpleNamespace, encoders: tuple[str, ...], kind: str
) -> None:
    part = of(records, *runs(records, "pca/cma", arm_spec=spec(*encoders)))
    assert kinds(part)["pca/cma"] == kind


def test_records_that_name_no_encoder_are_judged_by_their_dimension(records: SimpleNamespace) -> None:
    part = of(records, *runs(records, "raw/cma"), *runs(records, "mine/cma"))
    assert kinds(part).to_dict() == {"raw/cma": RAW, "mine/cma": LEARNED}


def test_whoever_has_the_best_median_by_then_is_ahead(records: SimpleNamespace) -> None:
    raw = runs(records, "raw/cma", (10, 1.2), (80, 1.001))
    learned = runs(records, "vae/cma", (5, 1.1))
    race = Race.of(of(records, *raw, *learned).parts["disc"])
    assert who(race, [1, 6, 75, 90, 10_000]) == [LEVEL, LEARNED, LEARNED, RAW, RAW]
    assert race.at([6]).certain.all()
    assert race.at([6]).arm[0] == "vae/cma"
    assert race.at([6]).objective[0] == pytest.approx(records.objective(1.1))


def test_before_its_first_verified_design_an_arm_has_nothing(records: SimpleNamespace) -> None:
    parts = [records.run("raw/cma", 50, (1, 1.5, False), (20, 1.2), replicate=n) for n in range(3)]
    race = Race.of(of(records, *parts).parts["disc"])
    assert who(race, [0.5, 10, 20]) == [None, None, RAW]


def test_of_kinds_that_are_level_the_simplest_leads_within_a_side(records: SimpleNamespace) -> None:
    raw = runs(records, "raw/cma", (5, 1.1))
    basis = runs(records, "raw-fourier/cma", (5, 1.1 - 1e-6), arm_spec=spec("raw-fourier"))
    race = Race.of(of(records, *raw, *basis).parts["disc"])
    assert who(race, [10]) == [RAW]


def test_a_lead_that_replicates_do_not_agree_on_is_not_certain(records: SimpleNamespace) -> None:
    raw = [records.run("raw/cma", 50, (1, 1.5), (5, 1.1 + 0.05 * (n % 2)), replicate=n) for n in range(7)]
    learned = [records.run("vae/cma", 50, (1, 1.5), (5, 1.15 - 0.05 * (n % 2)), replicate=n) for n in range(7)]
    assert not Race.of(of(records, *raw, *learned).parts["disc"]).at([10]).certain.any()


def test_training_is_paid_for_in_time_and_data_in_evaluations(records: SimpleNamespace) -> None:
    raw = runs(records, "raw/cma", (10, 1.2))
    learned = runs(records, "vae/cma", (5, 1.1), fit_seconds=10.0, data_price=20.0)
    race = Race.of(of(records, *raw, *learned).parts["disc"])
    cost = np.array([0.01, 100.0, 100.0])
    budget = np.array([50.0, 15.0, 90.0])
    # training takes the time of the first, data the evaluations of the second; the third pays for both
    assert [LEADERS[kind] for kind in race.after(budget * cost, cost).kind] == [RAW, RAW, LEARNED]
    assert LEADERS[race.after(budget * cost, cost, reuse=1e9).kind[1]] == LEARNED


def test_gradients_take_part_only_where_they_are_at_hand(records: SimpleNamespace) -> None:
    raw = runs(records, "raw/l-bfgs", (4, 1.01), n_g=50)
    learned = runs(records, "vae/cma", (5, 1.1))
    found = leads(of(records, *raw, *runs(records, "raw/cma"), *learned))
    assert {(lead.gradients, lead.budget): lead.kind for lead in found} == {
        (False, 10): LEARNED,
        (False, 100): LEARNED,
        (False, 1000): LEARNED,
        (True, 10): RAW,
        (True, 100): RAW,
        (True, 1000): RAW,
    }
    without = next(lead for lead in found if not lead.gradients)
    assert (without.reached, without.seen, without.speed_up.relation) == ("σ ≤ 1.1", False, "≥")


def test_the_factor_is_that_of_searches_which_get_no_more_than_the_budget(records: SimpleNamespace) -> None:
    raw = runs(records, "raw/cma", (9, 1.1), (100, 1.05), budget=100)
    learned = runs(records, "vae/cma", (3, 1.1), (50, 1.02), budget=100)
    small, medium, large = leads(of(records, *raw, *learned))
    assert (small.kind, medium.kind, large.kind) == (LEVEL, LEVEL, LEARNED)
    assert large.reached == "σ ≤ 1.02"
    assert large.rival is None
    assert large.speed_up.relation == "≥"


def test_the_map_shows_who_leads_at_each_point(records: SimpleNamespace) -> None:
    raw = runs(records, "raw/cma", (10, 1.2), (80, 1.001))
    learned = runs(records, "vae/cma", (5, 1.1), fit_seconds=1.0)
    figure, data = when.from_records(of(records, *raw, *learned))
    assert set(data["gradients"]) == {False}
    dear = data[data["evaluation"] == data["evaluation"].max()].set_index("budget")["kind"]
    assert dear.iloc[-1] == RAW
    assert LEARNED in set(dear)
    cheap = data[data["evaluation"] == data["evaluation"].min()]
    assert LEARNED not in set(cheap["kind"])
    assert len(figure.axes) == 1
    with pytest.raises(ValueError, match="no run of"):
        when.from_records(of(records, *raw), "other")


def test_the_map_over_all_problems_counts_those_with_both_sides(records: SimpleNamespace) -> None:
    parts = [
        part
        for problem, hit in (("a", 1.1), ("b", 1.4), ("c", 1.1))
        for part in [
            *runs(records, "raw/cma", (10, 1.2), problem=problem),
            *(runs(records, "vae/cma", (5, hit), problem=problem) if problem != "c" else []),
        ]
    ]
    _, data = overall.from_records(of(records, *parts))
    assert set(data["problems"]) == {2}
    last = data[(data["share"] == 1) & (data["evaluation"] == data["evaluation"].max())]
    assert last[["learned", "other"]].to_numpy().tolist() == [[0.5, 0.5]]
    assert overall.from_records(of(records, *runs(records, "raw/cma", (10, 1.2))))[1].empty
