from __future__ import annotations

import io
import re
from collections.abc import Callable
from math import nan
from types import SimpleNamespace

import pandas as pd
import pytest

from bench.analysis import writers
from bench.analysis.contents import Choice
from bench.analysis.tables import efficiency_table, render
from bench.analysis.writers import WIDTH
from bench.errors import BadInput

READABLE = ["text", "markdown", "latex"]
Frames = tuple[pd.DataFrame, pd.DataFrame]
BREAK_EVEN = "Break-even: cost of an evaluation from which the arm pays"

NOTHING = pd.DataFrame(columns=["run", "status"]), pd.DataFrame(columns=["run"])
HEAT = {"optimum": nan, "larger_is_better": True, "targets": [1.5]}
EDGE_CASES: dict[str, tuple[Callable[[SimpleNamespace], Frames], str]] = {
    "no run": (lambda r: NOTHING, "No runs."),
    "only skipped": (lambda r: r.experiment(r.undone("vae/a", "skipped", "no gradient")), "1 skipped: no gradient"),
    "only failed": (
        lambda r: r.experiment(*(r.undone("raw/a", "failed", "crash", replicate=n) for n in range(3))),
        "3 failed: crash",
    ),
    "only names": (
        lambda r: (r.experiment(r.undone("raw/a", "failed", "crash"))[0].dropna(axis="columns"), NOTHING[1]),
        "1 failed: crash",
    ),
    "one replicate": (lambda r: r.experiment(r.run("raw/a", 90, (9, 1.01)), r.run("vae/a", 90, (3, 1.01))), "1/1  3"),
    "no raw arm": (lambda r: r.experiment(r.run("vae/a", 90, (9, 1.01))), "No raw arm ran."),
    "no target": (lambda r: r.experiment(r.run("raw/a", 90, (9, 1.01), targets=[])), "No target is declared"),
    "no optimum": (lambda r: r.experiment(r.run("raw/a", 90, (9, 1.01), optimum=nan, reference=nan)), "1/1  9"),
    "best known": (
        lambda r: r.experiment(r.run("raw/a", 90, (9, 1.1), (20, 1.5), **HEAT, best_known_displayed=2.2)),
        "Best known, verified: ",
    ),
    "bound": (lambda r: r.experiment(r.run("raw/a", 90, (9, 1.1), (20, 1.5), **HEAT, bound_displayed=2.0)), "75.0"),
    "no success": (lambda r: r.experiment(r.run("raw/a", 90, (9, 1.3))), "No raw arm reached the target."),
    "no design": (lambda r: r.experiment(r.run("raw/a", 90)), " (90)"),
    "no data": (lambda r: r.experiment(r.run("raw/a", 90, (9, 1.01), n_designs=0, data_best=nan)), "data: none."),
}


@pytest.fixture
def frames(records: SimpleNamespace) -> Frames:
    """Raw and latent search on one problem, an arm that was skipped and one that failed."""
    targets = {"targets": [1.05, 1.001]}
    parts = []
    for replicate in range(5):
        where = {"replicate": replicate, **targets}
        parts += [
            records.run("raw/cma-es", 1000, (1, 1.5), (800, 1.04), **where),
            records.run("raw/l-bfgs", 100, (1, 1.5), (20, 1.04), (50, 1.0005), **where),
            records.run("vae-2/cma-es", 1000, (1, 1.3), (10, 1.04), fit_seconds=12.0, **where),
            records.undone("vae-2/l-bfgs", "skipped", "no gradient", **where),
        ]
    return records.experiment(*parts, records.undone("vae-2/tpe", "failed", "ValueError: a|b", **targets))


