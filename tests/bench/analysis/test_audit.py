from __future__ import annotations

import json
from math import nan
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from bench.analysis.audit import RULES, audit, render
from bench.analysis.audit_arms import FEW

ARMS = ("raw-fourier/cma", "pca/cma")
SQUASHED = json.dumps({"stages": [{"encoder": {"params": {"output": "sigmoid"}}}]})
FAIR: dict[str, Any] = {"data_best": 1.4, "start": 1.5, "budget": 10, "reach_objective": 0.0, "reach_displayed": 1.0}


def fair(records: SimpleNamespace, arms: tuple[str, ...] = ARMS, replicates: int = FEW, **other: Any) -> list[Any]:
    """An experiment against which nothing can be said."""
    return [
        records.run(arm, 10, (1, 1.5), (5, 1.02), **FAIR | {"replicate": replicate, "n_refused": 0} | other)
        for arm in arms
        for replicate in range(replicates)
    ]


def said(records: SimpleNamespace, parts: list[Any]) -> dict[str, list[Any]]:
    findings: dict[str, list[Any]] = {}
    for finding in audit(*records.experiment(*parts)):
        findings.setdefault(finding.about, []).append(finding)
    return findings


def altered(parts: list[Any], arm: str, **fields: Any) -> list[Any]:
    return [(row | fields, trace) if row["arm"] == arm else (row, trace) for row, trace in parts]


def test_there_is_nothing_to_say_against_a_fair_experiment(records: SimpleNamespace) -> None:
    findings = audit(*records.experiment(*fair(records)))
    assert findings == []
    assert all(about in render(findings) for about, _ in RULES)


@pytest.mark.parametrize(
    ("about", "fields", "words"),
    [
        ("training data", {"data_best_objective": 0.001}, "shown"),
        ("training data", {"data_best": 1.04}, "meets σ ≤ 1.05"),
        ("prior", {"prior_mean": 1.01}, "prior mean already meets σ ≤ 1.05"),
        ("prior", {"prior_best": 1.01}, "1,000 prior samples already meets σ ≤ 1.05"),
        ("collapse", {"collapsed": 1.0}, "10 runs"),
        ("budgets", {"budget": 9}, "from 9 to 10"),
        ("budgets", {"n_f": 5}, "50% of their budget unspent"),
        ("verification", {"n_refused": 3}, "refused 30 feasible"),
        ("verification", {"best": nan, "best_objective": nan}, "10 of 20 runs found no verified design"),
        ("verification", {"best": 1.5}, "nothing better than their start"),
        ("targets", {"reach_displayed": 1.2, "best_objective": 1.0}, "does not meet σ ≤ 1.05"),
        ("gradients", {"n_g": 5}, "priced as one"),
        ("raw arms", {"n_g": 5}, "no raw arm does"),
        ("output", {"arm_spec": SQUASHED}, "the box of"),
        ("output", {"confined": True}, "the box of"),
        ("leak control", {"data_source": ""}, "not on record where training designs come from"),
        ("leak control", {"data_price": 60000.0}, "cost 60000 evaluations"),
        ("leak control", {"data_withheld": 0.5, "data_price": 4000.0}, "less the best 50%"),
        ("runs", {"status": "failed", "reason": "it broke"}, "10 × it broke"),
        ("runs", {"status": "skipped", "reason": "no gradient"}, "10 × no gradient"),
    ],
)
def test_what_is_unfair_to_one_arm_is_told_and_names_it(
    records: SimpleNamespace, about: str, fields: dict[str, Any], words: str
) -> None:
    before, after = fair(records), altered(fair(records), "pca/cma", **fields)
    assert about not in said(records, before)
    found = [finding for finding in said(records, after)[about] if words in finding.sentence]
    assert [finding.arms for finding in found] == [("pca/cma",)]


def test_another_start_and_a_head_start_are_told_apart(records: SimpleNamespace) -> None:
    parts = fair(records, (*ARMS, "pca/tpe"))
    row, trace = parts[-1]
    (other,) = said(records, [*parts[:-1], (row | {"start": 1.45}, trace)])["starts"]
    assert ("pca/tpe" in other.arms, "do not start where" in other.sentence) == (True, True)
    ahead = [(r, [t[0] | {"objective": 0.01}, *t[1:]]) if r["encoder"] == "pca" else (r, t) for r, t in parts]
    (head,) = said(records, ahead)["starts"]
    assert (head.arms, "start ahead" in head.sentence) == (("pca/cma", "pca/tpe"), True)


