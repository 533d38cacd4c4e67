"""What a reader does with the page, and what that shows; by mouse, touch and keys in a real browser."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from bench.analysis.plots import curves
from bench.analysis.records import Records
from bench.quantities import significant
from bench.report.page import page
from bench.store.directory import Store

PHONE = (390, 844)
FIGURES = ("ahead", "convergence", "ecdf", "speedups")


def lines(tab: Any, figure: str) -> int:
    """How many curves a figure has."""
    paths = f"document.querySelectorAll('#{figure}-plot g[aria-label=line] path').length"
    return int(tab.read(paths))


def seen(tab: Any, id: str) -> None:
    """Bring a part into view, so that it is drawn."""
    tab.read(f"document.getElementById('{id}').scrollIntoView()")
    tab.settle()
    tab.until(f"!document.querySelector('#{id}.plot:empty, #{id} > .plot:empty')")
    tab.settle()


def column(tab: Any, table: str, number: int) -> list[str]:
    return list(
        tab.read(f"[...document.querySelectorAll('{table} tbody tr')].map((r) => r.cells[{number}].textContent)")
    )


def drag(tab: Any, selector: str, share: float) -> None:
    """Put a slider at a share of its length."""
    tab.click(selector, share)


def test_every_figure_is_drawn_and_nothing_is_blocked(tab: Any) -> None:
    for figure in FIGURES:
        seen(tab, figure)
        assert tab.read(f"document.querySelectorAll('#{figure}-plot svg[tabindex]').length") >= 1
        assert "NaN" not in tab.read(f"document.getElementById('{figure}-plot').innerHTML")
    assert tab.read("document.scripts.length") == 3
    requested = {event["request"]["url"].partition(":")[0] for event in tab.events("Network.requestWillBeSent")}
    assert requested <= {"file", "data"}


def test_the_budget_moves_who_is_ahead_and_every_figure(tab: Any) -> None:
    seen(tab, "ahead")
    drag(tab, "#budget", 0.98)
    late = tab.text("ahead-rows"), tab.text("ranking-rows"), tab.text("budget-told")
    drag(tab, "#budget", 0.1)
    early = tab.text("ahead-rows"), tab.text("ranking-rows"), tab.text("budget-told")
    assert all(one != other for one, other in zip(late, early, strict=True))
    assert tab.read("document.getElementById('budget').getAttribute('aria-valuetext')").endswith("evaluations")


def test_keys_move_the_budget_in_the_slider_and_in_a_figure(tab: Any) -> None:
    seen(tab, "ahead")
    tab.read("document.getElementById('budget').focus()")
    before = tab.text("budget-told")
    tab.press_named("ArrowLeft", 37)
    after = tab.text("budget-told")
    tab.read("document.querySelector('#ahead-plot svg[tabindex]').focus()")
    tab.press_named("ArrowLeft", 37)
    moved = tab.text("budget-told")
    tab.press_named("ArrowLeft", 37)  # the figure, drawn anew, still has the keys
    assert len({before, after, moved, tab.text("budget-told")}) == 4


@pytest.mark.parametrize("figure", ["ahead", "convergence", "ecdf", "speedups"])
def test_keys_tell_what_the_pointer_is_told(tab: Any, figure: str) -> None:
    seen(tab, figure)
    tab.read(f"document.querySelector('#{figure}-plot svg[tabindex]').focus()")
    told = []
    for _ in range(2):
        tab.press_named("ArrowDown", 40)
        told.append(tab.text("told"))
        shown = tab.read(f"document.querySelector('#{figure}-plot [aria-label=tip]').textContent")
        assert told[-1].splitlines()[0].strip() in shown
    assert len(set(told)) == 2


def test_medians_at_a_budget_are_those_of_the_figure_for_print(tab: Any, run: Path) -> None:
    drawn = curves.from_records(Records(*Store(run).load()))[1]
    drag(tab, "#budget", 0.6)
    stop = int(re.sub(r"\D", "", tab.text("budget-told")))
    for problem, arm, told in zip(*(column(tab, "#ahead table", n) for n in (0, 2, 3)), strict=True):
        rows = drawn[(drawn["problem"] == problem) & (drawn["arm"] == arm) & (drawn["evaluations"] <= stop)]
        median = re.search(r"(\S+) \[", told)
        assert median is not None
        # three replicates: the median is a value that was observed, in both
        near = drawn[(drawn["problem"] == problem) & (drawn["arm"] == arm)]["median"]
        assert median[1] in {significant(value, 5) for value in near}
        assert len(rows)


def test_arms_and_problems_are_switched_off_and_on(tab: Any) -> None:
    seen(tab, "convergence")
    whole = lines(tab, "convergence")
    tab.click("#encoders-of-arms label:nth-child(2) input")
    seen(tab, "convergence")
    fewer = lines(tab, "convergence")
    assert 0 < fewer < whole
    tab.click("#problems label:first-child input")
    seen(tab, "convergence")
    assert 0 < lines(tab, "convergence") < fewer
    assert len(column(tab, "#ahead table", 0)) == 2
    tab.click("#problems label:first-child input")
    tab.click("#encoders-of-arms label:nth-child(2) input")
    seen(tab, "convergence")
    assert lines(tab, "convergence") == whole


def test_single_arms_and_groups_agree(tab: Any) -> None:
    tab.click("#choices details summary")
    tab.click("#no-arms")
    boxes = "[...document.querySelectorAll('#encoders-of-arms input, #arms input')].map((box) => box.checked)"
    assert not any(tab.read(boxes))
    tab.click("#arms label:first-child input")
    assert sum(tab.read(boxes)) == 1
    half = "[...document.querySelectorAll('#encoders-of-arms input')].map((box) => box.indeterminate)"
    assert sum(tab.read(half)) == 1
    assert len(column(tab, "#ranking table", 0)) == 1
    tab.click("#all-arms")
    assert all(tab.read(boxes))


def test_axes_are_logarithmic_or_linear(tab: Any) -> None:
    seen(tab, "convergence")
    path = "document.querySelector('#convergence-plot g[aria-label=line] path').getAttribute('d')"
    drawn = [tab.read(path)]
    for axis in ("x", "y"):
        tab.choose(f"{axis}-scale", "linear")
        seen(tab, "convergence")
        drawn.append(tab.read(path))
    assert len(set(drawn)) == 3


def test_curves_are_relative_to_an_arm_of_choice(tab: Any) -> None:
    tab.choose("relative", "raw/l-bfgs")
    seen(tab, "convergence")
    assert "over that of raw/l-bfgs" in tab.text("convergence-plot")
    seen(tab, "ecdf")
    assert "less that of raw/l-bfgs" in tab.text("ecdf-plot")
    seen(tab, "speedups")
    assert "over raw/l-bfgs" in tab.text("speedups-plot")


def test_the_mouse_over_a_curve_tells_what_and_how_many_runs(tab: Any) -> None:
    seen(tab, "ecdf")
    for figure, said in (("ecdf", "searches on"), ("convergence", "searches of"), ("speedups", "reached by")):
        seen(tab, figure)
        place = f"#{figure}-plot svg[tabindex]"
        told = ""
        for share in (0.5, 0.4, 0.6, 0.3, 0.7):
            tab.send("Input.dispatchMouseEvent", type="mouseMoved", **tab.place(place, share, 0.45))
            tab.settle()
            tips = f"[...document.querySelectorAll('#{figure}-plot g[aria-label=tip]')]"
            told = tab.read(f"{tips}.map((tip) => tip.textContent).join('')")
            if said in told:
                break
        assert said in told


def test_a_click_makes_an_arm_stand_out(tab: Any) -> None:
    seen(tab, "ecdf")
    place = tab.place("#ecdf-plot svg[tabindex]", 0.5, 0.5)
    tab.send("Input.dispatchMouseEvent", type="mouseMoved", **place)
    tab.settle()
    tab.mouse("mousePressed", place)
    tab.mouse("mouseReleased", place)
    tab.settle()
    assert tab.read("document.querySelectorAll('#ecdf-plot path[stroke-opacity=\"0.15\"]').length") > 0


@pytest.mark.parametrize("table", ["#efficiency table.sortable", "#ranking table"])
def test_a_click_sorts_a_table_by_numbers_and_another_the_other_way(tab: Any, table: str) -> None:
    seen(tab, table[1:].split()[0])
    names = list(tab.read(f"[...document.querySelector('{table}').tHead.rows[0].cells].map((c) => c.textContent)"))
    number = next(at for at, name in enumerate(names) if name.startswith(("best", "mean rank")))
    read = (
        f"[...document.querySelector('{table}').tBodies[0].rows].map((r) => parseFloat(r.cells[{number}].textContent))"
    )
    tab.click(f"{table} th:nth-child({number + 1}) button")
    up = [value for value in tab.read(read) if value is not None]
    tab.click(f"{table} th:nth-child({number + 1}) button")
    down = [value for value in tab.read(read) if value is not None]
    assert up == sorted(up)
    assert down == sorted(up, reverse=True)
    assert len(set(up)) > 1


def test_a_table_shows_the_rows_that_hold_what_is_typed(tab: Any) -> None:
    rows = "[...document.querySelectorAll('#efficiency table.sortable tbody tr')]"
    shown = f"{rows}.filter((row) => !row.hidden).map((row) => row.cells[0].textContent)"
    whole = tab.read(shown)
    tab.click("#efficiency input[type=search]")
    tab.send("Input.insertText", text="l-bfgs raw")
    tab.settle()
    some = tab.read(shown)
    assert 0 < len(some) < len(whole)
    assert all("raw" in name and "l-bfgs" in name for name in some)


def test_a_design_opens_and_keys_go_on(tab: Any) -> None:
    seen(tab, "designs")
    tab.click("#galleries li:first-child button")
    assert tab.read("document.getElementById('design').open") is True
    first = tab.text("design-title"), tab.read("document.querySelector('#design-picture path').getAttribute('d')")
    tab.press_named("ArrowRight", 39)
    assert tab.text("design-title") != first[0]
    tab.press_named("ArrowLeft", 37)
    assert tab.text("design-title") == first[0]
    assert "replicate" in tab.text("design-facts")
    tab.press_named("Escape", 27)
    assert tab.read("document.getElementById('design').open") is False


def test_further_figures_are_drawn_when_they_are_opened(tab: Any) -> None:
    tab.click("#more > summary")
    for figure in ("breakeven", "gradients", "encoders", "leaks"):
        seen(tab, f"{figure}-plot")
        assert tab.read(f"document.querySelectorAll('#{figure}-plot svg[tabindex]').length") >= 1
        assert "NaN" not in tab.read(f"document.getElementById('{figure}-plot').innerHTML")


@pytest.mark.parametrize("size", [PHONE, (1280, 900)])
def test_only_tables_scroll_sideways(visit: Any, html: str, size: tuple[int, int]) -> None:
    tab = visit(html, size)
    tab.click("#more > summary")
    for figure in (*FIGURES, "galleries", "breakeven-plot", "gradients-plot"):
        seen(tab, figure)
    wide = tab.read(
        "[...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && "
        "!e.closest('.scroll, svg, pre')).map((e) => e.outerHTML.slice(0, 90))"
    )
    assert wide == []
    assert tab.read("document.documentElement.scrollWidth <= document.documentElement.clientWidth") is True


def test_a_finger_moves_the_budget(visit: Any, html: str) -> None:
    tab = visit(html, PHONE)
    tab.send("Emulation.setTouchEmulationEnabled", enabled=True)
    seen(tab, "ahead")
    before = tab.text("budget-told")
    start = tab.place("#budget", 0.3)
    tab.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=[start])
    tab.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    tab.settle()
    assert tab.text("budget-told") != before


def test_dark_is_dark(visit: Any, html: str) -> None:
    tab = visit(html)
    seen(tab, "ecdf")
    ground = "getComputedStyle(document.body).backgroundColor"
    ink = "getComputedStyle(document.querySelector('#ecdf-plot svg[tabindex]')).color"
    light = tab.read(ground), tab.read(ink)
    tab.dark(True)
    assert light[0] == "rgb(255, 255, 255)"
    assert tab.read(ground) == "rgb(23, 24, 26)"
    assert tab.read(ink) != light[1]


def test_print_has_every_figure_and_no_controls(tab: Any) -> None:
    """Nobody scrolls on paper: what was folded, or far from the screen, is drawn before."""
    tab.read("dispatchEvent(new Event('beforeprint'))")
    tab.send("Emulation.setEmulatedMedia", media="print")
    tab.settle()
    for figure in (*FIGURES, "breakeven", "gradients"):
        assert tab.read(f"document.querySelectorAll('#{figure}-plot svg[tabindex]').length") >= 1
    assert tab.read("getComputedStyle(document.querySelector('#controls .row')).display") == "none"
    assert len(tab.send("Page.printToPDF")["data"]) > 50_000


def test_screen_readers_hear_what_figures_say_and_what_controls_are(tab: Any) -> None:
    for figure in FIGURES:
        seen(tab, figure)
    tree = tab.send("Accessibility.getFullAXTree")["nodes"]
    named = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in tree if not node.get("ignored")]
    controls = [name for role, name in named if role in ("button", "checkbox", "combobox", "slider", "searchbox")]
    assert controls
    assert all(controls)
    pictures = [name for role, name in named if role in ("image", "img", "graphics-document")]
    for said in ("Who is ahead", "Convergence on", "Runtime distribution", "Speed-up on"):
        assert any(name.startswith(said) for name in pictures), (said, pictures)


@pytest.mark.parametrize(
    "value", [0.0, 1.0, 18200.0, 0.00012345, 2.84e-14, 1234567.0, 12345678.0, 99999.6, 0.1 + 0.2, 5e-5, -3.26, 1e-4]
)
def test_numbers_are_written_as_in_tables(visit: Any, html: str, value: float) -> None:
    tab = visit("")  # the script needs nothing of the page
    script = html[html.index("// How numbers are written") : html.index("// What the reader has chosen")]
    for digits in (2, 4, 5):
        told = tab.read(f"(() => {{ {script}; return significant({json.dumps(value)}, {digits}); }})()")
        assert told == significant(value, digits)


def test_hostile_labels_are_text(tab: Any) -> None:
    assert "<script>alert(1)</script>" in tab.text("encoders-of-arms")
    assert tab.read("document.scripts.length") == 3


def test_a_page_without_runs_runs_without_errors(visit: Any, run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "empty", ignore=shutil.ignore_patterns("records"))
    (tmp_path / "empty" / "records").mkdir()
    tab = visit(page(Store(tmp_path / "empty")))
    assert "There is nothing to draw" in tab.read("document.body.textContent")
