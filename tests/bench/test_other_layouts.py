"""Whatever a design is, the same commands run, verify, draw, sample and explore it, and speak of no outline."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support import experiment_file, latentbench, made_once

EXPERIMENT = """
name = "fields"
replicates = 2
budget = 30
[[problems]]
name = "thirdparty.fields:Plate"
label = "plate"
[[problems]]
name = "thirdparty.fields:Ball"
label = "ball"
[[encoders]]
name = "raw"
[[encoders]]
name = "pca"
latent_dim = 2
[[encoders]]
name = "vae"
latent_dim = 3
epochs = 5
hidden = 8
[[optimisers]]
name = "random-search"
[[optimisers]]
name = "l-bfgs"
"""
OF_OUTLINES = re.compile(r"outline|perimeter|σ|polygon", re.IGNORECASE)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(folder: Path) -> None:
        answer = latentbench("run", experiment_file(EXPERIMENT, folder), "--out", folder / "run", "--jobs", "1")
        assert answer.returncode == 0, answer.stderr

    return made_once("fields", make, tmp_path_factory) / "run"


@pytest.mark.parametrize("command", ["table", "audit", "info", "verify"])
def test_records_are_read_and_believed(done: Path, command: str) -> None:
    answer = latentbench(command, done, *(["--trust", "thirdparty.fields"] if command == "verify" else []))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
    assert not OF_OUTLINES.search(answer.stdout)


@pytest.mark.parametrize("command", ["plot", "map"])
def test_figures_are_drawn_of_every_problem(done: Path, command: str, tmp_path: Path) -> None:
    trust = ["--trust", "thirdparty.fields"] if command == "plot" else []
    answer = latentbench(command, done, *trust, "--out", tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "cannot be drawn" not in answer.stderr
    wanted = {"plot": ["gallery-plate", "gallery-ball", "sheet-plate", "sheet-ball"], "map": ["map-plate", "map-ball"]}
    for name in wanted[command]:
        assert (tmp_path / f"{name}.png").stat().st_size > 2000


def test_the_report_and_the_explorer_are_whole(done: Path, tmp_path: Path) -> None:
    for command in ("report", "explore"):
        page = tmp_path / f"{command}.html"
        answer = latentbench(command, done, "--trust", "thirdparty.fields", "--out", page)
        assert answer.returncode == 0, answer.stderr
        assert "cannot be drawn" not in answer.stderr
        assert page.stat().st_size > 10_000


@pytest.mark.usefixtures("small_grids")
@pytest.mark.parametrize("problem", ["plate", "ball"])
@pytest.mark.parametrize("command", ["latent", "sample"])
def test_a_fitted_encoder_is_looked_at_and_sampled(done: Path, problem: str, command: str, tmp_path: Path) -> None:
    fits = {
        (info["problem"]["name"], info["encoder"]["name"]): path.parent
        for path in done.glob("encoders/*/info.json")
        for info in [json.loads(path.read_text(encoding="utf-8"))]
    }
    folder = fits[f"thirdparty.fields:{problem.title()}", "pca"]
    more = ["-n", "5"] if command == "sample" else []
    answer = latentbench(command, folder, "--trust", "thirdparty.fields", *more, "--out", tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert list(tmp_path.iterdir())
