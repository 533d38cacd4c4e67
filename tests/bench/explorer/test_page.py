"""Which encoders get onto the page, where some cannot be evaluated, are damaged or are of raw search."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import bench
from bench.errors import BadInput
from bench.explorer.page import page
from bench.store.directory import Store

HOSTILE = "</script><script>alert(1)</script>&amp;'"
EXPERIMENT = """
name = "explored"
replicates = 1
budget = 60
problems = [{ name = "heat-dispersion", n_vertices = 60, reference = 64, data = { n = 40 } }]
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
LABELS = [HOSTILE, "vae", "sigmoid", "spectral-vae", "spline", "conv-vae"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explored")
    (folder / "e.toml").write_text(EXPERIMENT % HOSTILE, encoding="utf-8")
    return bench.run(folder / "e.toml", folder / "run", jobs=1).path


@pytest.fixture(scope="module")
def html(run: Path) -> str:
    return page(Store(run))


def embedded(html: str) -> list[dict[str, Any]]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return list(json.loads(found[1]))


def test_every_encoder_is_there_but_those_of_raw_search(html: str) -> None:
    assert [space["title"][1] for space in embedded(html)][1:] == LABELS[1:]
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