def test_missing_replicates_few_replicates_and_shared_encoders_are_told(records: SimpleNamespace) -> None:
    (missing,) = said(records, fair(records)[:-1])["replicates"]
    assert (missing.arms, "from 9 to 10" in missing.sentence) == (("pca/cma",), True)
    (few,) = said(records, fair(records, replicates=1))["replicates"]
    assert few.sentence.startswith("1 replicate:")
    again = [records.run("pca/cma", 10, (1, 1.5), (5, 1.02), **FAIR, replicate=n, search=1) for n in range(FEW)]
    (shared,) = said(records, [*fair(records), *again])["replicates"]
    assert (shared.arms, "20 searches share 10 fitted" in shared.sentence) == (("pca/cma",), True)


def test_no_raw_arm_and_raw_search_over_the_design_variables_alone_are_told(records: SimpleNamespace) -> None:
    (none,) = said(records, fair(records, ("pca/cma",)))["raw arms"]
    assert "no raw arm ran" in none.sentence
    (weak,) = said(records, fair(records, ("raw/cma", "pca/cma")))["raw arms"]
    assert (weak.arms, "design variables alone" in weak.sentence) == (("raw/cma",), True)


def test_targets_that_nobody_reached_and_that_are_not_declared_are_told(records: SimpleNamespace) -> None:
    (nobody,) = said(records, fair(records, targets=[1.05, 1.001]))["targets"]
    assert "nobody reached σ ≤ 1.001:" in nobody.sentence
    (none,) = said(records, fair(records, targets=[]))["targets"]
    assert "no target is declared" in none.sentence
    (unknown,) = said(records, fair(records, reach_objective=nan))["targets"]
    assert "no reach search" in unknown.sentence


def test_an_unknown_optimum_is_told(records: SimpleNamespace) -> None:
    (finding,) = said(records, fair(records, optimum=nan, best_known=0.0))["optimum"]
    assert "may yet be bettered" in finding.sentence


def test_different_commits_and_machines_are_told_and_what_cannot_be_read_is_not_a_reason_to_fail(
    records: SimpleNamespace,
) -> None:
    one = altered(fair(records), "pca/cma", provenance=json.dumps({"commit": "a", "machine": 1}))
    assert "provenance" not in said(records, one)
    two = altered(one, "raw-fourier/cma", provenance=json.dumps({"commit": "b-dirty", "machine": 1}))
    commits, dirty = said(records, two)["provenance"]
    assert ("2 different commits" in commits.sentence, "in no commit" in dirty.sentence) == (True, True)
    assert "provenance" not in said(records, altered(one, "raw-fourier/cma", provenance="{", arm_spec="["))


def test_records_of_nothing_or_of_failures_alone_give_sentences(records: SimpleNamespace) -> None:
    assert audit(*records.experiment()) == []
    failures = [records.undone(arm, "failed", "it broke") for arm in ARMS]
    assert "2 × it broke" in render(audit(*records.experiment(*failures)))
    skipped = [records.undone(arm, "skipped", "no gradient") for arm in ARMS]
    assert "2 × no gradient" in render(audit(*records.experiment(*skipped)))


def test_all_of_a_kind_are_named_in_short(records: SimpleNamespace) -> None:
    parts = altered(fair(records, (*ARMS, "vae/cma")), "pca/cma", collapsed=1.0)
    assert said(records, parts)["collapse"][0].rows == "pca/cma"
    parts = altered(parts, "vae/cma", collapsed=1.0)
    assert said(records, parts)["collapse"][0].rows == "all latent arms"


def test_the_order_of_records_does_not_matter(records: SimpleNamespace) -> None:
    runs, traces = records.experiment(*altered(fair(records), "pca/cma", collapsed=1.0, budget=20, n_refused=2))
    shuffled = audit(runs.sample(frac=1, random_state=0), traces.sample(frac=1, random_state=0))
    assert shuffled == audit(runs, traces)
    assert isinstance(runs, pd.DataFrame)


def test_evaluations_on_no_budget_are_counted_once_for_all_that_share_them(records: SimpleNamespace) -> None:
    shared = {"beside_reference": 100.0, "beside_replicate": 20.0, "beside_fit": 3.0}
    parts = [(row | shared | {"fit": f"{row['encoder']} {row['replicate']}"}, trace) for row, trace in fair(records)]
    (found,) = said(records, parts)["beside budgets"]
    fits = len(ARMS) * FEW
    assert found.sentence.startswith(f"{100 + 20 * FEW + 3 * fits} evaluations are on no budget: 100 of the reference")
    assert f"{20 * FEW} for starts and to value data, {3 * fits} to measure encoders" in found.sentence
