"""What a reader does with the page, and what that shows; by mouse, touch and keys in a real browser."""

from __future__ import annotations

from typing import Any

import pytest

PHONE = (360, 740)


def constrained(tab: Any, encoder: str = "pca-2") -> None:
    tab.choose("problem", "target-ratio")
    tab.choose("encoder", encoder)


def test_the_shape_and_its_numbers_follow_a_drag(tab: Any) -> None:
    seen = []
    tab.mouse("mousePressed", tab.place("#plane", 0.2, 0.2))
    for share in (0.2, 0.5, 0.8):
        tab.mouse("mouseMoved", tab.place("#plane", share, 0.6))
        tab.settle()
        seen.append((tab.outline(), tab.text("sigma"), tab.text("perimeter"), tab.text("area")))
    tab.mouse("mouseReleased", tab.place("#plane", 0.8, 0.6))
    assert all(len(set(part)) == 3 for part in zip(*seen, strict=True))


def test_without_a_button_nothing_is_dragged(tab: Any) -> None:
    before = tab.outline()
    tab.send("Input.dispatchMouseEvent", type="mouseMoved", **tab.place("#plane", 0.9, 0.9))
    tab.settle()
    assert tab.outline() == before


def test_the_shape_follows_a_finger_and_the_page_does_not_scroll(visit: Any, html: str) -> None:
    tab = visit(html, PHONE)
    tab.send("Emulation.setTouchEmulationEnabled", enabled=True)
    start, end = tab.place("#plane", 0.3, 0.2), tab.place("#plane", 0.7, 0.8)
    before, scrolled = tab.outline(), tab.read("scrollY")
    tab.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=[start])
    tab.send("Input.dispatchTouchEvent", type="touchMove", touchPoints=[end])
    tab.settle()
    tab.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    assert tab.outline() != before
    assert tab.read("scrollY") == scrolled


def test_every_space_can_be_chosen(tab: Any) -> None:
    shapes = set()
    for problem in tab.read("[...document.getElementById('problem').options].map((option) => option.text)"):
        tab.choose("problem", problem)
        for encoder in tab.read("[...document.getElementById('encoder').options].map((option) => option.text)"):
            tab.choose("encoder", encoder)
            shapes.add(tab.outline())
    # the mean design is that of every linear encoder
    assert len(shapes) == 2 * 6


def test_an_encoder_stays_chosen_on_another_problem(tab: Any) -> None:
    tab.choose("encoder", "sigmoid")
    constrained(tab, "sigmoid")
    assert tab.read("document.getElementById('encoder').selectedOptions[0].text") == "sigmoid"


def test_a_line_has_one_axis(tab: Any) -> None:
    tab.choose("encoder", "pca-1")
    tab.click("#plane", 0.2, 0.5)
    before = tab.outline()
    tab.press("ArrowUp")
    assert tab.outline() == before
    tab.press("ArrowRight")
    assert tab.outline() != before
    assert "one dimension" in tab.text("note")


def test_other_coordinates_are_sliders_and_the_page_says_which_are_shown(tab: Any) -> None:
    tab.choose("encoder", "fourier")
    assert "mean of the other 3" in tab.text("note")
    before = tab.outline()
    tab.click("#coordinates summary")
    tab.click("#others input", 0.9)
    assert tab.outline() != before
    tab.click("#return")
    assert tab.outline() == before
    tab.choose("encoder", "pca-2")
    assert tab.read("document.getElementById('coordinates').hidden")


def test_every_constraint_is_shown_by_name_and_state(tab: Any) -> None:
    constrained(tab)
    states = set()
    for x, y in ((0.02, 0.02), (0.5, 0.5), (0.98, 0.02), (0.02, 0.98)):
        tab.click("#plane", x, y)
        rows = tab.read("[...document.querySelectorAll('#constraints li')].map((item) => item.innerText.split('\\n'))")
        assert len(rows) == 7
        broken = "violated" in {row[-1].split()[-1] for row in rows}
        assert tab.text("state") == ("Cannot be made" if broken else "All constraints are satisfied")
        states.add(broken)
    assert True in states


def test_a_target_is_shown_where_there_is_one(tab: Any) -> None:
    assert tab.read("document.getElementById('target').hidden")
    tab.choose("problem", "target-ratio")
    assert float(tab.text("deviation")) == pytest.approx(abs(float(tab.text("sigma")) / 1.6 - 1), abs=1e-3)


