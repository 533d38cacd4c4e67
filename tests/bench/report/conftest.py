from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from browser import Opener, Tab
from support import made_once

import bench
from bench.report.page import page
from bench.store.directory import Store

LABEL = "</td><script>alert(1)</script>&amp;'\""
"""Of an encoder, hostile to HTML."""
TWO = """
name = "two"
replicates = 3
budget = 40

[[problems]]
name = "isoperimetric"
label = "circles"
n_vertices = 12
reference = 64
data = { n = 40 }

[[problems]]
name = "isoperimetric"
label = "none"
n_vertices = 12
reference = 64
data = { classes = ["triangle", "square", "star"], n = 40 }

[[problems]]
name = "heat-dispersion"
n_vertices = 60
reference = 64
data = { n = 40 }

[[encoders]]
name = "raw"
[[encoders]]
name = "pca"
label = "pca-4"
latent_dim = 4
[[encoders]]
name = "pca"
label = LABEL
latent_dim = 2

[[optimisers]]
name = "random-search"
budget = 30
[[optimisers]]
name = "l-bfgs"

[[arms]]
label = "hand-off"
stages = [
    { encoder = "pca-4", optimiser = "random-search", until = 0.5 },
    { encoder = "raw", optimiser = "l-bfgs" },
]
"""


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of an experiment with three problems and seven arms; read only."""

    def make(folder: Path) -> Any:
        text = TWO.replace("LABEL", json.dumps(LABEL))
        return bench.run(bench.Experiment.from_toml(text), folder / "two", jobs=1)

    return made_once("report", make, tmp_path_factory) / "two"


@pytest.fixture(scope="session")
def html(run: Path) -> str:
    """Its page."""
    return page(Store(run))


@pytest.fixture
def tab(visit: Opener, html: str) -> Tab:
    """The page on a desktop."""
    return visit(html)
