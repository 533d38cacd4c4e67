"""An experiment with every decoder that the page knows, and its page."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser import Opener, Tab
from support import made_once

import bench
from bench.explorer.page import page
from bench.store.directory import Store

HOSTILE = "</script><script>alert(1)</script>&amp;'"
SPACES = """
name = "spaces"
replicates = 1
budget = 40
arms = [{ label = "hand-off", stages = [
    { encoder = "pca-2", optimiser = "random-search", until = 0.5 }, { encoder = "raw", optimiser = "l-bfgs" }
] }]

[[problems]]
name = "isoperimetric"
label = "HOSTILE"
n_vertices = 24
reference = 64
data = { classes = ["circle", "triangle", "star"], n = 40 }

[[problems]]
name = "target-ratio"
n_vertices = 64
reference = 64
data = { n = 40 }

[[encoders]]
name = "raw"
[[encoders]]
name = "pca"
label = "pca-2"
latent_dim = 2
[[encoders]]
name = "pca"
label = "pca-1"
latent_dim = 1
[[encoders]]
name = "fourier"
latent_dim = 5
[[encoders]]
name = "vae"
hidden = 8
epochs = 20
[[encoders]]
name = "ae"
label = "sigmoid"
output = "sigmoid"
hidden = 8
epochs = 20
[[encoders]]
name = "spectral-vae"
latent_dim = 4
hidden = 8
mixture = 2
epochs = 20
[[encoders]]
name = "ae"
label = "bspline"
output = "bspline"
hidden = 8
epochs = 20
[[encoders]]
name = "lstm-vae"
hidden = 2
epochs = 1

[[optimisers]]
name = "random-search"
[[optimisers]]
name = "l-bfgs"
"""


@pytest.fixture(scope="session")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of an experiment with every output, with labels that are hostile to HTML."""

    def run(folder: Path) -> None:
        text = SPACES.replace("HOSTILE", HOSTILE)
        with warnings.catch_warnings(action="ignore"):  # of designs that so little training leaves
            bench.run(bench.Experiment.from_toml(text), folder / "run", jobs=1)

    return made_once("explorer", run, tmp_path_factory) / "run"


@pytest.fixture(scope="session")
def html(experiment: Path) -> str:
    """Its page."""
    return page(Store(experiment))


@pytest.fixture
def rewrite(html: str) -> Callable[[Callable[[dict[str, Any]], None]], str]:
    """Give the page with each of its spaces changed by a function."""
    before, start, after = html.partition('id="data">')
    data, end, rest = after.partition("</script>")

    def rewritten(change: Callable[[dict[str, Any]], None]) -> str:
        spaces = json.loads(data)
        for space in spaces:
            change(space)
        return before + start + json.dumps(spaces).replace("<", r"\u003c") + end + rest

    return rewritten


@pytest.fixture
def tab(visit: Opener, html: str) -> Tab:
    """The experiment's page on a desktop."""
    return visit(html)
