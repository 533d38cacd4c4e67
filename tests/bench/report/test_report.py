from __future__ import annotations

import base64
import re
import shutil
import subprocess
import warnings
from html.parser import HTMLParser
from pathlib import Path

import pytest

import bench
from bench.report.page import page
from bench.store.directory import Store

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
PHONE, DESKTOP = "390,844", "1280,900"
LABEL = "</td><script>alert(1)</script>&amp;'\""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny experiment, with a label that is hostile to HTML."""
    from conftest import TINY

    folder = tmp_path_factory.mktemp("report")
    hostile = TINY.replace("vae-2", LABEL.replace('"', r"\""))
    bench.run(bench.Experiment.from_toml(hostile), folder / "run", jobs=1)
    return folder / "run"


@pytest.fixture(scope="module")
def html(run: Path) -> str:
    return page(Store(run))


class Elements(HTMLParser):
    """Every element's name and attributes, and the text outside scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_holds_every_part(html: str) -> None:
    parts = {attributes.get("id") for tag, attributes in Elements(html).found if tag == "section"}
    assert {"audit", "efficiency", "figures", "encoders", "experiment"} <= parts
    text = Elements(html).text
    for said in ("replicates: too few", "σ ≤ 1.05", "Evaluations to target", "torch", "n_vertices", "raw/l-bfgs"):
        assert said in text


def test_the_page_needs_no_network_and_text_of_records_stays_text(html: str) -> None:
    elements = Elements(html)
    assert LABEL in elements.text
    assert [tag for tag, _ in elements.found].count("script") == 1
    for tag, attributes in elements.found:
        assert tag not in {"link", "iframe", "object", "embed", "base"}
        for name in ("src", "href", "srcset", "action"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:image/svg+xml;base64,", "#")), (tag, value)
    policy = next(a["content"] for tag, a in elements.found if tag == "meta" and a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")


def test_figures_are_vectors_and_the_same_every_time(html: str, run: Path) -> None:
    drawings = [base64.b64decode(data) for data in re.findall(r"data:image/svg\+xml;base64,([^\"]+)", html)]
    assert len(drawings) >= 4
    assert all(b"<svg" in drawing and b"<script" not in drawing for drawing in drawings)
    assert page(Store(run)) == html


def test_an_experiment_without_a_run_has_a_page_that_says_so(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "empty", ignore=shutil.ignore_patterns("records"))
    (tmp_path / "empty" / "records").mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text = Elements(page(Store(tmp_path / "empty"))).text
    assert "There is nothing to compare" in text
    assert "There is nothing to draw" in text


def browse(page: str, folder: Path, script: str, size: str = DESKTOP, dark: bool = False) -> str:
    """What a script that is run in the page in a real browser leaves as its title."""
    file = folder / "page.html"
    file.write_text(page.replace("</body>", f"<script>document.title = {script}</script></body>"), encoding="utf-8")
    command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", f"--window-size={size}"]
    command += [f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=5000"]
    command += ["--blink-settings=preferredColorScheme=0"] * dark
    done = subprocess.run([*command, "--dump-dom", file.as_uri()], capture_output=True, text=True, check=True)
    found = re.search("<title>(.*?)</title>", done.stdout, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine")
class TestInABrowser:
    def test_a_click_sorts_a_table_by_numbers_and_another_the_other_way(self, html: str, tmp_path: Path) -> None:
        script = """(() => {
          const table = document.querySelector("table.sortable");
          const column = [...table.tHead.rows[0].cells].findIndex((cell) => cell.textContent.startsWith("best"));
          const read = () => [...table.tBodies[0].rows].map((row) => row.cells[column].textContent).join(" ");
          const button = table.tHead.rows[0].cells[column].querySelector("button");
          button.click(); const up = read(); button.click(); return up + "|" + read();
        })()"""
        up, down = browse(html, tmp_path, script).split("|")
        values = [float(value) for value in up.split() if value != "–"]
        assert len(values) >= 2
        assert values == sorted(values)
        assert [float(value) for value in down.split() if value != "–"] == values[::-1]

    def test_every_figure_is_shown_and_nothing_is_blocked(self, html: str, tmp_path: Path) -> None:
        script = """[...document.images].map((image) => image.naturalWidth > 0).join()"""
        eager = f"""(() => {{ addEventListener("load", () => {{ document.title = {script}; }}); return "early"; }})()"""
        shown = browse(html.replace('loading="lazy"', ""), tmp_path, eager)
        assert set(shown.split(",")) == {"true"}

    @pytest.mark.parametrize("size", [PHONE, DESKTOP])
    def test_only_tables_scroll_sideways(self, html: str, tmp_path: Path, size: str) -> None:
        script = """document.documentElement.scrollWidth <= document.documentElement.clientWidth"""
        assert browse(html, tmp_path, script, size) == "true"

    def test_hostile_text_runs_nowhere(self, html: str, tmp_path: Path) -> None:
        assert browse(html, tmp_path, "document.scripts.length") == "2"  # the page's own and this one

    def test_dark_is_dark(self, html: str, tmp_path: Path) -> None:
        script = "getComputedStyle(document.body).backgroundColor"
        light, dark = (browse(html, tmp_path, script, dark=dark) for dark in (False, True))
        assert (light, dark) == ("rgb(255, 255, 255)", "rgb(23, 24, 26)")