def test_table_has_a_row_per_arm_and_target_whatever_became_of_the_arm(frames: Frames) -> None:
    table = efficiency_table(*frames)
    arms = ["raw/cma-es", "raw/l-bfgs", "vae-2/cma-es", "vae-2/l-bfgs", "vae-2/tpe"]
    assert list(zip(table["arm"], table["target"], strict=True)) == [(a, t) for a in arms for t in (1.05, 1.001)]
    assert table["searches"].tolist() == [5, 5, 5, 5, 5, 5, 0, 0, 1, 1]
    assert table["successes"].tolist() == [5, 0, 5, 5, 5, 0, 0, 0, 0, 0]
    assert table["failed"].tolist() == [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]


def test_table_by_hand(frames: Frames) -> None:
    table = efficiency_table(*frames, draws=100).set_index(["arm", "target"])
    vae = table.loc[("vae-2/cma-es", 1.05)]
    assert vae[["ert", "evaluations_spent", "fit_seconds", "best", "start_median"]].tolist() == [10, 50, 12, 1.04, 1.5]
    assert vae[["speed_up_same", "speed_up_same_low", "speed_up_same_high"]].tolist() == [80.0, 80.0, 80.0]
    assert vae[["speed_up_strongest", "strongest_raw"]].tolist() == [2.0, "raw/l-bfgs"]
    # every run spends 1 s beside the objective: 1 ms of 1,000 evaluations in the arm, 10 ms of 100 in raw L-BFGS
    assert vae["break_even"] == pytest.approx((12.0 + 10 * 0.001 - 20 * 0.01) / (20 - 10))
    assert table.loc[("vae-2/cma-es", 1.001), "speed_up_strongest_relation"] == "≤"
    assert table.loc[("raw/l-bfgs", 1.001), "evaluations_spent"] == 250.0


def test_table_does_not_depend_on_row_order_or_on_how_runs_are_stored(frames: Frames) -> None:
    runs, traces = frames
    shuffled = runs.sample(frac=1, random_state=3), traces.sample(frac=1, random_state=4).astype({"run": "category"})
    pd.testing.assert_frame_equal(efficiency_table(*frames, draws=50), efficiency_table(*shuffled, draws=50))


def test_a_target_where_larger_is_better_is_written_so(records: SimpleNamespace) -> None:
    runs = records.experiment(records.run("raw/a", 9, (5, 1.8), targets=[1.75], larger_is_better=True, quantity="Q"))
    assert "Q ≥ 1.75" in render(efficiency_table(*runs))


