from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.analysis.compare import STRONGEST, compare_arms
from bench.analysis.gradient_price import COLUMNS, KEYS, PRICES, gradient_table, render, repriced, speed_up_band
from bench.analysis.measures import hits

Frames = tuple[pd.DataFrame, pd.DataFrame]


def with_gradients(frames: Frames, *arms: str, share: float = 0.5, dims: dict[str, int] | None = None) -> Frames:
    """Let so large a share of what the arms spent have been gradients."""
    runs, traces = frames
    which = runs["arm"].isin(arms)
    price = runs["n_f"] + runs["n_g"]
    n_g = (price * share).where(which, 0.0)
    taken = traces["run"].map(which.set_axis(runs["run"])).eq(True)
    gradients = (traces["evaluations"] * share).where(taken, 0.0)
    latent = runs["arm"].map(dims or {}).astype(float)
    return (
        runs.assign(n_g=n_g, n_f=price - n_g, latent_dim=latent),
        traces.assign(n_g=gradients, n_f=traces["evaluations"] - gradients),
    )


@pytest.fixture
def frames(records: SimpleNamespace) -> Frames:
    parts = []
    for replicate in range(3):
        parts += [
            records.run("raw/a", 100, (80, 1.04), replicate=replicate),
            records.run("vae/a", 100, (20, 1.04), replicate=replicate),
        ]
    parts.append(records.run("vae/a", 100, (90, 1.3), replicate=3))
    return records.experiment(*parts)


def test_running_time_at_each_price_by_hand(frames: Frames) -> None:
    table = gradient_table(*with_gradients(frames, "vae/a", dims={"vae/a": 8, "raw/a": 200})).set_index("arm")
    # three hits at 10 values and 10 gradients, one failure of 50 and 50
    assert table.loc["vae/a", "ert_adjoint"] == pytest.approx((3 * 20 + 100) / 3)
    assert table.loc["vae/a", "ert_reverse"] == pytest.approx((3 * (10 + 40) + 50 + 200) / 3)
    assert table.loc["vae/a", "ert_differences"] == pytest.approx((3 * (10 + 80) + 50 + 400) / 3)
    assert table.loc["raw/a", [f"ert_{kind}" for kind in PRICES]].tolist() == [80.0] * 3
    assert table.loc["vae/a", "speed_up_strongest_reverse"] == pytest.approx(80.0 * 3 / 400)
    assert table.loc["vae/a", ["gradients", "latent_dim", "successes"]].tolist() == [0.5, 8.0, 3]


def test_at_the_price_of_one_value_it_is_the_comparison_that_is_known(frames: Frames) -> None:
    priced = with_gradients(frames, "vae/a", dims={"vae/a": 8})
    table = gradient_table(*priced).sort_values(KEYS, ignore_index=True)
    known = compare_arms(hits(*priced)).sort_values(KEYS, ignore_index=True)
    for name in ["ert", *STRONGEST]:
        pd.testing.assert_series_equal(table[f"{name}_adjoint"], known[name], check_names=False)


def test_without_a_gradient_no_price_matters_whatever_is_not_told(frames: Frames) -> None:
    runs, traces = frames
    table = gradient_table(runs, traces.drop(columns=["n_f", "n_g"]))
    assert table["ert_adjoint"].notna().all()
    for kind in ("reverse", "differences"):
        for name in ["ert", *STRONGEST]:
            pd.testing.assert_series_equal(table[f"{name}_{kind}"], table[f"{name}_adjoint"], check_names=False)


def test_where_all_arms_take_gradients_alike_the_speed_up_stays(frames: Frames) -> None:
    table = gradient_table(*with_gradients(frames, "raw/a", "vae/a", dims={"vae/a": 8, "raw/a": 8}))
    for kind in ("reverse", "differences"):
        np.testing.assert_allclose(table[f"speed_up_strongest_{kind}"], table["speed_up_strongest_adjoint"])
    assert (table["ert_differences"] > table["ert_adjoint"]).all()


