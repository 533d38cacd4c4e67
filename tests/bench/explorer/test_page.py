"""The explorer decodes, measures and answers in a real browser as Torch and Python do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bench
from bench.errors import BadInput
from bench.explorer.page import page
from bench.latent.subject import Subject, stored
from bench.store import Store

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
HOSTILE = "</script><script>alert(1)</script>&amp;'"
EXPERIMENT = """
name = "explored"
replicates = 1
budget = 60
problems = [{ name = "heat-dispersion", n_vertices = 60, data = { n = 40 } }]
optimisers = [{ name = "cma-es" }]
encoders = [
    { name = "pca", label = "%s", latent_dim = 3 },
    { name = "vae", latent_dim = 2, epochs = 2 },
    { name = "vae", label = "sigmoid", latent_dim = 2, epochs = 2, loss = "bce" },
    { name = "spectral-vae", latent_dim = 2, epochs = 2, mixture = 0 },
    { name = "ae", label = "spline", latent_dim = 1, epochs = 2, output = "bspline" },
    { name = "conv-vae", latent_dim = 2, epochs = 1 },
    { name = "raw-fourier" },
]
"""
LABELS = [HOSTILE, "vae", "sigmoid", "spectral-vae", "spline"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explored")
    (folder / "e.toml").write_text(EXPERIMENT % HOSTILE, encoding="utf-8")
    return bench.run(folder / "e.toml", folder / "run", jobs=1).path


@pytest.fixture(scope="module")
def html(run: Path) -> str:
    return page(Store(run))


@pytest.fixture(scope="module")
def subjects(run: Path) -> list[Subject]:
    runs, _ = bench.load(run)
    keys = [runs.loc[runs["encoder"] == label, "fit"].iloc[0] for label in LABELS]
    return [stored(run / "encoders" / key) for key in keys]


def embedded(html: str) -> list[dict[str, Any]]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return list(json.loads(found[1]))


def test_every_encoder_that_can_be_evaluated_is_there_and_the_others_are_named(html: str) -> None:
    assert [space["title"][1] for space in embedded(html)][1:] == LABELS[1:]
    assert "conv-vae on heat-dispersion" in html
    assert "raw-fourier on" not in html


def test_nothing_is_loaded_and_hostile_labels_stay_text(html: str) -> None:
    assert "alert(1)</script>" not in html
    assert not re.search(r'(src|href)="(?!#)', html)
    assert "default-src 'none'" in html
    assert html.count("<script") == 2


def test_an_experiment_of_raw_search_alone_has_nothing_to_explore(tmp_path: Path) -> None:
    text = EXPERIMENT[: EXPERIMENT.index("encoders")] + 'encoders = [{ name = "raw" }]'
    (tmp_path / "raw.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match="no latent space to explore"):
        page(Store(bench.run(tmp_path / "raw.toml", tmp_path / "run", jobs=1).path))


def test_a_damaged_encoder_is_left_out_with_a_warning(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    runs, _ = bench.load(run)
    key = runs.loc[runs["encoder"] == "vae", "fit"].iloc[0]
    (tmp_path / "run" / "encoders" / key / "arrays.safetensors").write_bytes(b"nonsense")
    with pytest.warns(UserWarning, match="vae on heat-dispersion.*left out"):
        spaces = embedded(page(Store(tmp_path / "run")))
    assert "vae" not in [space["title"][1] for space in spaces]


def browse(html: str, folder: Path, script: str) -> Any:
    """What a script, the body of an asynchronous function, returns in a real browser."""
    call = f"(async () => {{ {script} }})().then((found) => {{ document.title = JSON.stringify(found); }})"
    # frames are timed, since a browser without a screen may draw none
    timer = "<body><script>window.requestAnimationFrame = (f) => setTimeout(() => f(performance.now()), 16)</script>"
    html = html.replace("<body>", timer)
    file = folder / "page.html"
    file.write_text(html.replace("</body>", f"<script>{call}</script></body>"), encoding="utf-8")
    command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,900"]
    command += [f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=20000", "--dump-dom", file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search("<title>(.*?)</title>", done.stdout, re.DOTALL)
    assert found is not None
    return json.loads(found[1].replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine")
class TestInABrowser:
    def test_designs_values_and_constraints_are_those_of_torch(
        self, html: str, subjects: list[Subject], tmp_path: Path
    ) -> None:
        rng = np.random.default_rng(1)
        latents = [subject.latents[:4] + 0.3 * rng.normal(size=subject.latents[:4].shape) for subject in subjects]
        script = f"""const found = [];
        {json.dumps([z.tolist() for z in latents])}.forEach((some, index) => some.forEach((z) => {{
          const x = latentbench.decode(index, z);
          const {{ sigma, P, A }} = latentbench.measure(x);
          found.push({{ x: [...x], sigma, P, A, constraints: latentbench.constraints(index, x) }});
        }}));
        return found;"""
        found = iter(browse(html, tmp_path, script))
        for subject, some in zip(subjects, latents, strict=True):
            for x in subject.decode(some):
                there = next(found)
                assert np.allclose(there["x"], x, atol=1e-5, rtol=0)
                here = subject.evaluate(np.array(there["x"])[None])
                assert np.isclose(there["sigma"] or np.inf, subject.display(here)[0], rtol=1e-6)
                assert np.allclose(there["constraints"], here.constraints[0], atol=1e-6)
                points = np.array(there["x"]).reshape(-1, 2)
                edges = np.roll(points, -1, axis=0) - points
                assert np.isclose(there["P"], np.linalg.norm(edges, axis=1).sum())
                assert np.isclose(there["A"], (points[:, 0] * edges[:, 1] - points[:, 1] * edges[:, 0]).sum() / 2)

    def test_the_shape_follows_the_pointer_and_the_keys(self, html: str, tmp_path: Path) -> None:
        script = """const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        const outline = () => document.querySelector("#shape .outline").getAttribute("d");
        const plane = document.getElementById("plane"), box = plane.getBoundingClientRect();
        const point = (type, x, y) => plane.dispatchEvent(new PointerEvent(type, {
          bubbles: true, buttons: 1, clientX: box.left + x * box.width, clientY: box.top + y * box.height }));
        plane.setPointerCapture = () => {};
        const seen = [outline()];
        point("pointerdown", 0.4, 0.4); await frame(); seen.push(outline());
        point("pointermove", 0.6, 0.5); await frame(); seen.push(outline());
        const key = (name) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
        key("ArrowRight"); await frame(); seen.push(outline());
        key("ArrowLeft"); await frame(); seen.push(outline());
        return seen;"""
        start, down, moved, right, back = browse(html, tmp_path, script)
        assert len({start, down, moved, right}) == 4
        assert back == moved

    def test_encoders_are_switched_and_recorded_searches_played(self, html: str, tmp_path: Path) -> None:
        script = """const wait = (ms) => new Promise((done) => setTimeout(done, ms));
        const byId = (id) => document.getElementById(id);
        const outline = () => document.querySelector("#shape .outline").getAttribute("d");
        const shapes = [], encoder = byId("encoder");
        for (const index of [1, 2, 0]) {
          encoder.selectedIndex = index; encoder.dispatchEvent(new Event("change")); await wait(100);
          shapes.push(outline());
        }
        const searches = [...byId("path").options].map((option) => option.text);
        byId("play").click(); const playing = byId("play").textContent; await wait(9000);
        return { searches, playing, stopped: byId("play").textContent, shapes: [...shapes, outline()],
                 said: byId("evaluation").textContent };"""
        found = browse(html, tmp_path, script)
        assert found["searches"] == ["none", f"{HOSTILE}/cma-es"]
        assert (found["playing"], found["stopped"]) == ("Pause", "Play")
        assert len(set(found["shapes"])) == 4
        assert re.fullmatch(r"evaluation \d+", found["said"])

    def test_shapes_are_pinned_mixed_and_saved(self, html: str, subjects: list[Subject], tmp_path: Path) -> None:
        script = """const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        const byId = (id) => document.getElementById(id), press = (key) =>
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        let saved = null; URL.createObjectURL = (blob) => { saved = blob; return "#"; };
        const outline = () => document.querySelector("#shape .outline").getAttribute("d");
        press("p"); await frame(); const first = outline();
        for (let i = 0; i < 9; i++) { press("ArrowUp"); await frame(); }
        byId("pin").click(); await frame(); const last = outline();
        const mix = async (share) => {
          byId("between").value = share; byId("between").dispatchEvent(new Event("input")); await frame();
          return outline();
        };
        const back = await mix(0), half = await mix(0.5);
        byId("save").click();
        return { first, last, back, half, pins: byId("pins").children.length, svg: await saved.text() };"""
        found = browse(html, tmp_path, script)
        assert found["pins"] == 2
        assert found["back"] == found["first"] != found["last"]
        assert found["half"] not in (found["first"], found["last"])
        assert f'd="{found["half"]}"' in found["svg"]

    def test_hostile_text_runs_nowhere(self, html: str, tmp_path: Path) -> None:
        assert browse(html, tmp_path, "return document.scripts.length;") == 4  # the page's two, and two of `browse`