def matrices(text: str) -> dict[str, str]:
    """Parts of a page by their titles, from the matrices of arms by targets."""
    parts = re.split(r"^(Speed-up S over .*|Break-even: .*)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], (part.partition("≤ 1.05: ")[0] for part in parts[1::2]), strict=True))


def test_text_shows_successes_ert_speed_up_and_break_even(frames: Frames) -> None:
    text = render(efficiency_table(*frames))
    assert "Training data: 2000 designs, best σ 1.125, median 1.4 (medians over replicates)." in text
    assert re.search(r"raw/l-bfgs +1000 +1\.5 +1\.0005 +1\.0005 +5/5  20 +\*5/5  50 +0 +0\n", text)
    assert re.search(r"vae-2/cma-es .* 0/5  ∞ \(5000\) +12 +0\n", text)
    assert re.search(r"vae-2/l-bfgs( +–){7} +0\n", text)
    parts = matrices(text)
    assert re.search(r"vae-2/cma-es +2 \[2, 2\] ", parts["Speed-up S over the strongest raw arm [95 % interval]"])
    assert re.search(r"vae-2/cma-es +80 \[80, 80\] ", parts["Speed-up S over the raw arm with the same optimiser"])
    assert re.search(r"vae-2/cma-es +1\.2 s", parts[BREAK_EVEN])
    assert "Strongest raw arm: raw/l-bfgs, ERT 20." in text
    assert "vae-2/l-bfgs: 5 skipped: no gradient." in text
    assert "N_f + N_g" in text


@pytest.mark.parametrize(
    ("fit_seconds", "shown"),
    [(0.0, "any"), (0.3, "11 ms"), (0.19005, "5 µs"), (1000.0, "1.7 min"), (nan, "–")],
)
def test_break_even_has_a_unit(records: SimpleNamespace, fit_seconds: float, shown: str) -> None:
    parts = [records.run("raw/a", 100, (20, 1.04)), records.run("vae/a", 1000, (10, 1.04), fit_seconds=fit_seconds)]
    told = matrices(render(efficiency_table(*records.experiment(*parts))))[BREAK_EVEN]
    assert bool(re.search(rf"vae/a +{shown}\n", told)) == (shown != "–")
    assert ("vae/a" in told) == (shown != "–")


def test_break_even_is_a_bound_where_raw_search_never_succeeded(records: SimpleNamespace) -> None:
    def shown(fit_seconds: float, price: int = 100) -> list[str]:
        parts = [records.run("raw/a", price), records.run("vae/a", 1000, (10, 1.04), fit_seconds=fit_seconds)]
        told = matrices(render(efficiency_table(*records.experiment(*parts)))).values()
        return [found[1] for part in told for found in re.finditer(r"vae/a +(.*)\n", part)]

    # one replicate without success: raw search needs at least 100 / 0.95 evaluations, so break-even is at most
    # (12 + 10 * 0.001 - 100 / 0.95 * 0.01) / (100 / 0.95 - 10) = 0.115 s
    assert shown(12.0) == ["≥ 11", "≤ 120 ms"]
    assert shown(0.0) == ["≥ 11", "any"]
    assert shown(12.0, price=8) == ["≥ 0.84"]


def test_an_arm_that_raises_when_unlucky_gains_nothing(records: SimpleNamespace) -> None:
    def table(status: str) -> pd.DataFrame:
        lucky, unlucky = [(20, 1.04)], [(20, 1.2)]
        parts = [
            records.run("raw/a", 100, *(unlucky if r else lucky), replicate=r, status=status if r else "completed")
            for r in range(5)
        ]
        return efficiency_table(*records.experiment(*parts), draws=50)

    honest, sly = table("completed"), table("failed")
    assert sly.loc[0, ["searches", "failed", "ert"]].tolist() == [5, 4, 420.0]
    others = honest.columns.difference(["failed", "note"])
    pd.testing.assert_frame_equal(sly[others], honest[others])


@pytest.mark.parametrize(("budgets", "shown"), [((50, 50), "50"), ((50, 1000), "50–1000")])
def test_budget_is_shown(records: SimpleNamespace, budgets: tuple[int, ...], shown: str) -> None:
    parts = [records.run("raw/a", 40, (9, 1.01), replicate=r, budget=budget) for r, budget in enumerate(budgets)]
    table = efficiency_table(*records.experiment(*parts))
    assert re.search(rf"raw/a +{shown} +1\.5 ", render(table))
    assert f"| raw/a | {shown} | 1.5 |" in render(table, "markdown")
    assert table[["budget_least", "budget", "price"]].iloc[0].tolist() == [min(budgets), max(budgets), 40.0]


@pytest.mark.parametrize(("make", "told"), EDGE_CASES.values(), ids=EDGE_CASES.keys())
def test_edge_cases_are_told(records: SimpleNamespace, make: Callable, told: str) -> None:
    table = efficiency_table(*make(records))
    for fmt in READABLE:
        shown = render(table, fmt)
        assert told in shown, fmt
        assert "nan" not in shown.replace("Training", "").lower(), fmt


@pytest.mark.parametrize("make", [make for make, _ in EDGE_CASES.values()], ids=EDGE_CASES.keys())
def test_csv_is_the_table(records: SimpleNamespace, make: Callable) -> None:
    table = efficiency_table(*make(records))
    read = pd.read_csv(io.StringIO(render(table, "csv")))
    assert list(read.columns) == list(table.columns)
    assert len(read) == len(table)


def test_csv_keeps_the_numbers(frames: Frames) -> None:
    table = efficiency_table(*frames)
    read = pd.read_csv(io.StringIO(render(table, "csv")))
    numbers = table.select_dtypes("number").columns
    pd.testing.assert_frame_equal(read[numbers], table[numbers])


def test_unknown_format_names_those_there_are(frames: Frames) -> None:
    with pytest.raises(ValueError, match="'docx': allowed are text, markdown, latex, html, csv"):
        render(efficiency_table(*frames), "docx")


def test_text_is_plain_even_where_colour_is_forced(frames: Frames, monkeypatch: pytest.MonkeyPatch) -> None:
    table = efficiency_table(*frames)
    plain = render(table)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "30")
    assert render(table) == plain
    assert "\x1b" not in plain


