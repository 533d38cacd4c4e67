"""Designs that are no outlines: a density on a canvas, and a body that is turned by mouse, touch and keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bench
from bench.explorer.page import page
from bench.latent.subject import stored
from bench.store.directory import Store

EXPERIMENT = """
name = "views"
replicates = 1
budget = 10
problems = [
    { name = "isoperimetric-3d", subdivisions = 1, data = { n = 20 } },
    { name = "structure", nx = 12, ny = 6, data = { kind = "fields", n = 8 } },
]
encoders = [{ name = "pca", latent_dim = 2 }]
optimisers = [{ name = "random-search" }]
"""
DECODED = 1e-5


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bench.run(bench.Experiment.from_toml(EXPERIMENT), tmp_path_factory.mktemp("views") / "run", jobs=1).path


@pytest.fixture(scope="module")
def html(experiment: Path) -> str:
    return page(Store(experiment))


def pixels(tab: Any, selector: str) -> str:
    """What is on the screen in an element's place."""
    centre, corner = tab.place(selector), tab.place(selector, 0, 0)
    size = {"width": 2 * (centre["x"] - corner["x"]), "height": 2 * (centre["y"] - corner["y"]), "scale": 1}
    corner["y"] += tab.read("scrollY")
    return str(tab.send("Page.captureScreenshot", clip=corner | size)["data"])


def test_a_body_follows_the_latent_and_is_drawn(tab: Any, experiment: Path) -> None:
    seen = {pixels(tab, "#body")}
    for x, y in ((0.1, 0.2), (0.9, 0.7)):
        tab.click("#plane", x, y)
        seen.add(pixels(tab, "#body"))
    assert len(seen) == 3
    assert tab.read("document.getElementById('shape').hasAttribute('hidden')")


def test_the_bodies_that_are_drawn_are_those_of_python(tab: Any, experiment: Path) -> None:
    store = Store(experiment)
    subjects = [stored(store.folder_of(key)) for key in store.encoders()]
    subject = next(each for each in subjects if each.problem.name == "isoperimetric-3d")
    z = np.random.default_rng(0).uniform(*subject.bounds, (10, 2))
    found = tab.read(f"{z.tolist()}.map((z) => [...latentbench.decode(0, z)])")
    np.testing.assert_allclose(found, subject.decode(z), atol=DECODED)


def test_a_body_is_turned_by_mouse_and_not_without_a_button(tab: Any) -> None:
    before, latent = pixels(tab, "#body"), tab.text("sigma")
    tab.send("Input.dispatchMouseEvent", type="mouseMoved", **tab.place("#body", 0.7, 0.6))
    tab.settle()
    assert pixels(tab, "#body") == before
    tab.mouse("mousePressed", tab.place("#body", 0.4, 0.5))
    for share in (0.5, 0.6):
        tab.mouse("mouseMoved", tab.place("#body", share, 0.55))
    tab.mouse("mouseReleased", tab.place("#body", 0.6, 0.55))
    tab.settle()
    assert pixels(tab, "#body") != before
    assert tab.text("sigma") == latent


def test_a_body_is_turned_by_a_finger_and_the_page_does_not_scroll(visit: Any, html: str) -> None:
    tab = visit(html, (360, 740))
    tab.send("Emulation.setTouchEmulationEnabled", enabled=True)
    before = pixels(tab, "#body")
    start, end, scrolled = tab.place("#body", 0.3, 0.4), tab.place("#body", 0.6, 0.6), tab.read("scrollY")
    tab.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=[start])
    tab.send("Input.dispatchTouchEvent", type="touchMove", touchPoints=[end])
    tab.settle()
    tab.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    assert tab.read("scrollY") == scrolled
    assert pixels(tab, "#body") != before


def test_keys_turn_the_body_that_has_the_focus_and_back(tab: Any) -> None:
    tab.read("document.getElementById('body').focus()")
    before, latent = pixels(tab, "#body"), pixels(tab, "#plane")
    for there, back in (("ArrowLeft", "ArrowRight"), ("ArrowUp", "ArrowDown")):
        tab.press(there)
        assert pixels(tab, "#body") != before
        tab.press(back)
        assert pixels(tab, "#body") == before
    assert pixels(tab, "#plane") == latent


def test_without_webgl_a_body_is_lines(visit: Any, html: str) -> None:
    without = "<script>HTMLCanvasElement.prototype.getContext = ((old) => function (kind) { return kind === 'webgl2' ? "
    without += "null : old.call(this, kind); })(HTMLCanvasElement.prototype.getContext);</script>"
    tab = visit(html.replace("<body>", f"<body>{without}", 1))
    before = tab.outline()
    tab.click("#plane", 0.1, 0.2)
    assert tab.outline() != before
    assert tab.read("document.getElementById('body').hidden")


def test_a_density_follows_the_latent(tab: Any) -> None:
    tab.choose("problem", "structure")
    size = tab.read("[document.getElementById('cells').width, document.getElementById('cells').height]")
    assert size == [12, 6]
    before = pixels(tab, "#cells")
    tab.click("#plane", 0.1, 0.2)
    assert pixels(tab, "#cells") != before
    assert tab.read("document.getElementById('body').hidden")