def test_finite_differences_favour_few_dimensions(frames: Frames) -> None:
    table = gradient_table(*with_gradients(frames, "raw/a", "vae/a", dims={"vae/a": 8, "raw/a": 200})).set_index("arm")
    adjoint, differences = table.loc["vae/a", ["speed_up_strongest_adjoint", "speed_up_strongest_differences"]]
    assert differences / adjoint == pytest.approx((1 + 200) / (1 + 8))


def test_the_band_is_the_range_over_all_prices_from_1_to_4(records: SimpleNamespace) -> None:
    # the strongest raw arm changes from the one with gradients to the one without, where S is greatest
    frames = records.experiment(
        records.run("raw/g", 100, (30, 1.04)),
        records.run("raw/v", 100, (50, 1.04)),
        records.run("vae/v", 100, (40, 1.04)),
    )
    priced = with_gradients(frames, "raw/g", dims={"raw/g": 9})
    band = speed_up_band(*priced, points=50).set_index("arm")
    prices = np.geomspace(1.0, 4.0, 50)
    brute = np.minimum(15 + prices * 15, 50) / 40
    assert band.loc["vae/v", ["low", "high"]].tolist() == pytest.approx([brute.min(), brute.max()])
    assert band.loc["vae/v", ["low", "high"]].tolist() == pytest.approx([0.75, 1.25])
    assert band.loc["raw/g", "low"] == pytest.approx(50 / 75)


@pytest.mark.parametrize("lacking", ["n_g of the traces", "k"])
def test_a_problem_whose_gradients_cannot_be_told_has_no_price_but_its_own(
    frames: Frames, records: SimpleNamespace, lacking: str
) -> None:
    runs, traces = with_gradients(frames, "vae/a", dims={} if lacking == "k" else {"vae/a": 8})
    other, its = records.experiment(records.run("raw/a", 100, (50, 1.0), problem="coil"))
    if lacking != "k":
        traces = traces.drop(columns="n_g")
    table = gradient_table(pd.concat([runs, other]), pd.concat([traces, its])).set_index(["problem", "arm"])
    assert table.loc["disc", "ert_adjoint"].notna().all()
    assert table.loc["disc", "ert_differences"].isna().all()
    assert table.loc["disc", "ert_reverse"].isna().all() == (lacking != "k")
    assert (table.loc["disc", "speed_up_strongest_relation_differences"] == "").all()
    assert table.loc[("coil", "raw/a"), "ert_differences"] == 50.0
    text = render(table.reset_index()[COLUMNS])
    assert "nan" not in text.lower()
    assert "do not tell gradients" in text.replace("\n", " ")


def test_a_run_that_failed_before_it_knew_k_is_charged_that_of_its_arm(frames: Frames) -> None:
    runs, traces = with_gradients(frames, "vae/a", dims={"vae/a": 8})
    unknown = runs["replicate"].eq(3)
    whole, _ = repriced(runs, traces, None)
    partly, _ = repriced(runs.assign(latent_dim=runs["latent_dim"].where(~unknown)), traces, None)
    pd.testing.assert_series_equal(whole["n_g"], partly["n_g"])
    assert whole["n_g"].max() == 400.0


@pytest.mark.parametrize("kind", ["nothing", "skipped", "failed", "one", "no raw", "no optimum"])
def test_poor_records_give_a_page(records: SimpleNamespace, kind: str) -> None:
    parts: dict[str, Any] = {
        "nothing": [],
        "skipped": [records.undone("vae/b", "skipped", "no gradient")],
        "failed": [records.undone("vae/b", "failed", "crash", targets=[1.05])],
        "one": [records.run("raw/a", 10, (5, 1.01))],
        "no raw": [records.run("vae/a", 10, (5, 1.01), replicate=r) for r in range(2)],
        "no optimum": [records.run("raw/a", 10, (5, 1.01), optimum=float("nan"))],
    }
    runs, traces = records.experiment(*parts[kind])
    if kind == "nothing":
        runs = pd.DataFrame(columns=["run", "problem", "arm", "status"])
    table = gradient_table(runs, traces)
    assert list(table) == COLUMNS
    assert len(table) == (0 if kind in ("nothing", "skipped", "failed") else 1)
    render(table, "csv")
    for form in ("text", "markdown", "latex"):
        page = render(table, form)
        assert "nan" not in page.lower(), form
        assert len(table) or "No run has a target" in page, form