def test_text_wraps_long_labels_and_loses_nothing(records: SimpleNamespace) -> None:
    label = "-".join(["spectral"] * 30)
    runs = records.experiment(records.run(f"{label}/cma-es", 90, (9, 1.01), targets=[1.0 + n / 10 for n in range(6)]))
    text = render(efficiency_table(*runs))
    assert max(map(len, text.splitlines())) <= WIDTH
    column = "".join(line.split("  ")[1].strip() for line in text.splitlines() if line.startswith("  "))
    assert f"{label}/cma-es" in column


def test_labels_in_brackets_are_no_markup(records: SimpleNamespace) -> None:
    assert "[bold]vae/a" in render(efficiency_table(*records.experiment(records.run("[bold]vae/a", 9, (1, 1.01)))))


def test_markdown_tables_keep_their_columns_whatever_the_labels(records: SimpleNamespace) -> None:
    arms = ["raw|x/a", "vae_*`<b>\\|/a"]
    shown = render(efficiency_table(*records.experiment(*(records.run(arm, 9, (1, 1.01)) for arm in arms))), "markdown")
    for block in re.findall(r"(?:^\|.*\n?)+", shown, flags=re.MULTILINE):
        rows = [re.split(r"(?<!\\)(?:\\\\)*\|", line) for line in block.splitlines()]
        assert len({len(row) for row in rows}) == 1
        assert set("".join(rows[1])) <= set(" :-")
        assert len(rows) == 4
    assert r"vae\_\*\`\<b>\\\|/a" in shown


def test_latex_is_safe_whatever_the_labels(records: SimpleNamespace) -> None:
    arm = r"[*]a&b_c%d#e$f~g^h\i{j}<k>|βΔ→/x"
    escaped = (
        r"{[}{*}]a\&b\_c\%d\#e\$f\textasciitilde{}g\textasciicircum{}h\textbackslash{}i\{j\}"
        r"\textless{}k\textgreater{}\textbar{}$\beta$$\Delta$$\to$/x"
    )
    runs = records.experiment(
        records.run(arm, 9, (1, 1.01), problem="50 % & more"), records.run("raw/x", 9, problem="50 % & more")
    )
    shown = render(efficiency_table(*runs), "latex")
    assert f"\n{escaped} & " in shown
    assert r"\subsection*{50 \% \& more}" in shown
    assert shown.isascii()
    assert shown.count(r"\begin{tabular}") == shown.count(r"\end{tabular}") == 3
    for block in re.findall(r"\\toprule\n(.*?)\\bottomrule", shown, flags=re.DOTALL):
        rows = [line for line in block.splitlines() if line != r"\midrule"]
        assert len({len(re.findall(r"(?<!\\)&", row)) for row in rows}) == 1
        assert all(row.endswith(r" \\") for row in rows)


