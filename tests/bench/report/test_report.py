"""What the page says, what it leaves out, and that nothing in the records can harm its reader."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import warnings
from html.parser import HTMLParser
from pathlib import Path

import pytest
from support import ENVIRONMENT, latentbench

import bench
from bench.report.page import page
from bench.report.reproduce import experiment_file
from bench.store.directory import Store

from .conftest import LABEL

LARGEST = 3_000_000


class Elements(HTMLParser):
    """Every element's name and attributes, and the text outside scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._script = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._script = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self._script else data


def test_the_page_holds_every_part(html: str) -> None:
    elements = Elements(html)
    ids = {attributes.get("id") for _, attributes in elements.found}
    parts = {"audit", "ahead", "convergence", "ecdf", "speedups", "ranking", "designs", "more", "experiment"}
    assert parts | {"efficiency", "encoders", "cost", "gradients", "aocc"} <= ids
    for said in ("replicates: too few", "σ ≤ 1.05", "Evaluations to target", "torch", "n_vertices", "raw/l-bfgs"):
        assert said in elements.text
    assert len(html) < LARGEST


def test_names_within_the_page_are_all_different_and_lead_somewhere(html: str) -> None:
    found = Elements(html).found
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))
    referred = [attributes.get("href") or "" for tag, attributes in found if tag == "a"]
    assert {reference.removeprefix("#") for reference in referred} <= set(ids)
    for name in ("aria-labelledby", "aria-describedby", "for", "data-save"):
        assert {attributes[name] for _, attributes in found if name in attributes} <= set(ids)


def test_the_page_needs_no_network_and_text_of_records_stays_text(html: str) -> None:
    elements = Elements(html)
    assert LABEL in elements.text
    assert [tag for tag, _ in elements.found].count("script") == 3
    for tag, attributes in elements.found:
        assert tag not in {"link", "iframe", "object", "embed", "base", "img"}
        assert not attributes.keys() & {"src", "srcset", "action", "onload", "onerror", "onclick"}
        assert (attributes.get("href") or "#").startswith("#")
    policy = next(a["content"] for tag, a in elements.found if tag == "meta" and a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")


def test_licences_of_the_libraries_are_in_every_copy(html: str) -> None:
    for holder in ("Mike Bostock", "Observable, Inc.", "Mikola Lysenko"):
        assert holder in html


def test_the_page_is_the_same_every_time(html: str, run: Path) -> None:
    assert page(Store(run)) == html


def test_it_imports_neither_matplotlib_nor_torch(run: Path) -> None:
    program = (
        "import sys; from bench.report.page import page; from bench.store.directory import Store; "
        "page(Store(sys.argv[1])); "
        "print({'matplotlib', 'torch', 'scipy.stats'} & set(sys.modules))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, str(run)], capture_output=True, text=True, check=True, env=ENVIRONMENT
    )
    assert said.stdout.strip() == "set()"


def test_an_experiment_without_a_run_has_a_page_that_says_so(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "empty", ignore=shutil.ignore_patterns("records"))
    (tmp_path / "empty" / "records").mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text = Elements(page(Store(tmp_path / "empty"))).text
    assert "No answer" in text
    assert "There is nothing to draw" in text
    assert "two is unfinished: 0 of 63 runs are there" in text


@pytest.fixture
def unfinished(run: Path, tmp_path: Path) -> Path:
    """Without the runs of an arm on a problem, and one of another."""
    shutil.copytree(run, tmp_path / "half")
    runs, _ = bench.load(run)
    of_arm = (runs["arm"] == "hand-off") & (runs["problem"] == "none")
    one = (runs["arm"] == "raw/l-bfgs") & (runs["problem"] == "circles") & (runs["replicate"] == 1)
    for name in runs.loc[of_arm | one, "run"]:
        (tmp_path / "half" / "records" / f"{name}.parquet").unlink()
    return tmp_path / "half"


def test_an_unfinished_experiment_has_a_page_that_says_what_is_left_out(unfinished: Path) -> None:
    text = Elements(page(Store(unfinished))).text
    assert "two is unfinished: 59 of 63 runs are there" in text
    assert "none: hand-off: 0 of 3 runs are there" in text
    assert "circles: raw/l-bfgs: 2 of 3 runs are there" in text


def test_a_whole_experiment_says_nothing_of_the_kind(html: str) -> None:
    assert "unfinished" not in Elements(html).text


def test_several_directories_are_on_one_page(run: Path, tiny_run: Path, tmp_path: Path) -> None:
    assert latentbench("report", run, tiny_run, "--out", tmp_path / "both.html").returncode == 0
    text = Elements((tmp_path / "both.html").read_text(encoding="utf-8")).text
    assert "two and tiny" in text
    assert "The directories differ" in text
    assert "two.toml" in text
    assert "tiny.toml" in text
    again = latentbench("report", run, run)
    assert again.returncode == 2
    assert "named twice" in again.stderr


def test_a_problem_of_which_nothing_is_known_has_bars(tiny_run: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_run, tmp_path / "gone")
    forged = json.loads((tmp_path / "gone" / "layouts.json").read_text())
    forged["isoperimetric"] = {"kind": "mesh", "shape": [4, 3], "faces": [[0, 1, 9]]}
    (tmp_path / "gone" / "layouts.json").write_text(json.dumps(forged))
    data = embedded(page(Store(tmp_path / "gone")))
    assert [problem["gallery"]["kind"] for problem in data["problems"]] == ["outline"]  # it was asked anew


def embedded(html: str) -> dict[str, object]:
    found = re.search(r'id="data">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


@pytest.mark.parametrize("suite", ["quick", "standard", "strongest", "structure", "structure-encoders", "bound"])
def test_the_file_to_run_it_again_is_the_same_experiment(suite: str) -> None:
    identity = json.loads(json.dumps(bench.Experiment.load(suite).identity()))
    again = bench.Experiment.from_toml(experiment_file(identity))
    assert json.loads(json.dumps(again.identity())) == identity