def test_a_search_plays_and_pauses_and_ends_where_it_ended(tab: Any) -> None:
    paths = tab.read("[...document.getElementById('path').options].map((option) => option.text)")
    assert paths == ["none", "pca-2/random-search", "pca-2/l-bfgs"]
    tab.choose("path", "pca-2/l-bfgs")
    assert tab.text("evaluation").startswith("evaluation ")
    first = tab.outline()
    tab.click("#play")
    assert tab.text("play") == "Pause"
    tab.read("new Promise((done) => setTimeout(done, 400))")
    tab.click("#play")
    paused = tab.outline()
    tab.settle()
    assert tab.outline() == paused != first
    assert tab.text("play") == "Play"
    tab.click("#progress", 0.999)
    last = tab.read("JSON.parse(document.getElementById('data').textContent)[0].paths[1].evaluations.at(-1)")
    assert tab.text("evaluation") == f"evaluation {last}"


def test_dragging_pauses(tab: Any) -> None:
    tab.choose("path", "pca-2/l-bfgs")
    tab.press(" ")
    assert tab.text("play") == "Pause"
    tab.click("#plane", 0.3, 0.3)
    assert tab.text("play") == "Play"


def test_pins_are_ends_of_a_way(tab: Any) -> None:
    assert tab.read("document.getElementById('between').disabled")
    ends = []
    for share in (0.1, 0.9):
        tab.click("#plane", share, share)
        tab.click("#pin")
        ends.append(tab.outline())
    assert tab.read("document.querySelectorAll('#pins svg').length") == 2
    tab.click("#between", 0.5)
    assert tab.outline() not in ends
    tab.click("#pins button")
    assert tab.outline() == ends[0]
    tab.click("#between", 0.001)
    assert tab.outline() == ends[1]
    tab.click("#clear")
    assert tab.read("document.querySelectorAll('#pins svg').length") == 0


def test_a_space_has_pins_of_its_own(tab: Any) -> None:
    tab.press("p")
    constrained(tab)
    assert tab.read("document.querySelectorAll('#pins svg').length") == 0


@pytest.mark.parametrize("way", ["button", "key"])
def test_a_shape_is_saved_as_svg(tab: Any, way: str) -> None:
    tab.read("""(() => {
      URL.createObjectURL = (blob) => { window.saved = blob.text(); return "blob:saved"; };
      HTMLAnchorElement.prototype.click = function () { window.file = this.download; };
    })()""")
    tab.click("#save") if way == "button" else tab.press("s")
    saved = tab.read("window.saved")
    assert saved.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert tab.outline() in saved
    assert tab.read("window.file").endswith("pca-2.svg")


def test_keys_move_play_and_pin(tab: Any) -> None:
    seen = [tab.outline()]
    for key in ("ArrowLeft", "ArrowUp"):
        tab.press(key)
        seen.append(tab.outline())
    assert len(set(seen)) == 3
    for key in ("ArrowRight", "ArrowDown"):
        tab.press(key)
    assert tab.outline() == seen[0]
    tab.press("P")
    assert tab.read("document.querySelectorAll('#pins svg').length") == 1
    tab.choose("path", "pca-2/l-bfgs")
    tab.press(" ")
    assert tab.text("play") == "Pause"
    tab.press(" ")
    assert tab.text("play") == "Play"


def test_a_path_of_one_point_ends_as_it_begins(visit: Any, rewrite: Any) -> None:
    def shorten(space: dict[str, Any]) -> None:
        for path in space["paths"]:
            path.update({name: path[name][:1] for name in ("evaluations", "latents")})

    tab = visit(rewrite(shorten))
    tab.press(" ")
    tab.read("new Promise((done) => setTimeout(done, 100))")
    assert tab.text("play") == "Play"
    assert tab.text("evaluation").startswith("evaluation ")


def test_keys_stay_with_what_has_the_focus(tab: Any) -> None:
    before = tab.outline()
    tab.read("document.getElementById('encoder').focus()")
    tab.press("p")
    tab.press("ArrowLeft")
    assert tab.read("document.querySelectorAll('#pins svg').length") == 0
    assert tab.outline() == before
    tab.read("document.getElementById('pin').focus()")
    tab.press(" ")
    assert tab.text("play") == "Play"


def test_dark_is_dark(visit: Any, html: str) -> None:
    script = "getComputedStyle(document.body).backgroundColor"
    assert [visit(html, dark=dark).read(script) for dark in (False, True)] == ["rgb(255, 255, 255)", "rgb(23, 24, 26)"]


def test_a_phone_needs_no_scrolling_sideways(visit: Any, html: str) -> None:
    tab = visit(html, PHONE)
    constrained(tab)
    assert tab.read("document.documentElement.scrollWidth") <= PHONE[0]


def test_what_can_be_touched_has_a_name(tab: Any) -> None:
    nameless = """[...document.querySelectorAll("input, select, canvas, svg[role], button")].filter((each) =>
      !each.getAttribute("aria-label") && !each.labels?.length && !each.textContent.trim()).map((each) => each.id)"""
    assert tab.read(nameless) == []