def test_the_best_and_those_tied_with_it_are_marked_in_every_format(records: SimpleNamespace) -> None:
    prices = {"raw/best": 10, "raw/near": 11, "raw/far": 90}
    parts = [
        records.run(arm, 100, (price + (replicate * 7) % 5, 1.04), replicate=replicate)
        for arm, price in prices.items()
        for replicate in range(10)
    ]
    table = efficiency_table(*records.experiment(*parts))
    assert dict(zip(table["arm"], table["standing"], strict=True)) == {
        "raw/best": "best",
        "raw/near": "tied",
        "raw/far": "worse",
    }
    shown = {fmt: render(table, fmt) for fmt in READABLE}
    assert re.search(r" \*10/10  12 .*\n", shown["text"])
    assert re.search(r" ~10/10  13 .*\n", shown["text"])
    assert re.search(r"  10/10  92 .*\n", shown["text"])
    assert "| **10/10  12** |" in shown["markdown"]
    assert "| _10/10  13_ |" in shown["markdown"]
    assert "| 10/10  92 |" in shown["markdown"]
    assert r"& \textbf{10/10  12} &" in shown["latex"]
    assert r"& \underline{10/10  13} &" in shown["latex"]
    assert "is in bold, and arms that are not shown to be worse are in italics" in shown["markdown"]
    assert not any("No tests at" in text for text in shown.values())


def test_of_few_replicates_only_the_best_is_marked_and_that_is_said(records: SimpleNamespace) -> None:
    parts = [records.run(f"raw/{name}", 100, (10 * n, 1.04)) for n, name in enumerate("ab", 1)]
    table = efficiency_table(*records.experiment(*parts))
    assert table["standing"].tolist() == ["best", ""]
    text = render(table)
    assert text.count(" *1/1  10 ") == 1
    assert "~1/1" not in text
    assert "No tests at σ ≤ 1.05: with fewer than 4 replicates an arm" in text


def test_words_of_a_text_table_are_never_cut_however_many_columns_there_are() -> None:
    name, number = "spectral-vae-16/trust-region-bayesian", "0.00012 [2.8e-14, 3.1e-14]"
    cells = pd.DataFrame({"arm": [name], **{f"evaluations {column}": [number] for column in range(20)}})
    text = writers.render(cells, lambda table, write: iter([write.table("wide", table)]))
    assert name in text
    assert text.count("evaluations") == text.count("2.8e-14") == 20


def test_rows_are_chosen_after_their_numbers_are_made(records: SimpleNamespace) -> None:
    parts = [
        records.run(arm, 100, (1, 1.5), (20, 1.04), replicate=n, targets=[1.2, 1.05], problem=problem)
        for arm in ("raw/cma", "pca-2/cma", "pca-8/cma")
        for problem in ("disc", "disc, packed")
        for n in range(3)
    ]
    whole = efficiency_table(*records.experiment(*parts), draws=20)
    chosen = Choice(problems=["disc"], arms=["pca-*"], targets=[1.05]).of(whole)
    assert chosen[["problem", "arm", "target"]].to_numpy().tolist() == [
        ["disc", "pca-2/cma", 1.05],
        ["disc", "pca-8/cma", 1.05],
    ]
    assert (chosen["speed_up_strongest"] == 1).all()
    assert "raw/cma" not in render(chosen).partition("Settings")[0].replace("Strongest raw arm: raw/cma", "")
    with pytest.raises(BadInput, match=r"arm: 'vae\*' is unknown"):
        Choice(arms=["vae*"]).of(whole)
    with pytest.raises(BadInput, match=r"target: 3 is not a target; allowed: 1.05, 1.2"):
        Choice(targets=[3.0]).of(whole)


def test_matrices_leave_out_what_says_nothing(records: SimpleNamespace) -> None:
    parts = [
        records.run(arm, 100, (1, 1.5), *found, replicate=n, targets=[1.2, 1.05])
        for arm, found in (("raw/cma", ()), ("pca-2/cma", ((20, 1.1),)), ("pca-8/cma", ()))
        for n in range(3)
    ]
    text = render(efficiency_table(*records.experiment(*parts), draws=20)).partition("Speed-up S over")[2]
    matrix = text.partition("σ ≤ 1.2:")[0]
    assert "pca-2/cma" in matrix
    assert "pca-8/cma" not in matrix
    assert "σ ≤ 1.05" not in matrix
